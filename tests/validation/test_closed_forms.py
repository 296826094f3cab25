"""The simulator finds the closed forms again, and docs/validation.md says what it found."""

import os
from unittest import mock

import pytest

from tests.validation import experiments, formulas, report
from tests.validation.intervals import allowed_gap, largest_gap
from tests.validation.reruns import DIFFERENT_BELOW, all_scaled, one_per_pair, samples
from tests.validation.studies import STUDIES

SCALE = int(os.environ.get("VALIDATION_SCALE", "1"))
"""Multiplies the number of runs."""


@pytest.mark.parametrize("name", STUDIES)
def test_the_simulator_agrees_with_theory_and_the_page_with_the_simulator(name: str) -> None:
    """Each formula's value lies in the interval, no wrong formula's does, and the page has these very lines."""
    found = STUDIES[name](SCALE)
    for finding in found.findings:
        assert finding.agrees, finding.row()
        assert finding.wrong, f"nothing shows that this could fail: {finding.row()}"
        for mistake, value in finding.wrong.items():
            assert not finding.seen.holds(value), f"{mistake} ({value}) passes as well: {finding.row()}"
    for recovery in found.recoveries:
        if recovery.must is None:
            continue
        assert recovery.agrees == recovery.must, recovery.rows()
    for scaled in found.scaled:
        assert min(scaled.p_values) >= DIFFERENT_BELOW, scaled.row()
    if SCALE == 1:
        lines = report.PAGE.read_text(encoding="utf-8").splitlines()
        for row in report.rows(found):
            assert row in lines, f"docs/validation.md is not current; python -m tests.validation.report\n{row}"


def test_the_page_is_what_the_module_writes() -> None:
    """All of it but the rows of the studies, each of which is compared where it is computed; and none is left over."""
    written = report.PAGE.read_text(encoding="utf-8").splitlines()
    frame = report.page({}).splitlines()
    extra = [line for line in written if line not in frame]
    assert [line for line in written if line in frame] == frame
    assert all(line.startswith("| ") for line in extra)
    assert len(extra) == len(set(extra)) == report.PAGE_ROWS


def test_times_to_the_rerun_with_exact_checks_have_the_whole_distribution() -> None:
    """By Kolmogorov and Smirnov, from 15 to 60 s; a check is each 30.001 s, so up to 2 ms more."""
    times = experiments.rerun_with_exact_checks(300 * SCALE)
    assert largest_gap(times, formulas.rerun_cdf) < allowed_gap(len(times))
    assert min(times) >= 15
    assert max(times) <= 60.002


def test_no_time_is_as_long_as_the_longest_measured_ones_unless_a_check_falls_out() -> None:
    """At most 90 s, and 1 ms for each of three checks; the real Bull took 96 s with one queue a process."""
    (quiet, *_others) = samples()
    with mock.patch("sim.engine.worker_timers.late_tick_chance", return_value=1.0):
        longest = max(quiet.simulated(4 * SCALE))
    assert longest <= 90_003 < max(quiet.times_ms)


def test_with_shorter_times_a_wrong_rule_is_refused_too() -> None:
    """If every other check fell out, times would be longer at 600 and 1,200 ms; at 400 ms 20 values do not tell."""
    with mock.patch("sim.engine.worker_timers.late_tick_chance", return_value=0.0):
        found = all_scaled(SCALE)
    assert [min(one.p_values) < DIFFERENT_BELOW for one in found] == [False, True, True]


def test_of_queues_that_tick_together_one_value_counts() -> None:
    """Two pairs of processes, a queue of each missed a check: the first pair gives its first, the next its second."""
    each = [[40, 1_003], [40, 1_000], [40, 31_001], [50, 20_005], [50, 50_001], [51, 20_000]]
    assert one_per_pair(each) == [[40, 1_000], [50, 20_005]]
    assert [(one.queues, len(one.times_ms)) for one in samples()] == [(1, 50), (1, 50), (1, 40), (120, 120), (120, 120)]
