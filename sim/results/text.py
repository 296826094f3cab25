"""What a result says, in plain words."""

from collections.abc import Iterable

from sim.core.durations import UNITS_MS
from sim.results.outcomes import Counts
from sim.results.result import ModeResult, Result

MEANINGS: dict[str, str] = {
    "offered": "jobs the producer tried to submit",
    "delivered": "the effect happened",
    "duplicated": "delivered twice or more",
    "late": "delivered later than promised",
    "not_delivered": "no effect; reasons below",
    "lost": "accepted, then vanished",
    "rejected": "submit failed, caller was told",
    "ignored": "its id existed already, not added",
    "failed_reported": "failed, caller was told",
    "failed_retained": "failed, in the failed set",
    "failed_evicted": "failed, no record kept",
    "dead_lettered": "failed, in the dead letter queue",
    "pending": "not finished when the run ended",
    "extra_effects": "effects beyond the first",
    "partial": "not delivered, but some effects happened",
    "suppressed_duplicates": "stopped by an idempotency key",
    "false_failures": "delivered, but reported as failed",
    "indeterminate": "accepted, but caller saw an error",
    "stalled": "found active without a worker",
    "attempts": "handler starts",
}
"""What each number counts, by its name in the JSON contract."""

ALWAYS = ("delivered", "duplicated", "lost")
OF_DELIVERED = ("duplicated", "late")
"""Parts of the delivered jobs; a job may be in both."""
OUTCOMES = (
    "delivered",
    "duplicated",
    "late",
    "lost",
    "rejected",
    "ignored",
    "failed_reported",
    "failed_retained",
    "failed_evicted",
    "dead_lettered",
    "pending",
)
_TOTALS = ("delivered", "not_delivered")
OVERLAYS = (
    "extra_effects",
    "partial",
    "suppressed_duplicates",
    "false_failures",
    "indeterminate",
    "stalled",
    "attempts",
)

_FATES = (
    ("lost", "lost"),
    ("rejected", "rejected, and the caller was told"),
    ("ignored", "ignored, because a job of the same id existed"),
    ("failed_reported", "failed, and the caller was told"),
    ("failed_retained", "failed and kept for inspection or retry"),
    ("failed_evicted", "failed, with no record kept"),
    ("dead_lettered", "moved to the dead letter queue"),
    ("pending", "not finished at the end"),
)


def in_words(measure: str) -> str:
    """Write a measure's name as people read it: ``failed_evicted`` becomes ``failed-evicted``."""
    if measure.startswith(("failed_", "dead_")):
        return measure.replace("_", "-")
    return measure.replace("_", " ")


def shown_measures(counts: Iterable[Counts]) -> tuple[list[str], list[str]]:
    """Choose the outcomes and the overlays that a table shows: those that some count has, and the three that matter."""
    seen = [one.as_dict() for one in counts]
    outcomes = [name for name in OUTCOMES if name in ALWAYS or any(one[name] for one in seen)]
    return outcomes, [name for name in OVERLAYS if any(one[name] for one in seen)]


def table_rows(counts: Iterable[Counts]) -> tuple[list[tuple[str, str]], list[str]]:
    """Choose the rows of a table of outcomes, and the overlays below it.

    Returns:
        Pairs of a measure and its label, in order: delivered and the parts of it that were delivered twice or late,
        then what was not delivered and, indented, why. The outcomes among them add up to ``offered``.
    """
    outcomes, overlays = shown_measures(counts)
    delivered = [name for name in outcomes if name in ("delivered", *OF_DELIVERED)]
    names = [*delivered, "not_delivered", *(name for name in outcomes if name not in delivered)]
    return [(name, in_words(name) if name in _TOTALS else f"  {in_words(name)}") for name in names], overlays


def duration_in_words(ms: int) -> str:
    """Write a time span as people read it, in its two largest units: ``133500`` becomes ``2 min 14 s``."""
    if ms < 60_000:
        return f"{ms / 1_000:g} s"
    rest = round(ms / 1_000) * 1_000
    names = {"d": "d", "h": "h", "m": "min", "s": "s"}
    parts: list[str] = []
    for unit, name in names.items():
        count, rest = divmod(rest, UNITS_MS[unit])
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2])


def things(result: Result, count: int) -> str:
    """Say what the jobs are: ``40 emails`` when all do the same, else ``40 jobs``."""
    words = {(config.job.noun, config.job.plural) for config in result.scenario.queues.values()}
    noun, plural = words.pop() if len(words) == 1 else ("job", "jobs")
    return f"{count:,} {noun if count == 1 else plural}"


