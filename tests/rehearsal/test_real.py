"""Real rehearsals: redis-server, Bull's workers and a producer, with faults done to them."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest

from sim.cli import main
from sim.rehearsal import director, processes
from sim.rehearsal.perform import Performance, perform
from sim.rehearsal.prediction import predict
from sim.rehearsal.processes import RehearsalBroken
from sim.rehearsal.real_parts import RealParts
from sim.rehearsal.rehearse import rehearse
from sim.rehearsal.scale import Scale
from sim.rehearsal.tables import LATE_MS
from sim.rehearsal.verdict import Verdict
from sim.results.outcomes import Outcome
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario
from tests.rehearsal.conftest import few_emails

pytestmark = pytest.mark.real

KILLED_AFTER = {"kind": "worker-crash", "jobs": ["email-2"], "step": "after-effect-before-ack"}
TRIES = 5
SCALE = Scale(10)
SHORT = [
    "01-worker-crashes/crash-after-effect-with-key",
    "02-redis-failures/outage",
    "03-database-failures/paid-twice",
]
LONG = [
    "01-worker-crashes/blocked-event-loop",
    "01-worker-crashes/crash-after-effect",
    "01-worker-crashes/crash-between-take-and-lock",
    "01-worker-crashes/crash-in-progress",
    "01-worker-crashes/frozen-worker",
    "01-worker-crashes/poison-job",
    "02-redis-failures/crash-with-append-only-file",
    "02-redis-failures/crash-with-every-write-synced",
    "02-redis-failures/crash-without-persistence",
    "02-redis-failures/restart-from-snapshot",
    "03-database-failures/longer-than-the-retries",
    "04-retries-and-retention/flaky-network",
]
CHOSEN = SHORT + (LONG if os.environ.get("REHEARSALS") == "all" else [])


def performed(scenario: Scenario, parts: RealParts, scale: Scale = SCALE) -> Performance:
    """Rehearse a scenario with seed 1."""
    return perform(scenario, scale, 1, parts)


def verdict_of(scenario: Scenario, parts: RealParts) -> Verdict:
    """Rehearse a scenario and hold it against its prediction; again where the machine was too busy to tell.

    It may be, without an event that came late, where a Node process had to wait for a core: then times alone disagree.
    """
    for _ in range(TRIES):
        result, _versions, late_ms, cut_ms = performed(scenario, parts)
        verdict = Verdict(predict(scenario, 1, SCALE, cut_ms), result.totals, result.jobs, result.trace)
        if verdict.agrees or (late_ms < LATE_MS and not verdict.outcomes_agree):
            break
    return verdict


def held_against(other: Scenario, verdict: Verdict) -> Verdict:
    """Hold what happened for real against the prediction of another scenario."""
    return Verdict(predict(other, 1, SCALE), verdict.real, verdict.real_jobs, verdict.real_trace)


def test_jobs_that_nothing_happens_to(real_parts: RealParts) -> None:
    """Every one is offered, accepted, started, has its effect and completes, once; the versions are the real ones."""
    performance = performed(few_emails(), real_parts)
    assert [job.outcome for job in performance.result.jobs] == [Outcome.DELIVERED] * 3
    events = Counter(record.kind for record in performance.result.trace if record.job)
    once = (EventKind.OFFERED, EventKind.ENQUEUED, EventKind.STARTED, EventKind.EFFECT, EventKind.COMPLETED)
    assert events == dict.fromkeys(once, 3)
    assert performance.versions["bull"] == "4.16.5"
    assert set(performance.versions) == {"bull", "node", "redis"}


def test_a_worker_killed_after_the_effect_agrees_and_another_prediction_does_not(real_parts: RealParts) -> None:
    """The job stalls and is sent twice; a prediction in which nobody dies is contradicted by that very job."""
    scenario = few_emails(faults=[KILLED_AFTER])
    verdict = verdict_of(scenario, real_parts)
    assert verdict.agrees, verdict.as_dict()
    assert verdict.real.duplicated == verdict.real.stalled == 1
    assert [one.job for one in held_against(few_emails(), verdict).disagreements] == ["email-2"]


def test_a_prediction_with_a_wrong_backoff_is_found_by_the_time(real_parts: RealParts) -> None:
    """One second too long: the outcomes agree, the time of the job that was tried again does not."""
    failing = [{"kind": "handler-error", "jobs": ["email-2"], "first_attempts": 1}]
    right, wrong = (
        few_emails(queues={"email": {"backoff": {"type": "fixed", "delay": delay}}}, faults=failing)
        for delay in ("3s", "4s")
    )
    verdict = verdict_of(right, real_parts)
    assert verdict.agrees, verdict.as_dict()
    verdict = held_against(wrong, verdict)
    assert verdict.outcomes_agree
    assert [one.job for one in verdict.times_off] == ["email-2"]


def test_handlers_that_hang_agree_and_a_hang_that_lasts_longer_is_found_by_the_time(real_parts: RealParts) -> None:
    """One hangs before its effect and one after it, longer than their locks, which are renewed meanwhile."""
    right, wrong = (
        few_emails(
            faults=[
                {"kind": "handler-hang", "jobs": ["email-1"], "hangs_for": lasts},
                {"kind": "handler-hang", "jobs": ["email-2"], "hangs_for": "9s", "step": "after-effect"},
            ]
        )
        for lasts in ("10s", "11s")
    )
    verdict = verdict_of(right, real_parts)
    assert verdict.agrees, verdict.as_dict()
    verdict = held_against(wrong, verdict)
    assert verdict.outcomes_agree
    assert "email-1" in [one.job for one in verdict.times_off]


def test_workers_that_are_told_to_stop_agree_and_killed_ones_do_not(real_parts: RealParts) -> None:
    """They end their jobs, leave, and are replaced; an idle one takes a job that comes 300 ms after the signal."""
    parts = {
        "queues": {"email": {"service": "3s"}},
        "workload": [{"queue": "email", "arrivals": {"kind": "times", "at": ["1s", "2200ms", "2300ms", "5s"]}}],
    }
    stop = {"kind": "worker-shutdown", "target": "email", "at": "2s", "restart_after": "2s"}
    verdict = verdict_of(few_emails(faults=[stop], **parts), real_parts)
    assert verdict.agrees, verdict.as_dict()
    assert verdict.real.stalled == 0
    killed = few_emails(faults=[{**stop, "kind": "worker-crash"}], **parts)
    other = Verdict(predict(killed, 1, SCALE), verdict.real, verdict.real_jobs, verdict.real_trace)
    assert not other.agrees


def test_a_worker_that_is_cut_off_from_redis_agrees_and_one_that_is_not_does_not(real_parts: RealParts) -> None:
    """Another one sends its job as well; without the partition nothing is sent twice."""
    long = {"email": {"service": "16s"}}
    cut = {"kind": "redis-partition", "target": "email-1", "at": "3500ms", "duration": "9s"}
    scenario = few_emails(queues=long, faults=[cut])
    verdict = verdict_of(scenario, real_parts)
    assert verdict.agrees, verdict.as_dict()
    assert verdict.real.duplicated == verdict.real.stalled == 1
    other = Verdict(predict(few_emails(queues=long), 1, SCALE), verdict.real, verdict.real_jobs, verdict.real_trace)
    assert not other.outcomes_agree


def test_a_prediction_with_a_wrong_rest_after_an_error_is_found_by_the_time(real_parts: RealParts) -> None:
    """The only worker loses its lock, rests for 5 s, and not for 3 s as the prediction has it, before the next job."""
    freeze = [{"kind": "worker-freeze", "target": "email-1", "at": "1500ms", "duration": "9s"}]
    right, wrong = (
        few_emails(
            queues={"email": {"service": "2s"}},
            workers={"email": {"lock_duration": "6s", "stalled_interval": "20s", "retry_process_delay": rest}},
            faults=freeze,
        )
        for rest in ("5s", "3s")
    )
    verdict = verdict_of(right, real_parts)
    assert verdict.agrees, verdict.as_dict()
    verdict = held_against(wrong, verdict)
    assert not verdict.times_agree
    assert "email-2" in [one.job for one in verdict.times_off]


def test_what_never_settles_is_compared_as_it_stood_where_the_rehearsal_was_ended(
    real_parts: RealParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that is never renewed runs again for ever: at the same moment of the scenario on both sides."""
    monkeypatch.setattr(director, "GIVE_UP_AFTER_MS", 60_000)
    scenario = few_emails(
        queues={"email": {"service": "8s"}},
        workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["1s"]}, "delay": "4s"}],
        workers={
            "email": {"processes": 1, "lock_duration": "6s", "lock_renew": "1h", "stalled_interval": "5s"}
            | {"max_stalled": 100}
        },
    )
    verdict = verdict_of(scenario, real_parts)
    assert verdict.prediction.cut_ms == 65_000
    assert verdict.agrees, verdict.as_dict()
    assert 3 <= verdict.real.attempts <= 6


