"""What no client may do to the world, to the machine, or to other clients."""

import socket
from collections.abc import Callable
from typing import Any

import pytest
import redis
from redis.exceptions import NoPermissionError

from sim.engine.world import World
from sim.serve.redis_port.limits import MEGABYTE
from sim.serve.redis_port.server import RedisPort
from tests.serve.conftest import Raw, wait_until_blocked

REFUSED = [
    "ACL SETUSER x on nopass ~* +@all",
    "BGSAVE",
    "CLIENT PAUSE 10000",
    "CLUSTER RESET",
    "CONFIG REWRITE",
    "CONFIG SET dir /tmp",
    "DEBUG SEGFAULT",
    "DUMP bull:email:1",
    "FCALL f 0",
    "FLUSHALL",
    "FLUSHDB ASYNC",
    "FUNCTION LOAD x",
    "MIGRATE 10.0.0.1 6379 k 0 1",
    "MODULE LOAD /tmp/x.so",
    "MONITOR",
    "REPLICAOF 10.0.0.1 6379",
    "RESTORE k 0 x",
    "SAVE",
    "SCRIPT FLUSH",
    "SHUTDOWN NOSAVE",
    "SLAVEOF NO ONE",
    "SWAPDB 0 1",
]


@pytest.fixture(autouse=True)
def nothing_was_lost(world: World, port: RedisPort, connect: Callable[..., Any]) -> Any:
    """After every test of this file the port answers, and the world's keys are what they were."""
    before = world.redis.hgetall("bull:email:1")
    yield
    client = connect()
    assert client.ping()
    assert client.hgetall("bull:email:1") == before


# -- commands that are refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", REFUSED)
def test_a_command_that_would_harm_is_refused_with_the_reason(client: Any, command: str) -> None:
    """On its own, in a transaction, and from a script."""
    name = command.split()[0]
    with pytest.raises(NoPermissionError, match=rf"{name}.* is refused: "):
        client.execute_command(*command.split())
    with client.pipeline(transaction=True) as pipe:
        pipe.execute_command(*command.split())
        with pytest.raises(redis.ResponseError, match="refused"):
            pipe.execute()
    arguments = ", ".join(f"'{word}'" for word in command.split())
    with pytest.raises(redis.ResponseError, match="is refused: "):
        client.eval(f"return redis.call({arguments})", 0)


def test_who_opens_the_port_may_allow_what_empties_it(open_port: Callable[..., RedisPort], world: World) -> None:
    """FLUSHALL and its like; what is code or a fault stays refused."""
    port = open_port(allow_dangerous=True)
    client = redis.Redis(port=port.port)
    with pytest.raises(redis.ResponseError, match="its payload is code"):
        client.restore("k", 0, b"cos\nsystem\n(S'id'\ntR.")
    client.swapdb(3, 4)
    assert client.script_flush()
    client.close()
    assert world.queue("email").counts["failed"] == 3


def test_a_command_of_a_newer_redis_is_unknown(client: Any) -> None:
    """What fakeredis has beyond Redis 7.0 is not offered."""
    for command in ("JSON.SET k $ 1", "ARSET a 0 1", "HEXPIRE h 1 FIELDS 1 f", "XADD s * a 1", "FT.SEARCH x y"):
        with pytest.raises(redis.ResponseError, match="unknown command"):
            client.execute_command(*command.split())


