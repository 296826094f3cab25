"""A direct command answers, changes and refuses exactly what redis-py's own client of fakeredis does."""

from typing import Any

import fakeredis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from sim.core.clock import ManualClock
from sim.queue.store import Commands
from sim.stores.fakeredis_server import SimulatedServer
from sim.stores.fakeredis_store import open_fakeredis
from tests.sizes import sized

T0 = 1_767_225_600_000
EXAMPLES = sized(100)
"""Histories of each kind of key."""

Call = tuple[str, tuple[Any, ...], dict[str, Any]]
Calls = st.SearchStrategy[Call]


def mostly(everyday: list[Any], odd: list[Any]) -> st.SearchStrategy[Any]:
    """Draw an everyday value seven times in eight."""
    times = -(-7 * len(odd) // len(everyday))
    return st.sampled_from(everyday * times + odd)


def keys(kind: str) -> st.SearchStrategy[str]:
    """Draw a key that mostly has the right type, and sometimes another."""
    return mostly([f"{kind}:1", f"{kind}:2"], ["string:1", "hash:1", "list:1", "set:1", "sorted:1"])


def call(command: str, *args: st.SearchStrategy[Any], **options: st.SearchStrategy[Any]) -> Calls:
    """One command with random arguments, with all of the options."""
    return st.tuples(st.just(command), st.tuples(*args), st.fixed_dictionaries(options))


def spread(command: str, *args: st.SearchStrategy[Any]) -> Calls:
    """One command whose last argument stands for any number of them."""
    return st.tuples(*args).map(lambda drawn: (command, (*drawn[:-1], *drawn[-1]), {}))


NUMBERS = ["0", "7", "12"]
ODD_NUMBERS = ["-7", "007", "+7", " 7", "7.5", "", "9223372036854775807", "9" * 30]
ODD = [7, -7, 1.5, -0.0, float("inf"), float("nan"), 1e300, b"raw", b"\xff", "ä", "", True, None, ["a"]]
MEMBERS = mostly(["a", "b", "c"], ODD)
FIELDS = mostly(["a", "b", "n"], ODD)
TEXTS = mostly(["a", "b", *NUMBERS, *NUMBERS], [*ODD, *ODD_NUMBERS])
MANY = st.lists(MEMBERS, max_size=3)
PLACES = mostly([-3, -2, -1, 0, 1, 2], [5, -5, 2**63 - 1, 2**63, -(2**63), "1", "x", 1.5, None])
COUNTS = mostly([-2, -1, 0, 1, 2], [2**63, "1", None])
AMOUNTS = mostly([1, 2], [-3, 2**63 - 1, 2**63, "4", 1.5])
SCORES = mostly([0, 1, 1, 2, 2.5], [-1, 1e17, 2**53 + 1, 2**70, -0.0, "3", "x", float("inf"), float("nan"), True])
BOUNDS = mostly(
    ["-inf", "+inf", 0, 1, 2, 2.5], ["inf", "(1", "", "x", float("inf"), float("-inf"), float("nan"), 1e999]
)
LIVES_MS = mostly([1, 2, 3], [None, 0, -1, 2.5, "3", 2**62, 2**63])
SCORED = st.dictionaries(st.sampled_from(["a", "b", "c", "ä", b"raw"]), SCORES, max_size=3)
MAPPINGS = st.dictionaries(st.sampled_from(["a", "b", "n", "ä", b"raw", 1]), TEXTS, max_size=3)
YES_NO = st.booleans()

STRING, HASH, LIST, SET, SORTED = (keys(kind) for kind in ("string", "hash", "list", "set", "sorted"))
CALLS: dict[str, dict[str, list[Calls]]] = {
    "string": {
        "get": [call("get", STRING)],
        "set": [
            call("set", STRING, TEXTS),
            call("set", STRING, TEXTS, px=LIVES_MS),
            call("set", STRING, TEXTS, nx=YES_NO, keepttl=YES_NO),
        ],
        "incr": [call("incr", STRING), call("incr", STRING, amount=AMOUNTS)],
        "publish": [call("publish", MEMBERS, TEXTS)],
    },
    "hash": {
        "hget": [call("hget", HASH, FIELDS)],
        "hmget": [call("hmget", HASH, st.lists(FIELDS, min_size=1, max_size=3))],
        "hgetall": [call("hgetall", HASH)],
        "hset": [
            call("hset", HASH, FIELDS, TEXTS),
            call("hset", HASH, mapping=MAPPINGS),
            call("hset", HASH, FIELDS, TEXTS, mapping=MAPPINGS),
            call("hset", HASH, mapping=MAPPINGS, items=st.sampled_from([[], ["a", "b"], ["a"]])),
        ],
        "hdel": [spread("hdel", HASH, st.lists(FIELDS, max_size=3))],
        "hincrby": [call("hincrby", HASH, FIELDS), call("hincrby", HASH, st.just("n"), amount=AMOUNTS)],
    },
    "list": {
        "lpush": [spread("lpush", LIST, MANY)],
        "rpush": [spread("rpush", LIST, MANY)],
        "rpoplpush": [call("rpoplpush", LIST, LIST)],
        "lrange": [call("lrange", LIST, PLACES, PLACES)],
        "lindex": [call("lindex", LIST, PLACES)],
        "linsert": [call("linsert", LIST, mostly(["BEFORE", "AFTER"], ["after", "x"]), MEMBERS, MEMBERS)],
        "lset": [call("lset", LIST, PLACES, MEMBERS)],
        "llen": [call("llen", LIST)],
        "lrem": [call("lrem", LIST, COUNTS, MEMBERS)],
        "lpos": [call("lpos", LIST, MEMBERS), call("lpos", LIST, MEMBERS, rank=COUNTS, count=COUNTS)],
    },
    "set": {
        "sadd": [spread("sadd", SET, MANY)],
        "srem": [spread("srem", SET, MANY)],
        "scard": [call("scard", SET)],
        "sismember": [call("sismember", SET, MEMBERS)],
        "smembers": [call("smembers", SET)],
    },
    "sorted": {
        "zadd": [call("zadd", SORTED, SCORED), call("zadd", SORTED, SCORED, nx=YES_NO, ch=YES_NO)],
        "zcard": [call("zcard", SORTED)],
        "zcount": [call("zcount", SORTED, BOUNDS, BOUNDS)],
        "zscore": [call("zscore", SORTED, MEMBERS)],
        "zrange": [
            call("zrange", SORTED, PLACES, PLACES),
            call("zrange", SORTED, PLACES, PLACES, desc=YES_NO, withscores=YES_NO),
            call("zrange", SORTED, BOUNDS, BOUNDS, byscore=YES_NO),
        ],
        "zrangebyscore": [
            call("zrangebyscore", SORTED, BOUNDS, BOUNDS),
            call("zrangebyscore", SORTED, BOUNDS, BOUNDS, start=COUNTS, num=COUNTS),
            call("zrangebyscore", SORTED, BOUNDS, BOUNDS, withscores=YES_NO),
        ],
        "zrem": [spread("zrem", SORTED, MANY)],
    },
}
"""Every command that the queue uses on keys of one type, by that type."""
FILLING = {"string": "set", "hash": "hset", "list": "rpush", "set": "sadd", "sorted": "zadd"}
OF_ANY_TYPE = {"exists", "delete", "rename", "pttl"}
WAIT = "wait a few ms"


def histories(kind: str) -> st.SearchStrategy[list[Call]]:
    """Draw calls of one type's commands, after each type has a key, between what happens to keys of any type."""
    own = [each for calls in CALLS[kind].values() for each in calls]
    fills = CALLS[kind][FILLING[kind]][:2]
    key = keys(kind)
    of_any_type = [
        spread("exists", st.lists(key, max_size=3)),
        spread("delete", st.lists(key, min_size=1, max_size=2)),
        call("pexpire", key, st.integers(1, 3)),
        call("rename", key, key),
        call("pttl", key),
        st.tuples(st.just(WAIT), st.tuples(st.integers(1, 2)), st.just({})),
    ]
    first: list[Call] = [
        ("set", ("string:1", "text"), {}),
        ("hset", ("hash:1", "a", "1"), {}),
        ("rpush", ("list:1", "a", "b"), {}),
        ("sadd", ("set:1", "a", "b"), {}),
        ("zadd", ("sorted:1", {"a": 1, "b": 2}), {}),
    ]
    return st.lists(st.one_of(*fills, *own, *of_any_type), min_size=1, max_size=30).map(lambda calls: first + calls)


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
    reader = fakeredis.FakeRedis(server=server)
    read = {
        b"string": reader.get,
        b"hash": reader.hgetall,
        b"list": lambda key: reader.lrange(key, 0, -1),
        b"set": lambda key: sorted(reader.smembers(key)),
        b"zset": lambda key: reader.zrange(key, 0, -1, withscores=True),
    }
    return [(key, repr(read[reader.type(key)](key)), reader.pttl(key)) for key in reader.keys("*")]


@pytest.mark.parametrize("kind", CALLS)
@settings(max_examples=EXAMPLES)
@given(st.data())
def test_no_history_tells_direct_commands_from_fakeredis_own_client(kind: str, data: st.DataObject) -> None:
    """Each answer, each error and each key: wrong types, odd arguments and expiring keys included."""
    clock = ManualClock(T0)
    server, client = open_fakeredis(clock)
    other_server = SimulatedServer(clock)
    other_client = plain_client(other_server)
    for command, args, options in data.draw(histories(kind)):
        if command == WAIT:
            clock.advance(*args)
            continue
        expected = outcome(other_client, command, args, options)
        assert outcome(client, command, args, options) == expected, (command, args, options)
    assert everything(server) == everything(other_server)


EDGE_KEYS: tuple[Call, ...] = (
    ("set", ("padded", "007"), {}),
    ("set", ("greatest", str(2**63 - 1)), {}),
    ("hset", ("hash",), {"mapping": {"padded": "007", "greatest": str(2**63 - 1), "text": "a"}}),
    ("rpush", ("list", "a", "b", "a", "c", "b", "a"), {}),
    ("zadd", ("sorted", {"a": 1, "b": 2, "c": 2, "d": 3, "least": float("-inf"), "most": float("inf")}), {}),
)
EDGES: tuple[Call, ...] = (
    *[("set", ("key", "x"), {"px": px}) for px in (-1, 0, 1, 2**62, 2**63)],
    *[("incr", (key,), {}) for key in ("padded", "greatest", "list", "missing")],
    *[("incr", ("missing",), {"amount": amount}) for amount in (-1, 0, 2**63 - 1, 2**63)],
    *[("hincrby", ("hash", field), {}) for field in ("padded", "greatest", "text", "missing")],
    *[("lrem", ("list", count, value), {}) for count in (-4, -1, 0, 1, 2) for value in ("a", "b", "x")],
    *[("lindex", ("list", place), {}) for place in (-7, -6, 5, 6)],
    *[("lrange", ("list", *places), {}) for places in ((-9, 9), (2, 1), (6, 6), (-2, -1), (0, -7))],
    *[("zcount", ("sorted", *ends), {}) for ends in (("-inf", "+inf"), (1, 2), (2, 1), (-9, 9), (2, float("inf")))],
    *[("zrangebyscore", ("sorted", *ends), {}) for ends in (("-inf", "+inf"), (1, 2), (2, 2), ("(1", 2), (3, "+inf"))],
    *[("zrangebyscore", ("sorted", 1, 3), {"start": a, "num": n}) for a in (-1, 0, 1, 4) for n in (-1, 0, 1, 2, 9)],
    *[("zrange", ("sorted", *ranks), {"desc": down}) for ranks in ((0, 1), (-2, -1), (4, 9)) for down in (False, True)],
    ("zrange", ("sorted", 0, -1), {"withscores": True}),
    ("zadd", ("sorted", {"zero": -0.0, "a": 1.0}), {}),
)
"""Calls at the edge of what Redis takes, each on ``EDGE_KEYS``."""


@pytest.mark.parametrize(("command", "args", "options"), EDGES)
def test_at_the_edges_the_answer_and_the_keys_are_the_same(
    clock: ManualClock, command: str, args: tuple[Any, ...], options: dict[str, Any]
) -> None:
    """Infinite scores, padded numbers, the greatest number, values that are there twice, places outside."""
    server, client = open_fakeredis(clock)
    other_server = SimulatedServer(clock)
    other_client = plain_client(other_server)
    for fill, with_args, with_options in EDGE_KEYS:
        outcome(client, fill, with_args, with_options)
        outcome(other_client, fill, with_args, with_options)
    assert outcome(client, command, args, options) == outcome(other_client, command, args, options)
    assert everything(server) == everything(other_server)


def test_every_command_of_the_queue_is_in_the_histories() -> None:
    """A new one cannot be forgotten here."""
    of_one_type = {command for calls in CALLS.values() for command in calls}
    queue_commands = {name for name in vars(Commands) if not name.startswith("_")}
    assert of_one_type | OF_ANY_TYPE == queue_commands


@pytest.mark.parametrize("ms", [499, 500, 501])
def test_a_direct_command_sees_a_key_live_up_to_its_last_millisecond(ms: int) -> None:
    """Alive in the millisecond of its expiry, gone in the one after, and then its place can be taken."""
    clock = ManualClock(T0)
    server, client = open_fakeredis(clock)
    client.set("lock", "token", px=500)
    clock.advance(ms)
    alive = ms <= 500
    assert client.get("lock") == ("token" if alive else None)
    assert client.exists("lock") == plain_client(server).exists("lock") == int(alive)
    assert client.delete("lock") == int(alive)
