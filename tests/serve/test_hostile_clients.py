"""A served run under attack: a real process on real sockets, while somebody looks at its page all the time.

Each attack is what a client of the Redis port might send, by mistake or not. All of them together must end, within
bounds of time and memory; the page answers meanwhile, the run goes on, and the next client is served.
"""

import http.client
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

pytest.importorskip("uvicorn", reason="the page needs uvicorn")

from sim.serve.redis_port.limits import MEGABYTE
from tests.serve.live_page import WITH_SHORT_SCRIPTS, LivePage, live_page

SCENARIO = str(Path(__file__).parent / "some_failed.yaml")
PAGE_S = 2.0 * float(os.environ.get("SLOW_MACHINE", "2"))
"""The slowest answer of the page, seconds; two on a machine that does nothing else."""
ATTACK_S = 60.0
MEMORY_BYTES = 1_500 * MEGABYTE
"""What the process may take at its peak, with its script process; it needs 130 MB to start."""

STARS = "*" * 30 + "x"
SLOW_FIND = "string.find(string.rep('a', 40000), string.rep('.-', 30) .. 'b', 1)"

SENT: dict[str, list[Any]] = {
    # patterns
    "KEYS of many stars": ["KEYS", STARS],
    "KEYS of stars between letters": ["KEYS", "*a" * 30 + "b"],
    "KEYS of questions between stars": ["KEYS", "*?" * 40 + "b"],
    "KEYS of groups between stars": ["KEYS", "*[a-z]" * 40 + "1"],
    "KEYS of a very long pattern": ["KEYS", "[" * 1_000_000],
    "KEYS in a script": ["EVAL", f"return redis.call('KEYS', '{STARS}')", 0],
    "SCAN MATCH of many stars": ["SCAN", 0, "MATCH", STARS, "COUNT", 10_000_000],
    "HSCAN MATCH of many stars": ["HSCAN", "bull:email:1", 0, "MATCH", STARS],
    "SSCAN MATCH of many stars": ["SSCAN", "hostile:set", 0, "MATCH", STARS],
    "ZSCAN MATCH of many stars": ["ZSCAN", "bull:email:failed", 0, "MATCH", STARS],
    "CONFIG GET of many stars": ["CONFIG", "GET", STARS],
    "PUBSUB CHANNELS of many stars": ["PUBSUB", "CHANNELS", STARS],
    # scripts
    "a find that never ends": ["EVAL", f"return {SLOW_FIND}", 0],
    "a loop that catches everything": ["EVAL", "while true do pcall(function() while true do end end) end", 0],
    "a table that contains itself": ["EVAL", "local t = {} for i = 1, 60 do t = {t, t} end return cjson.encode(t)", 0],
    "an answer that contains itself": ["EVAL", "local t = {} for i = 1, 60 do t = {t, t} end return t", 0],
    "a gigabyte of text": ["EVAL", "return string.rep('x', 2^30)", 0],
    "text that doubles": ["EVAL", "local s = 'x' while true do s = s .. s end", 0],
    "a table without end": ["EVAL", "local t = {} while true do t[#t + 1] = #t end", 0],
    "an array of JSON without end": ["EVAL", "return #cjson.decode('[' .. string.rep('[],', 4e6) .. '1]')", 0],
    "a recursion without end": ["EVAL", "local function f() return 1 + f() end return f()", 0],
    "a loop of APPEND": ["EVAL", "while true do redis.pcall('APPEND', 'hostile:a', ARGV[1]) end", 0, "x" * 10_000_000],
    "a loop of SET": ["EVAL", "for n = 1, 1e9 do redis.call('SET', 'hostile:s' .. n, ARGV[1]) end", 0, "x" * 10**6],
    "a loop of RPUSH": ["EVAL", "while true do redis.call('RPUSH', 'hostile:l', 1) end", 0],
    "a loop of errors": ["EVAL", "while true do redis.pcall('nothing') end", 0],
    "a script of a megabyte": ["EVAL", "return 1 -- " + "x" * MEGABYTE, 0],
    # large strings and offsets
    "BITFIELD far out": ["BITFIELD", "hostile:b", "SET", "u8", 4_294_967_288, 1],
    "BITFIELD far out by index": ["BITFIELD", "hostile:b", "SET", "u8", "#536870911", 1],
    "BITFIELD of many fields": ["BITFIELD", "hostile:b", *["INCRBY", "i64", "#100000", 1] * 20_000],
    "SETBIT far out": ["SETBIT", "hostile:b", 4_294_967_295, 1],
    "SETRANGE far out": ["SETRANGE", "hostile:b", 536_870_900, "x"],
    "SETRANGE beyond 64 bits": ["SETRANGE", "hostile:b", 2**70, "x"],
    "an integer of a million digits": ["INCRBY", "hostile:n", "9" * 1_000_000],
    "a float of a million digits": ["INCRBYFLOAT", "hostile:n", "9" * 1_000_000],
    "EXPIRE in a very long time": ["EXPIRE", "bull:email:1", 2**63 - 1],
    "PEXPIREAT before all time": ["PEXPIREAT", "hostile:none", -(2**63)],
    # large operands
    "LCS of two large strings": ["LCS", "hostile:large", "hostile:large"],
    "BITCOUNT by bits": ["BITCOUNT", "hostile:large", 0, -1, "BIT"],
    "BITPOS of what is not there": ["BITPOS", "hostile:large", 0],
    "BITOP of a large string and itself": ["BITOP", "XOR", "hostile:b2", *["hostile:large"] * 50],
    "MGET of a large string many times": ["MGET", *["hostile:large"] * 10_000],
    "ZUNIONSTORE of a set and itself": ["ZUNIONSTORE", "hostile:z2", 2_000, *["hostile:zset"] * 2_000],
    "SUNION of a set and itself": ["SUNION", *["hostile:set"] * 2_000],
    "SINTERSTORE of a set and itself": ["SINTERSTORE", "hostile:s2", *["hostile:set"] * 2_000],
    "PFMERGE of a set and itself": ["PFMERGE", "hostile:p", *["hostile:set"] * 2_000],
    "SORT by everything": ["SORT", "hostile:list", "BY", "*", *["GET", "*"] * 500],
    "SORT STORE": ["SORT", "hostile:list", "ALPHA", "STORE", "hostile:l2"],
    "SRANDMEMBER many times": ["SRANDMEMBER", "hostile:set", -1_000_000_000],
    "ZRANDMEMBER many times": ["ZRANDMEMBER", "hostile:zset", -1_000_000_000, "WITHSCORES"],
    "HRANDFIELD many times": ["HRANDFIELD", "bull:email:1", -1_000_000_000],
    "GEORADIUS of the whole earth": ["GEORADIUS", "hostile:zset", 0, 0, 50_000, "km"],
    "GEOSEARCHSTORE": ["GEOSEARCHSTORE", "hostile:g", "hostile:zset", "FROMLONLAT", 0, 0, "BYRADIUS", 5e9, "m"],
    "ZRANGESTORE": ["ZRANGESTORE", "hostile:z3", "hostile:zset", 0, -1],
    "COPY": ["COPY", "hostile:large", "hostile:copy"],
    "LINSERT behind the last": ["LINSERT", "hostile:list", "AFTER", "99999", "x"],
    "LREM of what is there often": ["LREM", "hostile:same", 0, "x"],
    "LPOS of all": ["LPOS", "hostile:same", "x", "COUNT", 0],
    # many arguments
    "MSET of many keys": ["MSET", *[part for n in range(60_000) for part in (f"hostile:m:{n}", "value of it")]],
    "DEL of many keys": ["DEL", *[f"hostile:m:{n}" for n in range(60_000)]],
    "LPUSH of many values": ["LPUSH", "hostile:list2", *range(100_000)],
    "ZADD of many members": ["ZADD", "hostile:z4", *[part for n in range(60_000) for part in (n, n)]],
    "GEOADD of many places": ["GEOADD", "hostile:g2", *[part for n in range(20_000) for part in (1, 1, n)]],
    "BLPOP of many keys": ["BLPOP", *[f"hostile:none:{n}" for n in range(10_000)], 0],
    "BLPOP for ever and a day": ["BLPOP", "bull:email:failed2", "0.01"],
    "SUBSCRIBE to many channels": ["SUBSCRIBE", *range(100_000)],
    "PSUBSCRIBE to many patterns": ["PSUBSCRIBE", *[f"*{n}*" for n in range(20_000)]],
    "WATCH of many keys": ["WATCH", *range(100_000)],
    # scores and values that the run reads
    "a due time of inf": ["ZADD", "bull:email:delayed", "inf", "zz"],
    "a due time of -inf": ["ZADD", "bull:email:delayed", "-inf", "zy"],
    "a due time of nan": ["ZADD", "bull:email:delayed", "nan", "zx"],
    "a due time that overflows": ["ZADD", "bull:email:delayed", "1e400", "zw"],
    "a string in the place of the line": ["SET", "bull:email:wait", "str"],
    "the line again": ["DEL", "bull:email:wait"],
    # what stands outside
    "DEBUG SLEEP": ["DEBUG", "SLEEP", 100],
    "CLIENT PAUSE": ["CLIENT", "PAUSE", 100_000],
    "WAIT": ["WAIT", 1, 0],
    "RESTORE": ["RESTORE", "hostile:r", 0, "x"],
    "XADD": ["XADD", "hostile:x", "*", "a", "b"],
    "OBJECT ENCODING": ["OBJECT", "ENCODING", "bull:email:1"],
}  # fmt: skip
"""Single commands; what is answered is not looked at, only that there is an answer."""


