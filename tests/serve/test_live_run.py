"""A live run is the run of ``sim run``, however it gets from moment to moment; what was done by hand is all else."""

from pathlib import Path

import pytest

from sim.core.errors import SimError
from sim.engine.application import InProcessApplication
from sim.engine.run import run
from sim.faults.by_hand import Refused
from sim.results.trace import EventKind
from sim.scenario.load import load_scenario, parse_scenario
from sim.serve.page.live_run import LiveRun
from sim.serve.page.run_log import FROM_OUTSIDE, LogUnusable, read_log

SCENARIOS = Path(__file__).parents[2] / "scenarios"
OUTAGE = SCENARIOS / "03-database-failures/longer-than-the-retries.yaml"
SOME_FAILED = Path(__file__).parent / "some_failed.yaml"


def finished_shas(live: LiveRun) -> dict[str, str]:
    """The traces with their last lines, which say what was lost."""
    for world in live.worlds.values():
        world.finish()
    return live.shas()


@pytest.mark.parametrize("step_ms", [777, 60_000])
@pytest.mark.parametrize(
    "name",
    [
        "01-worker-crashes/frozen-worker.yaml",
        "01-worker-crashes/poison-job.yaml",
        "02-redis-failures/crash-without-persistence.yaml",
        "02-redis-failures/long-outage.yaml",
        "03-database-failures/short-outage.yaml",
        "05-dead-letters/with.yaml",
    ],
)
def test_a_run_that_nobody_touches_is_the_run_of_sim_run(name: str, step_ms: int) -> None:
    """In both modes, to the byte, whatever the steps, and though the outcomes are counted on the way."""
    scenario = load_scenario(SCENARIOS / name)
    live = LiveRun(scenario)
    while not live.is_over:
        live.go_on(live.now_ms + step_ms)
        live.counts()
    expected = {mode: result.trace.sha256() for mode, result in run(scenario).modes.items()}
    assert finished_shas(live) == expected


def test_a_run_of_a_set_duration_ends_there() -> None:
    """Where nothing is settled yet, as in ``sim run``."""
    scenario = load_scenario(SOME_FAILED).model_copy(update={"duration": 4_000})
    live = LiveRun(scenario)
    while not live.is_over:
        live.go_on(live.now_ms + 1_500)
    assert live.now_ms == 4_000
    assert finished_shas(live) == {mode: result.trace.sha256() for mode, result in run(scenario).modes.items()}


def test_event_by_event_it_is_the_same_run() -> None:
    """Every step goes to a moment at which something was recorded, and the last one to the end."""
    scenario = load_scenario(SOME_FAILED)
    live = LiveRun(scenario)
    moments = []
    while live.step_event():
        moments.append(live.now_ms)
    assert moments[:3] == sorted(set(moments))[:3]
    assert live.is_over
    assert finished_shas(live) == {mode: result.trace.sha256() for mode, result in run(scenario).modes.items()}


def by_hand(live: LiveRun, step_ms: int) -> None:
    """An afternoon of somebody's curiosity."""

    def reach(at_ms: int) -> None:
        while live.now_ms < at_ms:
            live.go_to(min(at_ms, live.now_ms + step_ms))

    reach(5_000)
    live.do("crash-worker", {"process": "order-1", "restart_after": "3s"})
    live.do("stop-redis")
    reach(9_500)
    live.do("start-redis")
    reach(12_000)
    live.do("freeze-worker", {"process": "order-2"})
    reach(15_345)
    live.do("resume-worker", {"process": "order-2"})
    live.do("refuse-database")
    reach(21_000)
    live.do("restore-database")
    live.do("slow-database", {"latency": "1500ms"})
    live.do("pause", {"queue": "order"})
    reach(30_000)
    live.do("resume", {"queue": "order"})
    live.do("restore-database-speed")
    reach(40_700)
    live.do("crash-redis", {"cause": "power-loss"})
    reach(42_000)
    live.do("start-redis")
    reach(130_000)
    live.do("retry-all", {"queue": "order"})


@pytest.mark.parametrize("step_ms", [50, 1_000, 40_000])
def test_what_was_done_at_a_moment_gives_the_same_trace_from_the_log(step_ms: int, tmp_path: Path) -> None:
    """Also from the YAML file, and whatever the pace was."""
    scenario = load_scenario(OUTAGE)
    live = LiveRun(scenario)
    by_hand(live, step_ms)
    while not live.is_over:
        live.go_on(live.now_ms + step_ms)
    file = tmp_path / "done-by-hand.yaml"
    file.write_text(live.written_log().as_yaml(), encoding="utf-8")
    again = LiveRun(scenario)
    again.replay(read_log(file))
    assert len(again.log) == 14
    assert again.now_ms == live.now_ms
    assert finished_shas(again) == finished_shas(live)