def mode_sentence(result: Result, mode: ModeResult) -> str:
    """Say in one sentence what happened in a mode.

    Such as: Of 40 emails, 37 were delivered, 2 of them twice; 3 were not delivered: 2 lost; 1 failed, with no record
    kept.
    """
    counts = mode.totals
    if not counts.offered:
        return "No job was offered."
    if counts.delivered == counts.offered:
        return _all_delivered(result, counts) + "."
    why = [(getattr(counts, name), fate) for name, fate in _FATES if getattr(counts, name)]
    reasons = why[0][1] if len(why) == 1 else "; ".join(f"{number:,} {fate}" for number, fate in why)
    if not counts.delivered:
        return f"{_none_of(result, counts.offered)} delivered: {reasons}."
    sentence = f"Of {things(result, counts.offered)}, {_were(counts.delivered)} delivered"
    if counts.duplicated:
        sentence += f", {_repeated(result, counts)}"
    if counts.late:
        sentence += f", {_late(counts)}"
    return f"{sentence}; {_were(counts.not_delivered)} not delivered: {reasons}."


def remarks(mode: ModeResult) -> list[str]:
    """Say what a caller or an operator would wrongly believe, and what idempotency prevented; often nothing."""
    counts = mode.totals
    found: list[str] = []
    if counts.false_failures:
        verb = "is" if counts.false_failures == 1 else "are"
        found.append(f"{_of(counts.false_failures, 'delivered job')} {verb} reported as failed.")
    if counts.indeterminate:
        found.append(f"The caller saw an error for {_of(counts.indeterminate, 'job')} that had been accepted.")
    if counts.partial:
        verb = "was" if counts.partial == 1 else "were"
        found.append(f"{_of(counts.partial, 'job')} {verb} not delivered, although some effects happened.")
    if counts.suppressed_duplicates:
        found.append(f"Idempotency keys stopped {_of(counts.suppressed_duplicates, 'second effect')}.")
    return found


def verdict(result: Result) -> str:
    """Say in one sentence whether the scenario's expectations hold."""
    checks = result.expectations
    if not checks:
        return "The scenario states no expectations for these modes and semantics."
    violated = sum(not check.holds for check in checks)
    if not violated:
        return "The one expectation holds." if len(checks) == 1 else f"All {len(checks)} expectations hold."
    verb = "is" if violated == 1 else "are"
    noun = "expectation" if len(checks) == 1 else "expectations"
    return f"{violated} of {len(checks)} {noun} {verb} VIOLATED."


def _none_of(result: Result, offered: int) -> str:
    if offered == 1:
        return f"The {things(result, 1).removeprefix('1 ')} was not"
    return f"None of {things(result, offered)} was"


def _all_delivered(result: Result, counts: Counts) -> str:
    if counts.offered == 1:
        how = _again(result, counts) if counts.duplicated else ", once"
        return f"The {things(result, 1).removeprefix('1 ')} was delivered{how}" + (", but late" if counts.late else "")
    how = _repeated(result, counts) if counts.duplicated else "each of them once"
    late = f", {_late(counts)}" if counts.late else ""
    return f"All {things(result, counts.offered)} were delivered, {how}{late}"


def _late(counts: Counts) -> str:
    return f"{'all' if counts.late == counts.delivered else f'{counts.late:,}'} of them late"


def _again(result: Result, counts: Counts) -> str:
    if _lists_effects(result):
        return f", with {_of(counts.extra_effects, 'extra effect')}"
    return f" {_times(counts.extra_effects + 1)}"


def _lists_effects(result: Result) -> bool:
    return any(config.listed_effects for config in result.scenario.queues.values())


def _repeated(result: Result, counts: Counts) -> str:
    if _lists_effects(result):
        how = f"with effects that happened again ({_of(counts.extra_effects, 'extra effect')})"
    elif counts.extra_effects == counts.duplicated:
        how = "twice"
    elif counts.duplicated == 1:
        how = _times(counts.extra_effects + 1)
    else:
        how = f"more than once ({counts.extra_effects:,} extra effects)"
    who = "each" if counts.duplicated == counts.offered else f"{counts.duplicated:,} of them"
    return f"{who} {how}"


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count:,} times"


def _were(count: int) -> str:
    return f"{count:,} {'was' if count == 1 else 'were'}"


def _of(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
