"""What a sweep says, in plain words."""

from sim.results.intervals import Interval
from sim.results.sweep_answers import Summary
from sim.results.sweep_rows import TIMES
from sim.results.sweep_stop import Stop
from sim.results.text import duration_in_words, in_words

_LOSES = {
    "not_delivered": ("every job delivered", "of runs leave a job undelivered"),
    "lost": ("no job lost", "of runs lose a job"),
    "duplicated": ("no job duplicated", "of runs duplicate a job"),
    "late": ("no job late", "of runs deliver a job late"),
    "rejected": ("no job rejected", "of runs have a rejected job"),
    "ignored": ("no job ignored", "of runs ignore a job whose id exists"),
    "failed": ("no job failed", "of runs have a failed job"),
    "pending": ("no job left unfinished", "of runs leave a job unfinished"),
}


def percent(share: float) -> str:
    """Write a share in percent, with two digits of what is rare and no more than two decimals: ``0.18%``."""
    value = 100 * share
    if value in (0.0, 100.0) or value >= 99.995 or value < 0.0005:
        return f"{value:.4g}%"
    return f"{value:.3f}%" if value < 0.1 else f"{value:.2f}%" if value < 10 else f"{value:.1f}%"


def number(measure: str, value: float) -> str:
    """Write a value of a measure: a duration for a time, else a number with two decimals, more where it is small."""
    if measure in TIMES:
        if value < 0:
            return f"-{number(measure, -value)}"
        return f"{value / 1_000:.3g} s" if value < 59_950 else duration_in_words(round(value))
    if value == int(value):
        return f"{int(value):,}"
    size = abs(value)
    return f"{value:.2g}" if size < 0.1 else f"{value:.2f}" if size < 10 else f"{value:,.1f}"


def bounds(measure: str, interval: Interval | None) -> str:
    """Write an interval: ``0.4 to 0.9``."""
    if interval is None:
        return "one run"
    return f"{number(measure, interval.low)} to {number(measure, interval.high)}"


def runs_sentence(summary: Summary) -> str:
    """Say in how many runs a measure was above zero, and how often that is to be expected.

    Such as: 0 lost in 2,000 runs: at most 0.18% of runs lose a job (95%).
    """
    name = in_words(summary.measure)
    runs = f"{summary.runs:,} run{'' if summary.runs == 1 else 's'}"
    of_runs = _LOSES.get(summary.measure, ("", f"of runs have any {name}"))[1]
    low, high = summary.share_with_any
    if not summary.runs_with_any:
        return f"0 {name} in {runs}: at most {percent(high)} {of_runs} (95%)"
    if summary.runs_with_any == summary.runs:
        return f"{name} in all of {runs}: at least {percent(low)} {of_runs} (95%)"
    share = f"{percent(low)} to {percent(high)}"
    return f"{name} in {summary.runs_with_any:,} of {runs}: {share} {of_runs} (95%)"


def stop_sentence(stop: Stop) -> str:
    """Say after how many runs a sweep that was to run until its intervals are narrow has ended, and why."""
    runs = f"{stop.runs:,} run{'' if stop.runs == 1 else 's'} at each point"
    within = percent(stop.within)
    if stop.widest is None:
        return f"Stopped at the limit of {runs}: none finished."
    place = ", ".join((*(f"{path}={value}" for path, value in stop.widest.settings), stop.widest.mode))
    what = f"{in_words(stop.widest.measure.removesuffix('_ms'))} ({place})"
    distance = percent(stop.widest.distance)
    if stop.is_narrow:
        return f"Stopped after {runs}: no bound is more than {within} from its value. Widest: {what}, {distance}."
    if stop.runs == 1:
        return f"Stopped at the limit of {runs}: one run has no interval."
    return f"Stopped at the limit of {runs}, not at {within}: the bounds of {what} are up to {distance} from its value."


def short_names(paths: list[str] | tuple[str, ...]) -> list[str]:
    """Shorten paths to their ends, as far as they stay different: ``processes``, or ``email.processes``."""
    shortened: list[str] = []
    for path in paths:
        parts = path.split(".")
        end = path
        for length in range(1, len(parts)):
            end = ".".join(parts[-length:])
            if not parts[-length].isdigit() and sum(f".{other}".endswith(f".{end}") for other in paths) == 1:
                break
        else:
            end = path
        shortened.append(end)
    return shortened
