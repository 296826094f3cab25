"""Variants of a scenario: the same file with some values changed, such as the cure of an incident."""

from itertools import chain
from typing import Annotated, Any

from pydantic import Field

from sim.scenario.changes import NoSuchPlace, changed
from sim.scenario.expect import Expect
from sim.yaml_files.fields import Model, OneLine
from sim.yaml_files.problems import Marks, Path, Problem, did_you_mean, listed, quoted

VariantName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
MAX_TITLE = 120
"""Characters of a scenario's title."""
_OWN = ("variant", "variants", "expect", "title", "question", "story", "incident")
"""What a variant's `set:` does not change; `expect:` stands beside it."""


class Variant(Model):
    """The scenario with some values changed; `run FILE:NAME` runs it."""

    about: Annotated[OneLine, Field(min_length=1, max_length=400)]
    """What is different, in a sentence."""
    set: Annotated[dict[str, Any], Field(min_length=1, max_length=50)]
    """New values by their path, such as `queues.email.attempts: 5` or `faults.0.duration: 1m`."""
    expect: Expect = Expect()
    """What holds in this variant, in place of the scenario's own `expect:`."""


def with_variant(data: Any, marks: Marks) -> tuple[Any, Marks, list[Problem]]:
    """Apply the variant that a file's `variant:` names.

    Args:
        data: What the file says.
        marks: Where each part of it stands.

    Returns:
        The data with the variant's values and expectations in place; where each part of that stands, which is in the
        variant for a changed value; and what is wrong with the variant. Without `variant:`, all as it was.
    """
    name = data.get("variant") if isinstance(data, dict) else None
    if name is None:
        return data, marks, []
    known = data.get("variants")
    known = known if isinstance(known, dict) else {}
    variant = known.get(name) if isinstance(name, str) else None
    if not isinstance(variant, dict):
        return {**data, "variant": None}, marks, [] if name in known else [_unknown(name, list(known))]
    settings = variant.get("set")
    moved = _Moved(marks)
    problems = []
    result = {key: value for key, value in data.items() if key != "expect"} | _heading(data, str(name), variant)
    if "expect" in variant:
        result["expect"] = variant["expect"]
        moved.add(("variants", name, "expect"), ("expect",))
    for path, value in settings.items() if isinstance(settings, dict) else ():
        here = ("variants", name, "set", path)
        if path.split(".")[0] in _OWN:
            problems.append(Problem(here, f"a variant cannot change {path.split('.')[0]}", at_key=True))
            continue
        try:
            result, place = changed(result, path, value)
        except NoSuchPlace as error:
            problems.append(Problem(here, str(error), at_key=True))
        else:
            moved.add(here, place)
    return result, moved.marks, problems


def _heading(data: dict[str, Any], name: str, variant: dict[str, Any]) -> dict[str, str]:
    """Say in the title which variant it is, and in place of the question what is different."""
    title, about = data.get("title"), variant.get("about")
    found = {}
    if isinstance(title, str) and title:
        room = MAX_TITLE - len(name) - 3
        short = title if len(title) <= room else f"{title[: room - 1]}…"
        found["title"] = f"{short} ({name})"
    if isinstance(about, str) and about:
        found["question"] = about
    return found


def _unknown(name: object, known: list[str]) -> Problem:
    shown = quoted(name) if isinstance(name, str) else repr(name)
    if not known:
        return Problem(("variant",), f"there is no variant {shown}: this scenario has no variants:")
    hint = did_you_mean(name, known) or f"; it has {listed(known[:20], 'and')}"
    return Problem(("variant",), f"there is no variant {shown}{hint}")


class _Moved:
    """Where parts stand after some were put in place of others."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self.marks = Marks()
        self.marks.keys.update(marks.keys)
        self.marks.values.update(marks.values)

    def add(self, source: Path, target: Path) -> None:
        """Say that what stands at ``source`` in the file is at ``target`` in the data."""
        length = len(source)
        for place in list(chain(self._marks.keys, self._marks.values)):
            if place[:length] == source:
                there = (*target, *place[length:])
                for old, new in ((self._marks.keys, self.marks.keys), (self._marks.values, self.marks.values)):
                    if place in old:
                        new[there] = old[place]
