"""From a scenario file to a `Scenario`, or to every problem that the file has."""

import os
import re
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.core.errors import ScenarioError
from sim.core.files import NotOrdinary, read_ordinary
from sim.core.spelling import nearest
from sim.scenario.checks import check
from sim.scenario.error_messages import explained
from sim.scenario.parts import parts_of, salvaged_parts
from sim.scenario.schema import Scenario
from sim.scenario.variants import with_variant
from sim.yaml_files.problems import Marks, Problem, lines
from sim.yaml_files.source import MAX_BYTES, Source, decode, read_yaml

MAX_NEIGHBOURS = 2_000
"""Files of a folder that are looked at for one of a similar name."""
_VARIANT = re.compile("[A-Za-z][A-Za-z0-9_-]{0,99}")


def load_scenario(path: str | os.PathLike[str]) -> Scenario:
    """Read a scenario file.

    Args:
        path: The file; at most 1 MiB of UTF-8 text. ``deploy.yaml:cured`` is its variant `cured`.

    Raises:
        ScenarioError: The file cannot be read or used; each of its arguments is one problem, as
            ``file:line:column: path: what is wrong and what would be right``, in file order.
    """
    return parse_scenario(read_text(path), os.fspath(path))


def read_text(path: str | os.PathLike[str]) -> str:
    """Read the text of a scenario file without looking at what it says; with a variant, the text that selects it.

    Raises:
        ScenarioError: The file cannot be read; see ``load_scenario``.
    """
    path, variant = split_variant(path)
    name = _printable(os.fspath(path))
    try:
        raw = read_ordinary(path, MAX_BYTES + 1)
    except NotOrdinary as error:
        raise ScenarioError(f"{name}: is {error.args[0]}; name one scenario file") from None
    except FileNotFoundError:
        near = neighbour(Path(path))
        hint = "" if near is None else f"; did you mean {_printable(near)}?"
        raise ScenarioError(f"{name}: there is no such file{hint}") from None
    except (OSError, ValueError) as error:
        raise ScenarioError(f"{name}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    text = decode(raw)
    if isinstance(text, Problem):
        raise ScenarioError(*lines(name, Marks(), [text]))
    return text if variant is None else f"{text}\nvariant: {variant}\n"


def split_variant(path: str | os.PathLike[str]) -> tuple[str | os.PathLike[str], str | None]:
    """Take apart a file and a variant of it, as in ``deploy.yaml:cured``; None where no variant is named."""
    text = os.fspath(path)
    file, colon, variant = text.rpartition(":")
    if not colon or not _VARIANT.fullmatch(variant) or Path(text).exists() or not Path(file).exists():
        return path, None
    return Path(file), variant


def neighbour(path: Path) -> Path | None:
    """Return the file in the same folder whose name a path misspells; None where there is none."""
    try:
        names = [file.name for file in islice(path.parent.glob("*.yaml"), MAX_NEIGHBOURS)]
    except (OSError, ValueError):
        return None
    near = nearest(path.stem, [name.removesuffix(".yaml") for name in sorted(names)])
    return None if near is None else path.with_name(f"{near}.yaml")


def parse_scenario(text: str, name: str = "scenario") -> Scenario:
    """Read a scenario from text.

    Args:
        text: What a scenario file would hold.
        name: What the problems call it, in place of a file's path.

    Raises:
        ScenarioError: The text cannot be used; see ``load_scenario``.
    """
    source = read_yaml(text)
    if () in source.unreadable or (source.problems and source.data is None):
        raise ScenarioError(*lines(_printable(name), source.marks, source.problems))
    data, marks, unfit = with_variant(source.data, source.marks)
    scenario, problems = validated(data, marks)
    problems = [*source.problems, *unfit, *_readable(problems, source)]
    if problems:
        raise ScenarioError(*lines(_printable(name), marks, problems))
    assert scenario is not None
    return scenario


def validated(data: Any, marks: Marks) -> tuple[Scenario | None, list[Problem]]:
    """Check structure and meaning; where the structure is wrong, the meaning of the rest is still checked.

    Args:
        data: What a file says, as ``read_yaml`` gives it.
        marks: Where each part of it stands, to put the problems in file order.
    """
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        problems = explained(error.errors(include_url=False, include_input=False), data, marks)
        return None, problems + (check(salvaged_parts(data)) if isinstance(data, dict) else [])
    return scenario, check(parts_of(scenario, data))


def _readable(problems: list[Problem], source: Source) -> list[Problem]:
    """Leave out what is said of values that the source has already refused."""
    if not source.unreadable:
        return problems
    return [
        problem
        for problem in problems
        if not any(problem.path[:n] in source.unreadable for n in range(len(problem.path) + 1))
    ]


def _printable(name: object) -> str:
    text = str(name)
    return text if text.isprintable() else repr(text)
