"""Each metric, from readings and a trace made by hand."""

import math
import random

import numpy as np
import pytest

import sim
from sim.core.errors import UnknownName
from sim.metrics.catalogue import COUNTERS, METRICS, STORED
from sim.queue.getters import STATES
from sim.results.counters import Timed, growth, latest, percentile, so_far
from sim.results.metrics import Metrics, NotSampled
from sim.results.samples import Samples
from sim.results.trace import Event, EventKind, Trace
from sim.scenario.schema import Scenario
from tests.unit.results.made import DEAD, NOT_YET, WELL, metrics, reading
from tests.unit.results.traces import Tape, scenario


def test_the_store_is_asked_in_the_order_in_which_bull_counts() -> None:
    """The states first, as ``getJobCounts`` has them."""
    assert STORED[: len(STATES)] == STATES


def values(made: Metrics, metric: str, over_ms: int | None = None) -> list[float]:
    """A series, with -1 for what is missing."""
    return np.nan_to_num(made.series("email", metric, over_ms=over_ms), nan=-1).tolist()


def test_while_redis_does_not_answer_there_are_no_gauges_of_jobs() -> None:
    """Nobody could have read them."""
    made = metrics([reading(3), reading(None), reading(4)])
    assert values(made, "waiting") == [3, -1, 4]
    assert values(made, "oldest_waiting_age")[1] == -1
    assert values(made, "redis_up") == [1, 0, 1]


def test_dead_letters_are_counted_beside_the_failed_jobs_and_missing_while_redis_is_away() -> None:
    """They stand in a queue of their own, which an exporter reads from the same Redis."""
    made = metrics([reading(dead=0), reading(dead=2), reading(None), reading(dead=1)])
    assert values(made, "dead_letters") == [0, 2, -1, 1]
    assert values(made, "failed") == [0, 0, -1, 0]


def test_counters_count_from_nothing_at_moment_zero() -> None:
    """The first sample is of the world before anything has happened, so that growth can be told from there."""
    tape = Tape("queue")
    for number, t_ms in enumerate((0, 0, 1_000, 1_001, 3_000), 1):
        tape.arrival(t_ms, f"email-{number}")
    made = metrics([reading()] * 4, tape)
    assert values(made, "submits") == [0, 3, 4, 5]
    assert values(made, "submits", over_ms=1_000) == [0, 3, 1, 1]
    assert values(made, "submits", over_ms=2_000) == [0, 3, 4, 2]


def test_every_counter_counts_its_own_event() -> None:
    """And a hold by the rate limit is no retry."""
    tape = Tape("queue")
    tape.arrival(1, "email-1")
    for within_ms, job in ((58, "email-4"), (57, "email-5")):
        tape.job(1, job, EventKind.OFFERED, deliver_within_ms=within_ms)
        tape.job(59, job, EventKind.EFFECT)
    tape.job(1, "email-2", EventKind.OFFERED)
    tape.job(1, "email-2", EventKind.REJECTED, error="away")
    tape.job(2, "email-1", EventKind.RETRY_SCHEDULED, 0, "email-1", delay_ms=5, why="rate limit")
    tape.job(7, "email-1", EventKind.PROMOTED)
    tape.job(8, "email-1", EventKind.STARTED, 1, "email-1")
    tape.job(9, "email-1", EventKind.ATTEMPT_FAILED, 1, "email-1")
    tape.job(9, "email-1", EventKind.RETRY_SCHEDULED, 1, "email-1", delay_ms=0)
    tape.job(9, "email-3", EventKind.RETRY_SCHEDULED, 1, "email-1", delay_ms=7, why="backoff")
    tape.job(10, "email-1", EventKind.STARTED, 2, "email-1")
    tape.job(50, "email-1", EventKind.STALLED, 2, "email-1")
    tape.job(50, "email-1", EventKind.FAILED, 2, "email-1")
    tape.job(60, "email-1", EventKind.COMPLETED, 2, "email-1")
    made = metrics([reading()] * 2, tape)
    last = {name: values(made, name)[-1] for name in COUNTERS}
    assert last == {
        "submits": 1, "rejections": 1, "attempts": 2, "attempt_failures": 1, "retries": 2, "stalls": 1,
        "completions": 1, "failures": 1, "late_deliveries": 1,
    }  # fmt: skip