def test_without_what_was_done_it_is_another_run() -> None:
    """So the tests above do not compare nothing with nothing."""
    scenario = load_scenario(OUTAGE)
    live, untouched = LiveRun(scenario), LiveRun(scenario)
    by_hand(live, 1_000)
    untouched.go_on(live.now_ms)
    assert live.shas() != untouched.shas()


def test_a_fault_thrown_by_hand_strikes_both_modes() -> None:
    """The application of in-process mode goes down with the worker, and what it was running is lost there."""
    live = LiveRun(load_scenario(OUTAGE))
    (application,) = live.worlds["in-process"].faults.processes("application")
    assert isinstance(application, InProcessApplication)
    while not application.holds:
        live.step_event()
    live.do("crash-worker", {"process": "order-1"})
    assert not application.alive
    assert not live.queue_world.faults.processes("order-1")[0].alive
    assert live.counts()["in-process"].lost == 1
    assert live.counts()["queue"].lost == 0


SLOW_WORK = """
title: A line of emails
question: What does Redis know after a crash?
queues: {{email: {{service: 700ms}}}}
workers: {{email: {{processes: 1}}}}
workload: [{{queue: email, arrivals: {{kind: constant, interval: 300ms, count: 40}}}}]
redis: {{persistence: {persistence}, save_interval: 4s}}
"""


def crashed_by_hand(persistence: str, cause: str, at_ms: int) -> tuple[LiveRun, str, int]:
    """Crash Redis by hand; the run, what was said of it, and how many jobs Redis forgot."""
    live = LiveRun(parse_scenario(SLOW_WORK.format(persistence=persistence)))
    live.go_on(at_ms)
    said = live.do("crash-redis", {"cause": cause}).said
    forgotten = sum(record.kind is EventKind.DATA_LOST for record in live.queue_world.trace)
    return live, said, forgotten


@pytest.mark.parametrize(
    ("persistence", "cause", "left", "forgotten"),
    [
        ("none", "process-kill", "it has lost everything", 22),
        ("rdb", "process-kill", "it goes back to 4s", 8),
        ("rdb", "power-loss", "it goes back to 4s", 8),
        ("aof-everysec", "process-kill", "it has lost nothing", 0),
        ("aof-everysec", "power-loss", "it goes back to 6s", 1),
        ("aof-always", "power-loss", "it has lost nothing", 0),
    ],
)
def test_what_redis_knows_after_a_crash_by_hand_is_up_to_its_persistence(
    persistence: str, cause: str, left: str, forgotten: int
) -> None:
    """Nobody had planned it; 22 emails were submitted by 6.35 s, 14 by 4 s and 21 by 6 s."""
    live, said, gone = crashed_by_hand(persistence, cause, 6_350)
    assert (said, gone) == (f"crashed Redis ({cause}, {persistence}): {left}", forgotten)
    with pytest.raises(Refused, match="Redis is already down"):
        live.do("crash-redis", {"cause": cause})
    live.do("start-redis")
    while not live.is_over:
        live.go_on(live.now_ms + 1_000)
    again = LiveRun(live.scenario)
    again.replay(live.written_log())
    assert finished_shas(again) == finished_shas(live)


@pytest.mark.parametrize(("at_ms", "said"), [(4_000, "it has lost nothing"), (3_999, "it has lost everything")])
def test_a_crash_at_the_moment_of_a_snapshot_loses_nothing(at_ms: int, said: str) -> None:
    """And a millisecond before the first one, everything."""
    assert crashed_by_hand("rdb", "process-kill", at_ms)[1].endswith(said)


def test_a_crash_that_a_fault_of_the_scenario_plans_keeps_the_same_data() -> None:
    """The same jobs are forgotten at the same moment, whoever crashes Redis."""
    _live, _said, forgotten = crashed_by_hand("rdb", "process-kill", 6_350)
    fault = "faults: [{kind: redis-crash, at: 6350ms, duration: 1s}]\n"
    planned = LiveRun(parse_scenario(SLOW_WORK.format(persistence="rdb") + fault))
    planned.go_on(6_350)
    assert sum(record.kind is EventKind.DATA_LOST for record in planned.queue_world.trace) == forgotten


