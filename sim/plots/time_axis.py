"""An axis of simulated time in units that people use."""

from typing import TYPE_CHECKING

from matplotlib.axes import Axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_UNITS = ((1, "ms", 1_000), (1_000, "s", 180_000), (60_000, "min", 3 * 3_600_000), (3_600_000, "h", 4 * 86_400_000))
_DAY = (86_400_000, "d")
_SECOND, _MINUTE, _HOUR = 1_000, 60_000, 3_600_000
_STEPS_MS = (
    *(1, 2, 5, 10, 20, 50, 100, 200, 500),
    *(n * _SECOND for n in (1, 2, 5, 10, 15, 20, 30)),
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 20, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12, 24, 48, 120, 240, 480, 1_200, 2_400)),
)


def unit_of(span_ms: int) -> tuple[int, str]:
    """Choose the unit for a time span: how many ms it has, and its name."""
    for size_ms, name, max_ms in _UNITS:
        if span_ms <= max_ms:
            return size_ms, name
    return _DAY


def step_for(span_ms: int, most: int) -> int:
    """Choose the shortest step that people use, in ms, of which ``most`` or fewer make up a time span."""
    return next((step for step in _STEPS_MS if span_ms / step <= most), max(_STEPS_MS[-1], -(-span_ms // most)))


def set_time_axis(axes: "Axes", end_ms: int, *, label: str = "simulated time", max_ticks: int = 7) -> None:
    """Let the x axis, in ms, run from 0 to ``end_ms`` and be read in s, min, h or d."""
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    span_ms = max(end_ms, 1)
    size_ms, name = unit_of(span_ms)
    step_ms = step_for(span_ms, max_ticks)
    axes.set_xlim(0, span_ms)
    axes.xaxis.set_major_locator(MultipleLocator(step_ms))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value / size_ms:g}"))
    axes.set_xlabel(f"{label} ({name})")
