"""The argument SCENARIO of every subcommand: a file, or a number or a name as ``scenarios`` prints them."""

from pathlib import Path
from typing import Any

import click

from sim.core.errors import ScenarioError, SimError
from sim.core.spelling import nearest


class ScenarioPath(click.ParamType[Path]):
    """A scenario's file; its number or its name do for those that come with the project."""

    name = "scenario"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Find the file.

        Raises:
            ScenarioError: There is none, and another one may have been meant.
        """
        given = Path(value)
        if given.exists() or (ctx is not None and ctx.resilient_parsing):
            return given
        shipped = _shipped()
        text = str(value)
        if text.isascii() and text.isdigit():
            if 1 <= int(text[:6]) <= len(shipped):
                return _near(shipped[int(text[:6]) - 1])
            raise ScenarioError(f"{text}: there is no such file, and scenarios are numbered from 1 to {len(shipped)}")
        same = [file for file in shipped if file.stem == given.name.removesuffix(".yaml")]
        if same and len(given.parts) == 1 and not given.suffix:
            return _near(same[0])
        near = same or [file for file in shipped if file.stem == nearest(given.stem, [one.stem for one in shipped])]
        if near and not _has_a_neighbour(given):
            raise ScenarioError(f"{given}: there is no such file; did you mean {_near(near[0])}?")
        return given


def _shipped() -> list[Path]:
    from sim.cli.scenarios import shipped_folder

    try:
        return sorted(shipped_folder().rglob("*.yaml"))
    except SimError:
        return []


def _near(file: Path) -> Path:
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file


def _has_a_neighbour(given: Path) -> bool:
    """Whether the folder that was named has a file of nearly this name, which is then suggested in its place."""
    from sim.scenario.load import neighbour

    return neighbour(given) is not None
