"""Direct commands are fakeredis's own, and nobody beside them misses anything."""

import threading
from typing import Any

import fakeredis
import pytest
import redis
from fakeredis._core._database import CommandItem

from sim.core.clock import ManualClock
from sim.stores import direct_commands
from sim.stores.fakeredis_check import CALLS, UnsuitableFakeredis, check_installed_release
from sim.stores.fakeredis_server import SimulatedDatabase
from sim.stores.fakeredis_store import SimulatedRedis, open_fakeredis


@pytest.fixture
def pair(clock: ManualClock) -> tuple[Any, Any]:
    """A client with direct commands, and fakeredis's own client of the same server."""
    server, client = open_fakeredis(clock)
    return client, fakeredis.FakeRedis(server=server, decode_responses=True)


@pytest.mark.parametrize(("command", "args", "options"), CALLS)
def test_no_command_reaches_a_server_that_is_away(
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


def test_what_a_direct_command_changed_makes_another_clients_transaction_fail(pair: tuple[Any, Any]) -> None:
    """A watched key that changes is told to its watcher."""
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
    server = beside.connection_pool.connection_kwargs["server"]
    blocked = threading.Event()

    class Condition(threading.Condition):
        def wait(self, timeout: float | None = None) -> bool:
            blocked.set()
            return super().wait(timeout)

    server.dbs[0].condition = Condition(server.lock)
    got: list[Any] = []
    waiter = threading.Thread(target=lambda: got.append(beside.brpop("list", timeout=20)))
    waiter.start()
    assert blocked.wait(20)
    client.lpush("list", "a")
    waiter.join(20)
    assert [tuple(answer) for answer in got] == [("list", "a")]


def test_fields_that_expire_lose_their_expiry_when_they_are_set(pair: tuple[Any, Any]) -> None:
    """As on Redis."""
    client, beside = pair
    client.hset("hash", "field", "1")
    beside.hexpire("hash", 1_000, "field")
    client.hset("hash", "field", "2")
    assert beside.httl("hash", "field") == [-1]


def test_a_long_run_leaves_nothing_behind_in_the_connection(clock: ManualClock) -> None:
    """Events of single fields, which Redis 7.0 does not have, are not kept for anybody."""
    client: Any = open_fakeredis(clock)[1]
    for number in range(10):
        client.hset("hash", "field", number)
        client.hdel("hash", "field")
    assert client._socket._subkey_events == []


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


def test_a_fakeredis_that_notes_changes_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start, with the name of the command that shows it."""
    unused = property(lambda item: False, lambda item, value: None)
    monkeypatch.setattr(direct_commands, "CommandItem", type("Item", (CommandItem,), {"_modified": unused}))
    with pytest.raises(UnsuitableFakeredis, match="incr answers 1 instead of 8"):
        check_installed_release(SimulatedRedis)


def test_a_fakeredis_without_the_parts_that_direct_commands_need_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing attribute is no stack trace but a message with a way out."""
    monkeypatch.delattr(CommandItem, "writeback")
    with pytest.raises(UnsuitableFakeredis, match="constraints"):
        check_installed_release(SimulatedRedis)


def test_a_fakeredis_whose_keys_expire_by_another_clock_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then no lock of a run would ever be lost at the right moment."""
    monkeypatch.setattr(SimulatedDatabase, "expired", lambda self, item: False)
    with pytest.raises(UnsuitableFakeredis, match="simulated clock"):
        check_installed_release(SimulatedRedis)
