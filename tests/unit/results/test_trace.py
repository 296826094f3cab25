"""The trace: its lines, what a long one puts on disk, and one that keeps nothing."""

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from sim.core.errors import SimError
from sim.engine.world import World
from sim.reports.results_folder import write_results
from sim.results.outcomes import FinalState, gather_facts
from sim.results.result import Result
from sim.results.trace import FIELDS, LINES_AT_ONCE, MAX_IN_MEMORY, Event, EventKind, Trace, TraceNotKept
from sim.results.trace_file import CHUNK, TraceDiskFull, TraceFile
from sim.scenario.load import load_scenario

SCENARIO = Path("scenarios/01-worker-crashes/frozen-worker.yaml")
MORES: list[dict[str, Any] | None] = [
    None,
    {"id": "17"},
    {"error": 'say "no"\n\t\\ \x7f ü 😀 \u2028', "permanent": True},
    {"delay_ms": 1500, "share": 1e16, "list": [1, None, {"a": 0.1}]},
    {"queue": "another", "new": 1, "t_ms": 3, "mode": "?"},
]


def written(count: int, max_in_memory: int = MAX_IN_MEMORY) -> Trace:
    """Return a trace of so many records, of all kinds, that was told to put old ones aside after each."""
    trace = Trace("queue", max_in_memory=max_in_memory)
    events = list(EventKind)
    for n in range(count):
        event, more = events[n % len(events)], MORES[n % len(MORES)]
        names = (None, None) if n % 7 == 0 else ("email", f"email-{n} ü")
        trace.records.append(Event(n, *names, event, n % 4, None if n % 3 == 0 else "worker-1", more))
        trace.put_aside()
    return trace


