"""What something may have come of is found without a look at every fault, and is what such a look finds."""

from hypothesis import given
from hypothesis import strategies as st

from sim.faults.window import FaultKind
from sim.results.causes import CausesAt
from sim.results.fault_windows import FaultWindow

WINDOW_MS = 5
PROCESSES = st.sampled_from([None, "email-1", "email-2"])
WINDOWS = st.lists(
    st.builds(
        lambda kind, start_ms, took_ms, outlived_ms, process: FaultWindow(
            kind, "it", start_ms, start_ms + took_ms, True, outlived_ms, None if kind is FaultKind.OPERATOR else process
        ),
        st.sampled_from([FaultKind.DOWN, FaultKind.DATABASE, FaultKind.OPERATOR]),
        st.integers(0, 20),
        st.integers(0, 10),
        st.integers(0, 30),
        PROCESSES,
    ),
    max_size=8,
)


@given(windows=WINDOWS, t_ms=st.integers(0, 50), process=PROCESSES)
def test_it_is_the_fault_that_began_last_of_those_that_may_show(
    windows: list[FaultWindow], t_ms: int, process: str | None
) -> None:
    """An alert may come of all, a worker's health only of its own and of what struck no process, an operator last."""
    able = [window for window in windows if window.start_ms <= t_ms <= window.shows_until_ms + WINDOW_MS]
    able = [window for window in able if process is None or window.process in (None, process)]
    able = [window for window in able if window.kind is not FaultKind.OPERATOR] or able
    expected = [window for window in able if window.start_ms == max(one.start_ms for one in able)]
    found = CausesAt(windows, WINDOW_MS).moment(t_ms, process)
    assert sorted(map(id, found)) == sorted(map(id, expected))


@given(windows=WINDOWS, first_ms=st.integers(0, 50), span_ms=st.integers(0, 20))
def test_jobs_are_late_of_the_fault_that_began_last_while_they_could_still_come_in_time(
    windows: list[FaultWindow], first_ms: int, span_ms: int
) -> None:
    """Of those that may show at any moment from when a job is due to its promise; what an operator did comes last."""
    last_ms = first_ms + span_ms
    able = [one for one in windows if one.start_ms <= last_ms and first_ms <= one.shows_until_ms + WINDOW_MS]
    able = [window for window in able if window.kind is not FaultKind.OPERATOR] or able
    expected = [window for window in able if window.start_ms == max(one.start_ms for one in able)]
    found = CausesAt(windows, WINDOW_MS).between(first_ms, last_ms)
    assert sorted(map(id, found)) == sorted(map(id, expected))