@pytest.mark.parametrize(
    "parts",
    [
        {"workers": {"email": {"concurrency": 3, "blocking": True}}, "queues": {"email": {"service": "5s"}}},
        {"faults": [{"kind": "worker-freeze", "target": "email", "at": "1500ms", "duration": "9s"}]},
    ],
)
def test_what_is_held_up_on_purpose_is_no_busy_machine(parts: dict[str, object], real_parts: RealParts) -> None:
    """Neither a blocked event loop nor a stopped process counts as late, although jobs end seconds later."""
    late_ms = min(performed(few_emails(**parts), real_parts).late_ms for _ in range(2))
    assert late_ms < 100  # a second of the scenario


@pytest.mark.parametrize(("service", "duplicated"), [("14s", 0), ("16s", 1)])
def test_handlers_that_block_share_one_loop(service: str, duplicated: int, real_parts: RealParts) -> None:
    """Two of 14 s keep a lock of 30 s, two of 16 s do not: nothing is renewed until both have ended."""
    scenario = few_emails(
        queues={"email": {"service": service, "attempts": 1, "idempotency_key": False}},
        workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["1s", "1s"]}}],
        workers={"email": {"processes": 1, "concurrency": 2, "blocking": True}},
    )
    verdict = verdict_of(scenario, real_parts)
    assert verdict.agrees, verdict.as_dict()
    assert verdict.real.duplicated == duplicated


