"""Cron expressions are due when cron-parser, which Bull uses, has them due."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from sim.calendar.cron import CronError, cron

TABLE = json.loads((Path(__file__).parent / "cron_parser.json").read_text())
"""What cron-parser 4.9.0 answered; ``record.js`` asks it again."""


def ms(text: str) -> int:
    """Read a moment, epoch ms."""
    return round(datetime.fromisoformat(text).timestamp() * 1_000)


@pytest.mark.parametrize("expression", TABLE["expressions"])
def test_an_expression_is_due_when_cron_parser_says(expression: str) -> None:
    """Five times in a row, in four time zones, in winter and across all changes of the clock."""
    for written, tz, start, due in TABLE["due"]:
        if written == expression:
            found, now_ms = [], ms(start)
            while len(found) < len(due):
                after = cron(expression, tz).after(now_ms)
                assert after is not None
                found.append(now_ms := after)
            assert found == due, (tz, start)


def test_the_table_has_a_hundred_expressions() -> None:
    """And two changes of the clock in each of two zones."""
    assert len(TABLE["expressions"]) >= 100
    assert len(TABLE["due"]) == len(TABLE["expressions"]) * len(TABLE["zones"]) * len(TABLE["starts"])


def test_a_time_that_occurs_twice_counts_once_unless_every_hour_is_meant() -> None:
    """On 25 October 2026 it is 02:30 twice in Berlin."""
    first, second = ms("2026-10-25T00:30:00+00:00"), ms("2026-10-25T01:30:00+00:00")
    once, hourly = cron("30 2 * * *", "Europe/Berlin"), cron("30 * * * *", "Europe/Berlin")
    assert once.after(first - 1) == first
    assert once.after(first) == ms("2026-10-26T01:30:00+00:00")
    assert hourly.after(first) == second


def test_who_begins_in_the_second_hour_still_has_its_time() -> None:
    """At 02:10 winter time, 02:30 is to come."""
    assert cron("30 2 * * *", "Europe/Berlin").after(ms("2026-10-25T01:10:00+00:00")) == ms("2026-10-25T01:30:00+00:00")


@pytest.mark.parametrize(
    ("written", "meant"), [("@daily", "0 0 * * *"), ("@hourly", "0 * * * *"), ("0 0 ? * 1", "0 0 * * 1")]
)
def test_short_words_and_question_marks(written: str, meant: str) -> None:
    """As cron-parser reads them."""
    assert cron(written).after(ms("2026-01-01T00:00:00+00:00")) == cron(meant).after(ms("2026-01-01T00:00:00+00:00"))


@pytest.mark.parametrize(
    "expression", ["", "* * * *", "* * * * * * *", "60 * * * *", "0 22-6 * * *", "? * * * *", "a b c d e"]
)
def test_what_cron_parser_refuses_is_refused(expression: str) -> None:
    """With the expression in the words."""
    with pytest.raises(CronError, match="is no cron expression"):
        cron(expression)


def test_an_unknown_time_zone_is_refused() -> None:
    """With one that there is."""
    with pytest.raises(CronError, match=r"no time zone 'Mars/Base'.*Europe/Berlin"):
        cron("* * * * *", "Mars/Base")
