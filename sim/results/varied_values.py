"""Values that a sweep varies, as numbers where they are: plain numbers, and durations as milliseconds."""

from collections.abc import Sequence

from sim.core.durations import parse_duration
from sim.core.errors import DurationError


def are_durations(values: Sequence[str]) -> bool:
    """Tell whether all of them are durations such as ``30s``."""
    return _durations(values) is not None


def numbers_of(values: Sequence[str]) -> list[int] | list[float] | None:
    """Read values as numbers, durations as integer milliseconds; None where one of them is neither or they mix."""
    durations = _durations(values)
    if durations is not None:
        return durations
    try:
        whole = [int(value) for value in values]
    except ValueError:
        pass
    else:
        return whole
    try:
        numbers = [float(value) for value in values]
    except ValueError:
        return None
    return numbers if all(abs(number) < float("inf") for number in numbers) else None


def _durations(values: Sequence[str]) -> list[int] | None:
    try:
        return [parse_duration(value) for value in values]
    except DurationError:
        return None