def test_two_queues_retries_limits_and_retention_agree(real_parts: RealParts) -> None:
    """Permanent errors, a failed set that is trimmed, a delayed job, and a database that refuses for a while."""
    scenario = few_emails(
        queues={
            "email": {"attempts": 2, "remove_on_fail": 2, "backoff": {"type": "fixed", "delay": "1s"}},
            "order": {"service": "500ms"},
        },
        workload=[
            {"queue": "email", "arrivals": {"kind": "constant", "interval": "1s", "count": 4}, "invalid": 1},
            {"queue": "order", "arrivals": {"kind": "times", "at": ["1s", "4s"]}, "delay": "1s"},
        ],
        faults=[{"kind": "database-failure", "at": "3500ms", "duration": "3s"}],
    )
    verdict = verdict_of(scenario, real_parts)
    assert verdict.agrees, verdict.as_dict()
    assert (verdict.real.failed_retained, verdict.real.failed_evicted, verdict.real.delivered) == (2, 2, 2)


def test_a_run_ends_with_its_duration(real_parts: RealParts) -> None:
    """What would have been offered later is not, and what is running then is pending."""
    scenario = few_emails(duration="2500ms", queues={"email": {"service": "10s"}})
    verdict = verdict_of(scenario, real_parts)
    assert verdict.agrees, verdict.as_dict()
    assert (verdict.real.offered, verdict.real.pending) == (2, 2)


def test_which_process_takes_a_job_is_predicted(real_parts: RealParts) -> None:
    """It is the one whose blocked pop has been with Redis longest: pops time out after 5 s and are sent again."""
    scenario = few_emails(
        queues={"email": {"service": "100ms"}},
        workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["1s", "5500ms", "13500ms", "14s"]}}],
        workers={"email": {"processes": 2, "start_spread": "0s"}},
    )
    for _ in range(TRIES):
        performance = performed(scenario, real_parts, Scale(5))
        takers = [
            record.worker for record in performance.result.trace if record.kind is EventKind.STARTED and record.job
        ]
        if performance.late_ms < LATE_MS:
            break
    predicted = [record.worker for record in predict(scenario, 1).trace if record.kind is EventKind.STARTED]
    assert takers == predicted == ["email-1", "email-1", "email-2", "email-1"]


