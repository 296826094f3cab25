"""The error log: one line for every failed attempt, and what happens next (times in ms)."""

from collections import Counter
from typing import Any

import pytest

from sim.engine.error_fields import FIELDS
from sim.engine.run import run
from sim.engine.world import World
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario
from sim.yaml_files.fields import ModeName
from tests.stories.test_stories import scenario


def lines(story: Scenario, mode: ModeName = "queue", **options: Any) -> list[dict[str, Any]]:
    """The error log of one mode."""
    return list(run(story, modes=[mode], error_log=True, **options).errors)


def short(line: dict[str, Any]) -> str:
    """What most stories are about."""
    wait = "" if line["retry_in_ms"] is None else f" in {line['retry_in_ms']}"
    made, most = line["attempts_made"], line["max_attempts"]
    return f"{line['t_ms']} {line['worker']} {line['job']} {line['kind']} {made}/{most} {line['next']}{wait}"


def failing(**more: Any) -> dict[str, Any]:
    """A fault: handlers raise errors of their own."""
    return {"kind": "handler-error", **more}


def test_a_line_says_all_that_the_document_lists() -> None:
    """Message, stack, job context and attempt number; when, where, and what happens next."""
    (line,) = lines(scenario(faults=[failing(first_attempts=1)]))
    stack = line.pop("stack").splitlines()
    assert line == {
        "time": "2026-01-01T00:00:09.000Z",
        "t_ms": 9_000,
        "level": "error",
        "message": "this did not work this time (injected)",
        "error": "TransientError",
        "kind": "transient",
        "mode": "queue",
        "queue": "email",
        "worker": "email-1",
        "job": "email-1",
        "attempt": 1,
        "attempts_made": 1,
        "max_attempts": 5,
        "next": "retry",
        "retry_in_ms": 1_000,
        "refusal": None,
        "job_id": "1",
        "job_name": "__default__",
        "options": {
            "removeOnComplete": False,
            "removeOnFail": 25,
            "attempts": 5,
            "delay": 0,
            "backoff": {"type": "exponential", "delay": 1_000},
        },
        "data": {"notification": 1, "to": "customer-1@example.com", "job": "email-1"},
    }
    assert stack[0] == "TransientError: this did not work this time (injected)"
    assert stack[1].startswith("    at handle (sim/handlers/email.py:")
    assert stack[-1].startswith("    at _run (sim/engine/queue_worker.py:")


@pytest.mark.parametrize("mode", ["in-process", "queue"])
def test_every_line_has_every_field_in_the_same_order(mode: ModeName) -> None:
    """In both modes; what there is not is null."""
    (line,) = lines(scenario(faults=[failing(first_attempts=1)]), mode)
    assert tuple(line) == FIELDS


def test_in_process_a_failed_job_has_one_attempt_and_no_place_in_a_queue() -> None:
    """The document: no automatic retry, fails at once."""
    (line,) = lines(scenario(faults=[failing()]), "in-process")
    assert short(line) == "9000 application email-1 transient 1/1 failed"
    assert [line[name] for name in ("job_id", "job_name", "options", "refusal")] == [None] * 4
    assert line["data"] == {"notification": 1, "to": "customer-1@example.com"}
    assert "    at handle (sim/handlers/email.py:" in line["stack"]
    assert "    at _attempt (sim/engine/application.py:" in line["stack"]


def test_a_transient_error_is_retried_with_backoff_until_the_attempts_are_used_up() -> None:
    """Payments: three attempts, five seconds between them."""
    story = scenario(
        workload=[{"queue": "payment", "arrivals": {"kind": "times", "at": ["1s"]}}],
        queues={"payment": {"service": "0s"}},
        faults=[failing()],
    )
    assert [short(line) for line in lines(story)] == [
        "1000 payment-1 payment-1 transient 1/3 retry in 5000",
        "6001 payment-1 payment-1 transient 2/3 retry in 5000",
        "11002 payment-1 payment-1 transient 3/3 failed",
    ]