def test_the_age_is_that_of_the_job_that_has_stood_in_line_longest() -> None:
    """Whoever leaves, the next one counts; a job that comes back begins anew; without a line the age is 0."""
    tape = Tape("queue")
    tape.arrival(1_000, "email-1")
    tape.arrival(2_000, "email-2")
    tape.job(3_000, "email-1", EventKind.STARTED, 1, "w")
    tape.job(5_000, "email-1", EventKind.RETRY_SCHEDULED, 1, "w", delay_ms=0)
    tape.job(6_000, "email-2", EventKind.STARTED, 1, "w")
    tape.job(7_000, "email-1", EventKind.POPPED, 1, "w")
    made = metrics([reading(n) for n in (0, 1, 2, 1, 1, 2, 1, 0)], tape)
    assert values(made, "oldest_waiting_age") == [0, 0, 1, 1, 2, 3, 1, 0]


def test_what_an_operator_takes_out_of_the_line_or_puts_there_moves_the_age() -> None:
    """A removed job waits no more, and a replayed one from its replay on."""
    tape = Tape("queue")
    tape.arrival(1_000, "email-1")
    tape.arrival(2_000, "email-2")
    tape.job(3_000, "email-1", EventKind.REMOVED, 0, "operator")
    tape.job(5_000, "email-2", EventKind.REMOVED, 0, "operator")
    tape.job(6_000, "email-3", EventKind.REPLAYED, 1, "operator")
    made = metrics([reading(n) for n in (0, 1, 2, 1, 1, 0, 1, 1)], tape)
    assert values(made, "oldest_waiting_age") == [0, 0, 1, 1, 2, 0, 0, 1]


def test_who_stands_in_line_and_was_never_seen_to_come_has_no_age() -> None:
    """Somebody put it there by hand; a paused queue's jobs stand in line as well."""
    assert values(metrics([reading(1)] * 3), "oldest_waiting_age") == [0, 0, 0]
    tape = Tape("queue")
    tape.arrival(500, "email-1")
    paused = reading()._replace(counts=((0, 0, 0, 0, 0, 1, 0),))
    assert values(metrics([reading(), paused, paused], tape), "oldest_waiting_age") == [0, 0.5, 1.5]
    both = reading()._replace(counts=((1, 0, 0, 0, 0, 1, 0),))
    assert values(metrics([reading(), both], tape), "oldest_waiting_age") == [0, 0.5]


@pytest.mark.parametrize(("place", "age"), [("waiting", 1.0), ("active", 4.0), ("completed", 4.0)])
def test_a_restored_job_stands_in_line_anew_where_it_came_back_to_it(place: str, age: float) -> None:
    """From the moment at which Redis came back with it; elsewhere the next in line counts, which came at 1 s."""
    tape = Tape("queue")
    tape.arrival(500, "email-1")
    tape.arrival(1_000, "email-2")
    tape.job(2_000, "email-2", EventKind.STARTED, 1, "w") if place == "waiting" else None
    tape.job(4_000, "email-1", EventKind.RESTORED, 0, None, place=place)
    made = metrics([reading(0), *[reading(1)] * 5], tape)
    assert values(made, "oldest_waiting_age")[-1] == age


def test_a_crash_of_the_application_empties_its_line_and_one_of_a_worker_does_not() -> None:
    """What waited inside of the process is gone with it."""
    made = {}
    for mode in ("in-process", "queue"):
        tape = Tape(mode)
        tape.arrival(1_000, "email-1")
        tape.world(2_000, EventKind.WORKER_CRASHED, "application")
        made[mode] = Metrics(scenario(), mode, tape.trace(), None).counters.queues["email"].oldest
    assert made["in-process"] == ([1_000, 2_000], [1_000, -1])
    assert made["queue"] == ([1_000], [1_000])


