"""Shortcuts are taken by everyday calls only, and nobody beside them misses anything."""

import threading
from typing import Any

import fakeredis
import pytest
import redis

from sim.core.clock import ManualClock
from sim.world.canary import EVERYDAY, CanaryError, check_fakeredis
from sim.world.redis_store import SimulatedRedis, open_fakeredis
from sim.world.shortcuts import hashes
from sim.world.shortcuts.table import SHORTCUTS


@pytest.fixture
def pair(clock: ManualClock) -> tuple[Any, Any]:
    """A client with shortcuts, and fakeredis's own client of the same server."""
    server, client = open_fakeredis(clock)
    return client, fakeredis.FakeRedis(server=server, decode_responses=True)


def test_every_everyday_call_takes_its_shortcut(pair: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """None of them is sent to redis-py, and together they are all commands that have a shortcut."""
    client, _beside = pair

    def refuse(*_args: Any, **_options: Any) -> Any:
        raise AssertionError("this call went the long way")

    monkeypatch.setattr(SimulatedRedis, "execute_command", refuse)
    for command, args, options in EVERYDAY:
        getattr(client, command)(*args, **options)
    assert {command for command, _args, _options in EVERYDAY} == set(SHORTCUTS)


@pytest.mark.parametrize(("command", "args", "options"), EVERYDAY)
def test_no_shortcut_leads_to_a_server_that_is_away(
    clock: ManualClock, command: str, args: tuple[Any, ...], options: dict[str, Any]
) -> None:
    """Each command raises redis-py's own error, and works again when the server is back."""
    server, client = open_fakeredis(clock)
    server.connected = False
    with pytest.raises(redis.ConnectionError):
        getattr(client, command)(*args, **options)
    server.connected = True
    getattr(client, command)(*args, **options)


def test_a_wrong_type_is_an_error_and_changes_nothing(pair: tuple[Any, Any]) -> None:
    """The error is Redis's, with its text."""
    client, beside = pair
    client.rpush("list", "a")
    client.set("text", "b")
    with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
        client.rpoplpush("list", "text")
    assert beside.lrange("list", 0, -1) == ["a"]


def test_what_a_shortcut_changed_makes_another_clients_transaction_fail(pair: tuple[Any, Any]) -> None:
    """While a key is watched the watcher is told, also of a change by a command that has a shortcut."""
    client, beside = pair
    with beside.pipeline() as transaction:
        transaction.watch("key")
        transaction.multi()
        transaction.set("key", "theirs")
        client.set("key", "ours")
        with pytest.raises(redis.WatchError):
            transaction.execute()
    assert client.get("key") == "ours"


def test_those_who_listen_hear_of_every_change(pair: tuple[Any, Any]) -> None:
    """Of messages, and of changes of keys."""
    client, beside = pair
    listener = beside.pubsub(ignore_subscribe_messages=True)
    listener.psubscribe("*")
    listener.get_message(timeout=1)
    assert client.publish("news", "hello") == 1
    client.lpush("list", "a")
    heard = [listener.get_message(timeout=1)["data"] for _ in range(3)]
    assert heard == ["hello", "lpush", "list"]
    listener.close()


def test_who_is_blocked_until_there_is_something_gets_it(pair: tuple[Any, Any]) -> None:
    """A push wakes a client that waits for a list in another thread."""
    client, beside = pair
    got: list[Any] = []
    waiter = threading.Thread(target=lambda: got.append(beside.brpop("list", timeout=20)))
    waiter.start()
    while not client._db.is_observed:
        pass
    client.lpush("list", "a")
    waiter.join(20)
    assert [tuple(answer) for answer in got] == [("list", "a")]
    assert not client._db.is_observed


def test_fields_that_expire_are_left_to_fakeredis(pair: tuple[Any, Any]) -> None:
    """Setting a field takes its expiry away, as on Redis."""
    client, beside = pair
    client.hset("hash", "field", "1")
    beside.hexpire("hash", 1_000, "field")
    client.hset("hash", "field", "2")
    assert beside.httl("hash", "field") == [-1]


def test_a_set_with_a_member_that_expired_is_left_to_fakeredis(pair: tuple[Any, Any]) -> None:
    """What fakeredis would not count any more, no shortcut counts."""
    client, _beside = pair
    client.sadd("set", "a", "b")
    client._db.live("set").value.set_member_expireat(b"a", 2**60)
    client._db.live("set").value._values[b"a"] = 1
    assert client.scard("set") == 1
    assert client.smembers("set") == {"b"}


def test_no_argument_is_made_text_that_redis_py_would_refuse(pair: tuple[Any, Any]) -> None:
    """``None`` is no value, and neither is a truth."""
    client, _beside = pair
    for odd in (None, True, ["a"]):
        with pytest.raises(redis.DataError):
            client.set("text", odd)


def test_databases_that_change_places_are_followed(pair: tuple[Any, Any]) -> None:
    """Nothing is remembered of where the keys were."""
    client, beside = pair
    client.set("text", "a")
    beside.swapdb(0, 1)
    assert client.get("text") is None
    beside.swapdb(0, 1)
    assert client.get("text") == "a"


def test_a_fakeredis_that_keeps_its_data_otherwise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start, with the name of the command that shows it."""
    monkeypatch.setattr(hashes.Hash, "getall", lambda self: {b"a": b"otherwise"})
    with pytest.raises(CanaryError, match="hgetall"):
        check_fakeredis(SimulatedRedis)


def test_a_fakeredis_without_the_parts_that_shortcuts_need_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing attribute is no stack trace but a message with a way out."""
    monkeypatch.delattr(hashes.Hash, "_expire_keys")
    with pytest.raises(CanaryError, match="constraints"):
        check_fakeredis(SimulatedRedis)
