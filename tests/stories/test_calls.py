"""Every call to the queue has the time at which it was made, also where it waits for Redis (BULL_FACTS 17).

Redis is down from 10 s. With `bull-4.16` an outage of 6 s ends for clients at 22.84 s, one of 14 s at 42.85 s; with
`documented` at once.
"""

from typing import Any

import pytest

from sim.engine.clock import EPOCH_MS
from sim.engine.world import World, simulation_of
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario
from tests.stories.test_stories import scenario

BULL, DOCUMENTED = "bull-4.16", "documented"
OUTAGE = {"kind": "redis-outage", "at": "10s", "duration": "6s"}
BACK_MS = {BULL: 22_840, DOCUMENTED: 16_000}
FAILS_ONCE = {"kind": "handler-error", "first_attempts": 1}
FREEZE = {"kind": "worker-freeze", "target": "application", "at": "2s", "duration": "6s"}
CLEAN = {"do": "clean", "queue": "email", "state": "failed", "older_than": "8s"}
BOTH = pytest.mark.parametrize("semantics", [BULL, DOCUMENTED])


def one_email(*faults: dict[str, Any], at: str = "9s", **parts: Any) -> Scenario:
    """One email of 3 s whose handler ends at 12 s, or throws at 11.4 s, while Redis is down."""
    workload = [{"queue": "email", "arrivals": {"kind": "times", "at": [at]}}]
    queue = {"service": "3s", "attempts": 1, **parts.pop("queue", {})}
    return scenario(**{"workload": workload, "queues": {"email": queue}, "faults": [OUTAGE, *faults], **parts})


def open_at(story: Scenario, semantics: str, until_ms: int) -> World:
    """The world of a story at a moment."""
    world = World(story, semantics=semantics)
    world.run_until(until_ms)
    return world


def field(world: World, name: str, job_id: str = "1") -> int | None:
    """A time in a job's hash, ms since the run began."""
    value = world.redis.hget(f"bull:email:{job_id}", name)
    return None if value is None else int(value) - EPOCH_MS


def due_ms(world: World, job_id: str = "1") -> int:
    """When a delayed job is due, ms since the run began."""
    return int(world.redis.zscore("bull:email:delayed", job_id)) // 4096 - EPOCH_MS


@BOTH
def test_a_job_finished_when_its_handler_ended(semantics: str) -> None:
    """Both finishedOn and its place among the completed ones; and the next job, fetched with it, was started then."""
    story = one_email(workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["9s", "9s"]}}])
    world = open_at(story, semantics, BACK_MS[semantics] + 100)
    assert field(world, "finishedOn") == 12_000
    assert world.redis.zscore("bull:email:completed", "1") == EPOCH_MS + 12_000
    assert field(world, "processedOn", "2") == 12_000


@BOTH
def test_a_job_failed_for_good_when_its_handler_threw(semantics: str) -> None:
    """And retention by age counts from there."""
    world = open_at(one_email(FAILS_ONCE), semantics, BACK_MS[semantics] + 100)
    assert field(world, "finishedOn") == 11_400
    assert world.redis.zscore("bull:email:failed", "1") == EPOCH_MS + 11_400


@BOTH
def test_a_backoff_counts_from_the_failure(semantics: str) -> None:
    """Of 20 s, when the handler threw at 11.4 s: due at 31.4 s, and started then."""
    queue = {"attempts": 2, "backoff": {"type": "fixed", "delay": "20s"}}
    world = open_at(one_email(FAILS_ONCE, queue=queue), semantics, BACK_MS[semantics] + 100)
    assert due_ms(world) == 31_400
    world.run()
    starts = [r.t_ms for r in world.trace if r.kind is EventKind.STARTED]
    assert starts[-1] == 31_401


def test_a_backoff_that_is_over_when_redis_comes_back_is_no_wait() -> None:
    """Of 8 s: due at 19.4 s, and started on reconnect."""
    queue = {"attempts": 2, "backoff": {"type": "fixed", "delay": "8s"}}
    world = World(one_email(FAILS_ONCE, queue=queue), semantics=BULL)
    world.run()
    assert [r.t_ms for r in world.trace if r.kind is EventKind.STARTED] == [9_000, 22_840]


