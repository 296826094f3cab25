"""Sweeps: the same rows from every engine, and what the rows say."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.core.errors import SimError
from sim.engine.run import run
from sim.engine.run_options import RunOptions
from sim.results.outcomes import Counts, Outcome
from sim.results.sweep_answers import measures_that_add_up
from sim.results.sweep_result import SweepResult
from sim.results.sweep_rows import COLUMNS, COUNTS
from sim.results.sweep_values import MEASURES
from sim.scenario.load import parse_scenario
from sim.sweeps import run_missing as run_missing_module
from sim.sweeps import worker as one_point
from sim.sweeps.batches import Batches
from sim.sweeps.plan import Plan
from sim.sweeps.points import parse_vary
from sim.sweeps.run_missing import run_missing
from sim.sweeps.store import SweepStore
from sim.sweeps.sweep import RunsFailed, sweep_result
from sim.sweeps.worker import Batch, Done, Took, seed_of

TEXT = """
title: Crashes
question: How many mails come twice?
seed: 7
queues:
  email: {service: {kind: exponential, mean: 1s}}
workload:
  - queue: email
    arrivals: {kind: poisson, interval: 1s, count: 12}
faults:
  - {kind: worker-crash, mean_interval: 6s, restart_after: 1s}
"""
VARY = {"workers.email.processes": [1, 3]}


def rows_of(path: Path) -> list[tuple[Any, ...]]:
    """Every row of a sweep's file, sorted."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT * FROM run ORDER BY point, replication, mode").fetchall()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    """The rows of a small sweep, run one after the other."""
    path = tmp_path_factory.mktemp("serial") / "sweep.sqlite"
    sweep_result(TEXT, 6, VARY, jobs=1, path=path)
    return rows_of(path)


def test_there_is_one_row_for_each_mode_of_each_run_and_none_holds_a_real_time(serial: list[tuple[Any, ...]]) -> None:
    """Keyed by point, replication and mode."""
    assert [row[:3] for row in serial] == [
        (point, replication, mode)
        for point in (0, 1)
        for replication in range(1, 7)
        for mode in ("in-process", "queue")
    ]


def test_a_row_is_what_a_single_run_with_its_seed_gives(serial: list[tuple[Any, ...]]) -> None:
    """So that whatever is strange in a sweep can be looked at: `run --seed`."""
    row = dict(zip(COLUMNS, serial[-1], strict=True))
    result = run(parse_scenario(TEXT + "workers: {email: {processes: 3}}"), seed=row["seed"], modes=["queue"])
    assert result.modes["queue"].totals == Counts(**{name: row[name] for name in COUNTS})
    assert result.simulated_ms == row["simulated_ms"]
    waits = sorted(j.first_effect_ms - j.offered_ms for j in result.jobs if j.first_effect_ms is not None)
    assert row["delivery_mean_ms"] == pytest.approx(sum(waits) / len(waits), abs=0.5)
    assert row["delivery_p95_ms"] == waits[11]


HARD = """
title: Much goes wrong
question: Does every table add up?
duration: 60s
queues:
  email: {service: {kind: exponential, mean: 1s}, remove_on_fail: 2, attempts: 2}
redis: {persistence: rdb, save_interval: 20s}
workload:
  - {queue: email, arrivals: {kind: poisson, interval: 500ms, count: 100}}
faults:
  - {kind: worker-crash, mean_interval: 16s, restart_after: 1s}
  - {kind: redis-crash, at: 30s, duration: 12s, loading: 3s}
  - {kind: handler-error, rate: 0.3}
"""