class Watcher:
    """Looks at the page again and again, each time anew, and keeps how long the slowest answer took.

    Attributes:
        slowest_s: Since the last ``forget``.
        wrong: Answers that were none.
    """

    def __init__(self, page: LivePage) -> None:
        self._page = page
        self._is_over = threading.Event()
        self._asked_s: float | None = None
        self.slowest_s = 0.0
        self.wrong: list[str] = []
        self.looks = 0
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._is_over.wait(0.05):
            self._asked_s = began_s = time.monotonic()
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self._page.port, timeout=120)
                connection.request("GET", "/api/state?since=0")
                answer = connection.getresponse()
                body = answer.read()
                connection.close()
                if answer.status != 200:
                    self.wrong.append(f"{answer.status}: {body[:200]!r}")
            except OSError as error:
                self.wrong.append(repr(error))
            self._asked_s = None
            self.looks += 1
            self.slowest_s = max(self.slowest_s, time.monotonic() - began_s)

    def since(self) -> float:
        """Return how slow it was, with an answer that is still awaited, and forget that."""
        asked_s = self._asked_s
        slowest_s = max(self.slowest_s, 0.0 if asked_s is None else time.monotonic() - asked_s)
        self.slowest_s = 0.0
        return slowest_s

    def end(self) -> None:
        """Look no more."""
        self._is_over.set()
        self._thread.join(130)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePage]:
    """A run that plays at the pace of real time, with some large keys in its Redis."""
    folder = tmp_path_factory.mktemp("served")
    with live_page(SCENARIO, "--until", "9s", "--speed", "1x", cwd=folder, start=WITH_SHORT_SCRIPTS) as page:
        client = connect(page)
        client.set("hostile:large", b"x" * (8 * MEGABYTE))
        for first in range(0, 100_000, 20_000):
            numbers = range(first, first + 20_000)
            client.rpush("hostile:list", *numbers)
            client.rpush("hostile:same", *["x"] * 20_000)
            client.sadd("hostile:set", *numbers)
            client.zadd("hostile:zset", {str(number): number for number in numbers})
        client.close()
        yield page


