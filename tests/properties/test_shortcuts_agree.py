"""A shortcut answers, changes and refuses exactly what redis-py's own client of fakeredis does."""

from typing import Any

import fakeredis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from sim.core.clock import ManualClock
from sim.world.redis_store import open_fakeredis
from sim.world.shortcuts.table import SHORTCUTS
from sim.world.simulated_server import SimulatedServer

T0 = 1_767_225_600_000
EXAMPLES = 1_500

Call = tuple[str, tuple[Any, ...], dict[str, Any]]


def names(kind: str) -> st.SearchStrategy[str]:
    """A key that mostly has the right type, and sometimes another."""
    own = st.sampled_from([f"{kind}:1", f"{kind}:2"])
    return st.one_of(own, own, own, st.sampled_from(["string:1", "hash:1", "list:1", "set:1", "zset:1"]))


MEMBERS = st.sampled_from(["a", "b", "c", "ä", "", "1"])
NUMBERS = st.sampled_from(["0", "7", "-7", "007", "+7", " 7", "7.5", "9223372036854775807", "-9223372036854775808"])
ODD = st.sampled_from([7, -7, 1.5, -0.0, float("inf"), float("nan"), 1e300, b"raw", True, None, ["a"]])
VALUES = st.one_of(MEMBERS, MEMBERS, NUMBERS, ODD)
MANY = st.lists(st.one_of(MEMBERS, MEMBERS, MEMBERS, VALUES), min_size=0, max_size=3)
PLACES = st.one_of(st.integers(-4, 4), st.sampled_from([0, -1, 2**63 - 1, 2**63, -(2**63), "1", "x", 1.5, None]))
AMOUNTS = st.sampled_from([1, 1, 2, -3, 2**63 - 1, 2**63, "4", 1.5])
SCORES = st.one_of(
    st.sampled_from([0, 1, 2, 2.5, -1, 1e17, 2**53 + 1, 2**70, -0.0, "3", "x"]),
    st.sampled_from([float("inf"), float("-inf"), float("nan"), True]),
)
BOUNDS = st.one_of(st.sampled_from(["-inf", "+inf", "inf", "(1", "", "x", float("inf")]), SCORES)
LIFE_MS = st.sampled_from([None, None, 1, 2, 5, 0, -1, 2.5, "3", 2**62, 2**63])
NO_WAY = st.just({})


def call(command: str, *args: st.SearchStrategy[Any], **options: st.SearchStrategy[Any]) -> st.SearchStrategy[Call]:
    """One command with random arguments."""
    return st.tuples(st.just(command), st.tuples(*args), st.fixed_dictionaries({}, optional=options))


def spread(command: str, *args: st.SearchStrategy[Any]) -> st.SearchStrategy[Call]:
    """One command whose last argument stands for any number of them."""
    return st.tuples(*args).map(lambda drawn: (command, (*drawn[:-1], *drawn[-1]), {}))


