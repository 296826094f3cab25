"""The report: one HTML file that needs nothing else."""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.reports.error_groups import group_errors
from sim.reports.errors_table import MAX_GROUPS
from sim.results.result import Result
from sim.results.run_end_text import early_ends
from sim.results.text import duration_in_words, in_words, mode_sentence, remarks, table_rows, verdict

if TYPE_CHECKING:
    from sim.reports.pictures import Picture

TEMPLATES = Path(__file__).parent / "templates"


def render_report(result: Result, pictures: Sequence["Picture"]) -> str:
    """Write the report: verdict, expectations, and every picture with its words and numbers."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["base64"] = lambda content: base64.b64encode(content).decode()
    environment.filters["in_words"] = in_words
    errors = group_errors(result.errors) if result.error_count else []
    return environment.get_template("report.html.jinja").render(
        scenario=result.scenario,
        result=result,
        story=[part for part in result.scenario.story.split("\n\n") if part.strip()],
        verdict=verdict(result),
        early_ends=early_ends(result),
        sentences=[(mode, mode_sentence(result, one), remarks(one)) for mode, one in result.modes.items()],
        simulated=duration_in_words(result.simulated_ms),
        queues=_queues(result),
        pictures=pictures,
        errors=errors[:MAX_GROUPS],
        more_errors=len(errors[MAX_GROUPS:]),
    )


def _queues(result: Result) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """List each queue's outcomes, one number a mode; nothing where there is only one queue."""
    names = list(result.scenario.queues)
    if len(names) < 2:
        return []
    found: list[tuple[str, list[tuple[str, list[str]]]]] = []
    for queue in names:
        counts = [one.queues[queue] for one in result.modes.values()]
        outcomes, _overlays = table_rows(counts)
        shown = [("offered", "offered"), *outcomes]
        rows = [(label, [f"{one.as_dict()[name]:,}" for one in counts]) for name, label in shown]
        found.append((queue, rows))
    return found
