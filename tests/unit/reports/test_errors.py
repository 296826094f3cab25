"""The error log in the report: grouped by message, and nothing but text."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sim.engine.run import run
from sim.reports.error_groups import group_errors
from sim.reports.errors_table import MAX_GROUPS
from sim.reports.html import render_report
from sim.reports.results_folder import write_results
from sim.results.error_lines import ErrorLines
from sim.results.result import Result
from tests.unit.reports.test_report import Outline
from tests.unit.results.traces import small_result


def line(message: str, **more: Any) -> dict[str, Any]:
    """A line with what the report reads of it."""
    base = {"t_ms": 1_500, "message": message, "error": "E", "kind": "transient", "mode": "queue", "queue": "email"}
    return {**base, "job": "email-1", "next": "retry", "stack": f"E: {message}\n    at handle (sim/x.py:1)", **more}


def result_with(*lines: dict[str, Any]) -> Result:
    """The small result, with an error log."""
    result = small_result()
    kept = ErrorLines()
    for one in lines:
        kept.add(json.dumps(one))
    modes = {
        mode: replace(one, error_lines=kept if mode == "queue" else ErrorLines()) for mode, one in result.modes.items()
    }
    return replace(result, modes=modes)


def test_equal_messages_are_one_group() -> None:
    """It counts attempts and jobs, says what happened to them, and keeps the first."""
    (group,) = group_errors(
        [line("no", t_ms=2_000), line("no", job="email-2", next="failed", t_ms=90_000), line("no", next="failed")]
    )
    assert (group.count, group.jobs, group.became, group.when) == (3, 2, "retry 1, failed 2", "2 s")


@pytest.mark.parametrize("other", [{"message": "yes"}, {"queue": "order"}, {"mode": "in-process"}, {"error": "F"}])
def test_another_message_queue_mode_or_error_is_another_group(other: dict[str, str]) -> None:
    """In the order in which they came first."""
    groups = group_errors([line("no"), line("no") | other, line("no")])
    assert [group.count for group in groups] == [2, 1]


def test_the_page_has_a_row_and_a_stack_for_each_message() -> None:
    """Well-formed, and the numbers are those of the log."""
    page = render_report(result_with(line("no"), line("no", next="failed"), line("never")), [])
    outline = Outline(page)
    assert outline.open == []
    assert "3 failed attempts, grouped by message." in page
    assert '<td class="long">no</td><td>2</td><td>1</td><td>retry 1, failed 1</td>' in page
    assert page.count("<details>") == page.count("    at handle (sim/x.py:1)") == 2


@pytest.mark.parametrize(("extra", "says"), [(0, None), (1, "1 more is in"), (2, "2 more are in")])
def test_only_the_first_messages_are_shown(extra: int, says: str | None) -> None:
    """And how many more there are."""
    page = render_report(result_with(*(line(f"no {n}") for n in range(MAX_GROUPS + extra))), [])
    assert page.count("<details>") == MAX_GROUPS
    assert ("more" in page.split("<h2>Errors</h2>")[1].split("</p>")[0]) == (says is not None)
    assert says is None or says in page


def test_a_message_cannot_bring_markup_into_the_page() -> None:
    """Messages quote data, and data comes from anywhere."""
    evil = "</pre><script>alert(1)</script>"
    page = render_report(result_with(line(evil, queue=evil, error=evil)), [])
    assert "<script" not in page
    assert Outline(page).open == []


def test_fields_that_were_left_out_are_empty() -> None:
    """The page says what it still can."""
    lines = [{"t_ms": 1}, {"error": "E"}, {"mode": "queue"}]
    assert render_report(result_with(*lines), []).count('<tr><th scope="row">') >= 3


@pytest.mark.parametrize("kept", [True, False])
def test_without_errors_the_page_says_nothing_of_them(kept: bool) -> None:
    """Whether a log was kept or not."""
    result = result_with() if kept else small_result()
    assert "<h2>Errors</h2>" not in render_report(result, [])


def test_the_folder_has_the_lines_of_the_result(tmp_path: Path) -> None:
    """Between the trace and the pictures; the report names them."""
    result = run("scenarios/03-database-failures/paid-twice.yaml", error_log=True)
    names = [path.name for path in write_results(result, tmp_path)]
    assert names[:3] == ["result.json", "trace.ndjson.gz", "errors.ndjson"]
    assert (tmp_path / "errors.ndjson").read_text() == "".join(f"{line}\n" for line in result.error_lines())
    assert "ReplyLost" in (tmp_path / "report.html").read_text()
