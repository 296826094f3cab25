"""The Lua that scripts from outside run in: Redis's libraries, and nothing that leads out of it.

fakeredis's own Lua hands scripts ``os.execute``, ``io`` and Python itself. That is fair to a test, which could do all
that anyway, and not to a port, which anything on this machine can talk to, a page in a browser included.
"""

import time
from typing import Any

from sim.serve.fakeredis_parts import lua_module
from sim.serve.limits import PortLimits
from sim.serve.lua_libraries import libraries

STEPS_BETWEEN_LOOKS = 10_000

_PRELUDE = """
local call, pcall_, setresp, log, sha1hex, libraries, is_late, steps, most_kb = ...
local count_kb = collectgarbage
local sethook, raise, kind, load_text, join = debug.sethook, error, type, loadstring, table.concat
local byte, wrong = string.byte, "binary chunks are not accepted"

local function wrap(f) return function(...) return f(...) end end

redis = {
  call = wrap(call), pcall = wrap(pcall_), setresp = wrap(setresp), log = wrap(log), sha1hex = wrap(sha1hex),
  error_reply = function(text) return {err = text} end,
  status_reply = function(text) return {ok = text} end,
  replicate_commands = function() return true end,
  set_repl = function() end,
  breakpoint = function() return false end,
  REPL_NONE = 0, REPL_AOF = 1, REPL_SLAVE = 2, REPL_REPLICA = 2, REPL_ALL = 3,
  LOG_DEBUG = 0, LOG_VERBOSE = 1, LOG_NOTICE = 2, LOG_WARNING = 3,
  REDIS_VERSION = "7.0.0", REDIS_VERSION_NUM = 0x70000,
}
for name, functions in pairs(libraries) do
  local library = {}
  for key, value in pairs(functions) do
    library[key] = name == "cjson" and key == "null" and value or wrap(value)
  end
  _G[name] = library
end

function loadstring(text, name)
  if kind(text) ~= "string" then raise("bad argument #1 to 'loadstring' (string expected)") end
  if byte(text, 1) == 27 then return nil, wrong end
  return load_text(text, name)
end
function load(reader, name)
  local parts = {}
  while true do
    local part = reader()
    if part == nil or part == "" then break end
    parts[#parts + 1] = part
  end
  return loadstring(join(parts), name)
end

local metatable = getmetatable
function getmetatable(thing)
  if kind(thing) == "table" then return metatable(thing) end
end

os = {clock = os.clock}
string.dump = nil
python, io, debug, package, require, module, dofile, loadfile, coroutine, newproxy = nil
getfenv, setfenv, print = nil
math.randomseed(0)

-- What scripts find is theirs to read only: one that changed it would change it for all that come after.
local set_metatable, raw_set, shut, base = setmetatable, rawset, {}, {}
local function read_only() raise("Attempt to modify a readonly table", 2) end
local function shield(thing, inner)
  shut[thing] = true
  return set_metatable(thing, {__index = inner, __newindex = read_only, __metatable = false})
end
function rawset(thing, key, value)
  if shut[thing] then read_only() end
  return raw_set(thing, key, value)
end
function setmetatable(thing, meta)
  if shut[thing] then read_only() end
  return set_metatable(thing, meta)
end
for name, value in pairs(_G) do
  if kind(value) == "table" and name ~= "_G" then value = shield({}, value) end
  base[name] = value
end
base.KEYS, base.ARGV = {}, {}
local globals = _G
for name in pairs(base) do globals[name] = nil end
shield(globals, base)

local function look()
  if is_late() then
    sethook(look, "", 1)
    raise("the script ran too long and was ended; what it wrote by then stays", 0)
  elseif count_kb("count") > most_kb then
    sethook(look, "", 1)
    raise("the script took too much memory and was ended; what it wrote by then stays", 0)
  end
end
local function arm() sethook(look, "", steps) end
local function disarm() sethook() end
local function set_keys_and_arguments(keys, argv) base.KEYS, base.ARGV = keys, argv end
return arm, disarm, set_keys_and_arguments
"""


class ScriptRoom:
    """One Lua runtime for all the scripts of one server.

    Attributes:
        runtime: lupa's.
        names: The globals that a script finds; a script that adds one is refused, as on Redis.
        set_keys_and_arguments: Takes two Lua tables.
    """

    def __init__(self, limits: PortLimits, call: Any, pcall: Any, setresp: Any, sha1hex: Any) -> None:
        self._lua = lua_module()
        self._limits = limits
        self._deadline = 0.0
        self.runtime = self._lua.LuaRuntime(
            encoding=None,
            source_encoding="utf-8",
            unpack_returned_tuples=True,
            attribute_filter=_no_attribute,
            register_eval=False,
            register_builtins=False,
            overflow_handler=float,
            max_memory=limits.script_bytes,
        )
        tables = {
            name.encode(): self.runtime.table_from({key.encode(): value for key, value in functions.items()})
            for name, functions in libraries(self.runtime, self._lua).items()
        }
        self._arm, self._disarm, self.set_keys_and_arguments = self.runtime.execute(
            _PRELUDE,
            call,
            pcall,
            setresp,
            _say_nothing,
            sha1hex,
            self.runtime.table_from(tables),
            self._is_late,
            STEPS_BETWEEN_LOOKS,
            limits.script_bytes / 2 / 1024,
        )
        self.names = set(self.runtime.globals().keys())

    def __enter__(self) -> "ScriptRoom":
        """Give a script its time."""
        self._deadline = time.monotonic() + self._limits.script_s
        self._arm()
        return self

    def __exit__(self, *_: object) -> None:
        self._disarm()

    @property
    def is_full(self) -> bool:
        """Whether scripts have left so much behind that the next one needs a new room."""
        return bool(self.runtime.get_memory_used(total=True) > self._limits.script_bytes / 2)

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline


def _no_attribute(_thing: object, name: object, _is_setting: bool) -> str:
    raise AttributeError(f"scripts see nothing of {name!r}")


def _say_nothing(*_: object) -> None:
    """Take what a script wants to log; there is no log."""
