"""The argument EXERCISE: a number, a name or a part of one; a shell completes it."""

from importlib.resources import files
from pathlib import Path

import click
from click.shell_completion import CompletionItem


class ExerciseName(click.ParamType[str]):
    """What an exercise is called; ``sim/exercises/catalogue.py`` finds it."""

    name = "exercise"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete names of the course, without loading what reads exercises: a shell waits for it."""
        given = None if ctx.parent is None else ctx.parent.params.get("course")
        course = Path(str(files("sim"))) / "exercises" / "course" if given is None else given
        try:
            names = sorted(file.parent.name for file in course.glob("*/exercise.yaml"))
        except OSError:
            return []
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]
