"""``lessons``: copy the lesson notebooks to a folder of your own."""

from pathlib import Path
from shlex import quote

import click

from sim.core.errors import SimError

PLACE = 50


@click.command()
@click.argument("folder", metavar="[DIR]", default="lessons", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Copy the lesson notebooks into DIR, by default `lessons`.

    No file is overwritten. To open them you need the extra `notebook`.

    Exit code 2: they cannot be copied.
    """
    from sim.core.file_set import replace_together
    from sim.core.files import read_ordinary
    from sim.scenario.shipped import shipped_lessons

    lessons = shipped_lessons()
    there = [lesson.name for lesson in lessons if (folder / lesson.name).exists()]
    if there:
        raise SimError(f"{folder}: already has {there[0]}; use that one, or name another folder")
    for path in replace_together(folder, {lesson.name: read_ordinary(lesson, 1 << 24) for lesson in lessons}):
        click.echo(f"wrote {path}")
    click.echo(f"\nOpen them: jupyter lab {quote(str(folder))}")