def test_a_retry_without_backoff_comes_at_once() -> None:
    """It says 0 ms, which is not the same as no retry."""
    story = scenario(queues={"email": {"service": "10s", "attempts": 2, "backoff": None}}, faults=[failing()])
    assert [line["retry_in_ms"] for line in lines(story)] == [0, None]


@pytest.mark.parametrize(("discard", "ends"), [("off", ["retry"] * 4 + ["failed"]), ("on", ["failed"])])
def test_a_permanent_error_is_called_so_and_may_end_the_job_at_once(discard: str, ends: list[str]) -> None:
    """By the document it uses up all attempts; with ``discard_permanent`` it uses one."""
    story = scenario(
        queues={"email": {"service": "1s", "discard_permanent": discard}}, faults=[failing(error="permanent")]
    )
    found = lines(story)
    assert [line["next"] for line in found] == ends
    assert {(line["kind"], line["error"]) for line in found} == {("permanent", "PermanentError")}


def test_the_stack_is_that_of_the_real_exception() -> None:
    """Invalid data is found in the handler's check, the database's error where the transaction was made."""
    invalid = scenario(
        workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["1s"]}, "invalid": 1.0}],
    )
    line = lines(invalid)[0]
    assert line["message"] == "to must be an address such as customer-1@example.com, not 'customer-1.example.com'"
    assert line["stack"].splitlines()[1].startswith("    at handle (sim/handlers/email.py:")
    down = scenario(faults=[{"kind": "database-failure", "at": "0s", "duration": "5s"}])
    calls = [part.split()[1] for part in lines(down)[0]["stack"].splitlines()[1:]]
    assert calls[0] != "handle"
    assert calls.index("call") < calls.index("handle") < calls.index("_run")


def test_a_refused_completion_is_a_failure_of_the_queue_s_kind() -> None:
    """The handler returned and the mail is out; the queue, asked too late, takes neither success nor failure."""
    story = scenario(
        workers={"email": {"processes": 2}},
        faults=[{"kind": "worker-freeze", "target": "email-2", "at": "2s", "duration": "2m"}],
    )
    (line,) = lines(story)
    assert short(line) == "124000 email-2 email-1 queue 1/5 ack-rejected"
    assert line["error"] == "LockMissing"
    assert line["message"] == "Missing lock for job 1 finished"
    assert line["refusal"] == "Missing lock for job 1 delayed"
    assert "    at complete_job (sim/queue/finish.py:" in line["stack"]


def test_a_job_that_fails_as_stalled_has_no_line() -> None:
    """No attempt of it failed: its handler never said anything. The trace has it."""
    result = run("scenarios/01-worker-crashes/poison-job.yaml", error_log=True)
    assert any(record["event"] == "failed" for record in result.trace)
    assert list(result.errors) == []


def with_dead_letters(**more: Any) -> dict[str, Any]:
    """Emails with a dead letter queue, and two attempts."""
    return {"email": {"service": "10s", "attempts": 2, "backoff": None, "dead_letter": "on", **more}}


def test_the_attempt_after_which_a_job_was_put_aside_says_so() -> None:
    """Not ``failed``, which is what an empty failed set would be searched for; the attempt before says ``retry``."""
    found = lines(scenario(queues=with_dead_letters(), faults=[failing()]))
    assert [line["next"] for line in found] == ["retry", "dead-lettered"]
    assert (found[-1]["retry_in_ms"], found[-1]["refusal"]) == (None, None)


def test_a_permanent_error_that_is_discarded_is_dead_lettered_at_once() -> None:
    """One line, and it has the last word."""
    queues = with_dead_letters(discard_permanent="on")
    assert [line["next"] for line in lines(scenario(queues=queues, faults=[failing(error="permanent")]))] == [
        "dead-lettered"
    ]


def test_in_process_nothing_is_put_aside() -> None:
    """There is no queue to put it into: the caller gets the error."""
    (line,) = lines(scenario(queues=with_dead_letters(), faults=[failing()]), "in-process")
    assert line["next"] == "failed"


