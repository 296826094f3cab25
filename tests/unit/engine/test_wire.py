"""Commands on their way to Redis and back (BULL_FACTS 40)."""

from typing import Any

import pytest

from sim.engine.clock import SimulatedTime
from sim.engine.process import Process
from sim.engine.wire import Command, Sockets, Wire


class Server:
    """As much of a server as a wire sees."""

    def __init__(self) -> None:
        self.state = "up"
        self.epoch = 0
        self.sockets = Sockets()


class Way:
    """A wire, and what has come over it: when Redis carried a command out, when it was answered, what nobody heard."""

    def __init__(self) -> None:
        self.time, self.server = SimulatedTime(), Server()
        self.process = Process(self.time, "email-1")
        self.wire = Wire(self.time, self.server, self.process, lambda: None, self.break_down)
        self.done: list[tuple[int, str]] = []
        self.heard: list[tuple[int, str]] = []
        self.unheard: list[str] = []

    def break_down(self) -> None:
        """Break, as a link does."""
        self.wire.tear()

    def send(self, name: str, kind: str = "") -> Command:
        """Send a command that says its name."""

        def carry_out() -> str:
            self.done.append((self.time.now, name))
            return name

        command = Command(kind, carry_out, self.unheard.append, self.time)
        command.answered.callbacks.append(lambda _event: command.is_lost or self.heard.append((self.time.now, name)))
        self.wire.send(command)
        return command

    def until(self, t_ms: int) -> None:
        """Let time pass."""
        self.time.go_on(t_ms, 1_000, to_end=False)
        self.time.skip_to(t_ms)


@pytest.fixture
def way() -> Way:
    """A way of 10 ms."""
    made = Way()
    made.process.slow_down("slow", lambda: 10)
    return made


def test_half_of_the_latency_passes_before_redis_has_a_command(way: Way) -> None:
    """Of an odd number the shorter half."""
    way.process.slow_down("slow", lambda: 11)
    way.send("a")
    way.until(20)
    assert (way.done, way.heard) == ([(5, "a")], [(11, "a")])


def test_several_latencies_add_up(way: Way) -> None:
    """Each fault delays by itself."""
    way.process.slow_down("slower", lambda: 4)
    way.send("a")
    way.until(20)
    assert (way.done, way.heard) == ([(7, "a")], [(14, "a")])


def test_nothing_overtakes(way: Way) -> None:
    """What is sent when the way is fast again arrives right after what was sent before."""
    way.send("a")
    way.until(2)
    way.process.speed_up("slow")
    way.send("b")
    way.until(20)
    assert way.done == [(5, "a"), (5, "b")]
    assert way.wire.is_quick


def test_an_answer_is_as_slow_as_the_way_is_by_then(way: Way) -> None:
    """Fast again at 4 ms: the answer of 5 ms is there at once; at 6 ms it is on its way already."""
    way.send("a")
    way.until(4)
    way.process.speed_up("slow")
    way.until(20)
    assert way.heard == [(5, "a")]
    way.process.slow_down("slow", lambda: 10)
    way.send("b")
    way.until(26)
    way.process.speed_up("slow")
    way.until(40)
    assert way.heard[1:] == [(30, "b")]


def test_what_is_on_its_way_when_the_connection_breaks_never_arrives(way: Way) -> None:
    """At 4 ms the command is gone; at 6 ms it was carried out, and nobody hears the answer."""
    lost = way.send("a")
    way.until(4)
    way.wire.tear()
    way.until(20)
    assert (lost.is_lost, way.done, way.unheard) == (True, [], [])
    lost = way.send("b")
    way.until(26)
    way.wire.tear()
    way.until(40)
    assert (lost.is_lost, way.done, way.unheard) == (True, [(25, "b")], ["b"])


def test_what_a_process_had_sent_before_it_died_is_carried_out(way: Way) -> None:
    """Its machine hands over what was written."""
    way.send("a")
    way.wire.hang_up()
    way.until(20)
    assert (way.done, way.heard, way.unheard) == ([(5, "a")], [], ["a"])


def test_a_server_that_went_away_knows_nothing_of_what_was_on_its_way(way: Way) -> None:
    """Not even from a process that has died."""
    way.send("a")
    way.wire.hang_up()
    way.server.epoch += 1
    way.until(20)
    assert (way.done, way.unheard) == ([], [])


def test_a_hung_server_empties_its_sockets_connection_by_connection() -> None:
    """The first one that something came on comes first, with all that it holds."""
    one, other = Way(), Way()
    other.time, other.server, other.done = one.time, one.server, one.done
    other.wire = Wire(one.time, one.server, other.process, lambda: None, other.break_down)
    one.server.state = "hung"
    for way, name in ((other, "b1"), (one, "a1"), (other, "b2"), (one, "a2")):
        way.send(name)
    assert one.done == []
    one.server.state = "up"
    one.server.sockets.empty()
    assert [name for _t_ms, name in one.done] == ["b1", "b2", "a1", "a2"]


def test_only_the_answers_that_a_fault_names_get_lost() -> None:
    """The connection breaks, and what else is under way is lost with it."""
    way = Way()
    kinds: list[Any] = []

    def loses(kind: str) -> bool:
        kinds.append(kind)
        return kind == "complete"

    way.process.begin_losing("fault", loses)
    assert not way.wire.is_quick
    assert not way.send("a", "add").is_lost
    assert way.send("b", "complete").is_lost
    assert not way.send("c").is_lost
    assert (kinds, way.unheard) == (["add", "complete"], ["b"])
    way.process.end_losing("fault")
    assert way.wire.is_quick