# -- scripts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "script",
    [
        "return os.execute('true')",
        "return io.open('/etc/passwd')",
        "return python.eval('1')",
        "return debug.getregistry()",
        "return require('os')",
        "return package.loaded",
        "return dofile('/etc/passwd')",
        "return redis.call.__globals__",
        "local ok, e = pcall(redis.call, 'nothing'); return e.__class__.__name__",
        "local ok, e = pcall(redis.call, 'nothing'); return getmetatable(e).__gc(e)",
        "return tostring(cjson.null.__class__)",
        "return loadstring(string.dump(function() end))",
        "return loadstring('\\27Lua')()",
        "return load(function() return '\\27Lua' end)()",
        "return coroutine.create(print)",
        "\x1bLua",
        "return string.rep('x', 2^31 - 100)",
        "local t = {} while true do t[#t + 1] = string.rep('x', 1e6) .. #t end",
        "local function f() return 1 + f() end return f()",
        "local t = {} t[1] = t return cmsgpack.pack(t)",
        "local t = {} t[1] = t return cjson.encode(t)",
        "return cjson.decode(string.rep('[', 1e5))",
        "return cmsgpack.unpack('\\221\\255\\255\\255\\255')",
        "redis = nil",
        "x = 1",
        "redis.call = nil",
        "string.rep = nil",
        "rawset(_G, 'x', 1)",
        "rawset(redis, 'call', 1)",
        "setmetatable(_G, {})",
    ],
)
def test_a_script_reaches_nothing_but_redis(client: Any, script: str) -> None:
    """No file, no program, no Python, no memory without end; it is told no and the next one runs."""
    with pytest.raises(redis.ResponseError):
        client.eval(script, 0)
    assert client.eval("return 1", 0) == 1


@pytest.mark.parametrize(
    "script",
    [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "while true do redis.call('ping') end",
        "while true do redis.pcall('nothing') end",
        "return string.find(string.rep('a', 40000), string.rep('.-', 30) .. 'b')",
        "return pcall(string.gsub, string.rep('a', 40000), string.rep('.-', 30) .. 'b', '')",
    ],
)
def test_a_script_without_end_is_ended(open_port: Callable[..., RedisPort], script: str, world: World) -> None:
    """After its time, and the world can go on."""
    client = redis.Redis(port=open_port(script_s=0.2).port)
    with pytest.raises(redis.ResponseError, match="ran too long"):
        client.eval(script, 0)
    assert client.eval("return redis.call('zcard', 'bull:email:failed')", 0) == 3
    client.close()


def test_a_failed_command_is_a_table_to_a_script(client: Any) -> None:
    """As on Redis 7: with the error's text, and nothing of Python."""
    script = "local ok, e = pcall(redis.call, 'nothing') return {type(e), e.err, redis.pcall('incr', KEYS[1]).err}"
    kind, unknown, wrong = client.eval(script, 1, "bull:email:1")
    assert kind == "table"
    assert unknown.startswith("ERR unknown command")
    assert wrong.startswith("WRONGTYPE")
    with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
        client.eval("return redis.call('incr', KEYS[1])", 1, "bull:email:1")
    with pytest.raises(redis.ResponseError, match="mine"):
        client.eval("error({err = 'ERR mine'})", 0)


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        ("return {1, 'a', true, false, 2.9, {3}}", [1, "a", 1, None, 2, [3]]),
        ("return {1, nil, 2}", [1]),
        ("return nil", None),
        ("return {ok = 'fine'}", "fine"),
        ("return redis.call('zscore', 'bull:email:failed', 'nobody')", None),
        ("return redis.call('hmget', 'bull:email:1', 'name', 'nothing')", ["__default__", None]),
        ("return {KEYS[1], ARGV[1], #KEYS, #ARGV}", ["k", "a", 1, 2]),
        ("return redis.sha1hex('')", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("return cjson.encode({a = {1, 2}, b = cjson.null})", '{"a":[1,2],"b":null}'),
        ("return cmsgpack.unpack(cmsgpack.pack({1, 'x'}))", [1, "x"]),
        ("return bit.band(6, 3)", 2),
        ("redis.call('set', 'n', 1.5) return redis.call('get', 'n')", "1.5"),
    ],
)
def test_values_go_between_redis_and_lua_as_on_redis(client: Any, script: str, answer: Any) -> None:
    """Numbers are cut off, nil ends a list, false is nil."""
    assert client.eval(script, 1, "k", "a", "b") == answer


