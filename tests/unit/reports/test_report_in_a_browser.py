"""The report in a real browser: on a wide page no column is cut, and nothing makes the page itself scroll sideways."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.engine.run import run
from sim.reports.results_folder import write_results

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
]
playwright = pytest.importorskip("playwright.sync_api", reason="the browser tests need playwright")

CUT = (
    "[...document.querySelectorAll('.scroll')].filter(one => one.scrollWidth > one.clientWidth)"
    ".map(one => one.ariaLabel)"
)
WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the report on a bad day: three queues, long stories, errors of several kinds."""
    folder: Path = tmp_path_factory.mktemp("report")
    write_results(run("scenarios/04-retries-and-retention/a-bad-day.yaml", store="memory"), folder)
    return (folder / "report.html").as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium."""
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_never_scrolls_sideways_and_a_wide_one_cuts_no_table(
    browser: Any, report: str, width: int, scheme: str
) -> None:
    """On a narrow page a table scrolls within its box."""
    tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab.goto(report)
    assert tab.evaluate(WIDTH) == width
    assert width < 1280 or tab.evaluate(CUT) == []
    tab.close()