def test_a_job_that_is_put_aside_as_stalled_has_no_line_either() -> None:
    """The trace has it, with its reason."""
    poison = {"kind": "poison-job", "jobs": ["email-1"], "restart_after": "1s"}
    result = run(scenario(queues=with_dead_letters(), faults=[poison]), modes=["queue"], error_log=True)
    last = [record for record in result.trace if record["event"] in ("failed", "dead-lettered")]
    assert [record["event"] for record in last] == ["failed", "dead-lettered"]
    assert last[0]["reason"] == "job stalled more than allowable limit"
    assert list(result.errors) == []


def test_an_attempt_that_a_crash_ends_has_no_line() -> None:
    """Nothing was raised that a handler or a log could see."""
    assert lines(scenario(faults=[{"kind": "worker-crash", "at": "5s", "restart_after": "1s"}])) == []


def test_a_failure_that_waits_for_redis_is_logged_when_its_end_is_known() -> None:
    """With the time at which the attempt failed."""
    story = scenario(
        workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["1s", "2s"]}}],
        workers={"email": {"processes": 2}},
        faults=[failing(jobs=["email-1"], first_attempts=1), {"kind": "redis-outage", "at": "5s", "duration": "10s"}],
    )
    (line,) = lines(story, semantics="documented")
    assert short(line) == "9000 email-2 email-1 transient 1/5 retry in 1000"


@pytest.mark.parametrize("crash", [True, False])
def test_a_failure_that_the_queue_never_hears_of_is_unreported(crash: bool) -> None:
    """Because its worker dies with it, or because the run ends first."""
    faults: list[dict[str, Any]] = [failing(), {"kind": "redis-outage", "at": "5s", "duration": "1h"}]
    if crash:
        faults.append({"kind": "worker-crash", "at": "12s", "restart_after": None})
    found = lines(scenario(faults=faults, duration="20s"))
    assert [short(line) for line in found] == ["9000 email-1 email-1 transient 1/5 unreported"]


def test_what_the_queue_cannot_carry_out_is_refused() -> None:
    """A job whose backoff nobody defined stays active; its log says why."""
    world = World(scenario(faults=[failing()], duration="20s"), error_log=True)
    world.run_until("1s")
    world.redis.hset("bull:email:1", "opts", '{"attempts":3,"backoff":{"type":"lunar","delay":1}}')
    world.redis.lpush("bull:email:wait", "1")
    world.redis.lrem("bull:email:active", 1, "1")
    world.faults.crash(world.faults.processes("email-1")[0], 500)
    world.run()
    first = next(world.errors)
    assert first["next"] == "ack-rejected"
    assert first["refusal"].startswith("Unknown backoff strategy lunar.")
    assert first["options"]["backoff"] == {"type": "lunar", "delay": 1}


def test_starts_and_failures_are_counted_apart() -> None:
    """A start that a crash ended is an attempt of the trace; the queue counts failures."""
    story = scenario(
        faults=[{"kind": "worker-crash", "at": "5s", "restart_after": "1s"}, failing()],
        queues={"email": {"service": "10s", "attempts": 2}},
    )
    assert [(line["attempt"], line["attempts_made"], line["max_attempts"]) for line in lines(story)] == [
        (2, 1, 2),
        (3, 2, 2),
    ]


@pytest.mark.parametrize("mode", ["in-process", "queue"])
def test_there_is_a_line_for_every_failed_attempt_of_the_trace(mode: ModeName) -> None:
    """Neither more nor fewer, whoever failed and whenever."""
    result = run("scenarios/04-retries-and-retention/flaky-network.yaml", modes=[mode], error_log=True)
    failed = Counter(
        (r.t_ms, r.queue, r.job, r.attempt, r.worker, (r.more or {})["error"])
        for r in result.modes[mode].trace
        if r.kind is EventKind.ATTEMPT_FAILED
    )
    logged = Counter(
        (line["t_ms"], line["queue"], line["job"], line["attempt"], line["worker"], line["message"])
        for line in result.errors
        if line["kind"] != "queue"
    )
    assert logged == failed
    assert sum(failed.values()) > 20
