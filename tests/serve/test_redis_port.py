"""The simulated Redis on a port: the very keys of the world, for any client."""

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
import redis

from sim.core.errors import SimError
from sim.engine.world import World, simulation_of
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario
from sim.serve.redis_port.fakeredis_parts import FakeredisChanged, check_fakeredis
from sim.serve.redis_port.server import PortUnavailable, RedisPort
from tests.serve.conftest import SCENARIO, Raw, wait_until_blocked


def starts(world: World) -> list[str]:
    """The jobs that a worker began, in that order."""
    return [str(record.job) for record in world.trace if record.kind is EventKind.STARTED]


@pytest.mark.parametrize("protocol", [2, 3])
def test_a_client_reads_the_keys_that_bull_would_write(connect: Callable[..., Any], protocol: int) -> None:
    """By their names, with their types, in both protocols."""
    client = connect(protocol=protocol)
    assert sorted(client.scan_iter("bull:email:*")) == [
        "bull:email:1", "bull:email:2", "bull:email:3", "bull:email:4", "bull:email:completed", "bull:email:failed",
        "bull:email:id", "bull:email:stalled-check",
    ]  # fmt: skip
    assert client.hget("bull:email:1", "attemptsMade") == "1"
    assert client.zrange("bull:email:failed", 0, -1) == ["1", "2", "3"]
    assert client.zrange("bull:email:failed", 0, 0, withscores=True)[0][1] == 1767225601080
    assert client.type("bull:email:completed") == "zset"
    assert client.get("no such key") is None


def test_a_retry_by_hand_is_picked_up_at_the_next_step(world: World, port: RedisPort, client: Any) -> None:
    """ZREM and LPUSH are all that it takes; the worker starts at that very moment of simulated time."""
    client.zrem("bull:email:failed", "2")
    client.lpush("bull:email:wait", "2")
    with port.world_lock:
        world.run_until("11s")
    (again,) = [record for record in world.trace if record.kind is EventKind.STARTED and record.t_ms > 9_000]
    assert (again.t_ms, again.job) == (10_000, "email-2")
    assert client.zscore("bull:email:completed", "2") is not None
    assert client.zrange("bull:email:failed", 0, -1) == ["1", "3"]


def test_a_transaction_is_looked_at_when_it_is_whole(world: World, port: RedisPort, client: Any) -> None:
    """Nothing runs between its commands, and once for all of them the world is told."""
    told: list[int] = []
    port._on_change = lambda: told.append(world.redis.llen("bull:email:wait"))
    with client.pipeline(transaction=True) as pipe:
        pipe.zrem("bull:email:failed", "1", "2").lpush("bull:email:wait", "1").lpush("bull:email:wait", "2")
        assert pipe.execute() == [2, 1, 2]
    assert told == [2]


def test_the_world_is_told_of_changes_only(port: RedisPort, client: Any) -> None:
    """Not of what was read, and not of a removal that found nothing."""
    told: list[bool] = []
    port._on_change = lambda: told.append(port.world_lock.is_mine)
    client.hgetall("bull:email:1")
    client.zrem("bull:email:failed", "99")
    client.eval("return redis.call('zcard', KEYS[1])", 1, "bull:email:failed")
    assert told == []
    client.eval("return redis.call('zrem', KEYS[1], '1')", 1, "bull:email:failed")
    assert told == [True]


def test_a_world_that_is_only_looked_at_runs_as_without_a_port(world: World) -> None:
    """Reading, blocking, subscribing and unsubscribing leave no trace."""
    watched = World(SCENARIO)
    with RedisPort(watched, port=0) as port:
        client = redis.Redis(port=port.port)
        for until_ms in range(500, 10_001, 500):
            with port.world_lock:
                watched.run_until(until_ms)
            client.info()
            client.keys("*")
            client.brpop(["bull:nothing"], timeout=0.001)
            with client.pubsub() as channel:
                channel.psubscribe("*")
                channel.get_message(timeout=1)
        client.close()
    assert list(watched.trace) == list(world.trace)


def test_a_watched_key_that_the_world_changes_calls_a_transaction_off(
    world: World, port: RedisPort, client: Any
) -> None:
    """WATCH sees through to the simulation."""
    with client.pipeline() as pipe:
        pipe.watch("bull:email:wait", "bull:email:completed")
        pipe.multi()
        pipe.set("mine", "1")
        with port.world_lock:
            world.queue("email").retry("1")
            world.run_until("11s")
        with pytest.raises(redis.WatchError):
            pipe.execute()
    assert client.exists("mine") == 0


# -- time --------------------------------------------------------------------------------------------------------------


def test_time_is_simulated(world: World, port: RedisPort, client: Any) -> None:
    """TIME, expiry and uptime stand still while the world does."""
    assert client.time() == (1767225610, 0)
    client.set("note", "x", px=1_500)
    assert client.pttl("note") == 1_500
    with port.world_lock:
        world.run_until(11_250)
    assert client.time() == (1767225611, 250_000)
    assert client.pttl("note") == 250
    assert client.info("server")["uptime_in_seconds"] == 11
    with port.world_lock:
        world.run_until(11_501)
    assert client.get("note") is None


