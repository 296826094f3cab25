"""The rows that tables show: outcomes that occur, and always the three that everybody asks for."""

from dataclasses import fields

from sim.ledger.outcomes import Counts, Outcome
from sim.report.result import Result

OUTCOMES = [outcome.field for outcome in Outcome]
OVERLAYS = [f.name for f in fields(Counts) if f.name not in OUTCOMES and f.name != "offered"]
ALWAYS = ("delivered", "lost", "duplicated")

Row = tuple[str, list[int]]


def label(name: str) -> str:
    """Write a count's name for people: ``failed_evicted`` becomes ``failed-evicted``."""
    return name.replace("_", "-")


def outcome_rows(columns: list[Counts]) -> list[Row]:
    """Rows of the outcomes that are not zero everywhere."""
    return _rows(OUTCOMES, columns)


def overlay_rows(columns: list[Counts]) -> list[Row]:
    """Rows of the counts that lie over the outcomes and are not zero everywhere."""
    return _rows(OVERLAYS, columns)


def totals(result: Result) -> list[Counts]:
    """The counts of each mode."""
    return [one.totals for one in result.modes.values()]


def _rows(names: list[str], columns: list[Counts]) -> list[Row]:
    rows = [(name, [int(getattr(counts, name)) for counts in columns]) for name in names]
    return [row for row in rows if any(row[1]) or row[0] in ALWAYS]