def test_a_submit_has_its_time_stamp_and_its_delay_from_the_call() -> None:
    """Made at 11 s and sent at 22.84 s, with a delay of 30 s: due at 41 s."""
    workload = [{"queue": "email", "arrivals": {"kind": "times", "at": ["11s"]}, "delay": "30s"}]
    world = open_at(one_email(workload=workload), BULL, BACK_MS[BULL])
    assert field(world, "timestamp") == 11_000
    assert f'"timestamp":{EPOCH_MS + 11_000}' in world.redis.hget("bull:email:1", "opts")
    assert due_ms(world) == 41_000


def test_a_submit_that_is_sent_twice_has_one_time() -> None:
    """Its answer was lost, and the client sends it again as it was."""
    workload = [{"queue": "email", "arrivals": {"kind": "times", "at": ["11s"]}, "delay": "30s"}]
    story = scenario(workload=workload, faults=[{**OUTAGE, "lost_replies": 1}])
    world = open_at(story, BULL, BACK_MS[BULL])
    assert [field(world, "timestamp", job_id) for job_id in ("1", "2")] == [11_000, 11_000]
    assert [due_ms(world, job_id) for job_id in ("1", "2")] == [41_000, 41_000]


def test_with_documented_semantics_a_submit_in_an_outage_fails_and_has_no_time() -> None:
    """At once."""
    world = World(one_email(at="11s"), semantics=DOCUMENTED)
    world.run()
    assert [(r.t_ms, r.kind) for r in world.trace if r.kind is EventKind.REJECTED] == [(11_000, EventKind.REJECTED)]


@BOTH
def test_a_worker_takes_its_next_job_at_the_time_when_it_asked(semantics: str) -> None:
    """After a refused end at 8 s it rests for 5 s and asks at 13 s; processedOn is 13 s, whenever Redis hears of it."""
    story = one_email(workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["5s", "6s"]}}])
    world = open_at(story, semantics, 7_000)
    world.redis.delete("bull:email:1:lock")
    world.run_until(BACK_MS[semantics] + 100)
    assert field(world, "processedOn", "2") == 13_000


@BOTH
def test_a_popped_job_is_locked_at_the_time_when_the_worker_heard_of_it(semantics: str) -> None:
    """Popped for a frozen worker until 12 s: processedOn is 12 s, though the lock comes with Redis.

    With `bull-4.16` that is at 16.73 s, as the worker learns of the outage at 12 s.
    """
    freeze = {"kind": "worker-freeze", "at": "6s", "duration": "6s"}
    world = open_at(one_email(freeze, at="7s"), semantics, {BULL: 16_730, DOCUMENTED: 16_000}[semantics] + 100)
    assert world.redis.lrange("bull:email:active", 0, -1) == ["1"]
    assert field(world, "processedOn") == 12_000


@BOTH
def test_a_frozen_worker_s_call_is_made_when_it_goes_on(semantics: str) -> None:
    """Frozen from 11.5 s to 14 s, its handler ends at 14 s; that is finishedOn, wherever the call then waits."""
    freeze = {"kind": "worker-freeze", "at": "11500ms", "duration": "2500ms"}
    world = open_at(one_email(freeze), semantics, BACK_MS[semantics] + 100)
    assert field(world, "finishedOn") == 14_000


@BOTH
def test_a_call_made_before_the_freeze_keeps_its_time(semantics: str) -> None:
    """The handler ended at 12 s, the process was frozen from 13 s to 40 s, and sends at 40 s what it called at 12 s."""
    freeze = {"kind": "worker-freeze", "at": "13s", "duration": "27s"}
    lock = {"email": {"lock_duration": "5m"}}
    world = open_at(one_email(freeze, workers=lock), semantics, 39_900)
    assert field(world, "finishedOn") is None
    world.run_until(40_000)
    assert field(world, "finishedOn") == 12_000


@BOTH
def test_a_stalled_check_that_waited_fails_jobs_at_the_time_of_its_call(semantics: str) -> None:
    """The tick that falls into the outage, not the reconnection, is finishedOn of the job that it gives up."""
    times = {"lock_duration": "4s", "stalled_interval": "4s", "start_spread": "0s"}
    workers = {"email": {"processes": 2, "max_stalled": 0, **times}}
    story = one_email(
        {"kind": "worker-crash", "target": "email-1", "at": "8500ms"},
        at="7s",
        workers=workers,
        queue={"service": "20s"},
    )
    world = open_at(story, semantics, BACK_MS[semantics] + 100)
    ended = field(world, "finishedOn")
    assert ended is not None
    assert 12_000 < ended < 12_100
    failed = [r.t_ms for r in world.trace if r.kind is EventKind.FAILED]
    assert failed == [BACK_MS[semantics]]


