"""Two versions side by side: what differs is clear, what is alike is called so, and nothing else decides it."""

import json
from pathlib import Path

import pytest

import sim
from sim.comparisons.comparison import Comparison
from sim.core.errors import ScenarioError, SimError

ORDERS = """
title: Orders
question: How many are delivered?
modes: [queue]
queues: {order: {attempts: 3, backoff: {type: fixed, delay: 1s}, deliver_within: 1m}}
workload: [{queue: order, arrivals: {kind: poisson, interval: 1s, count: 20}}]
faults: [{kind: handler-error, rate: 0.2}]
"""
CURED = {
    "deploys-cut-mails-off": "duplicated",
    "cut-off-for-a-minute": "duplicated",
    "retry-all-pays-again": "duplicated",
    "delayed-jobs-minutes-late": "late",
    "lost-between-two-commands": "late",
    "fails-although-attempts-are-left": "not_delivered",
    "everything-gone-after-a-restart": "not_delivered",
    "a-failed-job-blocks-its-id": "not_delivered",
    "submits-hang-for-minutes": "not_delivered",
    "the-limiter-drops-jobs": "not_delivered",
    "failures-nobody-kept": "failed_evicted",
}
"""Incidents, and the harm that their cure prevents."""


def incident(name: str) -> str:
    """The path of a shipped incident."""
    return f"scenarios/10-incidents/{name}.yaml"


@pytest.mark.parametrize("name", CURED)
def test_the_cure_of_an_incident_clearly_prevents_its_harm(name: str) -> None:
    """In both files the same jobs come, so a few runs are enough; one job shows it."""
    found = sim.compare(incident(name), f"{incident(name)}:cured", 8, jobs=1)
    measure = CURED[name]
    assert found.not_paired is None
    assert found.modes["queue"].clear[measure] < 0
    assert found.job is not None
    assert found.job.measure in (measure, "outcome")


def test_a_scenario_beside_itself_has_no_difference() -> None:
    """In no measure of any run; and no job differs."""
    found = sim.compare(ORDERS, ORDERS, 10, jobs=1)
    assert found.settings == []
    assert not found.differs
    assert found.modes["queue"].unclear == []
    assert found.job is None
    for measure in found.modes["queue"].measures.values():
        assert measure.a == measure.b
        assert not measure.varies


def test_swapped_sides_give_the_negated_differences() -> None:
    """With the intervals turned round, for runs in pairs and for others."""
    for more in ({}, {"seed": (1, 2)}):
        there = sim.compare(ORDERS, set_b={"queues.order.attempts": 1}, runs=10, jobs=1, **more)
        seed = more.get("seed")
        turned = {} if seed is None else {"seed": seed[::-1]}
        back = sim.compare(ORDERS, set_a={"queues.order.attempts": 1}, runs=10, jobs=1, **turned)
        for name, one in there.modes["queue"].measures.items():
            other = back.modes["queue"].measures[name]
            assert other.a == one.b
            assert other.difference.mean == pytest.approx(-one.difference.mean)
            assert one.difference.interval is not None
            assert other.difference.interval is not None
            assert list(other.difference.interval)[::-1] == pytest.approx([-bound for bound in one.difference.interval])
            assert other.difference.is_clear == one.difference.is_clear


def test_the_number_of_processes_changes_nothing() -> None:
    """Down to the JSON."""
    one, two = (sim.compare(ORDERS, set_b={"faults": []}, runs=30, jobs=jobs).as_dict() for jobs in (1, 2))
    assert json.dumps(one) == json.dumps(two)


def test_other_arrivals_are_not_paired() -> None:
    """Then the interval is that of independent means, wider than that of pairs, and no job is in both."""
    found = sim.compare(ORDERS, set_b={"workload.0.arrivals.count": 40}, runs=10, jobs=1)
    assert found.not_paired == "the workloads differ"
    assert found.job is None
    assert found.modes["queue"].clear["offered"] == 20
    assert found.modes["queue"].clear["attempts"] > 0
    same_jobs = sim.compare(ORDERS, set_b={"queues.order.backoff.delay": "2s"}, runs=10, jobs=1)
    other_seeds = sim.compare(ORDERS, set_b={"queues.order.backoff.delay": "2s"}, runs=10, jobs=1, seed=(1, 2))
    assert same_jobs.not_paired is None
    assert other_seeds.not_paired == "the seeds differ"

    def width(found: Comparison) -> float:
        interval = found.modes["queue"].measures["attempts"].difference.interval
        assert interval is not None
        return interval.high - interval.low

    assert width(same_jobs) == 0 < width(other_seeds)


def test_schedules_that_differ_are_not_paired() -> None:
    """Nobody knows before a run which jobs they make."""
    name = incident("a-schedule-that-multiplies")
    assert sim.compare(name, f"{name}:cured", 2, jobs=1).not_paired == "the workloads differ"


