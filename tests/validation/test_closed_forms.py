"""The simulator finds the closed forms again, and docs/validation.md says what it found."""

import os

import pytest

from tests.validation import experiments, formulas, report
from tests.validation.intervals import allowed_gap, largest_gap
from tests.validation.studies import DIFFERENT_BELOW, STUDIES

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
        assert (recovery.p >= DIFFERENT_BELOW) == recovery.must, recovery.row()
        if recovery.must:
            assert min(recovery.ends) >= DIFFERENT_BELOW, recovery.row()
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