def test_a_blocked_pop_gets_what_comes(connect: Callable[..., Any], raw: Callable[..., Raw]) -> None:
    """The one that has waited longest first, each one job, and what it sent meanwhile afterwards."""
    first, second, client = raw(), raw(), connect()
    for waiting in (first, second):
        waiting.send(b"BRPOPLPUSH q active 0\r\nPING\r\n")
        wait_until_blocked(client, 1 if waiting is first else 2)
    client.lpush("q", "a", "b", "c")
    assert first.read(b"PONG\r\n") == b"$1\r\na\r\n+PONG\r\n"
    assert second.read(b"PONG\r\n") == b"$1\r\nb\r\n+PONG\r\n"
    assert client.lrange("q", 0, -1) == ["c"]
    assert client.lrange("active", 0, -1) == ["b", "a"]


def test_a_blocked_pop_gets_what_the_world_adds(world: World, port: RedisPort, client: Any, raw: Any) -> None:
    """After the step in which it was added."""
    waiting = raw()
    waiting.send(b"BRPOPLPUSH bull:email:note active 0\r\n")
    wait_until_blocked(client, 1)
    with port.world_lock:
        world.redis.lpush("bull:email:note", "x")
    assert waiting.read(b"x\r\n") == b"$1\r\nx\r\n"


def test_a_blocked_pop_of_a_client_that_is_gone_takes_nothing(client: Any, raw: Any) -> None:
    """Also when its end and the next job come at once; fakeredis's own TCP server gives it the job."""
    for number in range(12):
        waiting = raw()
        waiting.send(b"BRPOPLPUSH q active 0\r\n")
        wait_until_blocked(client, 1)
        waiting.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        waiting.socket.close()
        client.lpush("q", number)
        assert client.lpop("q") == str(number)
    assert client.exists("active") == 0


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (b"BRPOPLPUSH q a 0.01", b"*-1\r\n"),
        (b"BLPOP q 0.01", b"*-1\r\n"),
        (b"BLMOVE q a LEFT RIGHT 0.01", b"*-1\r\n"),
        (b"BZPOPMIN q 0.01", b"*-1\r\n"),
    ],
)
def test_a_blocked_pop_times_out_in_real_time(raw: Any, command: bytes, answer: bytes) -> None:
    """Its client lives there; the world may stand still for ever."""
    waiting = raw()
    waiting.send(command + b"\r\n")
    assert waiting.read(b"\r\n") == answer


def test_blmove_waits_for_a_list_that_is_missing(client: Any, raw: Any) -> None:
    """As on Redis; in fakeredis it answers at once."""
    waiting = raw()
    waiting.send(b"BLMOVE q a LEFT RIGHT 0\r\n")
    wait_until_blocked(client, 1)
    client.rpush("q", "x", "y")
    assert waiting.read(b"x\r\n") == b"$1\r\nx\r\n"
    assert (client.lrange("q", 0, -1), client.lrange("a", 0, -1)) == (["y"], ["x"])


# -- what clients ask first --------------------------------------------------------------------------------------------


def test_what_the_world_publishes_is_heard(world: World, port: RedisPort, client: Any) -> None:
    """A due time that the queue announces reaches a subscriber."""
    story = Scenario.model_validate(
        {
            "title": "Story",
            "question": "Is it heard?",
            "workload": [{"queue": "email", "arrivals": {"kind": "times", "at": ["1s"]}, "delay": "5s"}],
        }
    )
    world = World(story)
    with RedisPort(world, port=0) as port:
        client = redis.Redis(port=port.port, decode_responses=True)
        with client.pubsub(ignore_subscribe_messages=True) as channel:
            channel.subscribe("bull:email:delayed")
            channel.get_message(timeout=5)
            with port.world_lock:
                world.run_until("2s")
            message = channel.get_message(timeout=5)
        client.close()
    assert message is not None
    assert message["data"] == str(1767225600000 + 6_000)
    assert not world.redis.connection_pool.connection_kwargs["server"].subscribers


def test_clients_go_by_names(client: Any, raw: Any) -> None:
    """CLIENT SETNAME, LIST, KILL; a name that would break the list is refused."""
    client.client_setname("dashboard")
    other = raw()
    other.send(b"CLIENT SETNAME other\r\n")
    other.read(b"OK")
    names = {entry["name"]: entry["id"] for entry in client.client_list() if entry.get("name")}
    assert {"dashboard", "other"} <= set(names)
    assert client.client_kill_filter(_id=names["other"]) == 1
    assert other.read_to_end() == b""
    with pytest.raises(redis.ResponseError, match="cannot contain spaces"):
        client.client_setname("a b")


