"""Every public report that was collected is told by a shipped scenario, or the documentation says why not."""

import re
from pathlib import Path

import pytest

NUMBERS = {
    "OptimalBits/bull": (
        *(163, 308, 313, 840, 850, 1003, 1143, 1234, 1243, 1282, 1355, 1397, 1504, 1517, 1521, 1828, 1873, 1895, 1909),
        *(1972, 2015, 2082, 2558),
    ),
    "taskforcesh/bullmq": (390, 648, 651, 892, 982, 995, 1046, 1337, 2215, 2889, 2964, 3155, 3183, 3765),
    "sidekiq/sidekiq": (322, 1831, 2800, 2999, 3196, 4594, 5300, 5558, 6829),
    "rq/rq": (580, 1280, 2015, 2289, 2424),
    "celery/celery": (1789, 2481, 3270),
}
REPORTS = [
    *(f"{where}#{number}" for where, numbers in NUMBERS.items() for number in numbers),
    "Budibase/budibase#12237",
    "Honeybadger 31x4k2z31dv9",
    "LaunchNotes 01J364YWJ9TXQVSV95FG1MSDE0",
    "Pusher 8xvflp0nwq5m",
    "TeamWarp/effect-mq#10",
    "apache/dolphinscheduler#12170",
    "bayesimpact/bayes-platform#794",
    "bee-queue/bee-queue#106",
    "celery/kombu#337",
    "frappe/agent#101",
    "hibiken/asynq#55",
    "open-mercato/open-mercato#3089",
    "rails/rails#31872",
    "redis/redis#6062",
    "stacksjs/stacks#2298",
    "storecode, just-in-time jobs",
    "twentyhq/twenty#22514",
    "yasoon qf0378tbk81x",
]
"""The reports, as scenarios call them."""
NOT_TOLD_AT_MOST = 4
SCENARIOS = "\n".join(path.read_text() for path in sorted(Path("scenarios").glob("*/*.yaml")))
NOT_TOLD = (
    Path("docs/fidelity.md").read_text().partition("\n## Reports that no scenario tells\n")[2].partition("\n## ")[0]
)


def is_named(report: str, text: str) -> bool:
    """Tell whether a text names a report; a longer number is another one."""
    return re.search(rf"{re.escape(report)}(?!\d)", text) is not None


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_is_told_or_the_page_says_why_not(report: str) -> None:
    """By its number, in one of the two places and not in both."""
    assert is_named(report, SCENARIOS) != is_named(report, NOT_TOLD)


def test_few_are_not_told_and_each_has_its_sentence() -> None:
    """One item of the list for each."""
    items = re.findall(r"^- ", NOT_TOLD, re.MULTILINE)
    assert 1 <= len(items) <= NOT_TOLD_AT_MOST
    assert len(items) == sum(is_named(report, NOT_TOLD) for report in REPORTS)
