"""Short stories of jobs that are given up, put aside, and replayed (times in ms)."""

from pathlib import Path
from typing import Any

import pytest

from sim.core.errors import SimError
from sim.engine.run import run
from sim.engine.world import World, simulation_of
from sim.queue.errors import NoDeadLetter
from sim.results.trace import EventKind
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario
from tests.stories.test_stories import scenario, timeline

FAILING: list[dict[str, Any]] = [{"kind": "handler-error", "first_attempts": 2}]
WITH = Path("scenarios/05-dead-letters/with.yaml")


def story(**parts: Any) -> Scenario:
    """One email at 1 s with one attempt, and dead letters on."""
    email = {"service": "1s", "attempts": 1, "dead_letter": "on", **parts.pop("email", {})}
    return scenario(queues={"email": email}, **parts)


def events(world: World) -> list[str]:
    """What happened to the jobs and of Redis."""
    told = (
        EventKind.DEAD_LETTERED,
        EventKind.REPLAYED,
        EventKind.PURGED,
        EventKind.DATA_LOST,
        EventKind.RESTORED,
        EventKind.EFFECT,
    )
    return [f"{one.t_ms} {one.job} {one.kind.value}" for one in world.trace if one.kind in told]


def test_a_job_that_fails_for_good_is_put_aside() -> None:
    """In the same moment in which it would have come into the failed set."""
    assert timeline(story(faults=FAILING)) == [
        "1000 email-1 started",
        "1800 email-1 attempt-failed",
        "1800 email-1 failed",
        "1800 email-1 dead-lettered",
    ]


def test_without_it_the_same_story_ends_in_the_failed_set() -> None:
    """Off is the default."""
    told = timeline(scenario(queues={"email": {"service": "1s", "attempts": 1}}, faults=FAILING))
    assert told[-1] == "1800 email-1 failed"


def test_a_permanent_error_that_is_discarded_is_put_aside_at_once() -> None:
    """Five attempts would be left."""
    told = story(email={"attempts": 5, "discard_permanent": "on"}, faults=[{**FAILING[0], "error": "permanent"}])
    assert timeline(told)[-1] == "1800 email-1 dead-lettered"


def test_a_job_that_kills_its_workers_is_put_aside_at_its_second_stall() -> None:
    """And kills nobody any more."""
    result = run(story(faults=[{"kind": "poison-job", "jobs": ["email-1"], "restart_after": "1s"}]), modes=["queue"])
    totals = result.modes["queue"].totals
    assert (totals.dead_lettered, totals.stalled, totals.attempts) == (1, 2, 2)


def test_an_operator_replays_and_the_email_goes_out() -> None:
    """It fails twice, is put aside twice, and its trail tells of both lives."""
    world = World(story(faults=FAILING))
    world.run_until("10s")
    assert world.queue("email").replay("1") == "1"
    world.run_until("20s")
    (letter,) = world.queue("email").dead
    assert [life.finished_on_ms - simulation_of(world).clock.now_ms + 20_000 for life in letter.trail] == [
        1_800,
        10_800,
    ]
    assert world.queue("email").replay_all() == ["1"]
    world.run()
    assert events(world) == [
        "1800 email-1 dead-lettered",
        "10000 email-1 replayed",
        "10800 email-1 dead-lettered",
        "20000 email-1 replayed",
        "20800 email-1 effect",
    ]
    assert world.result().totals.delivered == 1


def test_a_purged_job_has_failed_and_no_record_is_kept() -> None:
    """As when retention removes one; it is not lost, because somebody decided it."""
    world = World(story(faults=FAILING))
    world.run_until("10s")
    world.queue("email").purge("1")
    with pytest.raises(NoDeadLetter):
        world.queue("email").purge("1")
    totals = world.result().totals
    assert (totals.failed_evicted, totals.dead_lettered, totals.lost) == (1, 0, 0)


def test_a_replayed_and_then_purged_job_is_counted_once() -> None:
    """What happened last decides."""
    world = World(story(faults=FAILING))
    world.run_until("10s")
    world.queue("email").replay("1")
    world.run_until("20s")
    assert world.queue("email").purge_all() == ["1"]
    assert world.result().totals.failed_evicted == 1


def test_replaying_a_job_whose_effect_had_happened_delivers_it_twice() -> None:
    """The effect comes before the step that fails; a replay is at least once like everything else."""
    world = World(
        story(
            workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["0s"]}}],
            faults=[{"kind": "database-failure", "at": "900ms", "duration": "5s"}],
        )
    )
    world.run_until("10s")
    assert [letter.failed_reason for letter in world.queue("email").dead] == ["the database cannot be reached"]
    world.queue("email").replay_all()
    world.run()
    totals = world.result().totals
    assert (totals.delivered, totals.duplicated, totals.false_failures) == (1, 1, 0)


