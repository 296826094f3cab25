"""The points of a sweep: a scenario with some of its values changed, in every combination."""

import json
import re
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from sim.core.errors import ScenarioError, SimError
from sim.core.text import one_line
from sim.scenario.changes import NoSuchPlace, changed
from sim.scenario.load import parse_scenario, validated
from sim.scenario.schema import Scenario
from sim.scenario.variants import with_variant
from sim.yaml_files.problems import Marks, Problem, path_text, quoted
from sim.yaml_files.source import read_yaml

MAX_POINTS = 2_000
Settings = tuple[tuple[str, str], ...]
"""What a point changes: pairs of a path and the value as the scenario file would write it."""
_OWN_OPTIONS = {
    "seed": "every run of a sweep has its own seed; --seed sets the one that they derive from",
    "modes": "--mode chooses the modes, and every run covers all of them",
}
_INDEX = re.compile(r"\[(\d{1,6})\]")


class VaryError(SimError):
    """A ``--vary`` (or a ``--set`` of ``run``) that cannot be used.

    Args:
        vary: What was asked for, as ``path=value``.
        why: What is wrong, and what would be right.
    """

    def __str__(self) -> str:
        return "\n".join(one_line(f"--vary {self.args[0]}: {why}") for why in self.args[1:])


class Vary(NamedTuple):
    """One thing that a sweep varies.

    Attributes:
        path: Where it stands in the scenario, such as ``workers.email.processes`` or ``faults.0.duration``.
        values: What stands there, one value after the other, as the file would write it.
    """

    path: str
    values: tuple[str, ...]


def parse_vary(text: str) -> Vary:
    """Read ``path=v1,v2,...``; commas within brackets, braces or quotes belong to a value.

    Raises:
        VaryError: It has no path, no values, or a value twice.
    """
    path, equals, rest = text.partition("=")
    path = _INDEX.sub(r".\1", path.strip())
    if not equals or not path or not rest.strip():
        raise VaryError(quoted(text), "expected PATH=VALUE,VALUE such as workers.email.processes=1,2,4")
    return _checked(Vary(path, tuple(value.strip() for value in _split(rest))))


def parse_setting(text: str) -> tuple[str, str]:
    """Read ``path=value``: one change of a scenario, as a point of a sweep makes it.

    Raises:
        VaryError: It has no path or no value.
    """
    path, equals, value = text.partition("=")
    path = _INDEX.sub(r".\1", path.strip())
    if not equals or not path or not value.strip():
        raise VaryError(quoted(text), "expected PATH=VALUE such as workers.email.processes=2")
    _checked(Vary(path, (value.strip(),)))
    return path, value.strip()


def as_varies(vary: Mapping[str, Sequence[Any]]) -> list[Vary]:
    """Read what a notebook varies: values by path. Text is read as in a file, so that ``"30s"`` is a duration.

    Raises:
        VaryError: A path has no values, or a value twice.
    """
    found: list[Vary] = []
    for path, values in vary.items():
        if isinstance(values, str) or not isinstance(values, Sequence) or not values:
            raise VaryError(path, "expected a list of values such as [1, 2, 4]")
        texts = tuple(value if isinstance(value, str) else json.dumps(value) for value in values)
        found.append(_checked(Vary(_INDEX.sub(r".\1", path), texts)))
    return found


def grid(varies: Sequence[Vary]) -> list[Settings]:
    """List every combination: the last thing varies fastest. Nothing varied gives one point without changes.

    Raises:
        VaryError: Two of them speak of the same place, or there are too many combinations.
    """
    paths = [tuple(vary.path.split(".")) for vary in varies]
    for number, path in enumerate(paths):
        for other in paths[:number]:
            shorter = min(len(path), len(other))
            if path[:shorter] == other[:shorter]:
                why = f"{'.'.join(other)} is already varied; give all its values in one place"
                raise VaryError(varies[number].path, why)
    points = 1
    for vary in varies:
        points *= len(vary.values)
        if points > MAX_POINTS:
            raise VaryError(vary.path, f"this makes more than {MAX_POINTS:,} combinations, the limit of a sweep")
    return [
        tuple(zip((vary.path for vary in varies), values, strict=True))
        for values in product(*(vary.values for vary in varies))
    ]


