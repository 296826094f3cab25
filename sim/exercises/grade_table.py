"""The grades of a class as text: CSV for a spreadsheet, a table for the terminal, and a summary of each exercise."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.exercises.grading import COLUMNS, NOT_HANDED_IN, Grade
from sim.exercises.judgement import Judgement

if TYPE_CHECKING:
    from rich.table import Table

_FORMULA = tuple("=+-@＝＋－＠")


def as_csv(grades: Sequence[Grade]) -> str:
    """Write grades as CSV with a head; no cell of it is a formula for a spreadsheet."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows([_cell(value) for value in grade.as_dict().values()] for grade in grades)
    return text.getvalue()


def _cell(value: str | int) -> str:
    """Write a value so that a spreadsheet takes it for text: what begins like a formula gets an apostrophe."""
    text = str(value).encode(errors="backslashreplace").decode()
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(("\t", "\r", "\n")) else text


def as_table(grades: Sequence[Grade]) -> "Table":
    """Lay grades out for a terminal, a row for each student and exercise, as short as fits 80 columns."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("student", overflow="fold", ratio=1)
    table.add_column("exercise", overflow="fold", ratio=1)
    table.add_column("verdict", min_width=11)
    table.add_column("checks", justify="right", no_wrap=True)
    table.add_column("right\nguesses", justify="right", no_wrap=True)
    table.add_column("fails first", overflow="fold", min_width=12)
    for grade in grades:
        judged = grade.details is not None
        table.add_row(
            Text(grade.student),
            Text(grade.exercise.replace("-", " ")),
            grade.verdict,
            f"{grade.checks_passed}/{grade.checks}" if judged else "",
            f"{grade.predictions_right}/{grade.predictions}" if judged else "",
            Text(grade.first_failing),
        )
    return table


def overview(grades: Sequence[Grade]) -> "Table":
    """Sum a class up: for each exercise how many passed, failed or could not be judged, and where most fail."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("exercise", ratio=1)
    absent = any(grade.verdict == NOT_HANDED_IN and grade.exercise for grade in grades)
    counted = [("passed", Judgement.PASS.value), ("failed", Judgement.FAIL.value)]
    counted += [("cannot\ntell", Judgement.CANNOT_TELL.value)] + ([("not\nthere", NOT_HANDED_IN)] if absent else [])
    for heading, _verdict in counted:
        table.add_column(heading, justify="right")
    table.add_column("right\nguesses", justify="right")
    table.add_column("most fail", overflow="fold", min_width=12)
    for exercise in sorted({grade.exercise for grade in grades if grade.exercise}):
        own = [grade for grade in grades if grade.exercise == exercise]
        verdicts = Counter(grade.verdict for grade in own)
        table.add_row(
            Text(exercise.replace("-", " ")),
            *(str(verdicts[verdict]) for _heading, verdict in counted),
            _predicted(own),
            Text(_most_fail(own)),
        )
    return table


def _predicted(grades: Sequence[Grade]) -> str:
    """Write the share of right predictions, of those who handed something in."""
    asked = sum(grade.predictions for grade in grades if grade.details is not None)
    return f"{sum(grade.predictions_right for grade in grades) / asked:.0%}" if asked else ""


def _most_fail(grades: Sequence[Grade]) -> str:
    """Name the check that most fail first; of several the first by name."""
    failing = Counter(grade.first_failing for grade in grades if grade.first_failing)
    return min(failing, key=lambda name: (-failing[name], name)) if failing else ""
