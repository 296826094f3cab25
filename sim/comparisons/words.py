"""A comparison in sentences: what the two sides are called, which differences are clear, and which are not."""

from collections.abc import Sequence

from sim.comparisons.comparison import Comparison, ModeComparison
from sim.comparisons.sides import Side
from sim.core.text import one_line
from sim.results.sweep_answers import REASONS
from sim.results.sweep_rows import TIMES
from sim.results.sweep_text import number
from sim.results.sweep_values import FAILED
from sim.results.text import OF_DELIVERED, OVERLAYS, in_words
from sim.yaml_files.problems import listed

ALWAYS = ("offered", "delivered", "not_delivered")
_PARTS = tuple(part for name in REASONS for part in (FAILED if name == "failed" else (name,)))
PARTS = (*OF_DELIVERED, *_PARTS)
"""Parts of what stands above them in a table."""
ROWS = (
    *("offered", "delivered", *OF_DELIVERED),
    *("not_delivered", *_PARTS),
    *(*OVERLAYS, "delivery_p50_ms", "delivery_p95_ms", "delivery_p99_ms"),
)
"""The measures that have a row in a table, in order; ``delivered`` and ``not_delivered`` add up to ``offered``, and the
reasons to ``not_delivered``."""


_MAX_CHANGES = 50
"""Characters of the values that a side changes, where they name it."""


def side_names(comparison: Comparison) -> tuple[str, str]:
    """Name both sides by their titles, and by what else tells one from the other."""
    a, b = comparison.a, comparison.b
    return _name(a, b), _name(b, a)


def heading(comparison: Comparison) -> str:
    """Say how many runs there were, in which semantics and with which seeds."""
    runs = f"Means of {comparison.runs:,} runs each" if comparison.runs > 1 else "One run each"
    a, b = comparison.a, comparison.b
    semantics = a.semantics if a.semantics == b.semantics else f"{a.semantics} and {b.semantics}"
    if comparison.not_paired is None:
        return f"{runs}, {semantics}, seed {a.arm.recipe.seed}, compared run by run"
    return f"{runs}, {semantics}, not paired: {comparison.not_paired}"


def sentences(mode: ModeComparison) -> list[str]:
    """Say which differences of a mode are clear, in which direction, which are not, and what never differs."""
    same = _same_in_every_run(mode)
    if mode.runs < 2:
        return ["One run of each has no interval, so no difference is clear; --runs 20 gives one.", *same]
    clear = {name: mode.clear[name] for name in rows(mode) if name in mode.clear}
    unclear = [name for name in rows(mode) if name in mode.unclear]
    counts = [name for name in clear if name not in TIMES]
    times = [name for name in clear if name in TIMES]
    found = []
    for what, names, wanted in (
        ("fewer", counts, False),
        ("more", counts, True),
        ("shorter", times, False),
        ("longer", times, True),
    ):
        own = [name for name in names if (clear[name] > 0) is wanted]
        if own:
            found.append(f"Clearly {what} in B: {listed(_names(own), 'and')}.")
    if not found:
        found.append("No difference is clear.")
    elif unclear:
        found.append(f"Not clear: {listed(_names(unclear), 'and')}.")
    return [*found, *same]


def _same_in_every_run(mode: ModeComparison) -> list[str]:
    """Say what is the same in every run and is no outcome; nothing where all of it differs."""
    same = [name for name in rows(mode) if name in (*OVERLAYS, *TIMES) and not mode.measures[name].varies]
    values = [number(name, mode.measures[name].a.mean) for name in same]
    told = ", ".join(f"{name} {value}" for name, value in zip(_names(same), values, strict=True))
    return [f"The same in every run: {told}."] if same else []


def rows(mode: ModeComparison) -> list[str]:
    """List the measures that people are told of a mode: what adds up to the jobs offered, and what else happened."""
    return [
        name
        for name in ROWS
        if name in ALWAYS or (name in mode.measures and mode.measures[name].occurs and not _repeats(name, mode))
    ]


def all_alike(mode: ModeComparison) -> str | None:
    """Say that nothing differs in a mode, and what was delivered; None where something does."""
    if any(one.varies for one in mode.measures.values()):
        return None
    delivered, offered = mode.measures["delivered"].a.mean, mode.measures["offered"].a.mean
    of = f"{number('delivered', delivered)} of {number('offered', offered)} delivered"
    return f"no difference in any measure ({of} per run)."


def measure_in_words(measure: str) -> str:
    """Write a measure's name as people read it: ``delivery_p95_ms`` becomes ``delivery p95``."""
    return in_words(measure.removesuffix("_ms"))


def _names(measures: Sequence[str]) -> list[str]:
    """Write the names of a list of measures: ``delivery p50``, ``p95`` and ``p99``."""
    names = [measure_in_words(measure) for measure in measures]
    return [
        name.removeprefix("delivery ") if place and names[place - 1].startswith("delivery ") else name
        for place, name in enumerate(names)
    ]


def failures_told(comparison: Comparison, most: int = 5) -> str:
    """Say which runs could not be finished, the first of them with why and how to have them again."""
    lines = []
    for one in comparison.failures[:most]:
        lines.append(f"run {one.replication} of {'AB'[one.point]} could not be finished: {one.why}")
        lines.append(f"  replay: {one.replay}")
    if len(comparison.failures) > most:
        lines.append(f"and {len(comparison.failures) - most:,} more")
    if any(one.broke for one in comparison.failures):
        lines.append("This is a bug in the program, not in the scenario; please report it with the lines above.")
    return "\n".join(lines)


def _repeats(measure: str, mode: ModeComparison) -> bool:
    """Whether a measure says what that of duplicated jobs says."""
    return measure == "extra_effects" and mode.measures[measure] == mode.measures["duplicated"]


def _name(side: Side, other: Side) -> str:
    """Name a side by its title, and where the other has the same by its settings, its file, semantics or seed."""
    title = one_line(side.scenario.title)
    own, others = side.arm.recipe, other.arm.recipe
    more = []
    if side.scenario.title == other.scenario.title:
        if own.name != others.name:
            more.append(own.name)
        changes = [one_line(f"{path}={value}") for path, value in side.arm.settings]
        more += changes if len(", ".join(changes)) <= _MAX_CHANGES else [f"{len(changes):,} values changed"]
    if side.semantics != other.semantics:
        more.append(side.semantics)
    if own.seed != others.seed:
        more.append(f"seed {own.seed}")
    return f"{title} · {', '.join(more)}" if more else title