def test_a_delivered_job_among_the_dead_letters_looks_like_a_failure() -> None:
    """A delivered outcome, and a false failure over it: also when it is purged."""
    parts: dict[str, Any] = {
        "workload": [{"queue": "email", "arrivals": {"kind": "times", "at": ["0s"]}}],
        "faults": [{"kind": "database-failure", "at": "900ms", "duration": "5s"}],
    }
    for purge in (False, True):
        world = World(story(**parts))
        world.run_until("10s")
        if purge:
            world.queue("email").purge_all()
        totals = world.result().totals
        assert (totals.delivered, totals.dead_lettered, totals.false_failures) == (1, 0, 1)


@pytest.mark.parametrize("persistence", ["none", "aof-everysec"])
def test_dead_letters_are_as_safe_as_redis_is(persistence: str) -> None:
    """They stand in the same Redis: without persistence a crash loses them with everything else."""
    crash = {"kind": "redis-crash", "at": "10s", "duration": "1s"}
    world = World(story(redis={"persistence": persistence}, faults=[*FAILING, crash]))
    world.run()
    totals = world.result().totals
    assert (totals.lost, totals.dead_lettered) == ((1, 0) if persistence == "none" else (0, 1))
    told = events(world)
    assert told[1:] == (["10000 email-1 data-lost"] if persistence == "none" else [])


def test_an_older_snapshot_brings_purged_and_replayed_jobs_back() -> None:
    """What was done after it has not happened, but for the effect: that email looks like a failure now."""
    world = World(
        story(
            workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["1s", "2s", "12s"]}}],
            redis={"persistence": "rdb", "save_interval": "10s"},
            faults=[
                {"kind": "handler-error", "first_attempts": 1},
                {"kind": "redis-crash", "at": "19s", "duration": "1s"},
            ],
        )
    )
    world.run_until("15s")
    assert [letter.id for letter in world.queue("email").dead] == ["1", "2", "3"]
    world.queue("email").purge("1")
    world.queue("email").replay("2")
    world.run_until("25s")
    assert events(world)[3:] == [
        "15000 email-1 purged",
        "15000 email-2 replayed",
        "15800 email-2 effect",
        "19000 email-1 restored",
        "19000 email-2 restored",
        "19000 email-3 data-lost",
    ]
    assert [letter.id for letter in world.queue("email").dead] == ["1", "2"]
    totals = world.result().totals
    assert (totals.dead_lettered, totals.delivered, totals.false_failures, totals.lost) == (1, 1, 1, 1)


def test_ids_that_begin_again_after_a_crash_belong_to_the_new_jobs() -> None:
    """Redis lost everything; the next job has id 1 once more, and its dead letter is told apart."""
    world = World(
        story(
            workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["1s", "20s"]}}],
            redis={"persistence": "none"},
            faults=[*FAILING, {"kind": "redis-crash", "at": "10s", "duration": "1s"}],
        )
    )
    world.run()
    assert [(letter.id, letter.data["job"]) for letter in world.queue("email").dead] == [("1", "email-2")]
    jobs = {job.job: job.outcome.value for job in world.result().jobs}
    assert jobs == {"email-1": "lost", "email-2": "dead-lettered"}


def test_a_dead_letter_put_there_by_hand_is_counted_like_any_other() -> None:
    """It becomes an offer when it is first seen, and can be replayed."""
    world = World(story())
    world.run_until("5s")
    world.redis.hset("bull:email-dead:99", "data", '{"notification":99,"to":"customer@example.com"}')
    world.redis.lpush("bull:email-dead:wait", "99")
    assert world.queue("email").replay_all() == ["99"]
    world.run()
    result = world.result()
    assert (result.totals.offered, result.totals.delivered) == (2, 2)
    assert result.jobs[-1].job == "email-dead#99"


def test_sixty_emails_are_replayed_after_the_outage() -> None:
    """The shipped scenario, and what its last sentence promises: one purged, one tried, then the others."""
    world = World(load_scenario(WITH))
    world.run_until("95s")
    queue = world.queue("email")
    dead = queue.dead
    assert len(dead) == 60
    queue.purge(dead[0].id)
    queue.replay(dead[1].id)
    world.run_until("100s")
    assert world.queue("email").job(dead[1].id).finished_on_ms is not None
    assert len(queue.replay_all()) == 58
    world.run()
    totals = world.result().totals
    assert (totals.delivered, totals.failed_evicted, totals.dead_lettered, totals.lost) == (119, 1, 0, 0)


def test_in_process_nothing_is_put_aside() -> None:
    """There is no queue, and the caller is told."""
    result = run(story(faults=FAILING), modes=["in-process"])
    assert result.modes["in-process"].totals.failed_reported == 1
    with pytest.raises(SimError, match="there is no queue"):
        World(story(), "in-process").queue("email")