def test_two_semantics_of_one_file_are_two_sides() -> None:
    """During an outage a submit fails at once, or waits."""
    found = sim.compare("scenarios/02-redis-failures/outage.yaml", runs=3, semantics=("documented", "bull-4.16"))
    assert [one._asdict() for one in found.settings] == [{"path": "semantics", "a": "documented", "b": "bull-4.16"}]
    assert found.modes["queue"].clear["rejected"] == -10
    assert found.modes["in-process"].clear == {}
    assert found.job is not None
    assert (found.job.a.outcome, found.job.b.outcome) == ("rejected", "delivered")


def test_without_a_mode_in_common_the_mode_of_each_is_compared() -> None:
    """The cure of jobs that are lost with their process is a queue."""
    name = incident("killed-for-memory-and-lost")
    found = sim.compare(name, f"{name}:cured", 3, jobs=1)
    assert list(found.modes) == ["in-process and queue"]
    assert found.modes["in-process and queue"].clear["not_delivered"] < 0
    assert found.job is not None
    assert (found.job.a.mode, found.job.b.mode) == ("in-process", "queue")
    both = sim.compare(name, f"{name}:cured", 2, modes=["queue"], jobs=1)
    assert list(both.modes) == ["queue"]


def test_the_run_that_is_told_of_is_one_in_which_the_difference_can_be_seen() -> None:
    """In run 1 of this incident nothing happens twice; the commands are those of the run that is told of."""
    name = incident("cut-off-for-a-minute")
    found = sim.compare(name, f"{name}:cured", 8, jobs=1)
    assert found.number == 2
    assert found.commands is not None
    assert all(f"--seed {found.a.arm.seed(2)} " in command for command in found.commands)
    assert found.looked_at is not None
    assert [result.modes["queue"].totals.duplicated for result in found.looked_at] == [1, 0]
    few = sim.compare(name, f"{name}:cured", 2, jobs=1)
    assert (few.modes["queue"].clear, few.number) == ({}, 2)
    assert few.job is not None


def test_one_run_of_each_has_no_interval_and_no_clear_difference() -> None:
    """Its means are those of the run."""
    found = sim.compare(ORDERS, set_b={"faults": []}, runs=1, jobs=1).modes["queue"]
    assert found.clear == {}
    assert "attempts" in found.unclear
    assert found.measures["attempts"].difference.interval is None


def test_the_counts_add_up() -> None:
    """Delivered and not delivered to offered, the reasons to not delivered, in the means of both sides."""
    found = sim.compare(ORDERS, set_b={"queues.order.attempts": 1}, runs=5, jobs=1).modes["queue"].measures
    reasons = ("lost", "rejected", "ignored", "failed_reported", "failed_retained", "failed_evicted", "dead_lettered")
    for side in ("a", "b", "difference"):
        mean = {name: getattr(one, side).mean for name, one in found.items()}
        assert mean["delivered"] + mean["not_delivered"] == pytest.approx(mean["offered"])
        assert sum(mean[name] for name in (*reasons, "pending")) == pytest.approx(mean["not_delivered"])


def test_what_is_wrong_with_either_file_is_told_of_both(tmp_path: Path) -> None:
    """With file, line and column; and a number of runs has to be one."""
    for name, wrong in (("a.yaml", "attempts: 3"), ("b.yaml", "question: How")):
        (tmp_path / name).write_text(ORDERS.replace(wrong, wrong.replace(":", "_x:")))
    with pytest.raises(ScenarioError) as error:
        sim.compare(tmp_path / "a.yaml", tmp_path / "b.yaml")
    told = str(error.value).splitlines()
    assert any(line.startswith(f"{tmp_path / 'a.yaml'}:5:") for line in told)
    assert any(line.startswith(f"{tmp_path / 'b.yaml'}:3:") for line in told)
    with pytest.raises(SimError, match="1 run or more"):
        sim.compare(ORDERS, ORDERS, 0)


def test_a_difference_is_written_in_the_json_contract() -> None:
    """The keys that programs read."""
    found = sim.compare(ORDERS, set_b={"queues.order.attempts": 1}, runs=4, jobs=1).as_dict()
    assert list(found) == [
        *("a", "b", "different_settings", "store", "confidence", "runs", "paired", "not_paired_because"),
        *("failed_runs", "modes", "run", "job"),
    ]
    assert found["a"]["settings"] == {}
    assert found["b"] | {"replay": ""} == {
        "scenario": "scenario",
        "title": "Orders",
        "settings": {"queues.order.attempts": "1"},
        "semantics": "documented",
        "seed": 1,
        "replay": "",
    }
    assert found["different_settings"] == [{"path": "queues.order.attempts", "a": "3", "b": "1"}]
    queue = found["modes"]["queue"]
    assert list(queue) == ["runs", "measures", "clear", "not_clear"]
    assert list(queue["measures"]["attempts"]) == ["a", "b", "difference"]
    assert list(queue["measures"]["attempts"]["a"]) == ["runs", "mean", "interval", "runs_with_any"]
    assert list(queue["measures"]["attempts"]["difference"]) == ["runs", "mean", "interval", "clear"]
    assert list(found["job"]) == ["job", "modes", "differs_in", "same_lines", "a", "b"]
    assert list(found["job"]["a"]) == ["outcome", "effects", "late", "delivery_ms", "attempts", "in_words", "story"]
    json.dumps(found)
