"""The Lua that scripts from outside run in: Redis's libraries, and nothing that leads out of it.

fakeredis's own Lua hands scripts ``os.execute``, ``io`` and Python itself. That is fair to a test, which could do all
that anyway, and not to a port, which anything on this machine can talk to, a page in a browser included. Besides, it
runs in a process of its own (``script_process``), which nothing but the port talks to.
"""

import hashlib
import importlib
import time
from collections.abc import Callable
from typing import Any

from sim.core.errors import SimError
from sim.serve.redis_port.limits import PortLimits
from sim.serve.redis_port.lua_libraries import libraries
from sim.serve.redis_port.lua_values import ValueRefused, from_lua, number_text, reply_to_lua

STEPS_BETWEEN_LOOKS = 10_000
SCRIPTS = 1_000
"""Compiled scripts that are kept; with more the room is full."""

_PRELUDE = """
local ask, setresp, sha1hex, libraries, is_late, steps, most_kb = ...
local count_kb = collectgarbage
local sethook, raise, kind, load_text, join = debug.sethook, error, type, loadstring, table.concat
local byte, wrong = string.byte, "binary chunks are not accepted"

local try, raw_get, text_of, collect, seed = pcall, rawget, tostring, collectgarbage, math.randomseed

-- What Python has to say comes as values: whether it is good, and what it is.
local function finish(is_good, ...)
  if is_good then return ... end
  raise((...), 0)
end
local function wrap(f) return function(...) return finish(f(...)) end end

redis = {
  call = wrap(ask),
  pcall = function(...)
    local _, value = ask(...)
    return value
  end,
  setresp = wrap(setresp), sha1hex = wrap(sha1hex), log = function() end,
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
  local late = is_late()
  if late == nil then
    sethook()
  elseif late then
    sethook(look, "", 1)
    raise("the script ran too long and was stopped; what it wrote until then is kept", 0)
  elseif count_kb("count") > most_kb then
    sethook(look, "", 1)
    raise("the script took too much memory and was stopped; what it wrote until then is kept", 0)
  end
end
local function compile(text) return load_text(text, "@user_script") end
local function run(script, keys, argv)
  base.KEYS, base.ARGV = keys, argv
  seed(0)
  sethook(look, "", steps)
  local is_good, value = try(script)
  base.KEYS, base.ARGV = nil, nil
  if is_good then return true, value end
  local told = kind(value) == "table" and raw_get(value, "err")
  if kind(told) == "string" then return false, told, true end
  return false, text_of(value), false
end
local function disarm() sethook() end
local function tidy()
  if count_kb("count") > most_kb / 32 then collect() end
end
return compile, run, disarm, tidy
"""


class ScriptFailed(SimError):
    """A script could not be compiled, or failed; the text is what Redis says to the client."""