def test_the_frame_and_the_default_table_add_up_whatever_goes_wrong() -> None:
    """Delivered and not delivered are all, and the reasons that are shown are all that is not delivered."""
    pytest.importorskip("pandas", reason="frames need the extra notebook")
    result = sweep_result(HARD, 6, {"faults.1.duration": ["5s", "20s"]}, jobs=1)
    frame = result.to_frame()
    assert (frame.delivered + frame.not_delivered == frame.offered).all()
    reasons = [outcome.field for outcome in Outcome if outcome is not Outcome.DELIVERED]
    assert (frame[reasons].sum(axis=1) == frame.not_delivered).all()
    shown = measures_that_add_up(result.answers)
    assert {"lost", "rejected", "failed", "pending"} <= set(shown)
    for answer in result.answers:
        for found in answer.modes.values():
            parts = [found[name].mean for name in shown if name not in ("duplicated", "not_delivered")]
            assert sum(parts) == pytest.approx(found["delivered"].offered)
            assert sum(parts[1:]) == pytest.approx(found["not_delivered"].mean)


def test_rows_and_answers_say_which_runs_ended_early() -> None:
    """By the duration here; with more time they settle."""
    text = HARD.replace("duration: 60s", "duration: 40s").replace("  - {kind: redis-crash", "#")
    early = sweep_result(text, 3, jobs=1, modes=["queue"])
    assert {row.ended for row in early.rows} == {"duration"}
    assert early.answers[0].ended_early == {"queue": 3}
    assert early.answers[0].as_dict()["runs_ended_early"] == {"queue": 3}
    settled = sweep_result(text.replace("duration: 40s", ""), 3, jobs=1, modes=["queue"])
    assert {row.ended for row in settled.rows} == {"settled"}
    assert settled.answers[0].ended_early == {}


def test_two_processes_give_the_rows_of_one(tmp_path: Path, serial: list[tuple[Any, ...]]) -> None:
    """In whatever order they come."""
    sweep_result(TEXT, 6, VARY, jobs=2, path=tmp_path / "s.sqlite")
    assert rows_of(tmp_path / "s.sqlite") == serial


def test_a_dask_cluster_gives_the_rows_of_one_process(tmp_path: Path, serial: list[tuple[Any, ...]]) -> None:
    """The same code, on workers that something else has started."""
    distributed = pytest.importorskip("distributed", reason="a cluster needs the extra cluster")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        sweep_result(TEXT, 6, VARY, cluster=cluster.scheduler_address, path=tmp_path / "s.sqlite")
    assert rows_of(tmp_path / "s.sqlite") == serial


def test_the_order_of_the_runs_changes_nothing(tmp_path: Path, serial: list[tuple[Any, ...]]) -> None:
    """Fewer first, then more with the same file; the runs there are stay."""
    for runs in (1, 4, 6):
        sweep_result(TEXT, runs, VARY, jobs=1, path=tmp_path / "s.sqlite")
    assert rows_of(tmp_path / "s.sqlite") == serial


def test_seeds_differ_by_run_and_are_the_same_at_every_point(serial: list[tuple[Any, ...]]) -> None:
    """Common random numbers: points and modes are compared run by run."""
    by_run = {replication: {row[3] for row in serial if row[1] == replication} for replication in range(1, 7)}
    assert all(len(seeds) == 1 for seeds in by_run.values())
    assert len(set().union(*by_run.values())) == 6
    assert seed_of(7, 1) == 2_021_251_017_632_032_385
    assert seed_of(8, 1) != seed_of(7, 1)


def test_the_frame_has_a_column_for_what_was_varied_and_numbers_where_they_are() -> None:
    """Durations in ms."""
    pytest.importorskip("pandas", reason="frames need the extra notebook")
    frame = sim.sweep(TEXT, 3, {"workers.email.processes": [1, 2], "faults.0.restart_after": ["1s", "1m"]}, jobs=1)
    assert len(frame) == 2 * 2 * 3 * 2
    columns = [name for name in frame.columns if name != "not_delivered"]
    assert columns == ["workers.email.processes", "faults.0.restart_after", *COLUMNS]
    assert sorted(frame["faults.0.restart_after"].unique()) == [1_000, 60_000]
    assert sorted(frame["workers.email.processes"].unique()) == [1, 2]
    assert (frame.offered == 12).all()