def test_every_crash_goes_back_to_what_was_done_by_hand_before_it() -> None:
    """Pauses, other crashes and what the operator threw away among it; nothing of what came after."""
    live = LiveRun(parse_scenario(SLOW_WORK.format(persistence="rdb")))
    paused = "bull:email:meta-paused"
    server = live.queue_world.server
    assert server is not None

    def is_paused() -> bool:
        return bool(server.operate(lambda: live.queue_world.redis.exists(paused)))

    live.go_on(3_500)
    live.do("pause", {"queue": "email"})
    live.go_on(5_000)
    live.do("resume", {"queue": "email"})
    live.do("crash-redis", {"cause": "process-kill"})
    assert is_paused()
    live.do("start-redis")
    live.do("resume", {"queue": "email"})
    live.go_on(9_000)
    live.do("crash-redis", {"cause": "power-loss"})
    assert not is_paused()
    again = LiveRun(live.scenario)
    again.replay(live.written_log())
    assert again.shas() == live.shas()


def test_what_a_program_changed_cannot_be_worked_out_and_is_not_made_up() -> None:
    """A crash that needs no earlier data, or data from before the change, is done all the same."""
    live = LiveRun(parse_scenario(SLOW_WORK.format(persistence="aof-everysec")))
    live.go_on(2_000)
    live.note_outside()
    live.go_on(6_350)
    with pytest.raises(Refused, match="go back to 6s, but its data at that time is unknown"):
        live.do("crash-redis", {"cause": "power-loss"})
    assert [entry.verb for entry in live.log] == [FROM_OUTSIDE]
    assert live.do("crash-redis", {"cause": "process-kill"}).said.endswith("it has lost nothing")
    late = LiveRun(parse_scenario(SLOW_WORK.format(persistence="aof-everysec")))
    late.go_on(6_100)
    late.note_outside()
    late.go_on(6_350)
    assert late.do("crash-redis", {"cause": "power-loss"}).said.endswith("it goes back to 6s")


def test_a_database_that_is_slowed_by_hand_delays_what_calls_it() -> None:
    """By what was said, in both modes, until it gets its speed back; refusing and slowing do not end each other."""
    live = LiveRun(parse_scenario(SLOW_WORK.format(persistence="none")))
    live.do("slow-database", {"latency": "2s"})
    with pytest.raises(Refused, match="already slowed by hand"):
        live.do("slow-database", {"latency": "1s"})
    live.do("refuse-database")
    live.do("restore-database")
    assert {mode: world.database.latency_ms for mode, world in live.worlds.items()} == {
        "queue": 2_000,
        "in-process": 2_000,
    }
    live.go_on(2_600)
    assert {mode: one.delivered for mode, one in live.counts().items()} == {"queue": 1, "in-process": 1}
    live.do("restore-database-speed")
    assert all(world.database.latency_ms == 0 for world in live.worlds.values())


def test_after_the_end_a_retry_brings_the_run_back_to_life() -> None:
    """In queue mode, which has something to retry; in-process mode has not."""
    live = LiveRun(load_scenario(SOME_FAILED))
    while not live.is_over:
        live.go_on(live.now_ms + 5_000)
    end_ms = live.now_ms
    assert live.counts()["queue"].failed_retained == 3
    live.do("retry-all", {"queue": "email"})
    assert not live.is_over
    while not live.is_over:
        live.go_on(live.now_ms + 5_000)
    assert live.now_ms > end_ms
    assert live.counts()["queue"].delivered == 4
    assert live.counts()["in-process"].failed_reported == 3


def test_what_is_refused_is_not_in_the_log_and_changes_nothing() -> None:
    """Whatever is wrong with it: the moment, the name, the arguments, the job."""
    live = LiveRun(load_scenario(SOME_FAILED))
    live.go_on(10_000)
    before = live.shas()
    for verb, arguments in [
        ("start-redis", {}),
        ("restore-database", {}),
        ("resume-worker", {"process": "email-1"}),
        ("crash-worker", {"process": "nobody"}),
        ("crash-worker", {}),
        ("crash-worker", {"process": "email-1", "restart_after": "soon"}),
        ("stop-redis", {"process": "email-1"}),
        ("retry", {"queue": "email", "id": "4"}),
        ("retry", {"queue": "post", "id": "1"}),
        ("replay", {"queue": "email", "id": "1"}),
        ("crash-redis", {}),
        ("crash-redis", {"cause": "fire"}),
        ("slow-database", {}),
        ("slow-database", {"latency": "0s"}),
        ("slow-database", {"latency": "much"}),
        ("restore-database-speed", {}),
        ("fly", {}),
    ]:
        with pytest.raises(SimError):
            live.do(verb, arguments)
    assert live.log == []
    assert live.shas() == before


def test_nobody_reaches_a_queue_while_redis_is_away() -> None:
    """Neither does the page: an operator would not either."""
    live = LiveRun(load_scenario(SOME_FAILED))
    live.go_on(10_000)
    live.do("stop-redis")
    with pytest.raises(Refused, match="Redis is down: nobody can reach the queue"):
        live.do("retry-all", {"queue": "email"})


