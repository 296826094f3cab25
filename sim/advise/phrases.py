"""How findings write times, counts and sums."""

from collections.abc import Iterable

from sim.core.durations import format_duration
from sim.results.text import duration_in_words
from sim.yaml_files.fields import SemanticsName

TEN_YEARS_MS = 10 * 365 * 24 * 3_600_000
_UNITS = ((1, "s", "a second"), (60, "min", "a minute"), (3_600, "h", "an hour"), (86_400, "d", "a day"))
_LEAST_RATE = 0.1
"""So many a second are told by the second, fewer by the minute, hour or day."""


def span(ms: float) -> str:
    """Write a time as people read it: ``6 s``, ``4 min 14 s``; beyond ten years it is that."""
    return "more than 10 years" if ms > TEN_YEARS_MS else duration_in_words(round(ms))


def setting_of(ms: int) -> str:
    """Write a time as a scenario file does: ``1m30s``."""
    return format_duration(ms)


def whole(count: float, *, about: bool = False) -> str:
    """Write a count, rounded where it is a mean; with ``about`` before it where it is one."""
    count = number(count)
    rounded = (
        round(count)
        if count >= 10 or count == round(count)
        else round(count, 1 if count >= 1 else 2 if count >= 0.1 else 3)
    )
    return f"{'about ' if about or rounded != count else ''}{rounded:,}"


def rate(per_second: float, *, short: bool = False) -> str:
    """Write how often something comes, in a unit in which there are some: ``2 a second``, ``12 an hour``.

    Args:
        short: For arithmetic: ``2/s``, ``12/h``.
    """
    larger = next((one for one in _UNITS if per_second * one[0] >= 1), _UNITS[-1])
    factor, unit, words = _UNITS[0] if per_second >= _LEAST_RATE else larger
    count = whole(per_second * factor)
    return f"{count}/{unit}" if short else f"{count} {words}"


def jobs(count: float, *, about: bool = False) -> str:
    """Write a number of jobs: ``1 job``, ``about 108 jobs``."""
    text = whole(count, about=about)
    return f"{text} {'job' if text.removeprefix('about ') == '1' else 'jobs'}"


def times(count: int) -> str:
    """Write how often: ``once``, ``twice``, ``5 times``."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def number(value: float) -> int | float:
    """Give a number to JSON: whole where it is whole, else rounded to three digits after the point."""
    return round(value) if value == round(value) else round(value, 3)


def delays_sum(delays_ms: list[int]) -> str:
    """Write a sum of delays, in short where it has many: ``2 s + 4 s = 6 s``."""
    total = span(sum(delays_ms))
    if not delays_ms:
        return f"no second attempt: {total}"
    shown = [span(delay) for delay in delays_ms]
    if len(shown) > 5:
        shown = [*shown[:3], "…", shown[-1]]
    return " + ".join(shown) + (f" = {total}" if len(shown) > 1 else "")


def by_semantics(words: Iterable[tuple[SemanticsName, str]]) -> str:
    """Say something for each semantics, or once where it is the same for all."""
    pairs = list(words)
    if len({text for _name, text in pairs}) == 1:
        return pairs[0][1]
    return "; ".join(f"{name}: {text}" for name, text in pairs)