class ScriptSlot:
    """One Lua runtime for the scripts of one port.

    Args:
        limits: What a script may take.
        ask: Sends a message to the port, ``("call", fields)`` or ``("resp", version)``, and returns the answer.
    """

    def __init__(self, limits: PortLimits, ask: Callable[..., Any]) -> None:
        # Of the extra `serve`, and without types: a port says what is missing before it comes to this.
        lua: Any = importlib.import_module("lupa.lua51")
        self._lua = lua
        self._limits = limits
        self._deadline_s, self._is_running = 0.0, False
        self._scripts: dict[str, Any] = {}
        self._ask = ask
        self.runtime = lua.LuaRuntime(
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
            name.encode(): self.runtime.table_from(
                {key.encode(): self._told(value) if callable(value) else value for key, value in functions.items()}
            )
            for name, functions in libraries(self.runtime, lua).items()
        }
        self._compile, self._run, self._disarm, self._tidy = self.runtime.execute(
            _PRELUDE,
            self._call,
            self._told(self._set_version),
            self._told(_sha1hex),
            self.runtime.table_from(tables),
            self._is_late,
            STEPS_BETWEEN_LOOKS,
            limits.script_bytes / 2 / 1024,
        )

    def compile(self, sha: str, script: bytes) -> None:
        """Compile a script.

        Raises:
            ScriptFailed: It is no Lua.
        """
        if script[:1] == b"\x1b":
            raise ScriptFailed("ERR Error compiling script: binary chunks are not accepted")
        compiled = self._compile(script)
        if isinstance(compiled, tuple):
            why = compiled[1].decode("utf-8", "replace")
            raise ScriptFailed(f"ERR Error compiling script (new function): {why}")
        self._scripts[sha] = compiled

    def run(self, sha: str, keys: list[bytes], arguments: list[bytes]) -> Any:
        """Run a script that was learnt, and return its answer; statuses and errors in it are ``Reply``.

        Raises:
            ScriptFailed: It failed, or took too long or too much memory.
        """
        script = self._scripts.get(sha)
        if script is None:
            raise ScriptFailed("ERR the script could not be compiled before")
        self._deadline_s, self._is_running = time.monotonic() + self._limits.script_s, True
        table = self.runtime.table_from
        try:
            is_good, *found = self._run(script, table(keys), table(arguments))
            if is_good:
                return from_lua(found[0] if found else None, self._lua)
        except ValueRefused as error:
            raise ScriptFailed(str(error)) from None
        except self._lua.LuaError as error:  # of memory, and of what no handler in Lua gets to see
            raise ScriptFailed(_failed(sha, str(error))) from None
        finally:
            self._is_running = False
            self._disarm()
            self._tidy()
        text = found[0].decode("utf-8", "replace")
        raise ScriptFailed(text if found[1] else _failed(sha, text))

    @property
    def is_full(self) -> bool:
        """Whether scripts have left so much behind that the next one needs a new room."""
        used = self.runtime.get_memory_used(total=True)
        return bool(used > self._limits.script_bytes / 2) or len(self._scripts) >= SCRIPTS

    # -- for Lua ---------------------------------------------------------------------------------------------------

    def _call(self, *fields: Any) -> tuple[bool, Any]:
        """Have the port carry a command out; return whether that went well, and the answer."""
        if not fields:
            return self._bad("ERR Please specify at least one argument for this redis.call()")
        texts = []
        for field in fields:
            if type(field) is bytes:
                texts.append(field)
            elif type(field) in (int, float):
                texts.append(number_text(field))
            else:
                return self._bad("ERR Lua redis lib command arguments must be strings or integers")
        try:
            return reply_to_lua(self._ask("call", texts), self.runtime)
        except MemoryError:
            return self._bad("ERR the reply takes too much memory")

    def _bad(self, text: str) -> tuple[bool, Any]:
        return False, self.runtime.table_from({b"err": text.encode("utf-8", "replace")})

    def _told(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Let Lua have what a function returns, or why it cannot, as values: nothing of Python reaches a script."""

        def call(*values: Any) -> tuple[Any, ...]:
            try:
                found = function(*values)
            except (Exception, RecursionError, MemoryError) as error:
                return self._bad(str(error) or "ERR it took too much memory")
            return (True, *found) if isinstance(found, tuple) else (True, found)

        return call

    def _set_version(self, *values: Any) -> None:
        if len(values) != 1:
            raise ScriptFailed("ERR redis.setresp() requires one argument.")
        version = values[0]
        if version not in (2, 3, b"2", b"3"):
            raise ScriptFailed("ERR RESP version must be 2 or 3.")
        self._ask("resp", int(version))

    def _is_late(self) -> bool | None:
        """Tell whether the script has had its time; None when none is running."""
        return time.monotonic() > self._deadline_s if self._is_running else None


def _failed(sha: str, text: str) -> str:
    if text.startswith("the script "):
        return f"ERR {text}"
    return f"ERR Error running script (call to f_{sha}): {text}"


def _no_attribute(_thing: object, name: object, _is_setting: bool) -> str:
    raise AttributeError(f"scripts see nothing of {name!r}")


def _sha1hex(text: Any) -> bytes:
    return hashlib.sha1(text if isinstance(text, bytes) else str(text).encode()).hexdigest().encode()