def test_a_line_has_the_fields_and_then_what_more_says() -> None:
    """Byte for byte what the json module writes; a key of ``more`` that a field has too takes the field's place."""
    trace = written(1_000)
    for record, line in zip(trace, trace.lines(), strict=True):
        whole = {"t_ms": record.t_ms, "mode": "queue", **dict(zip(FIELDS[1:-1], record[1:-1], strict=True))}
        whole |= record.more or {}
        assert line == json.dumps(whole, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize("max_in_memory", [1, 7, 998, 999])
def test_what_lies_on_disk_is_read_as_if_it_were_in_memory(max_in_memory: int) -> None:
    """Same records, lines, hash and length, and again when it is read once more."""
    whole, parted = written(1_000), written(1_000, max_in_memory)
    assert len(parted.records) <= max_in_memory < len(whole.records)
    assert len(parted) == len(whole) == 1_000
    assert parted.sha256() == whole.sha256()
    for _ in range(2):
        assert list(parted) == list(whole)
        assert list(parted.lines()) == list(whole.lines())
    assert all(type(record) is Event and type(record.kind) is EventKind for record in parted)
    final_state = FinalState()
    arrivals = Trace("queue", max_in_memory=3)
    for n in range(20):
        arrivals.records.append(Event(n, "email", f"email-{n}", EventKind.OFFERED, 0, "producer", None))
        arrivals.put_aside()
    assert [facts.offered_ms for facts in gather_facts(arrivals, final_state)] == list(range(20))


def test_two_readers_of_one_ledger_do_not_disturb_each_other() -> None:
    """Also where both read what lies on disk."""
    trace = written(3 * CHUNK, 2 * CHUNK)
    for first, second in zip(trace, trace, strict=True):
        assert first == second


def test_nothing_is_put_aside_before_there_are_more_than_fit_in_memory() -> None:
    """At the limit all stay; with one more only the newest does, because who asks for the last record finds it."""
    assert len(written(10, 10).records) == 10
    beyond = written(11, 10)
    assert beyond.records == [list(beyond)[-1]]
    assert len(beyond) == 11


@pytest.mark.parametrize("count", [CHUNK - 1, CHUNK, CHUNK + 1])
def test_a_file_gives_back_what_was_added_in_any_portions(count: int) -> None:
    """Around the size of a chunk, and with nothing added in between."""
    records = list(written(count))
    file = TraceFile(Event)
    file.add(records)
    file.add([])
    file.add(records[:3])
    assert list(file) == records + records[:3]
    assert len(file) == count + 3


def test_a_disk_without_room_ends_the_run_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what the operating system said and what to do; nothing is lost from memory."""

    def full(**_options: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(TraceDiskFull, match=r"No space left on device.*TMPDIR.*without the trace"):
        written(11, 10)


def test_a_ledger_that_keeps_nothing_says_so_whatever_it_is_asked() -> None:
    """A SimError that tells how to get a trace."""
    trace = Trace("queue", kept=False)
    asks = [lambda: trace.records, lambda: len(trace), lambda: iter(trace), trace.lines, trace.sha256]
    for ask in [*asks, lambda: gather_facts(trace, FinalState())]:
        with pytest.raises(TraceNotKept, match="--no-trace"):
            ask()
    assert issubclass(TraceNotKept, SimError)
    assert str(TraceNotKept()) == (
        "this needs the events of the run, but it kept no trace; run it with the trace (trace=True, or without "
        "--no-trace)"
    )


def test_the_hash_of_a_trace_is_that_of_its_file() -> None:
    """Every line with its newline, in UTF-8; nothing of it is the hash of nothing."""
    trace = written(30, 20)
    assert trace.sha256() == hashlib.sha256("".join(f"{line}\n" for line in trace.lines()).encode()).hexdigest()
    assert Trace("queue").sha256() == hashlib.sha256(b"").hexdigest()


def test_a_trace_in_blocks_is_its_lines_and_pays_for_the_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every line with its newline; whoever took all blocks has the hash without another reading."""
    trace = written(2 * LINES_AT_ONCE + 1)
    blocks = list(trace.blocks())
    text = "".join(f"{line}\n" for line in trace.lines()).encode()
    assert (len(blocks), b"".join(blocks)) == (3, text)
    with monkeypatch.context() as patched:
        patched.setattr(Trace, "lines", None)
        assert trace.sha256() == hashlib.sha256(text).hexdigest()


def test_the_hash_of_a_trace_follows_what_is_written_later() -> None:
    """Also where all records are replaced by as many others, and where only some blocks were taken before."""
    trace, other = written(30), written(60)
    next(trace.blocks())
    assert trace.sha256() == written(30).sha256()
    trace.records.extend(other.records[30:])
    assert trace.sha256() == other.sha256()
    trace.records = list(reversed(other.records))
    assert trace.sha256() != other.sha256()


def test_a_ledger_is_what_it_was_made_as() -> None:
    """Its mode is in its lines, and it keeps a trace of 200,000 records in memory unless it is told otherwise."""
    trace = Trace("in-process")
    assert (trace.mode, trace.kept, trace.max_in_memory) == ("in-process", True, MAX_IN_MEMORY)
    trace.records = [Event(1, "email", "email-1", EventKind.STARTED, 1, "application", None)]
    assert list(trace.lines()) == [
        '{"t_ms":1,"mode":"in-process","queue":"email","job":"email-1","event":"started","attempt":1,'
        '"worker":"application"}'
    ]


def run_with(max_in_memory: int) -> Result:
    """Run a scenario with so many records in memory."""
    scenario = load_scenario(SCENARIO)
    modes: dict[Any, Any] = {}
    for mode in ("in-process", "queue"):
        world = World(scenario, mode, store="memory")
        world.trace.max_in_memory = max_in_memory
        world.run()
        modes[mode] = world.result()
        assert (len(world.trace.records) < len(world.trace)) == (max_in_memory == 5)
    return Result(scenario, scenario.seed, scenario.profiles[0], "memory", modes)


def test_pictures_report_and_trace_of_a_run_on_disk_are_those_of_one_in_memory(tmp_path: Path) -> None:
    """Every file of the results folder, byte for byte."""
    for name, max_in_memory in (("disk", 5), ("memory", MAX_IN_MEMORY)):
        write_results(run_with(max_in_memory), tmp_path / name)
    for path in (tmp_path / "memory").iterdir():
        assert (tmp_path / "disk" / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize("max_in_memory", [1, 3, 2_600, 10_000])
def test_records_can_be_read_from_any_place_on(max_in_memory: int) -> None:
    """Those in memory, those on disk and both, also at the seams; beyond the end there are none."""
    trace = Trace("queue", max_in_memory=max_in_memory)
    for t_ms in range(2_500):
        trace.records.append(Event(t_ms, "email", "email-1", EventKind.STARTED, 1, "email-1", None))
        trace.put_aside()
    whole = list(trace)
    for place in (0, 1, 2, 3, 999, 1_000, 1_001, 2_498, 2_499, 2_500, 2_501, 9_999):
        assert list(trace.since(place)) == whole[place:]