def test_a_process_that_starts_in_an_outage_tries_to_connect_on_a_schedule_of_its_own() -> None:
    """It starts at 12 s, Redis is back at 16 s: it is there 4.73 s after its start, others 12.84 s after the loss."""
    crash = {"kind": "worker-crash", "target": "email-1", "at": "11s", "restart_after": "1s"}
    world = open_at(one_email(crash, workers={"email": {"processes": 2}}), BULL, 16_729)
    links = [
        process.link
        for process in (*simulation_of(world).queue_system.workers["email"], simulation_of(world).queue_system.producer)
    ]
    assert [link.is_up for link in links] == [False, False, False]
    world.run_until(16_730)
    assert [link.is_up for link in links] == [True, False, False]
    world.run_until(BACK_MS[BULL])
    assert [link.is_up for link in links] == [True, True, True]


def test_a_retry_whose_announcement_is_missed_at_the_reconnect_starts_at_the_guard_interval() -> None:
    """5 s after the reconnect, as was measured of Bull where its subscriber came back after its client."""
    world = World(
        one_email(FAILS_ONCE, queue={"attempts": 3, "backoff": {"type": "fixed", "delay": "8s"}}), semantics=BULL
    )
    simulation_of(world).queue_system.queues["email"].promoter.deaf_at_reconnect = True
    world.run()
    starts = [record.t_ms for record in world.trace if record.kind is EventKind.STARTED]
    assert starts == [9_000, BACK_MS[BULL] + 5_000]


def test_a_delayed_job_whose_announcement_is_missed_starts_at_the_guard_interval_too() -> None:
    """Submitted at 11 s with a delay of 4 s, it is due when the submit comes through."""
    arrivals = {"kind": "times", "at": ["11s"]}
    world = World(one_email(workload=[{"queue": "email", "arrivals": arrivals, "delay": "4s"}]), semantics=BULL)
    simulation_of(world).queue_system.queues["email"].promoter.deaf_at_reconnect = True
    simulation_of(world).queue_system.producer.link.late_ms = 1
    world.run()
    assert [record.t_ms for record in world.trace if record.kind is EventKind.STARTED] == [BACK_MS[BULL] + 5_000]


class TestOperator:
    """What an operator asks for while Redis is down."""

    def story(self, *steps: dict[str, Any]) -> Scenario:
        """An email that failed for good at 4 s, and an outage from 10 s to 16 s."""
        return one_email(FAILS_ONCE, at="1s", operator=list(steps))

    def done(self, world: World) -> list[tuple[int, str, Any]]:
        """When what was done, and to how many jobs or with which error."""
        return [
            (r.t_ms, (r.more or {})["do"], (r.more or {}).get("jobs", (r.more or {}).get("error")))
            for r in world.trace
            if r.kind in (EventKind.OPERATOR_ACTED, EventKind.OPERATOR_FAILED)
        ]

    @pytest.mark.parametrize(("at", "cleaned"), [("11s", 0), ("13s", 1)])
    def test_a_clean_goes_by_the_time_of_its_call(self, at: str, cleaned: int) -> None:
        """What was no 8 s old then stays, however old it is when Redis hears of it."""
        world = World(self.story({"at": at, **CLEAN}), semantics=BULL)
        world.run()
        assert self.done(world) == [(22_840, "clean", cleaned)]

    def test_a_retry_fetches_its_job_first_and_has_the_time_of_the_answer(self) -> None:
        """The call that sends retriedOn is made on reconnect."""
        world = World(self.story({"at": "11s", "do": "retry", "job": "email-1"}), semantics=BULL)
        world.run()
        assert self.done(world) == [(22_840, "retry", 1)]
        assert field(world, "retriedOn") == 22_840
        assert [r.t_ms for r in world.trace if r.kind is EventKind.COMPLETED] == [25_840]

    def test_steps_are_done_in_the_order_in_which_they_were_asked_for(self) -> None:
        """Paused, then resumed."""
        steps = [{"at": f"{at}s", "do": do, "queue": "email"} for at, do in ((11, "pause"), (12, "resume"))]
        world = World(self.story(*steps), semantics=BULL)
        world.run()
        assert [do for _t_ms, do, _more in self.done(world)] == ["pause", "resume"]

    def test_the_client_gives_up_as_every_client_does(self) -> None:
        """232.9 s after the loss."""
        long = {"kind": "redis-outage", "at": "10s", "duration": "10m"}
        story = one_email(at="1s", faults=[long], operator=[{"at": "100s", "do": "retry-all", "queue": "email"}])
        world = World(story, semantics=BULL)
        world.run()
        ((t_ms, _do, error),) = self.done(world)
        assert t_ms == 242_900
        assert "max retries per request" in error

    def test_with_documented_semantics_it_fails_at_once(self) -> None:
        """Nobody does it later."""
        world = World(self.story({"at": "11s", **CLEAN}), semantics=DOCUMENTED)
        world.run()
        assert self.done(world) == [(11_000, "clean", "connect ECONNREFUSED")]


