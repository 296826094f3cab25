"""An exercise on the terminal: its story, its task, what may change, and what is checked."""

from typing import TYPE_CHECKING

from sim.core.program import as_called
from sim.exercises.exercise import STORY, Exercise
from sim.exercises.measures import is_of_whole_run

if TYPE_CHECKING:
    from rich.console import Console


def print_exercise(exercise: Exercise, console: "Console") -> None:
    """Print everything that a learner needs to know before they begin."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    description = exercise.description
    print_markdown(exercise.text(STORY), console)
    console.print()
    console.print(Text("You may change", style="bold"))
    for path in description.editable:
        console.print(Text(f"  {path}"))
    console.print()
    table = Table(title="Checks", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("check", "measure", "of"):
        table.add_column(heading)
    table.add_column("bound", justify="right", no_wrap=True)
    for check in description.checks:
        whose = "the run" if is_of_whole_run(check.measure) else check.queue or "all jobs"
        whose += "" if check.mode == "queue" else f", {check.mode}"
        table.add_row(check.name, check.measure, whose, check.limit.text)
    console.print(table)
    about = f"{description.minutes} minutes · {', '.join(description.concepts)}"
    if description.prerequisites:
        about += f" · after {', '.join(description.prerequisites)}"
    console.print(Text(about, style="dim"))
    console.print(Text(f"A real case: {description.source.address}", style="dim"))


def print_markdown(text: str, console: "Console") -> None:
    """Print Markdown; on a narrow terminal it folds."""
    from rich.markdown import Markdown

    console.print(Markdown(as_called(text), hyperlinks=False))
