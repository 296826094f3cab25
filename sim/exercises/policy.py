"""A learner's policy: the part of a locked scenario that may change, put in its place."""

from copy import deepcopy
from typing import Any, NamedTuple

from sim.exercises.errors import ExerciseError
from sim.exercises.exercise import SCENARIO, Exercise
from sim.scenario.changes import changed
from sim.scenario.load import parse_scenario, validated
from sim.scenario.schema import Scenario
from sim.yaml_files.problems import Marks, Problem, did_you_mean, lines, listed
from sim.yaml_files.problems import Path as DataPath
from sim.yaml_files.source import Source, read_yaml


class Policy(NamedTuple):
    """A policy that fits its exercise.

    Attributes:
        name: What problems call it.
        scenario: The exercise's scenario with the policy in it.
        data: The same, as its file would say it.
    """

    name: str
    text: str
    scenario: Scenario
    data: dict[str, Any]


def read_policy(exercise: Exercise, text: str, name: str) -> Policy:
    """Put a policy into its exercise's scenario.

    Args:
        text: What the policy's file says.
        name: What problems call it, such as the file's path.

    Raises:
        ExerciseError: It cannot be used; a line for each problem, as ``file:line:column: path: what is wrong``.
        ScenarioError: The exercise's own scenario cannot be used.
    """
    locked = exercise.text(SCENARIO)
    parse_scenario(locked, str(exercise.folder / SCENARIO))
    source = read_yaml(text)
    data = read_yaml(locked).data
    problems = list(source.problems)
    if not problems:
        data, problems = _put_in(data, source, exercise.description.editable)
    scenario: Scenario | None = None
    if not problems:
        scenario, problems = validated(data, source.marks)
    if scenario is None or problems:
        raise ExerciseError(*lines(name, source.marks, problems))
    return Policy(name, text, scenario, data)


def _put_in(data: dict[str, Any], source: Source, editable: list[str]) -> tuple[dict[str, Any], list[Problem]]:
    """Replace what may change; return the data with that, and what is said of other places."""
    if source.data is None:
        return data, [Problem((), f"is empty; expected {listed(_tops(editable), 'and')}")]
    if not isinstance(source.data, dict):
        return data, [Problem((), f"expected keys such as `{_tops(editable)[0]}:`")]
    said = dict(source.data)
    for path in filter(_is_in_list, editable):
        if path in said:
            data, place = changed(data, path, said.pop(path))
            _mark(source.marks, path, place)
    free = [tuple(path.split(".")) for path in editable]
    problems: list[Problem] = []
    _walk(data, said, (), free, problems)
    return data, problems


def _is_in_list(path: str) -> bool:
    """Tell whether a path leads to an entry of a list; a policy says it as one key, such as ``faults.0.grace``."""
    return any(part.isdigit() for part in path.split("."))


def _mark(marks: Marks, key: str, place: DataPath) -> None:
    """Let what stands under one key of the policy be found at its place in the scenario."""
    for known in (marks.keys, marks.values):
        known.update({(*place, *path[1:]): mark for path, mark in known.items() if path[:1] == (key,)})


def _walk(data: Any, said: Any, path: DataPath, free: list[tuple[str, ...]], problems: list[Problem]) -> None:
    for key, value in said.items():
        here = (*path, key)
        if here in free:
            data[key] = deepcopy(value)
        elif any(place[: len(here)] == here for place in free if not _is_in_list(".".join(place))):
            if not isinstance(value, dict):
                names = [place[len(here)] for place in free if place[: len(here)] == here]
                problems.append(Problem(here, f"expected keys below it: {listed(list(dict.fromkeys(names)), 'and')}"))
            else:
                inner = data.setdefault(key, {})
                _walk(inner, value, here, free, problems)
        else:
            problems.append(Problem(here, _locked(here, free), at_key=True))


def _locked(path: DataPath, free: list[tuple[str, ...]]) -> str:
    """Say that a key has no place here: mistyped, or one that may not change."""
    whole = [".".join(place) for place in free]
    keys = [(text,) if _is_in_list(text) else place for text, place in zip(whole, free, strict=True)]
    beside = [key[len(path) - 1] for key in keys if key[: len(path) - 1] == path[:-1]]
    guess = did_you_mean(path[-1], list(dict.fromkeys(beside)))
    if guess:
        return f"there is no such setting to change{guess}"
    return f"is locked in this exercise; you may change {listed(whole, 'and')}"


def _tops(editable: list[str]) -> list[str]:
    return list(dict.fromkeys(path if _is_in_list(path) else path.split(".")[0] for path in editable))
