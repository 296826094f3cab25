"""Run two versions of a scenario with the same seeds, and say what differs."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.comparisons.comparison import STORE, Comparison, MeasureComparison, ModeComparison
from sim.comparisons.one_job import find_job
from sim.comparisons.setting_differences import setting_differences
from sim.comparisons.sides import ModePair, Side, Version, mode_pairs, two_sides, why_not_paired
from sim.core.errors import SimError
from sim.engine.run import run_modes
from sim.engine.run_options import RunOptions
from sim.experiments.arms import ArmRuns, run_arms
from sim.experiments.estimates import difference, estimate, independent_difference
from sim.results.result import Result
from sim.results.sweep_rows import COUNTS, TIMES
from sim.results.sweep_values import MEASURES
from sim.sweeps.points import as_varies
from sim.yaml_files.fields import ModeName, SemanticsName

RUNS = 20
"""Of each side, where nobody says how many."""
_OFFERED = COUNTS.index("offered")
Values = dict[int, int]


def compare(
    a: str | Path,
    b: str | Path | None = None,
    runs: int = RUNS,
    *,
    set_a: Mapping[str, Any] | None = None,
    set_b: Mapping[str, Any] | None = None,
    modes: Sequence[ModeName] | None = None,
    semantics: SemanticsName | tuple[SemanticsName, SemanticsName] | None = None,
    seed: int | tuple[int, int] | None = None,
    jobs: int | None = None,
) -> Comparison:
    """Run two scenarios with the same seeds and compare them: every measure with the interval of its difference.

    >>> found = sim.compare("deploy.yaml", "deploy.yaml:cured")
    >>> found.modes["queue"].measures["duplicated"].difference.mean

    Args:
        a: The path of a scenario file, also with a variant, or the text of a scenario (anything with a line break).
        b: The other one; None: the same as ``a``, with other settings, semantics or seeds.
        runs: Of each of the two.
        set_a: Values of A to change, by path, such as ``{"queues.email.attempts": 5}``.
        set_b: Values of B to change.
        modes: ``in-process``, ``queue``, or both; default: those that both scenarios have.
        semantics: ``documented`` or ``bull-4.16``, or a pair: of A and of B; default: each scenario's first.
        seed: The seed that the seeds of the runs derive from, or a pair; default: that of A, for both.
        jobs: Processes; default: one per CPU. The result is the same with any number.

    Raises:
        SimError: A scenario, or a value, cannot be used.
    """
    semantics_a, semantics_b = semantics if isinstance(semantics, tuple) else (semantics, semantics)
    seed_a, seed_b = seed if isinstance(seed, tuple) else (seed, seed)
    versions = (
        Version(a, _settings(set_a), semantics_a, seed_a),
        Version(a if b is None else b, _settings(set_b), semantics_b, seed_b),
    )
    return compare_versions(*versions, runs, modes=None if modes is None else list(modes), jobs=jobs)


def compare_versions(
    a: Version,
    b: Version,
    runs: int,
    *,
    modes: list[ModeName] | None = None,
    jobs: int | None = None,
    watch: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Do what ``compare`` does, with each side as a record.

    Args:
        watch: Called with how many runs are done, and of how many.

    Raises:
        SimError: A scenario, or a value, cannot be used.
    """
    if runs < 1:
        raise SimError(f"expected 1 run or more, got {runs}")
    sides = two_sides(a, b, modes)
    not_paired = why_not_paired(*sides)
    found: list[ArmRuns] = []
    for done in run_arms([side.arm for side in sides], runs, jobs=jobs):
        found.append(done)
        if watch is not None:
            watch(runs * len(found), runs * len(sides))
    compared = [_mode(modes, found[0], found[1], paired=not_paired is None) for modes in mode_pairs(*sides)]
    compared = [one for one in compared if one.runs]
    number = _number_to_look_at(found, compared)
    looked_at = None if number is None else (_run(sides[0], number), _run(sides[1], number))
    job = None
    if looked_at is not None and not_paired is None:
        job = find_job(*looked_at, {one.modes: one.clear for one in compared})
    return Comparison(
        *sides,
        settings=setting_differences(*sides),
        runs=runs,
        not_paired=not_paired,
        modes={one.modes.name: one for one in compared},
        job=job,
        failures=[
            failure._replace(point=place)
            for place, one in enumerate(found)
            for _number, failure in sorted(one.failures.items())
        ],
        number=number,
        looked_at=looked_at,
    )


def _settings(values: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    varies = as_varies({path: [value] for path, value in (values or {}).items()})
    return tuple((vary.path, vary.values[0]) for vary in varies)


def _mode(modes: ModePair, a: ArmRuns, b: ArmRuns, *, paired: bool) -> ModeComparison:
    measures: dict[str, MeasureComparison] = {}
    for name in ("offered", *MEASURES):
        first, second = _values(a, modes.a, name), _values(b, modes.b, name)
        if paired:
            first = {number: value for number, value in first.items() if number in second}
            second = {number: second[number] for number in first}
        if first and second:
            apart = difference(first, second) if paired else independent_difference(first, second)
            measures[name] = MeasureComparison(estimate(first), estimate(second), apart)
    return ModeComparison(modes, measures["offered"].difference.runs if measures else 0, measures)


def _values(side: ArmRuns, mode: ModeName, name: str) -> Values:
    if name != "offered":
        return side.values(mode, name)
    return {number: row.numbers[_OFFERED] or 0 for number, row in sorted(side.rows.get(mode, {}).items())}


def _number_to_look_at(found: list[ArmRuns], compared: list[ModeComparison]) -> int | None:
    """Return the first run in which a difference can be seen, else the first that both sides have finished.

    A clear difference comes before others, a count before a time.
    """
    a, b = ({number for rows in one.rows.values() for number in rows} for one in found)
    clear = [(one.modes, name) for one in compared for name in one.clear]
    unclear = [(one.modes, name) for one in compared for name in one.unclear]
    for differing in (clear, unclear):
        for is_time in (False, True):
            own = [(modes, name) for modes, name in differing if (name in TIMES) is is_time]
            seen = [number for modes, name in own for number in _numbers_apart(found, modes, name)]
            if seen:
                return min(seen)
    return min(a & b, default=None)


def _numbers_apart(found: list[ArmRuns], modes: ModePair, name: str) -> list[int]:
    """List the runs in which a measure is not the same in both."""
    first, second = _values(found[0], modes.a, name), _values(found[1], modes.b, name)
    return [number for number, value in first.items() if number in second and value != second[number]]


def _run(side: Side, number: int) -> Result:
    """Run one run again, and keep what happened."""
    options = RunOptions(seed=side.arm.seed(number), semantics=side.semantics, store=STORE, metrics=False)
    return run_modes(side.scenario, options, side.arm.recipe.modes)