@pytest.fixture(scope="module")
def watcher(page: LivePage) -> Iterator[Watcher]:
    """Somebody who looks at the page."""
    watcher = Watcher(page)
    yield watcher
    watcher.end()


def connect(page: LivePage) -> Any:
    """A client that does not try again by itself."""
    return redis.Redis(port=page.redis_port, socket_timeout=ATTACK_S, retry=Retry(NoBackoff(), 0), protocol=2)


def peak_bytes(page: LivePage) -> int:
    """The most memory that the process has had; 0 where the system does not say."""
    with suppress(OSError):
        for line in Path(f"/proc/{page.process.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
    return 0


@pytest.fixture(autouse=True)
def everything_is_still_there(page: LivePage, watcher: Watcher) -> Iterator[None]:
    """After every attack: the next client is served, the page has answered, and memory is bounded."""
    watcher.since()
    looks = watcher.looks
    yield
    client = connect(page)
    assert client.ping()
    assert client.hget("bull:email:2", "name") == b"__default__"
    client.close()
    while watcher.looks < looks + 2:
        time.sleep(0.01)
    assert watcher.since() < PAGE_S
    assert watcher.wrong == []
    assert peak_bytes(page) < MEMORY_BYTES


@pytest.mark.parametrize("what", SENT)
def test_a_command_ends_and_the_page_answers(page: LivePage, what: str) -> None:
    """With whatever: an answer, an error, or a closed connection."""
    client = connect(page)
    began_s = time.monotonic()
    with suppress(redis.ResponseError, redis.ConnectionError):
        client.execute_command(*SENT[what])
    assert time.monotonic() - began_s < ATTACK_S / 2
    client.close()


def send(page: LivePage, data: bytes, times: int = 1, wait_s: float = 0.5) -> None:
    """Send bytes, so often, and do not read."""
    with socket.create_connection(("127.0.0.1", page.redis_port), timeout=ATTACK_S / 2) as deaf, suppress(OSError):
        for _ in range(times):
            deaf.sendall(data)
        deaf.settimeout(wait_s)
        deaf.recv(1)


def in_parallel(act: Callable[[int], None], count: int) -> None:
    """Do something in so many threads, and wait until all are through."""
    threads = [threading.Thread(target=act, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(ATTACK_S)
        assert not thread.is_alive()


def bulk(*fields: Any) -> bytes:
    """Write a command as Redis reads it."""
    texts = [field if isinstance(field, bytes) else str(field).encode() for field in fields]
    return b"*%d\r\n" % len(texts) + b"".join(b"$%d\r\n%b\r\n" % (len(text), text) for text in texts)


def test_a_transaction_that_is_never_carried_out_does_not_grow(page: LivePage) -> None:
    """Three hundred megabytes of SETs behind a MULTI: the port keeps a few, and EXEC refuses them."""
    with socket.create_connection(("127.0.0.1", page.redis_port), timeout=ATTACK_S) as client:
        client.sendall(bulk("MULTI"))
        reader = threading.Thread(target=lambda: all(iter(lambda: client.recv(65_536), b"")), daemon=True)
        reader.start()
        with suppress(OSError):
            for number in range(30):
                client.sendall(bulk("SET", f"hostile:t:{number}", b"x" * (10 * MEGABYTE)))
            client.sendall(bulk("EXEC"))
            client.shutdown(socket.SHUT_WR)
        reader.join(ATTACK_S)
    client = connect(page)
    assert not client.exists("hostile:t:0", "hostile:t:29")
    client.close()


@pytest.mark.parametrize(
    "command",
    [
        ("GET", "hostile:large"),
        ("SMEMBERS", "hostile:set"),
        ("ZUNION", 1, "hostile:zset"),
        ("GETRANGE", "hostile:large", 0, -1),
    ],
)
def test_a_transaction_of_long_answers_ends(page: LivePage, command: tuple[Any, ...]) -> None:
    """Two hundred of them would be gigabytes, or a minute."""
    client = connect(page)
    with client.pipeline(transaction=True) as pipe:
        for _ in range(200):
            pipe.execute_command(*command)
        with suppress(redis.ResponseError, redis.ConnectionError):
            pipe.execute()
    client.close()


@pytest.mark.parametrize(
    "data",
    [
        bulk("PING") * 100_000,
        bulk("GET", "hostile:large") * 500,
        bulk("KEYS", "*") * 300,
        bulk("ZUNION", 1, "hostile:zset") * 50,
        bulk("INFO") * 2_000,
        bulk("APPEND", "hostile:grows", b"x" * MEGABYTE) * 100,
        bulk("EVAL", "return redis.call('KEYS', '*')", 0) * 200,
        bulk("SCRIPT", "LOAD", b"return '" + b"x" * MEGABYTE + b"'") * 100,
    ],
    ids=["PING", "GET", "KEYS", "ZUNION", "INFO", "APPEND", "EVAL", "SCRIPT LOAD"],
)
def test_a_pipeline_that_nobody_reads_ends(page: LivePage, data: bytes) -> None:
    """A hundred thousand commands in one go, or fewer that answer at length."""
    send(page, data)


def test_commands_that_are_never_ended_do_not_add_up(page: LivePage) -> None:
    """Sixty clients, each amid a command of thirty megabytes."""

    def half(_number: int) -> None:
        send(page, b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$16000000\r\n" + b"x" * (8 * MEGABYTE), wait_s=1)

    in_parallel(half, 60)


def test_messages_to_many_who_do_not_listen_do_not_add_up(page: LivePage) -> None:
    """A hundred subscribers, and a hundred messages of ten megabytes."""
    deaf = []
    for _ in range(100):
        deaf.append(socket.create_connection(("127.0.0.1", page.redis_port), timeout=ATTACK_S))
        deaf[-1].sendall(bulk("SUBSCRIBE", "hostile"))
        deaf[-1].recv(100)
    client = connect(page)
    for _ in range(10):
        client.publish("hostile", b"x" * (10 * MEGABYTE))
    client.close()
    for one in deaf:
        one.close()


def test_many_who_block_hold_nobody_up(page: LivePage) -> None:
    """Two hundred wait for sixty keys each, and the run goes on."""
    waiting = []
    for number in range(200):
        waiting.append(socket.create_connection(("127.0.0.1", page.redis_port), timeout=ATTACK_S))
        waiting[-1].sendall(bulk("BLPOP", *[f"hostile:w:{number}:{key}" for key in range(60)], 0))
    move(page)
    for one in waiting:
        one.close()


def test_thousands_of_connections_come_and_go(page: LivePage) -> None:
    """The port takes what its limit allows and tells the others."""

    def knock(_number: int) -> None:
        for _ in range(60):
            with suppress(OSError), socket.create_connection(("127.0.0.1", page.redis_port), timeout=10) as client:
                client.sendall(b"PING\r\n")
                client.recv(10)

    in_parallel(knock, 40)


def test_scripts_without_end_from_many_clients_let_the_run_go_on(page: LivePage) -> None:
    """Two at once: each is ended in turn, and the run moves between them."""

    def loop(_number: int) -> None:
        client = connect(page)
        with pytest.raises(redis.ResponseError, match="ran too long"):
            client.eval(f"return {SLOW_FIND}", 0)
        client.close()

    in_parallel(loop, 2)
    move(page)


def test_data_without_end_is_refused_as_by_a_redis_that_is_full(page: LivePage) -> None:
    """And once it is deleted there is room again."""
    client = connect(page)

    def fill() -> None:
        for number in range(100):
            client.set(f"hostile:full:{number}", b"x" * (10 * MEGABYTE))

    with pytest.raises(redis.ResponseError, match=r"OOM|maxmemory"):
        fill()
    client.delete(*[f"hostile:full:{number}" for number in range(100)])
    deadline_s = time.monotonic() + 20
    while True:
        try:
            client.set("hostile:after", b"x")
            break
        except redis.ResponseError:
            assert time.monotonic() < deadline_s
            time.sleep(0.1)
    client.close()


def test_the_run_has_gone_on_and_can_be_repaired(page: LivePage) -> None:
    """Last: jobs that failed are retried by the page and sent, and the process ends well."""
    client = connect(page)
    client.delete("bull:email:delayed")
    client.close()
    answer = ask(page, "/api/do", b'{"do": "retry-all", "with": {"queue": "email"}}')
    assert "retried" in answer["said"]
    ask(page, "/api/time", b'{"to": "play"}')
    deadline_s = time.monotonic() + 30
    while ask(page)["queues"][0]["counts"]["completed"] < 4:
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def move(page: LivePage) -> None:
    """Have the run go on by half a second, and wait until it has."""
    before = ask(page)["time"]["now_ms"]
    ask(page, "/api/time", b'{"to": "moment", "value": "%dms"}' % (before + 500))
    deadline_s = time.monotonic() + 30
    while ask(page)["time"]["goal_ms"] is not None:
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


def ask(page: LivePage, path: str = "/api/state?since=0", body: bytes | None = None) -> Any:
    """Ask the page, with the token; again where it says that the world is held."""
    deadline_s = time.monotonic() + 60
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=60)
        connection.request("GET" if body is None else "POST", path, body, {"X-Token": page.token})
        answer = connection.getresponse()
        found = json.loads(answer.read())
        connection.close()
        if answer.status != 503:
            assert answer.status == 200, found
            return found
        assert time.monotonic() < deadline_s, found
