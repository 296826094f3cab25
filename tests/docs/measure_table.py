"""What docs/exercises.md says of the measures, from their entries.

``python -m tests.docs.measure_table`` writes it anew after a measure has changed; a test says when that is.
"""

from pathlib import Path

from sim.exercises.measures import COUNTS, RUN_MEASURES
from sim.exercises.settings import SETTINGS
from sim.results.outcomes import Outcome
from tests.docs.course_tables import with_block

PAGE = Path(__file__).parents[2] / "docs/exercises.md"
OUTCOMES = {"offered", "not_delivered", *(one.field for one in Outcome)}


def table() -> str:
    """List what a check can measure."""
    outcomes = " ".join(f"`{name}`" for name in COUNTS if name in OUTCOMES)
    others = " ".join(f"`{name}`" for name in COUNTS if name not in OUTCOMES)
    rows = [
        "| measure | unit | what it is |",
        "|---|---|---|",
        f"| {outcomes} | jobs | the [outcomes](outcomes.md); every job has exactly one. `not_delivered` counts all "
        "jobs that are not `delivered` |",
        f"| {others} | jobs or times | the overlapping [counts](outcomes.md) |",
    ]
    return "\n".join(
        [*rows, *(f"| `{one.name}` | {one.unit} | {one.about} |" for one in (RUN_MEASURES | SETTINGS).values())]
    )


def page() -> str:
    """Return the page with its table as the entries say it."""
    return with_block(PAGE.read_text(encoding="utf-8"), "measures", table())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