@pytest.mark.parametrize("name", CHOSEN)
def test_shipped_scenarios_agree(name: str, real_parts: RealParts) -> None:
    """Three by default; REHEARSALS=all rehearses the longer ones too."""
    for _ in range(TRIES):
        report = rehearse(Path("scenarios") / f"{name}.yaml", Scale(10 if name in SHORT else 20))
        if report.verdict.agrees or report.late_ms < LATE_MS:
            break
    assert report.verdict.agrees, json.dumps(report.as_dict(), indent=1)


@pytest.mark.parametrize("name", ["crash-in-an-outage", "lifo-and-retries", "two-blocking-slots"])
def test_several_things_broken_at_once_agree(name: str, real_parts: RealParts) -> None:
    """A sample of what `python -m tests.rehearsal.table` rehearses."""
    for _ in range(TRIES):
        report = rehearse(Path("tests/rehearsal/scenarios") / f"{name}.yaml", SCALE)
        if report.verdict.agrees or report.late_ms < LATE_MS:
            break
    assert report.verdict.agrees, json.dumps(report.as_dict(), indent=1)


def test_the_command_line_tells_both_sides_and_exits_with_the_verdict(
    real_parts: RealParts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 where they agree; the table has both columns, the JSON the verdict, the Markdown a row."""
    path = tmp_path / "calm.yaml"
    path.write_text(
        "title: Calm\nquestion: What happens?\n"
        "workload: [{queue: email, arrivals: {kind: times, at: [500ms]}}]\n"
        "workers: {email: {processes: 1}}\n"
    )
    targets = ["--json", str(tmp_path / "r.json"), "--markdown", str(tmp_path / "r.md")]
    assert main(["rehearse", str(path), "--scale", "1:5", *targets]) == 0
    captured = capsys.readouterr()
    assert "predicted   real" in captured.out
    assert "Prediction and reality agree in outcomes and times (every job one by one" in captured.out
    told = " ".join(captured.out.split())
    assert "5 x (30 ms + 6 ms for each attempt, 20 ms for each stall, 30 ms for each restart" in told
    assert "Predicted with bull-4.16" in captured.out
    assert "running for real" in captured.err
    assert json.loads((tmp_path / "r.json").read_text())["verdict"] == "agree"
    assert (
        "| `calm` | 1:5 | 1 | 1 | job by job | delivered 1, attempts 1 | agree | agree |"
        in (tmp_path / "r.md").read_text()
    )


def test_a_process_that_ends_by_itself_breaks_the_rehearsal(
    real_parts: RealParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no part of the scenario, so there is no verdict; the error names the process."""
    appoint = processes.RealProcess.appoint

    def appoint_and_kill(self: processes.RealProcess, link: processes.Link) -> None:
        appoint(self, link)
        if self.name == "email-2":
            os.kill(link.pid, signal.SIGKILL)

    monkeypatch.setattr(processes.RealProcess, "appoint", appoint_and_kill)
    with pytest.raises(RehearsalBroken, match="email-2 ended by itself"):
        perform(few_emails(), Scale(10), 1, real_parts)


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT])
def test_a_rehearsal_that_is_stopped_leaves_no_process_behind(stop: signal.Signals, real_parts: RealParts) -> None:
    """Killed or interrupted in the middle: no server, no worker, no folder is left."""
    with tempfile.TemporaryDirectory(prefix="r-", dir="/tmp") as base:
        command = [sys.executable, "-m", "sim", "rehearse", "scenarios/01-worker-crashes/frozen-worker.yaml"]
        director = subprocess.Popen(
            command, env={**os.environ, "TMPDIR": base}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        with director:
            wait_for(lambda: list(Path(base).glob("rehearsal-*/redis.sock")) and len(mentioning(base)) >= 5)
            director.send_signal(stop)
        wait_for(lambda: not mentioning(base))
        assert list(Path(base).iterdir()) == []


def mentioning(folder: str) -> list[str]:
    """List the processes that have a folder in their command line."""
    lines = subprocess.run(["ps", "-eww", "-o", "pid,args"], capture_output=True, text=True).stdout.splitlines()
    return [line for line in lines if folder in line and "ps -eww" not in line]


def wait_for(condition: object) -> None:
    """Wait at most 60 s for a condition."""
    assert callable(condition)
    give_up = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def test_an_operator_does_everything_by_the_real_bull(real_parts: RealParts) -> None:
    """Each verb at its moment, with the jobs that it was done to; as many are lost as the simulator says."""
    failing = [{"kind": "handler-error", "jobs": ["email-1", "email-2"], "first_attempts": 1}]
    steps = [
        {"at": "5s", "do": "retry", "job": "email-1"},
        {"at": "6s", "do": "retry", "job": "email-3"},
        {"at": "7s", "do": "retry-all", "queue": "email"},
        {"at": "9s", "do": "promote", "queue": "email", "id": "4"},
        {"at": "11s", "do": "clean", "queue": "email", "limit": 1},
        {"at": "12s", "do": "pause", "queue": "email"},
        {"at": "20s", "do": "remove", "job": "email-7"},
        {"at": "21s", "do": "resume", "queue": "email"},
        {"at": "30s", "do": "drain", "queue": "email"},
    ]
    workload = [
        {"queue": "email", "arrivals": {"kind": "constant", "interval": "1s", "count": 3, "start": "1s"}},
        {"queue": "email", "arrivals": {"kind": "times", "at": ["8s", "8s"]}, "delay": "1h"},
        {"queue": "email", "arrivals": {"kind": "times", "at": ["15s", "16s"]}},
    ]
    parts = {"faults": failing, "queues": {"email": {"attempts": 1}}, "workload": workload, "operator": steps}
    scenario = few_emails(**parts)
    events = (EventKind.OPERATOR_ACTED, EventKind.OPERATOR_FAILED)
    expected = [
        (EventKind.OPERATOR_ACTED, "retry", 1),
        (EventKind.OPERATOR_FAILED, "retry", None),
        (EventKind.OPERATOR_ACTED, "retry-all", 1),
        (EventKind.OPERATOR_ACTED, "promote", 1),
        (EventKind.OPERATOR_ACTED, "clean", 1),
        (EventKind.OPERATOR_ACTED, "pause", None),
        (EventKind.OPERATOR_ACTED, "remove", 1),
        (EventKind.OPERATOR_ACTED, "resume", None),
        (EventKind.OPERATOR_ACTED, "drain", 1),
    ]
    for _ in range(TRIES):  # again where the machine was too busy to tell
        result, _versions, late_ms, _cut_ms = performed(scenario, real_parts)
        done = [(r.kind, (r.more or {})["do"], (r.more or {}).get("jobs")) for r in result.trace if r.kind in events]
        if done == expected or late_ms < LATE_MS:
            break
    assert done == expected
    lost = [job.job for job in result.jobs if job.outcome is Outcome.LOST]
    assert lost == ["email-5", "email-7"]
    assert predict(scenario, 1, SCALE).bounds["lost"] == (2, 2)


def test_what_an_operator_does_while_redis_is_away_is_done_when_it_is_back(real_parts: RealParts) -> None:
    """The client holds the call until it has reconnected, 4.73 s after the loss, here as in simulated time."""
    faults = [{"kind": "redis-outage", "at": "4s", "duration": "3s"}]
    steps = [{"at": "5s", "do": "pause", "queue": "email"}]
    scenario = few_emails(faults=faults, operator=steps)
    for trace in (performed(scenario, real_parts).result.trace, predict(scenario, 1, SCALE).trace):
        (done,) = [record for record in trace if record.kind in (EventKind.OPERATOR_ACTED, EventKind.OPERATOR_FAILED)]
        assert (done.kind, done.more) == (EventKind.OPERATOR_ACTED, {"do": "pause"})
        assert done.t_ms == pytest.approx(8_730, abs=600)
