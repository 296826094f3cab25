"""What `check` says of a run's end without running it, held against the run."""

from pathlib import Path

import pytest

from sim.advise.outlook import Flow, drained, outlook
from sim.cli import main
from sim.engine.run import run
from sim.scenario.load import load_scenario, parse_scenario

TOO_MANY = """
title: More than an hour of work
question: Does it all get done?
modes: [queue]
queues: {order: {service: 1m}}
workload:
  - {queue: order, arrivals: {kind: ARRIVALS, interval: 1s, COUNT}}
workers: {order: {processes: 2}}
"""
KINDS = {"bursts": "size: 200, bursts: 1", "constant": "count: 200", "poisson": "count: 200"}
LATE = """
title: Jobs for later
question: Do they arrive?
duration: 1h
workload:
  - {queue: order, delay: 50m, arrivals: {kind: constant, interval: 1m, count: 20}}
"""


@pytest.mark.parametrize("kind", list(KINDS))
def test_work_that_does_not_fit_is_foretold_as_the_run_has_it(kind: str) -> None:
    """Within a few jobs of the run."""
    scenario = parse_scenario(TOO_MANY.replace("ARRIVALS", kind).replace("COUNT", KINDS[kind]))
    (note,) = outlook(scenario)
    left = run(scenario, store="memory").modes["queue"].totals.pending
    foretold = int(note.split(": about ")[1].split(" of ")[0])
    assert abs(foretold - left) <= 3
    assert note.startswith("queue order has work until about 1h40m, and the run ends at 1h")
    enough = note.rsplit("duration: ", 1)[1]
    longer = parse_scenario(TOO_MANY.replace("ARRIVALS", kind).replace("COUNT", KINDS[kind]) + f"duration: {enough}\n")
    assert run(longer, store="memory").modes["queue"].totals.pending == 0
    assert list(outlook(longer)) == []


def test_jobs_that_become_due_after_the_duration_are_counted() -> None:
    """Of twenty, one a minute and 50 minutes later due, ten come too late for an hour."""
    (note,) = outlook(parse_scenario(LATE))
    assert note.startswith("10 of 20 jobs of queue order become due after the end of the run (1h), the last at 1h9m")
    assert run(parse_scenario(LATE), modes=["queue"], store="memory").modes["queue"].totals.pending == 10
    assert list(outlook(parse_scenario(LATE.replace("duration: 1h\n", "")))) == []


def test_a_queue_without_workers_is_named() -> None:
    """None of its jobs is ever done."""
    scenario = parse_scenario(TOO_MANY.replace("ARRIVALS", "constant").replace("COUNT", "count: 5").replace("2}", "0}"))
    assert list(outlook(scenario)) == ["queue order has no workers: none of its 5 jobs is ever processed"]


def test_an_application_with_few_places_is_named() -> None:
    """Two places do 120 jobs of a minute in an hour."""
    text = TOO_MANY.replace("modes: [queue]", "modes: [in-process]\napplication: {concurrency: 2}")
    scenario = parse_scenario(text.replace("ARRIVALS", "bursts").replace("COUNT", KINDS["bursts"]))
    (note,) = outlook(scenario)
    assert "about 80 of 200 jobs stay pending in-process" in note
    assert run(scenario).modes["in-process"].totals.pending == 80


def test_nothing_is_said_of_the_shipped_scenarios() -> None:
    """All of them settle but for what breaks, and for one that counts what a limit lets through in half a minute."""
    files = [file for file in sorted(Path("scenarios").rglob("*.yaml")) if file.stem != "one-limit-for-all-customers"]
    assert len(files) > 30
    assert {file.name: notes for file in files if (notes := list(outlook(load_scenario(file))))} == {}


def test_check_prints_the_note_below_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file can be run all the same."""
    (tmp_path / "late.yaml").write_text(LATE)
    assert main(["check", str(tmp_path / "late.yaml")]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("late.yaml: ok")
    assert "late.yaml: note: 10 of 20 jobs" in second


def test_water_that_flows_in_is_worked_off_at_the_capacity() -> None:
    """Ten a second for ten seconds against four a second: 60 are left then, and gone after 15 s more."""
    left, finish_ms = drained([Flow(0, 10_000, 100)], 0.004, 10_000)
    assert left == pytest.approx(60)
    assert finish_ms == pytest.approx(25_000)