class TestFrozenApplication:
    """The application is frozen from 2 s to 8 s."""

    def story(self, *faults: dict[str, Any], at: str = "3s") -> Scenario:
        """One delayed email that is asked for while the application is frozen."""
        workload = [{"queue": "email", "arrivals": {"kind": "times", "at": [at]}, "delay": "30s"}]
        return scenario(workload=workload, faults=[FREEZE, *faults])

    @BOTH
    def test_it_submits_when_it_goes_on(self, semantics: str) -> None:
        """What was asked for at 3 s is submitted, and has its time stamp, at 8 s."""
        world = open_at(self.story(), semantics, 7_999)
        assert world.redis.exists("bull:email:1") == 0
        world.run_until(8_000)
        assert (field(world, "timestamp"), due_ms(world)) == (8_000, 38_000)

    @BOTH
    def test_whoever_waits_for_it_hears_of_its_death(self, semantics: str) -> None:
        """Rejected, and not lost."""
        crash = {"kind": "worker-crash", "target": "application", "at": "5s"}
        world = World(self.story(crash), semantics=semantics)
        world.run()
        assert [r.t_ms for r in world.trace if r.kind is EventKind.REJECTED] == [5_000]

    def test_what_it_called_before_keeps_its_time_and_is_sent_when_it_goes_on(self) -> None:
        """Called at 1.5 s in an outage that ends while it is frozen."""
        world = open_at(self.story({**OUTAGE, "at": "1s", "duration": "2s"}, at="1500ms"), BULL, 7_999)
        assert world.redis.exists("bull:email:1") == 0
        world.run_until(8_000)
        assert (field(world, "timestamp"), due_ms(world)) == (1_500, 31_500)


class TestOutcomes:
    """What happened to jobs whose calls waited, in the real Bull 4.16.5 at 1:10."""

    def outcomes(self, story: Scenario) -> list[str]:
        """What happened to each job."""
        world = World(story, semantics=BULL)
        world.run()
        return [one.outcome.value for one in world.result().jobs]

    def test_a_delay_that_is_over_when_redis_comes_back_is_no_wait(self) -> None:
        """Three adds with a delay of 20 s in an outage that ends at 42.85 s; Redis forgets everything at 50 s."""
        workload = [{"queue": "email", "arrivals": {"kind": "times", "at": ["12s", "13s", "14s"]}, "delay": "20s"}]
        story = scenario(
            workload=workload,
            queues={"email": {"service": "1s", "idempotency_key": "off"}},
            redis={"persistence": "none"},
            faults=[{**OUTAGE, "duration": "14s"}, {"kind": "redis-crash", "at": "50s", "duration": "1s"}],
        )
        assert self.outcomes(story) == ["delivered"] * 3

    def test_a_backoff_that_is_over_is_no_wait_either(self) -> None:
        """Retried on reconnect at 22.84 s, before Redis forgets everything at 28 s."""
        queue = {"attempts": 3, "backoff": {"type": "fixed", "delay": "8s"}, "idempotency_key": "off"}
        crash = {"kind": "redis-crash", "at": "28s", "duration": "1s"}
        story = one_email(FAILS_ONCE, crash, queue=queue, redis={"persistence": "none"})
        assert self.outcomes(story) == ["delivered"]

    def test_failures_are_kept_by_the_age_of_the_failure(self) -> None:
        """One of 11.4 s is older than 10 s when the next one fails at 26.4 s, though Redis heard of it at 22.84 s."""
        workload = [{"queue": "email", "arrivals": {"kind": "times", "at": ["9s", "24s"]}}]
        story = one_email(FAILS_ONCE, workload=workload, queue={"remove_on_fail": {"age": "10s"}})
        assert self.outcomes(story) == ["failed-evicted", "failed-retained"]