def test_keys_changed_from_outside_are_in_the_log_once_a_moment_and_left_out_of_a_replay() -> None:
    """The log cannot know what it was, and says so."""
    live = LiveRun(load_scenario(SOME_FAILED))
    live.go_on(10_000)
    live.note_outside()
    live.note_outside()
    assert [entry.verb for entry in live.log] == [FROM_OUTSIDE]
    again = LiveRun(live.scenario)
    again.replay(live.written_log())
    assert again.log == []
    assert again.now_ms == live.now_ms


def test_counting_outcomes_writes_nothing_down_of_a_job_that_was_put_there_by_hand() -> None:
    """To look at the outcomes is not an event."""
    live = LiveRun(load_scenario(SOME_FAILED))
    live.go_on(10_000)
    store = live.queue_world.redis
    assert store is not None
    store.zadd("bull:email:completed", {"stranger": 1})
    before = live.shas()
    assert live.counts()["queue"].offered == 4
    assert live.shas() == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nonsense", "the whole file"),
        ("{", "not YAML"),
        ("{seed: -1, semantics: documented, stands_at: 1s}", "seed"),
        ("{seed: 1, semantics: other, stands_at: 1s}", "semantics"),
        ("{seed: 1, semantics: documented, stands_at: soon}", "expected a duration"),
        ("{seed: 1, semantics: documented, stands_at: 1s, done: [{at: 2s, do: pause}]}", "order of time"),
        ("{seed: 1, semantics: documented, stands_at: 1s, done: [{at: 1s, run: pause}]}", r"done.0.do"),
    ],
)
def test_a_log_that_is_none_is_refused_with_its_place(text: str, says: str, tmp_path: Path) -> None:
    """Files come from people."""
    file = tmp_path / "log.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(LogUnusable, match=f"log.yaml: .*{says}"):
        read_log(file)


@pytest.mark.parametrize(
    ("verb", "given", "says"),
    [
        ("clean", {"state": "failed", "grace": "soon"}, "clean: grace: expected a duration such as 500ms"),
        ("clean", {"state": "gone"}, "clean: state: Input should be 'waiting', 'active'"),
        ("clean", {}, "clean: state is missing; it takes queue, state, grace"),
        ("pause", {"state": "failed"}, "pause: 'state' is not an argument of it; it takes queue"),
        ("retry", {"id": "99"}, "The job doesn't exist"),
        ("unplug", {}, "no verb called 'unplug'"),
    ],
)
def test_what_makes_no_sense_by_hand_is_refused_and_not_logged(verb: str, given: dict[str, str], says: str) -> None:
    """With what would be right."""
    live = LiveRun(load_scenario(SOME_FAILED))
    with pytest.raises(SimError, match=says):
        live.do(verb, {"queue": "email", **given})
    assert not live.log


def test_a_replica_that_takes_over_by_hand_has_what_redis_had_so_long_before() -> None:
    """Nobody knew of it beforehand, so the run goes up to there once more; the same log leads to the same run."""
    scenario = load_scenario(SCENARIOS / "02-redis-failures/failover-with-lag.yaml").model_copy(update={"faults": []})
    live = LiveRun(scenario)
    live.go_on(40_000)
    said = live.do("fail-over", {"lag": "10s"}).said
    assert said == "let a replica take over: the last 10s of writes are lost; it takes writes in 5s"
    with pytest.raises(Refused, match="Redis is read-only: no replica takes over now"):
        live.do("fail-over", {"lag": "0s"})
    live.go_on(46_000)
    assert live.queue_world.faults.redis_state == "up"
    live.go_on(600_000)
    again = LiveRun(scenario)
    again.replay(live.written_log())
    assert again.shas() == live.shas()
    assert live.counts()["queue"].lost == 20


@pytest.mark.parametrize("lag", ["", "soon", "-1s"])
def test_a_replica_is_behind_by_a_time(lag: str) -> None:
    """Whatever else is given is refused, and nothing is kept of it."""
    live = LiveRun(load_scenario(OUTAGE))
    live.go_on(2_000)
    with pytest.raises(Refused):
        live.do("fail-over", {"lag": lag})
    assert not live.log


def test_by_hand_redis_refuses_writes_until_it_may_take_them() -> None:
    """And the row of Redis on the page offers what makes sense."""
    live = LiveRun(load_scenario(OUTAGE))
    live.go_on(2_000)
    live.do("refuse-writes")
    with pytest.raises(Refused, match="already read-only"):
        live.do("refuse-writes")
    live.do("accept-writes")
    with pytest.raises(Refused, match="not read-only"):
        live.do("accept-writes")