def test_the_processes_of_a_mode_are_those_that_run_its_jobs() -> None:
    """The one application, or the workers of each queue, numbered from 1 and read in the order of the queues."""
    two = scenario(
        queues={"email": {}, "order": {}}, workers={"email": {"processes": 2}, "order": {"processes": 1}}, expect={}
    )
    inside, queued = (Metrics(two, mode, Trace(mode), None) for mode in ("in-process", "queue"))
    assert [inside.workers_of(queue) for queue in ("email", "order")] == [["application"], ["application"]]
    assert inside.place_of("application") == 0
    assert [queued.workers_of(queue) for queue in ("email", "order")] == [["email-1", "email-2"], ["order-1"]]
    assert [queued.place_of(worker) for worker in ("email-1", "email-2", "order-1")] == [0, 1, 2]


def test_a_series_is_computed_anew_when_there_is_something_new_and_only_then() -> None:
    """A sample, or an event."""
    tape = Tape("queue")
    trace, samples = tape.trace(), Samples(1_000)
    made = Metrics(scenario(expect={}), "queue", trace, samples)
    samples.add(reading(), 2)
    assert values(made, "submits") == [0, 0]
    assert made.series("email", "submits") is made.series("email", "submits")
    trace.records.append(Event(500, "email", "email-1", EventKind.ENQUEUED, 0, "producer", None))
    assert values(made, "submits") == [0, 1]
    samples.add(reading(4), 1)
    assert values(made, "submits") == [0, 1, 1]
    assert values(made, "waiting") == [0, 0, 4]
    assert len(made.health.t_ms) == 3


@pytest.mark.parametrize("seed", range(12))
def test_series_of_any_moments_are_those_of_a_plain_count(seed: int) -> None:
    """Counters, growth, percentiles and what stood last, each by its definition, at every moment."""
    draw = random.Random(seed)
    t_ms = np.arange(12, dtype=np.int64) * draw.choice([1, 7, 10])
    at_ms = sorted(draw.randrange(0, 110) for _ in range(draw.choice([0, 1, 5, 30])))
    timed = Timed(at_ms, [draw.randrange(0, 50) for _ in at_ms])
    over_ms, percent = draw.choice([1, 10, 25, 200]), draw.choice([1, 50, 95, 99, 100])
    counts, grew = so_far(at_ms, t_ms), growth(at_ms, t_ms, over_ms)
    stood, share = latest(timed, t_ms), percentile(timed, t_ms, over_ms, percent)
    for place, now_ms in enumerate(t_ms.tolist()):
        seen = [at for at in at_ms if at <= now_ms and now_ms > 0]
        assert counts[place] == len(seen)
        assert grew[place] == len([at for at in seen if at > now_ms - over_ms or now_ms <= over_ms])
        known = [took for at, took in zip(*timed, strict=True) if at <= now_ms]
        assert stood[place] == (known[-1] if known else -1)
        within = sorted(took for at, took in zip(*timed, strict=True) if now_ms - over_ms < at <= now_ms and now_ms > 0)
        rank = math.ceil(len(within) * percent / 100)
        assert np.array_equal(share[place], within[rank - 1] / 1_000 if within else math.nan, equal_nan=True)