def test_a_script_that_was_killed_leaves_the_next_one_alone(open_port: Callable[..., RedisPort]) -> None:
    """What it wrote before stays; what was loaded is still known."""
    client = redis.Redis(port=open_port(script_s=0.2).port, decode_responses=True)
    sha = client.script_load("return redis.call('get', 'written')")
    with pytest.raises(redis.ResponseError, match="ran too long"):
        client.eval("redis.call('set', 'written', 1) string.find(string.rep('a', 4e4), string.rep('.-', 30) .. 'b')", 0)
    assert client.evalsha(sha, 0) == "1"
    client.close()


# -- limits ------------------------------------------------------------------------------------------------------------


def test_a_transaction_that_is_too_large_is_refused_by_exec(open_port: Callable[..., RedisPort]) -> None:
    """Nothing of it is carried out; the next transaction is."""
    client = redis.Redis(port=open_port(command_bytes=MEGABYTE).port)
    with client.pipeline(transaction=True) as pipe:
        for number in range(20):
            pipe.set(f"k:{number}", "x" * 100_000)
        with pytest.raises(redis.ResponseError, match=r"larger than this port keeps|EXECABORT"):
            pipe.execute()
    assert not client.exists(*[f"k:{number}" for number in range(20)])
    with client.pipeline(transaction=True) as pipe:
        assert pipe.set("k", 1).execute() == [True]
    client.close()


@pytest.mark.parametrize(
    ("limits", "command"),
    [
        ({"reply_bytes": 1_000}, ["MGET", *["text"] * 10]),
        ({"reply_bytes": 1_000}, ["EVAL", "return redis.call('MGET', 'text', 'text', 'text', 'text', 'text')", 0]),
        ({"argument_bytes": 1_000}, ["SETRANGE", "text", 1_000, "x"]),
        ({"argument_bytes": 1_000}, ["SETBIT", "text", 8_000, 1]),
        ({"argument_bytes": 1_000}, ["BITFIELD", "text", "GET", "u8", 0, "SET", "u8", "#2000", 1]),
        ({"argument_bytes": 1_000}, ["APPEND", "text", "x" * 900]),
        ({"command_cost_s": 1e-5}, ["SMEMBERS", "set"]),
        ({"command_cost_s": 1e-5}, ["SUNIONSTORE", "other", "set"]),
        ({"command_cost_s": 1e-5}, ["SRANDMEMBER", "set", -1_000]),
        ({"command_cost_s": 1e-3}, ["LCS", "text", "text"]),
        ({"waited_keys": 2}, ["BLPOP", "a", "b", 0]),
        ({"subscriptions": 2}, ["SUBSCRIBE", "a", "b", "c"]),
        ({"subscriptions": 2}, ["PSUBSCRIBE", "a", "b", "c"]),
        ({"watched_keys": 2}, ["WATCH", "a", "b", "c"]),
        ({"data_bytes": 2_000}, ["SET", "other", "x" * 2_000]),
        ({"data_bytes": 2_000}, ["COPY", "set", "other"]),
    ],
)
def test_what_is_too_much_is_refused(
    open_port: Callable[..., RedisPort], connect: Callable[..., Any], limits: dict[str, Any], command: list[Any]
) -> None:
    """In words, and the connection stays; a port with the usual limits carries it out."""
    usual = connect()
    usual.set("text", "x" * 300)
    usual.sadd("set", *range(100))
    client = connect(open_port(**limits), protocol=2)
    with pytest.raises(redis.ResponseError):
        client.execute_command(*command)
    assert client.ping()
    if command[0] not in ("BLPOP", "SUBSCRIBE", "PSUBSCRIBE", "WATCH"):
        usual.execute_command(*command)


def test_room_that_was_made_can_be_filled_again(open_port: Callable[..., RedisPort]) -> None:
    """Deleting is never refused; what was deleted no longer counts."""
    client = redis.Redis(port=open_port(data_bytes=200_000).port)
    for number in range(50):
        client.set("same", "x" * 10_000)  # half a megabyte in all, ten kilobytes at a time
        client.delete("same")
        assert number < 50
    client.close()


