"""What happened, in plain words."""

from sim.ledger.outcomes import Counts
from sim.report.result import Result

_WORDS = {
    "rejected": "refused at the submit",
    "failed_reported": "failed with an error to the caller and no record",
    "failed_retained": "failed and kept for a look",
    "failed_evicted": "failed and then removed by retention",
    "dead_lettered": "moved to the dead letters",
    "lost": "lost without a trace",
    "pending": "still pending",
}


def mode_sentence(mode: str, counts: Counts) -> str:
    """Say in one sentence what became of the jobs of one mode."""
    noun = "job" if counts.offered == 1 else "jobs"
    parts = [f"{counts.delivered:,} of {counts.offered:,} {noun} delivered"]
    if counts.duplicated:
        parts[0] += f" ({counts.duplicated:,} of them more than once)"
    for name, words in _WORDS.items():
        number = getattr(counts, name)
        if number:
            parts.append(f"{number:,} {words}")
    if counts.false_failures:
        parts.append(f"{counts.false_failures:,} called failed although delivered")
    return f"{mode}: {', '.join(parts)}."


def sentences(result: Result) -> list[str]:
    """One sentence for each mode."""
    return [mode_sentence(mode, one.totals) for mode, one in result.modes.items()]


def verdict(result: Result) -> str:
    """Say whether the expectations hold."""
    checks = result.expectations
    if not checks:
        return "No expectations to hold."
    violated = [check for check in checks if not check.holds]
    if not violated:
        return f"All {len(checks)} expectations hold." if len(checks) > 1 else "The expectation holds."
    return f"{len(violated)} of {len(checks)} expectations violated."
