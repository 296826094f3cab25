"""Instruments hear of a run and change nothing in it."""

from collections.abc import Callable
from typing import Any

import pytest

import sim
from sim.engine.failures import FailureNote, Verdict
from sim.engine.instruments import Subscriptions
from sim.queue.job import Job
from sim.results.samples import Reading
from sim.results.trace import Event, EventKind
from sim.yaml_files.fields import ModeName

MODES: list[ModeName] = ["queue", "in-process"]
RETRIES = "scenarios/04-retries-and-retention/flaky-network.yaml"


class Note:
    """Keeps how a failed attempt ended."""

    def __init__(self, heard: list[Any], job: str) -> None:
        self.heard = heard
        self.job = job

    def __enter__(self) -> "Note":
        return self

    def __exit__(self, *error: object) -> None:
        self.heard.append((self.job, "over"))

    def became(self, verdict: Verdict, delay_ms: int) -> None:
        """Keep it."""
        self.heard.append((self.job, verdict))


class Everything:
    """Hears whatever can be heard."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.commands: list[str] = []
        self.failures: list[Any] = []
        self.readings: list[Reading] = []
        self.calls: list[str] = []

    def subscribe(self, run: Subscriptions) -> None:
        """Subscribe to all."""
        run.on_event(self.events.append, tidy=lambda: None)
        run.on_command(self.commands.append)
        run.on_failure(self)
        run.on_begin(self.begin)
        run.on_moment(lambda t_ms: self.calls.append(f"reached {t_ms}"))
        run.on_finish(lambda: self.calls.append("finish"))

    def begin(self, read: Callable[[], Reading]) -> None:
        """Look at the world before anything has happened."""
        self.calls.append("begin")
        self.readings.append(read())

    def of_job(self, queue: str, name: str, attempt: int, worker: str, error: Exception, job: Job) -> FailureNote:
        """Take part in a failed attempt of a queue."""
        return Note(self.failures, name)

    def of_call(self, queue: str, name: str, attempt: int, worker: str, error: Exception, data: Any) -> FailureNote:
        """Take part in a failed call."""
        return Note(self.failures, name)


def world(mode: ModeName, *instruments: Everything, **options: Any) -> sim.World:
    """Open a scenario in which attempts fail."""
    return sim.World(RETRIES, mode, error_log=True, metrics="1s", instruments=instruments, **options)


@pytest.mark.parametrize("mode", MODES)
def test_a_run_with_instruments_is_the_run_without_them(mode: ModeName) -> None:
    """Event by event, sample by sample and error by error."""
    runs = [world(mode), world(mode, Everything()), world(mode, Everything(), Everything())]
    for one in runs:
        one.run()
    bare, *watched = [one.result() for one in runs]
    for one in watched:
        assert one.trace.sha256() == bare.trace.sha256()
        assert list(one.error_lines or ()) == list(bare.error_lines or ())
        assert one.jobs == bare.jobs
    assert [one.metrics.samples.total for one in runs] == [runs[0].metrics.samples.total] * 3


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("trace", [True, False])
def test_an_instrument_hears_of_all_that_happens(mode: ModeName, trace: bool) -> None:
    """Of every event, whether a trace is kept or not, and of every failed attempt and what became of it."""
    ears, kept = Everything(), world(mode)
    one = sim.World(RETRIES, mode, instruments=[ears], trace=trace)
    for run in (one, kept):
        run.run()
        run.result()
    assert ears.events == list(kept.trace)
    failed = [event.job for event in ears.events if event.kind is EventKind.ATTEMPT_FAILED]
    assert failed
    assert [job for job, what in ears.failures if what == "over"] == failed
    assert len([what for _job, what in ears.failures if what != "over"]) == len(failed)


def test_an_instrument_hears_the_commands_of_the_queue() -> None:
    """The same that are counted when somebody asks for a count."""
    ears = Everything()
    one = world("queue", ears, count_commands=True)
    one.run()
    assert one.commands is not None
    assert len(ears.commands) == one.commands.total > 0
    assert {name: ears.commands.count(name) for name in ears.commands} == one.commands.by_name


def test_it_hears_of_the_beginning_of_moments_that_are_reached_and_of_the_end() -> None:
    """At the beginning everything is there, and nothing has happened: no job is in any state."""
    ears = Everything()
    one = world("queue", ears)
    one.run_until(2_000)
    one.result()
    assert ears.calls == ["begin", "reached 2000", "finish"]
    (reading,) = ears.readings
    assert reading.redis_up
    assert reading.counts is not None
    assert not any(map(sum, reading.counts))
    assert all(worker.alive for worker in reading.workers)