@pytest.mark.parametrize("count", [0, 2, -2, 9])
def test_lrem_takes_from_the_side_that_it_is_told(client: Any, count: int) -> None:
    """The first, the last, or all."""
    items = ["x", "a", "x", "b", "x"]
    client.rpush("l", *items)
    wanted = {0: "ab", 9: "ab", 2: "abx", -2: "xab"}[count]
    assert client.lrem("l", count, "x") == len(items) - len(wanted)
    assert "".join(client.lrange("l", 0, -1)) == wanted
    client.lpush("l", "1", "2")
    assert client.lrange("l", 0, 1) == ["2", "1"]
    client.delete("l")


# -- bytes that are no commands ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1:6390\r\n\r\n",
        b"POST /?x HTTP/1.1\r\nContent-Length: 40\r\n\r\nDEL bull:email:1\r\n",
        b"OPTIONS * HTTP/1.1\r\n\r\nDEL bull:email:1\r\n",
        b"NONSENSE / HTTP/9\r\nHost: x\r\n\r\nDEL bull:email:1\r\n",
    ],
)
def test_a_browser_is_told_that_this_is_no_web_server(raw: Callable[..., Raw], request_bytes: bytes) -> None:
    """And what stands in its request is not carried out: any page could send one."""
    talk = raw()
    talk.send(request_bytes)
    assert b"-ERR this port speaks the Redis protocol, not HTTP\r\n" in talk.read_to_end()


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),
        b"\x00" * 70_000,
        b"*1\r\n$-5\r\n",
        b"*-1\r\n*1000000000\r\n",
        b"*1\r\n$2147483648\r\n",
        b"*3\r\n$3\r\nSET\r\nbroken",
        b"*2\r\n$3\r\nGET\r\n$3\r\nabcdef\r\n$\r\n",
        b"A" * 100_000,
        b'SET "',
        b"\xff\xfe\r\n" * 100,
        b"*2\r\n$4\r\nPING\r\n$2\r\n\xff\xfe\r\n*1\r\n$4\r\n\xff\xfe\xfd\xfc\r\n",
        b"*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$2\r\n\xff\xfe\r\n",
    ],
)
def test_garbage_ends_in_an_error_or_a_closed_connection(raw: Callable[..., Raw], data: bytes) -> None:
    """Never in silence on the server's side, and never in what was not a command being carried out."""
    talk = raw()
    talk.send(data)
    talk.socket.shutdown(socket.SHUT_WR)
    answer = talk.read_to_end()
    assert b"Traceback" not in answer
    assert all(line[:1] in (b"-", b"$", b"", b"\xff") for line in answer.split(b"\r\n")), answer


def test_ten_megabytes_are_a_value_and_seventeen_are_too_many(connect: Callable[..., Any]) -> None:
    """The longest argument is 16 MB; the client that sends more is told and closed."""
    client = connect(retry=None)
    large = "x" * (10 * MEGABYTE)
    client.set("large", large)
    assert client.get("large") == large
    client.delete("large")
    with pytest.raises((redis.ConnectionError, redis.ResponseError)):
        client.set("larger", "x" * (17 * MEGABYTE))
    assert client.exists("larger") == 0


def test_many_commands_at_once_are_answered_in_turn(raw: Callable[..., Raw], client: Any) -> None:
    """Twenty thousand in one go; another client is served between them."""
    talk = raw()
    talk.send(b"PING\r\n" * 20_000)
    assert client.ping()
    answer = b""
    while len(answer) < 7 * 20_000:
        answer += talk.socket.recv(65536)
    assert answer == b"+PONG\r\n" * 20_000


# -- clients that take their time --------------------------------------------------------------------------------------


def test_one_connection_too_many_is_told_so(open_port: Callable[..., RedisPort], raw: Callable[..., Raw]) -> None:
    """As by Redis; when one leaves, the next may come."""
    port = open_port(connections=3)
    talks = [raw(port) for _ in range(3)]
    for talk in talks:
        talk.send(b"PING\r\n")
        talk.read(b"PONG")
    assert raw(port).read_to_end() == b"-ERR max number of clients reached\r\n"
    talks[0].send(b"QUIT\r\n")
    talks[0].read_to_end()
    again = raw(port)
    again.send(b"PING\r\n")
    assert again.read(b"PONG") == b"+PONG\r\n"