def scenario_at(text: str, name: str, settings: Settings) -> Scenario:
    """Load a scenario as it is at one point of a sweep.

    Args:
        text: What the scenario file says.
        name: What problems call it.
        settings: What the point changes.

    Raises:
        ScenarioError: Nothing is changed, and the scenario itself cannot be used.
        VaryError: It cannot be used with these values; the error names the place and what would be right.
    """
    if not settings:
        return parse_scenario(text, name)
    data, unfit = data_at(text, settings)
    found, problems = validated(data, Marks())
    problems = [*unfit, *problems]
    if found is None or problems:
        raise VaryError(
            ", ".join(f"{path}={value}" for path, value in settings),
            *(f"{path_text(problem.path)}: {problem.text}" for problem in problems),
        )
    return found


def data_at(text: str, settings: Settings) -> tuple[Any, list[Problem]]:
    """Return what a scenario's file would say at one point of a sweep, and what is wrong with its variant.

    Raises:
        VaryError: A path leads nowhere.
    """
    data = read_yaml(text).data
    for path, value in settings:
        data = _changed(data, path, value) if path == "variant" else data
    data, _marks, unfit = with_variant(data, Marks())
    for path, value in settings:
        data = data if path == "variant" else _changed(data, path, value)
    return data, unfit


def check_points(text: str, name: str, points: Sequence[Settings]) -> None:
    """Load the scenario at every point, so that what is wrong is said before anything runs.

    Each value is first tried alone: the error then names the ``--vary`` that is wrong and not a combination.

    Raises:
        ScenarioError, VaryError: See ``scenario_at``.
    """
    scenario_at(text, name, ())
    for setting in dict.fromkeys(setting for settings in points for setting in settings):
        own = [settings for settings in points if setting in settings]
        failed: ScenarioError | VaryError | None = None
        try:
            scenario_at(text, name, (setting,))
        except VaryError as error:
            failed = error
        if failed is not None and len(own[0]) > 1 and any(_loads(text, name, settings) for settings in own):
            continue  # it only fits together with another value
        if failed is not None:
            raise failed
    for settings in points:
        scenario_at(text, name, settings)


def _loads(text: str, name: str, settings: Settings) -> bool:
    try:
        scenario_at(text, name, settings)
    except VaryError:
        return False
    return True


def _checked(vary: Vary) -> Vary:
    whole = f"{vary.path}={','.join(vary.values)}"
    first = vary.path.split(".")[0]
    if vary.path in _OWN_OPTIONS or first in _OWN_OPTIONS:
        raise VaryError(whole, _OWN_OPTIONS[first])
    if not all(vary.path.split(".")):
        raise VaryError(whole, "a part of the path is empty; expected names separated by dots, such as faults.0.at")
    for place, value in enumerate(vary.values):
        if not value:
            raise VaryError(whole, f"value {place + 1} is empty; write null for no value")
        if value in vary.values[:place]:
            raise VaryError(whole, f"{value} is listed twice")
    return vary


def _split(text: str) -> list[str]:
    """Cut at the commas that stand outside brackets, braces and quotes."""
    parts = [""]
    depth = 0
    quote = ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "[{":
            depth += 1
        elif character in "]}":
            depth -= 1
        elif character == "," and depth <= 0:
            parts.append("")
            continue
        parts[-1] += character
    return parts


def _value(path: str, text: str) -> Any:
    source = read_yaml(text)
    if source.problems:
        raise VaryError(f"{path}={text}", source.problems[0].text)
    return source.data


def _changed(data: Any, path: str, text: str) -> Any:
    """Return the data with one place changed."""
    value = _value(path, text)
    try:
        return changed(data, path, value)[0]
    except NoSuchPlace as error:
        raise VaryError(f"{path}={text}", str(error)) from None
