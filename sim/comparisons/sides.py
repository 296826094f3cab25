"""The two sides of a comparison: what each is, and whether their runs can be compared one by one."""

import os
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from sim.core.errors import ScenarioError, SimError
from sim.engine.arrivals import draw_arrivals
from sim.engine.random_streams import Streams
from sim.experiments.arms import Arm
from sim.scenario.load import read_text
from sim.scenario.schema import Scenario
from sim.sweeps.points import Settings, scenario_at
from sim.sweeps.worker import Recipe
from sim.yaml_files.fields import MODES, ModeName, SemanticsName


class ModePair(NamedTuple):
    """A mode of A, and the one of B that it is compared with."""

    a: ModeName
    b: ModeName

    @property
    def name(self) -> str:
        """What people call it: ``queue``, or ``in-process and queue``."""
        return self.a if self.a == self.b else f"{self.a} and {self.b}"


@dataclass(frozen=True)
class Version:
    """What one side of a comparison is asked to be.

    Attributes:
        scenario: The path of a scenario file, or the text of a scenario (anything with a line break).
        settings: Pairs of a path and its value, as ``--set`` has them.
        semantics: None: the scenario's first.
        seed: What the seeds of its runs are derived from; None: that of the first scenario.
    """

    scenario: str | Path
    settings: Settings = ()
    semantics: SemanticsName | None = None
    seed: int | None = None


@dataclass(frozen=True)
class Side:
    """One side of a comparison.

    Attributes:
        label: ``A`` or ``B``.
        arm: Its runs.
        scenario: As it is with the settings that it changes.
        semantics: That it is run with.
    """

    label: str
    arm: Arm
    scenario: Scenario
    semantics: SemanticsName

    def command(self, number: int) -> str:
        """Write the shortest command that gives one of its runs again; ``Arm.command`` also names the store."""
        parts = ["python", "-m", "sim", "run", self.arm.recipe.name, "--seed", str(self.arm.seed(number))]
        modes = self.arm.recipe.modes
        if modes != tuple(self.scenario.modes):
            parts += ["--mode", modes[0] if len(modes) == 1 else "both"]
        if self.semantics != self.scenario.profiles[0]:
            parts += ["--semantics", self.semantics]
        for path, value in self.arm.settings:
            parts += ["--set", f"{path}={value}"]
        return shlex.join(parts)

    def as_dict(self) -> dict[str, Any]:
        """The side as the JSON contract writes it."""
        return {
            "scenario": self.arm.recipe.name,
            "title": self.scenario.title,
            "settings": dict(self.arm.settings),
            "semantics": self.semantics,
            "seed": self.arm.recipe.seed,
        }


def two_sides(a: Version, b: Version, modes: list[ModeName] | None) -> tuple[Side, Side]:
    """Load both versions.

    Args:
        modes: Those to run; None: those that both scenarios have, or if they have none in common, those of each.

    Raises:
        ScenarioError: A scenario cannot be used; the problems of both are told.
        VaryError: A setting cannot be used.
    """
    loaded = _both(lambda: _loaded(a), lambda: _loaded(b))
    (text_a, name_a, scenario_a), (text_b, name_b, scenario_b) = loaded
    common = [mode for mode in MODES if mode in (scenario_a.modes if modes is None else modes)]
    if modes is None:
        common = [mode for mode in common if mode in scenario_b.modes]
    sides = []
    for label, version, text, name, scenario in (
        ("A", a, text_a, name_a, scenario_a),
        ("B", b, text_b, name_b, scenario_b),
    ):
        chosen = tuple(common or scenario.modes)
        semantics = version.semantics or scenario.profiles[0]
        seed = scenario_a.seed if version.seed is None else version.seed
        arm = Arm(Recipe(text, name, chosen, semantics, seed), version.settings)
        sides.append(Side(label, arm, scenario, semantics))
    return sides[0], sides[1]


def mode_pairs(a: Side, b: Side) -> list[ModePair]:
    """List which modes are compared: each with itself, in-process first; or the one of A with the other one of B."""
    return [ModePair(*modes) for modes in zip(a.arm.recipe.modes, b.arm.recipe.modes, strict=True)]


def why_not_paired(a: Side, b: Side) -> str | None:
    """Say why runs cannot be compared one by one: they are offered other jobs; None where they are offered the same.

    Jobs are the same where run 1 offers jobs of the same names at the same times, and schedules are the same.
    """
    if a.arm.recipe.seed != b.arm.recipe.seed:
        return "the seeds differ"
    if _schedules(a) != _schedules(b) or any(one != other for one, other in zip_longest(_offers(a), _offers(b))):
        return "the workloads differ"
    return None


def _offers(side: Side) -> Iterator[tuple[str, int]]:
    return ((one.name, one.at_ms) for one in draw_arrivals(side.scenario, Streams(side.arm.seed(1))))


def _schedules(side: Side) -> list[Any]:
    return [(entry.queue, entry.schedules) for entry in side.scenario.workload if entry.schedules]


def _loaded(version: Version) -> tuple[str, str, Scenario]:
    given = version.scenario
    is_text = isinstance(given, str) and "\n" in given
    text = str(given) if is_text else read_text(given)
    name = "scenario" if is_text else os.fspath(given)
    return text, name, scenario_at(text, name, version.settings)


def _both(*loads: Callable[[], tuple[str, str, Scenario]]) -> list[tuple[str, str, Scenario]]:
    """Load both, and tell what is wrong with either at once."""
    found: list[tuple[str, str, Scenario]] = []
    problems: list[Any] = []
    other: SimError | None = None
    for load in loads:
        try:
            found.append(load())
        except ScenarioError as error:
            problems += [one for one in error.args if one not in problems]
        except SimError as error:
            other = other or error
    if problems:
        raise ScenarioError(*problems)
    if other is not None:
        raise other
    return found