def test_hundreds_of_connections_come_and_go(port: RedisPort, raw: Callable[..., Raw]) -> None:
    """All that the limit allows are served at once."""
    talks = [raw() for _ in range(200)]
    for talk in talks:
        talk.send(b"PING\r\n")
    assert all(talk.read(b"PONG") == b"+PONG\r\n" for talk in talks)
    assert port.clients == 200


def test_a_command_that_is_never_ended_ends_its_connection(
    open_port: Callable[..., RedisPort], raw: Callable[..., Raw]
) -> None:
    """Half a command keeps nobody's place for ever."""
    talk = raw(open_port(command_s=0.1))
    talk.send(b"*2\r\n$3\r\nGET\r\n$100\r\nhalf")
    assert talk.read_to_end() == b"-ERR a command was not completed in time\r\n"


def test_a_client_that_asks_nothing_is_closed_and_one_that_listens_is_not(
    open_port: Callable[..., RedisPort], raw: Callable[..., Raw]
) -> None:
    """Those that subscribe or block have asked for something."""
    port = open_port(idle_s=0.1)
    listening, blocked, idle = raw(port), raw(port), raw(port)
    listening.send(b"SUBSCRIBE news\r\n")
    listening.read(b":1\r\n")
    blocked.send(b"BLPOP nothing 0\r\n")
    idle.send(b"PING\r\n")
    assert idle.read_to_end() == b"+PONG\r\n"
    talk = raw(port)
    talk.send(b"PUBLISH news 1\r\nLPUSH nothing 1\r\n")
    assert talk.read(b":1\r\n:1\r\n") == b":1\r\n:1\r\n"
    assert listening.read(b"$1\r\n1\r\n")
    assert blocked.read(b"$1\r\n1\r\n")


def test_a_client_that_does_not_read_is_cut_off(
    open_port: Callable[..., RedisPort], raw: Callable[..., Raw], world: World
) -> None:
    """It holds nobody up meanwhile, and what it is owed does not grow without end."""
    port = open_port(unread_s=0.2)
    client = redis.Redis(port=port.port)
    client.set("large", "x" * MEGABYTE)
    deaf = raw(port)
    deaf.send(b"PING\r\n")
    deaf.read(b"PONG")
    deaf.send(b"GET large\r\n" * 100)
    while port.clients > 1:
        assert client.ping()
    client.delete("large")
    client.close()
    assert len(deaf.read_to_end()) < 100 * MEGABYTE


def test_a_subscriber_that_does_not_read_is_cut_off(
    open_port: Callable[..., RedisPort], raw: Callable[..., Raw]
) -> None:
    """Messages wait for it up to a limit."""
    port = open_port(unread_bytes=MEGABYTE)
    client = redis.Redis(port=port.port)
    deaf = raw(port)
    deaf.send(b"SUBSCRIBE news\r\n")
    deaf.read(b":1\r\n")
    message = "x" * MEGABYTE
    for _ in range(100):
        if not client.publish("news", message):
            break
    else:
        pytest.fail("the subscriber is still there")
    client.close()


def test_a_client_that_sends_on_while_it_blocks_is_refused_at_a_limit(
    open_port: Callable[..., RedisPort], raw: Callable[..., Raw]
) -> None:
    """Its commands wait in line, but not without end."""
    port = open_port(command_bytes=MEGABYTE)
    client = redis.Redis(port=port.port)
    talk = raw(port)
    talk.send(b"BLPOP nothing 0\r\n")
    wait_until_blocked(client, 1)
    try:
        for _ in range(100):
            talk.send(b"PING\r\n" * 10_000)
    except OSError:
        pass
    assert b"PONG" not in talk.read_to_end()
    wait_until_blocked(client, 0)
    client.close()
