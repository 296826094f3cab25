"""What a result says of single jobs."""

import pickle
import sys

import pytest

import sim
from sim import JobResult, JobResults, Outcome
from sim.core.errors import SimError

SCENARIO = "scenarios/01-worker-crashes/frozen-worker.yaml"


@pytest.fixture(scope="module")
def result() -> sim.Result:
    """A run of both modes in which a job is delivered twice."""
    return sim.run(SCENARIO, store="memory", trace=False)


def test_every_job_of_every_mode_knows_where_it_belongs(result: sim.Result) -> None:
    """Mode by mode, in the order of the offers, and the same records as the modes have."""
    assert list(result.jobs) == [job for one in result.modes.values() for job in one.jobs]
    assert {job.mode for job in result.modes["queue"].jobs} == {"queue"}
    assert [job.mode for job in result.jobs] == ["in-process"] * 6 + ["queue"] * 6
    assert [job.job for job in result.modes["queue"].jobs[:2]] == ["email-1", "email-2"]
    assert {job.queue for job in result.jobs} == {"email"}
    (twice,) = [job for job in result.jobs if job.duplicated]
    assert (twice.mode, twice.outcome, twice.effects, twice.stalls) == ("queue", Outcome.DELIVERED, 2, 1)


def test_a_job_cannot_be_changed_and_travels_between_processes(result: sim.Result) -> None:
    """So that a result stays what the run gave."""
    job = result.jobs[0]
    with pytest.raises(AttributeError):
        job.attempts = 7
    assert pickle.loads(pickle.dumps(result.jobs)) == result.jobs


def test_a_slice_of_jobs_can_be_made_a_frame_as_well(result: sim.Result) -> None:
    """And the jobs say how many they are, in place of two thousand lines."""
    some = result.jobs[3:5]
    assert isinstance(some, JobResults)
    assert list(some.to_frame().job) == ["email-4", "email-5"]
    assert repr(some) == "<2 jobs: .to_frame() has them as a table>"
    assert isinstance(result.jobs[-1], JobResult)


def test_a_frame_has_a_row_for_each_job_and_a_column_for_each_field(result: sim.Result) -> None:
    """Outcomes as text, times as whole milliseconds or missing, and whether a job was duplicated or partial."""
    frame = result.jobs.to_frame()
    assert list(frame.columns) == [*JobResult._fields, "duplicated", "partial", "delivery_ms", "late"]
    assert len(frame) == 12
    assert {name: str(frame[name].dtype) for name in frame if name.endswith("_ms")} == dict.fromkeys(
        ("offered_ms", "first_effect_ms", "ended_ms", "due_ms", "deliver_within_ms", "delivery_ms"), "Int64"
    )
    counted = frame.groupby("mode").outcome.value_counts()
    for mode, one in result.modes.items():
        for outcome in Outcome:
            assert counted.get((mode, outcome.value), 0) == getattr(one.totals, outcome.field)
    assert frame["duplicated"].sum() == 1


def test_a_frame_of_no_jobs_has_the_same_columns(result: sim.Result) -> None:
    """So that code which reads it needs no special case."""
    assert list(JobResults().to_frame().columns) == list(result.jobs.to_frame().columns)


def test_a_frame_without_pandas_says_what_to_install(result: sim.Result, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra; everything else about jobs does without."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    says = r"^a frame needs the extra `notebook` \(pandas is not installed\); install it: pip install"
    with pytest.raises(SimError, match=says):
        result.jobs.to_frame()


def test_an_earlier_name_says_what_to_write_now(result: sim.Result) -> None:
    """And a name that never was is missing as everywhere."""
    with pytest.raises(AttributeError, match=r"'frame'; it is now metrics\.to_frame\(\)$"):
        sim.run(SCENARIO, modes=["queue"], metrics="10s").metrics["queue"].frame()
    with pytest.raises(AttributeError, match=r"'plot_jobs'; it is now sim\.plots\.jobs\(result\)$"):
        result.plot_jobs()
    with pytest.raises(AttributeError, match=r"^'Result' object has no attribute 'frames'$"):
        _ = result.frames
    with pytest.raises(AttributeError, match=r"'frame'; it is now result\.to_frame\(\)$"):
        sim.sweep_result(SCENARIO, 1, jobs=1).frame()