def test_a_run_whose_older_events_lie_on_disk_is_counted_whole() -> None:
    """However often somebody asks meanwhile: each event is counted once."""
    raw = {
        "title": "Long", "question": "Is anything missed?", "modes": ["queue"],
        "queues": {"email": {"service": "100ms"}},
        "workload": [{"queue": "email", "arrivals": {"kind": "constant", "interval": "1s", "count": 60}}],
    }  # fmt: skip
    seen = []
    for max_in_memory, looks in ((1_000_000, 1), (7, 1), (7, 60)):
        world = sim.World(Scenario.model_validate(raw), store="memory", metrics="1s")
        world.trace.max_in_memory = max_in_memory
        for look in range(looks):
            world.run_until(65_000 * (look + 1) // looks)
            assert len(world.metrics.counters.queues["email"].counted["submits"]) > 0
        own = world.metrics.counters.queues["email"]
        seen.append((own.counted, own.processing, own.delivery, own.oldest))
    assert len(seen[0][0]["submits"]) == 60
    assert seen[1] == seen[2] == seen[0]


def test_processes_that_died_are_counted_and_those_to_come_are_not() -> None:
    """One of three."""
    assert values(metrics([reading(0, WELL, DEAD, NOT_YET)]), "workers_down") == [1]


def processing_tape(*took_ms: int) -> Tape:
    """Attempts that end together at 1 s, and took so long."""
    tape = Tape("queue")
    for number, took in enumerate(took_ms, 1):
        tape.arrival(0, f"email-{number}")
        tape.succeed(f"email-{number}", 1, "email-1", 1_000 - took, 1_000, 1_000)
    return tape


def test_percentiles_are_durations_that_were_really_seen() -> None:
    """The nearest rank: of 20, the 19th is the 95th percentile and the 20th the 99th; before anything ended, none."""
    made = metrics([reading()] * 2, processing_tape(*range(10, 210, 10)))
    assert values(made, "processing_p50") == [-1, 0.1]
    assert values(made, "processing_p95") == [-1, 0.19]
    assert values(made, "processing_p99") == [-1, 0.2]
    assert made.processing("email") == (20, 0.1, 0.19, 0.2)
    assert made.delivery("email") == (20, 1.0, 1.0, 1.0)


def test_percentiles_forget_what_ended_before_the_window() -> None:
    """An attempt that ended at 1 s is within a window of 2 s at 2 s, and at 3 s no more."""
    made = metrics([reading()] * 5, processing_tape(500), metrics={"window": "2s"})
    assert values(made, "processing_p50") == [-1, 0.5, 0.5, -1, -1]


def test_a_killed_attempt_has_no_duration_and_a_second_effect_delivers_nothing() -> None:
    """Only reports end an attempt, and only the first effect delivers."""
    tape = Tape("queue")
    tape.arrival(0, "email-1")
    tape.job(100, "email-1", EventKind.STARTED, 1, "email-1")
    tape.job(200, "email-1", EventKind.EFFECT, 1, "email-1")
    tape.job(200, "email-1", EventKind.KILLED, 1, "email-1")
    tape.succeed("email-1", 2, "email-1", 500, 800, 900)
    made = metrics([reading()] * 2, tape)
    assert made.processing("email")[:2] == (1, 0.4)
    assert made.delivery("email")[:2] == (1, 0.2)


def test_moments_without_a_change_are_kept_once() -> None:
    """And read out one by one."""
    samples = Samples(1_000)
    for moments, waiting in ((1, 0), (86_399, 0), (10, 2), (5, 0)):
        samples.add(reading(waiting), moments)
    assert (samples.kept, samples.total, samples.t_ms[-1]) == (3, 86_415, 86_414_000)
    assert samples.column(lambda one: one.counts[0][0] if one.counts else math.nan).sum() == 20


def test_a_question_to_a_run_without_samples_says_how_to_take_some() -> None:
    """And a name that nothing bears is answered with those there are."""
    unsampled = Metrics(scenario(), "queue", Trace("queue"), None)
    with pytest.raises(NotSampled, match=r"metrics: \{interval: 1s\}"):
        unsampled.series("email", "waiting")
    made = metrics([reading()])
    with pytest.raises(UnknownName, match="no metric called 'wating'; there are: waiting, "):
        made.series("email", "wating")
    with pytest.raises(UnknownName, match="no queue called 'emial'; there are: email"):
        made.series("emial", "waiting")


def test_the_frame_has_a_row_for_each_moment_and_queue() -> None:
    """And a column for each metric."""
    frame = metrics([reading(3), reading(None)]).to_frame()
    assert list(frame.columns) == ["t_s", "queue", *METRICS]
    assert frame["t_s"].tolist() == [0, 1]
    assert frame["waiting"].isna().tolist() == [False, True]


def test_what_an_operator_does_to_a_whole_queue_shows_in_its_gauges() -> None:
    """It is written down without a job, and counts as none: a paused queue shows paused jobs."""
    paused = sim.parse_scenario(
        "title: Paused\nquestion: How many wait?\nmodes: [queue]\nmetrics: {interval: 10s}\n"
        "workload: [{queue: order, arrivals: {kind: constant, interval: 10s, count: 12}}]\n"
        "operator: [{do: pause, queue: order, at: 29s}, {do: resume, queue: order, at: 89s}]\n"
    )
    made = sim.run(paused).metrics["queue"]
    assert made.series("order", "paused").tolist()[:11] == [0, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0]
