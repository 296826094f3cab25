"""The argument SCENARIO of every subcommand: a file, or a number or a name as ``scenarios`` prints them.

With a colon and a name after it, it is a variant of the scenario, as in ``frozen-worker:cured``.
"""

import re
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from sim.core.errors import ScenarioError, SimError
from sim.core.spelling import nearest

_VARIANT = re.compile("[A-Za-z][A-Za-z0-9_-]*")


class ScenarioPath(click.ParamType[Path]):
    """A scenario's file; its number, its name or its path below ``scenarios/`` do for those that are shipped."""

    name = "scenario"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Find the file.

        Raises:
            ScenarioError: There is none, and another one may have been meant.
        """
        given = Path(value)
        if given.exists() or (ctx is not None and ctx.resilient_parsing):
            return given
        plain, colon, variant = str(value).rpartition(":")
        if colon and plain and _VARIANT.fullmatch(variant):
            return Path(f"{self.convert(plain, param, ctx)}:{variant}")
        shipped = shipped_files()
        text = str(value)
        if text.isascii() and text.isdigit():
            if 1 <= int(text[:6]) <= len(shipped):
                return near_path(shipped[int(text[:6]) - 1])
            raise ScenarioError(f"{text}: there is no such file, and scenarios are numbered from 1 to {len(shipped)}")
        same = [file for file in shipped if file.stem == given.name.removesuffix(".yaml")]
        if same and len(given.parts) == 1 and not given.suffix:
            return near_path(same[0])
        named = _by_path(given)
        if named is not None:
            return near_path(named)
        near = same or [file for file in shipped if file.stem == nearest(given.stem, [one.stem for one in shipped])]
        if near and not _has_a_neighbour(given):
            raise ScenarioError(f"{given}: there is no such file; did you mean {shown(near[0])}?")
        return given

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete files, and the names of the shipped scenarios."""
        names = [file.stem for file in shipped_files() if file.stem.startswith(incomplete)]
        return [CompletionItem(incomplete, type="file"), *map(CompletionItem, names)]


def shipped_files() -> list[Path]:
    """List the files of the shipped scenarios by their numbers; none where the installation lacks them."""
    from sim.scenario.shipped import scenario_files

    try:
        return scenario_files()
    except SimError:
        return []


def near_path(file: Path) -> Path:
    """Write a path from the working directory where it lies below it."""
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file


def shown(file: Path) -> str:
    """Write a path so that it can be copied to ``run``: a shipped scenario elsewhere by its folder and name alone."""
    from sim.scenario.shipped import shipped_scenarios

    near = near_path(file)
    try:
        shipped = shipped_scenarios()
    except SimError:
        return str(near)
    return str(near.relative_to(shipped) if near.is_relative_to(shipped) else near)


def _by_path(given: Path) -> Path | None:
    from sim.scenario.shipped import shipped_file

    try:
        return shipped_file(given)
    except SimError:
        return None


def _has_a_neighbour(given: Path) -> bool:
    """Whether the folder that was named has a file of nearly this name, which is then suggested in its place."""
    from sim.scenario.load import neighbour

    return neighbour(given) is not None