def test_without_pandas_the_frame_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the runs are there all the same."""
    import sys

    result = sweep_result(TEXT, 1, jobs=1)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(SimError, match=r"jobworker-sim\[notebook\]"):
        result.to_frame()


def test_a_run_that_takes_too_long_does_not_cost_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named at the end, and the result of the rest is in the error."""
    real = one_point.run_modes

    def sometimes(scenario: Any, options: RunOptions, modes: Any) -> Any:
        if options.seed == seed_of(7, 2):
            raise SimError("too many steps")
        return real(scenario, options, modes)

    monkeypatch.setattr(one_point, "run_modes", sometimes)
    with pytest.raises(RunsFailed, match="run 2 at point 0 could not be finished: too many steps") as caught:
        sweep_result(TEXT, 3, jobs=1)
    assert {row.replication for row in caught.value.args[0].rows} == {1, 3}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"text": TEXT.replace("mean: 1s", "mean: 2s")}, "the scenario's text has changed since"),
        ({"vary": "workers.email.processes=1,4"}, "it varies other values"),
        ({"seed": 8}, "it has another seed"),
        ({"modes": ["queue"]}, "it runs other modes"),
        ({"semantics": "bull-4.16"}, "it runs with other semantics"),
    ],
)
def test_a_file_of_another_sweep_is_not_gone_on_with(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    """It says in which way it is another."""
    path = tmp_path / "s.sqlite"
    plan(text=TEXT, vary="workers.email.processes=1,3").open_store(path).close()
    options = {"text": TEXT, "vary": "workers.email.processes=1,3", **change}
    with pytest.raises(SimError, match=told):
        plan(**options).open_store(path, resume=True)


def plan(text: str = TEXT, vary: str | None = None, **options: Any) -> Plan:
    """A plan of the small sweep."""
    return Plan(text, "t.yaml", [] if vary is None else [parse_vary(vary)], **options)


def test_what_is_no_sweep_is_left_alone(tmp_path: Path) -> None:
    """Neither text nor another program's database is written to."""
    (tmp_path / "text").write_text("no database at all, but some text of somebody " * 40)
    other = sqlite3.connect(tmp_path / "other")
    other.execute("CREATE TABLE mine (x)")
    other.commit()
    other.close()
    for name in ("text", "other"):
        before = (tmp_path / name).read_bytes()
        with pytest.raises(SimError, match="is not the database of a sweep"):
            plan().open_store(tmp_path / name, resume=True)
        assert (tmp_path / name).read_bytes() == before


def test_rows_are_written_batch_by_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks while the sweep runs, sees what is done so far; here each run is a batch."""
    monkeypatch.setattr("sim.sweeps.batches._BATCH_S", 0.0)
    path = tmp_path / "s.sqlite"
    seen: list[tuple[int, int]] = []
    store: SweepStore
    with plan().open_store(path) as store:
        run_missing(plan(), store, 5, jobs=1, watch=lambda how: seen.append((how.done, len(rows_of(path)))))
    assert seen == [(0, 0), (1, 2), (2, 4), (3, 6), (4, 8), (5, 10)]


def test_what_is_there_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is missing is."""
    ran: list[int | None] = []
    real = one_point.run_modes

    def noted(scenario: Any, options: RunOptions, modes: Any) -> Any:
        ran.append(options.seed)
        return real(scenario, options, modes)

    monkeypatch.setattr(one_point, "run_modes", noted)
    sweep_result(TEXT, 3, jobs=1, path=tmp_path / "s.sqlite")
    sweep_result(TEXT, 5, jobs=1, path=tmp_path / "s.sqlite")
    assert sorted(ran) == sorted(seed_of(7, replication) for replication in range(1, 6))


def test_a_row_that_two_sweeps_write_stands_once(tmp_path: Path) -> None:
    """Two that go on with the same file do no harm."""
    (row,) = sweep_result(TEXT, 1, jobs=1, modes=["queue"]).rows
    with plan().open_store(tmp_path / "s.sqlite") as one, plan().open_store(tmp_path / "s.sqlite", resume=True) as two:
        one.add([row])
        two.add([row])
        assert one.rows() == [row]


def test_batches_hold_every_missing_run_once_and_grow_to_a_third_of_a_second() -> None:
    """Whatever the runs take; with others beside, the last batches are small."""
    points = plan(vary="workers.email.processes=1,3")
    missing = {0: [range(2, 4), range(5, 6)], 1: [range(1, 2_001)]}
    batches = Batches(points, missing)
    batches.at_once = 2
    handed: list[tuple[int, int]] = []
    sizes: list[int] = []
    for batch in batches:
        runs = [(part.point, replication) for part in batch.parts for replication in part.replications]
        sizes.append(len(runs))
        handed += runs
        batches.learn_speed(done_in(batch, {0: 0.005, 1: 0.005}))
    assert sorted(handed) == [(0, 2), (0, 3), (0, 5), *((1, n) for n in range(1, 2_001))]
    assert max(sizes) == 60
    assert sizes[0] == 1
    assert sizes[-1] <= 4


def done_in(batch: Batch, run_s: dict[int, float]) -> Done:
    """What comes of a batch whose runs take so long at each point."""
    return Done(
        [],
        [],
        tuple(Took(one.point, len(one.replications), run_s[one.point] * len(one.replications)) for one in batch.parts),
    )


def test_a_batch_takes_a_third_of_a_second_although_one_point_costs_a_thousand_times_another() -> None:
    """Short runs of several points share a batch; a run that is longer than that goes by itself."""
    many = plan(vary="workers.email.processes=" + ",".join(map(str, range(1, 41))))
    run_s = {point: 5.0 if point == 7 else 0.005 for point in range(40)}
    batches = Batches(many, {point: [range(1, 31)] for point in range(40)})
    took_s: list[float] = []
    handed: list[tuple[int, int]] = []
    for batch in batches:
        done = done_in(batch, run_s)
        batches.learn_speed(done)
        took_s.append(sum(took.took_s for took in done.took))
        handed += [(part.point, replication) for part in batch.parts for replication in part.replications]
    assert sorted(handed) == [(point, number) for point in range(40) for number in range(1, 31)]
    assert len(handed) == len(set(handed))
    short = [one for one in took_s if one < 5]
    assert len(short) < 30
    assert sum(0.2 <= one <= 0.5 for one in short) > 0.6 * len(short)
    assert max(took_s) < 5.5


@pytest.fixture(scope="module")
def result() -> SweepResult:
    """A sweep to ask."""
    return sweep_result(TEXT, 20, VARY, jobs=1)


def test_answers_sum_up_the_rows_and_every_interval_holds_its_mean(result: SweepResult) -> None:
    """At each point, in each mode, for each measure."""
    assert [answer.settings[0][1] for answer in result.answers] == ["1", "3"]
    for answer in result.answers:
        for mode, found in answer.modes.items():
            rows = [row for row in result.rows if row.point == answer.point and row.mode == mode]
            assert list(found) == list(MEASURES)
            for name in COLUMNS[6:21]:
                values = [row.flat()[COLUMNS.index(name)] for row in rows]
                assert found[name].mean == pytest.approx(sum(values) / 20)
            for summary in found.values():
                assert summary.interval is not None
                assert max(0, summary.least) <= summary.mean <= summary.most
                assert summary.interval.low <= summary.mean <= summary.interval.high
            parts = ("failed_reported", "failed_retained", "failed_evicted", "dead_lettered")
            assert found["failed"].mean == pytest.approx(sum(found[name].mean for name in parts))


def test_differences_are_taken_run_by_run(result: SweepResult) -> None:
    """Difference (queue − in-process); their mean is the difference of the means."""
    for answer in result.answers:
        for name, difference in answer.differences.items():
            apart = answer.modes["queue"][name].mean - answer.modes["in-process"][name].mean
            assert difference.mean == pytest.approx(apart)
            assert difference.runs == 20


def test_small_work_is_not_worth_other_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a wish of the user's the whole sweep stays here when that is fast."""
    monkeypatch.setattr(run_missing_module, "on_this_machine", lambda *_: pytest.fail("started processes"))
    sweep_result(TEXT, 3)