def test_hello_knows_two_protocols(raw: Any) -> None:
    """2 and 3; a third is refused as Redis refuses it."""
    talk = raw()
    talk.send(b"HELLO 4\r\n")
    assert talk.read(b"\r\n") == b"-NOPROTO unsupported protocol version\r\n"
    talk.send(b"HELLO 3\r\n")
    assert talk.read(b"modules").startswith(b"%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.0.0\r\n")
    talk.send(b"SUBSCRIBE news\r\nPUBLISH news 1\r\n")
    assert b">3\r\n$9\r\nsubscribe\r\n" in talk.read(b">3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$1\r\n1\r\n")


def test_the_other_questions_of_clients_have_answers(client: Any) -> None:
    """INFO by section, COMMAND, CONFIG GET, MEMORY USAGE, ROLE, SLOWLOG, SELECT, ECHO, DBSIZE."""
    info = client.info()
    assert (info["redis_version"], info["loading"], info["db0"]["keys"]) == ("7.0.0", 0, client.dbsize())
    assert info["used_memory"] > 1_000_000
    assert set(client.info("keyspace")) == {"db0"}
    assert client.command_count() == len(client.command()) > 150
    assert client.config_get("data*") == {"databases": "16"}
    assert client.memory_usage("bull:email:1") > 100
    assert client.memory_usage("nothing") is None
    assert client.role()[0] == "master"
    assert client.slowlog_get() == []
    assert client.echo("x") == "x"


def test_quit_and_a_closed_end_leave_nothing_behind(port: RedisPort, client: Any, raw: Any) -> None:
    """The server forgets who is gone."""
    client.ping()
    talk = raw()
    talk.send(b"SUBSCRIBE a\r\n")
    talk.read(b":1\r\n")
    talk.send(b"QUIT\r\n")
    assert talk.read_to_end() == b"+OK\r\n"
    gone = raw()
    gone.send(b"PING\r\n")
    gone.read(b"PONG")
    gone.socket.close()
    deadline = time.monotonic() + 20
    while client.info("clients")["connected_clients"] > 1:
        assert time.monotonic() < deadline
    assert port.clients == 1
    assert client.pubsub_channels() == []


# -- the world's own faults --------------------------------------------------------------------------------------------


def test_an_outage_of_the_simulated_redis_breaks_connections(world: World, port: RedisPort, raw: Any) -> None:
    """Clients are cut off, new ones too, until it is back; uptime starts again."""
    talk, client = raw(), redis.Redis(port=port.port, retry=None)
    talk.send(b"PING\r\n")
    talk.read(b"PONG")
    with port.world_lock:
        world.faults.stop_redis()
    assert talk.read_to_end() == b""
    with pytest.raises(redis.ConnectionError):
        client.ping()
    with port.world_lock:
        world.run_until("15s")
        world.faults.start_redis()
    assert client.ping()
    assert client.info("server")["uptime_in_seconds"] == 0
    client.close()


def test_a_redis_that_loads_its_data_says_so(world: World, port: RedisPort, client: Any) -> None:
    """INFO and HELLO are answered, the rest is refused as by Redis."""
    with port.world_lock:
        simulation_of(world).server.go_away()
        simulation_of(world).server.listen(loading=True)
    assert client.info("persistence")["loading"] == 1
    with pytest.raises(redis.BusyLoadingError):
        client.get("x")


# -- opening and closing -----------------------------------------------------------------------------------------------


def test_a_port_that_is_taken_is_named(world: World, port: RedisPort) -> None:
    """With what to do about it."""
    with pytest.raises(PortUnavailable, match=rf"cannot listen on 127.0.0.1:{port.port}: .*choose another port"):
        RedisPort(world, port=port.port).start()
    with pytest.raises(PortUnavailable):
        RedisPort(world, port=70_000).start()


def test_a_world_without_a_redis_has_no_port() -> None:
    """In-process mode has no queue, and the store in memory is no Redis."""
    with pytest.raises(SimError, match="mode='queue'"):
        RedisPort(World(SCENARIO, "in-process"))
    with pytest.raises(SimError, match="store='fakeredis'"):
        RedisPort(World(SCENARIO, store="memory"))


def test_a_port_can_be_closed_and_opened_again(world: World) -> None:
    """At the same number, also with clients still there; not by one who holds the world's lock."""
    port = RedisPort(world, port=0).start()
    number = port.port
    client = redis.Redis(port=number)
    client.ping()
    with port.world_lock, pytest.raises(SimError, match="release the world's lock"):
        port.stop()
    port.stop()
    port.stop()
    with RedisPort(world, port=number) as again:
        assert again.port == number
        assert client.ping()
    client.close()
    assert simulation_of(world).server.on_lost is not None
    assert not [tell for tell in simulation_of(world).server.on_lost if getattr(tell, "__self__", None) is port]


def test_a_fakeredis_that_changed_is_found_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a client finds out."""
    monkeypatch.setattr("sim.serve.redis_port.fakeredis_parts.FakeSocket._process_command", None)
    with pytest.raises(FakeredisChanged, match=r"no FakeSocket\._process_command"):
        check_fakeredis()