FIELDS = st.dictionaries(MEMBERS, st.one_of(MEMBERS, NUMBERS, VALUES), max_size=3)
SCORED = st.dictionaries(MEMBERS, SCORES, max_size=3)
YES_NO = st.booleans()
CALLS: dict[str, st.SearchStrategy[Call]] = {
    "exists": spread("exists", st.lists(names("string"), max_size=3)),
    "delete": spread("delete", st.lists(names("list"), max_size=3)),
    "publish": call("publish", MEMBERS, VALUES),
    "get": call("get", names("string")),
    "set": call("set", names("string"), VALUES, px=LIFE_MS, nx=YES_NO, keepttl=YES_NO),
    "incr": call("incr", names("string"), amount=AMOUNTS),
    "hget": call("hget", names("hash"), VALUES),
    "hgetall": call("hgetall", names("hash")),
    "hset": st.one_of(
        call("hset", names("hash"), MEMBERS, VALUES),
        call("hset", names("hash"), mapping=FIELDS, key=MEMBERS, value=VALUES),
        call("hset", names("hash"), mapping=FIELDS, items=st.sampled_from([[], ["a", "b"], ["a"]])),
    ),
    "hdel": spread("hdel", names("hash"), MANY),
    "hincrby": call("hincrby", names("hash"), VALUES, amount=AMOUNTS),
    "lpush": spread("lpush", names("list"), MANY),
    "rpush": spread("rpush", names("list"), MANY),
    "rpoplpush": call("rpoplpush", names("list"), names("list")),
    "lrange": call("lrange", names("list"), PLACES, PLACES),
    "lindex": call("lindex", names("list"), PLACES),
    "linsert": call("linsert", names("list"), st.sampled_from(["BEFORE", "AFTER", "after", "x"]), VALUES, VALUES),
    "llen": call("llen", names("list")),
    "lrem": call("lrem", names("list"), PLACES, VALUES),
    "lpos": call("lpos", names("list"), VALUES, rank=st.sampled_from([1, -1]), count=st.sampled_from([0, 1])),
    "sadd": spread("sadd", names("set"), MANY),
    "srem": spread("srem", names("set"), MANY),
    "scard": call("scard", names("set")),
    "sismember": call("sismember", names("set"), VALUES),
    "smembers": call("smembers", names("set")),
    "zadd": call("zadd", names("zset"), SCORED, nx=YES_NO, ch=YES_NO),
    "zcard": call("zcard", names("zset")),
    "zcount": call("zcount", names("zset"), BOUNDS, BOUNDS),
    "zscore": call("zscore", names("zset"), VALUES),
    "zrange": call("zrange", names("zset"), PLACES, PLACES, desc=YES_NO, withscores=YES_NO, byscore=YES_NO),
    "zrangebyscore": call(
        "zrangebyscore", names("zset"), BOUNDS, BOUNDS, start=st.integers(-1, 3), num=st.integers(-1, 3)
    ),
    "zrem": spread("zrem", names("zset"), MANY),
}
"""Every command that has a shortcut."""
FILLING = ("set", "incr", "hset", "hset", "lpush", "rpush", "sadd", "zadd", "zadd")
OTHERS = st.one_of(
    call("pexpire", names("hash"), st.integers(1, 4)),
    call("pexpire", names("list"), st.integers(1, 4)),
    call("rename", names("list"), names("list")),
    st.tuples(st.just("wait a few ms"), st.tuples(st.integers(1, 3)), st.just({})),
)
HISTORIES = st.lists(st.one_of(*CALLS.values(), *(CALLS[name] for name in FILLING), OTHERS), min_size=1, max_size=40)


def plain_client(server: Any) -> Any:
    """Make fakeredis's own client, which speaks redis-py's protocol; it is connected and does not try again."""
    client = fakeredis.FakeRedis(server=server, decode_responses=True, retry=Retry(NoBackoff(), 0))
    client.ping()
    return client


def outcome(client: Any, command: str, args: tuple[Any, ...], options: dict[str, Any]) -> tuple[str, str]:
    """What a call answers or raises, its type included, and the order of all that has one."""
    try:
        answer = getattr(client, command)(*args, **options)
    except (RedisError, UnicodeError) as error:
        return type(error).__name__, str(error)
    if isinstance(answer, set):
        answer = sorted(answer)
        return "set", repr(answer)
    return type(answer).__name__, repr(answer)


def everything(server: Any) -> list[Any]:
    """All keys of a server in their order, with what is in them and when they expire, as another client sees it."""
    reader = plain_client(server)
    read = {
        "string": reader.get,
        "hash": reader.hgetall,
        "list": lambda key: reader.lrange(key, 0, -1),
        "set": lambda key: sorted(reader.smembers(key)),
        "zset": lambda key: reader.zrange(key, 0, -1, withscores=True),
    }
    return [(key, repr(read[reader.type(key)](key)), reader.pttl(key)) for key in reader.keys("*")]


@settings(max_examples=EXAMPLES)
@given(HISTORIES)
def test_no_history_tells_the_client_with_shortcuts_from_fakeredis_own(history: list[Call]) -> None:
    """Each answer, each error and each key: wrong types, odd arguments, expiring keys included."""
    clock = ManualClock(T0)
    server, client = open_fakeredis(clock)
    other_server = SimulatedServer(clock)
    other_client = plain_client(other_server)
    for command, args, options in history:
        if command == "wait a few ms":
            clock.advance(*args)
        else:
            expected = outcome(other_client, command, args, options)
            assert outcome(client, command, args, options) == expected, (command, args, options)
    assert everything(server) == everything(other_server)


def test_every_shortcut_is_in_the_histories() -> None:
    """A new shortcut cannot be forgotten here."""
    assert set(CALLS) == set(SHORTCUTS)


@pytest.mark.parametrize("ms", [499, 500, 501])
def test_a_shortcut_sees_a_key_live_up_to_its_last_millisecond(ms: int) -> None:
    """Alive in the millisecond of its expiry, gone in the one after, and then its place can be taken."""
    clock = ManualClock(T0)
    server, client = open_fakeredis(clock)
    client.set("lock", "token", px=500)
    clock.advance(ms)
    alive = ms <= 500
    assert client.get("lock") == ("token" if alive else None)
    assert client.exists("lock") == plain_client(server).exists("lock") == int(alive)
    assert client.delete("lock") == int(alive)
