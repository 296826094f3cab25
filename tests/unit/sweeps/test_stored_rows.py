"""The rows of a sweep stay in its database; whoever has a result reads them from there."""

import pickle
import tracemalloc
from pathlib import Path

import pytest

from benchmarks.sweep_memory import TINY, made_up
from sim.sweeps import run_missing as run_missing_module
from sim.sweeps.plan import Plan
from sim.sweeps.run_missing import run_missing
from sim.sweeps.sweep import sweep_result


@pytest.fixture(autouse=True)
def rows_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is run: rows are made up."""
    monkeypatch.setattr(run_missing_module, "carry_out", made_up)
    monkeypatch.setattr("sim.sweeps.executors.carry_out", made_up)


def test_they_are_a_sequence_like_any_other() -> None:
    """Length, places, slices, equality, and a list in a pickle."""
    rows = sweep_result(TINY, 5_000, jobs=1).rows
    every = list(rows)
    assert len(rows) == len(every) == 5_000
    assert [row.replication for row in every] == list(range(1, 5_001))
    assert (rows[0], rows[-1], rows[4_321]) == (every[0], every[-1], every[4_321])
    assert rows[10:20] == every[10:20]
    assert rows == every
    assert rows != every[:-1]
    assert rows != [*every[:-1], every[0]]
    assert pickle.loads(pickle.dumps(rows)) == every
    with pytest.raises(IndexError, match=r"there are 5,000 rows, and none at 5,000"):
        rows[5_000]


def test_they_stay_what_they_were_though_their_file_grows_and_goes(tmp_path: Path) -> None:
    """Also in the midst of reading, which keeps nobody from writing."""
    path = tmp_path / "s.sqlite"
    early = sweep_result(TINY, 3_000, {"workers.email.processes": [1, 2]}, jobs=1, path=path)
    reading = iter(early.rows)
    first = next(reading)
    late = sweep_result(TINY, 4_000, {"workers.email.processes": [1, 2]}, jobs=1, path=path)
    path.unlink()
    assert len([first, *reading]) == len(early.rows) == 6_000
    assert len(list(late.rows)) == 8_000
    assert early.answers[1].runs == 3_000


def test_what_is_missing_is_told_in_ranges(tmp_path: Path) -> None:
    """However many runs there are to be."""
    plan = Plan(TINY, "t.yaml")
    with plan.open_store(tmp_path / "s.sqlite") as store:
        run_missing(plan, store, 9, jobs=1)
        assert store.missing(9) == {}
        assert store.missing(1_000_000) == {0: [range(10, 1_000_001)]}
        store._connection.execute("DELETE FROM run WHERE replication IN (1, 5, 6, 9)")
        assert store.missing(9) == {0: [range(1, 2), range(5, 7), range(9, 10)]}
        assert store.missing(5) == {0: [range(1, 2), range(5, 6)]}
        assert store.count() == 5


def test_nothing_of_a_finished_run_stays_in_memory() -> None:
    """Ten times as many runs, written and summed up, need no more; their rows would be some 9 MiB."""
    peaks: list[int] = []
    for runs in (2_000, 20_000):
        tracemalloc.start()
        assert sweep_result(TINY, runs, jobs=1).answers[0].runs == runs
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 3 * 2**20
