"""The controls that a learner can change: what each is called, and which values it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sim.core.errors import SimError


class Control(Protocol):
    """One knob."""

    @property
    def label(self) -> str:
        """What the panel calls it."""

    def widget(self) -> Any:
        """Make the widget that sets it."""

    def reading(self, value: Any) -> str:
        """Write one of its values as people read it."""


@dataclass(frozen=True)
class Slider:
    """A number between two bounds; see ``slider``."""

    label: str
    low: float
    high: float
    step: float
    value: float
    unit: str

    def widget(self) -> Any:
        """Make a slider that tells nobody of a value before it is let go."""
        import ipywidgets

        whole = all(isinstance(number, int) for number in (self.low, self.high, self.step, self.value))
        return (ipywidgets.IntSlider if whole else ipywidgets.FloatSlider)(
            min=self.low,
            max=self.high,
            step=self.step,
            value=self.value,
            description=f"{self.label} ({self.unit})" if self.unit else self.label,
            continuous_update=False,
            style={"description_width": "initial"},
            layout={"width": "min(36em, 100%)"},
        )

    def reading(self, value: Any) -> str:
        """Write a number with its unit."""
        return f"{value:g} {self.unit}".rstrip()


@dataclass(frozen=True)
class Choice:
    """One of several values; see ``choice``."""

    label: str
    options: tuple[tuple[str, Any], ...]
    value: Any

    def widget(self) -> Any:
        """Make a list to choose from."""
        import ipywidgets

        return ipywidgets.Dropdown(
            options=list(self.options),
            value=self.value,
            description=self.label,
            style={"description_width": "initial"},
            layout={"width": "min(36em, 100%)"},
        )

    def reading(self, value: Any) -> str:
        """Write a value by the words of its option."""
        return next(words for words, own in self.options if own == value)


def slider(
    label: str, low: float, high: float, *, step: float = 1, value: float | None = None, unit: str = ""
) -> Slider:
    """Describe a knob for a number.

    Args:
        label: What the panel calls it.
        low: The least value.
        high: The greatest value.
        step: How far apart two values are.
        value: Where it starts; default: the lowest.
        unit: What the number counts, such as ``s``.

    Raises:
        SimError: The bounds are empty, the step is not positive, or the start is outside the bounds.
    """
    if low >= high:
        raise SimError(f"slider {label!r}: the least value {low} is not below the greatest {high}")
    if step <= 0:
        raise SimError(f"slider {label!r}: the step is {step}; it must be above 0")
    start = low if value is None else value
    if not low <= start <= high:
        raise SimError(f"slider {label!r}: it starts at {start}, which is not between {low} and {high}")
    return Slider(label, low, high, step, start, unit)


def choice(label: str, options: Sequence[Any] | Mapping[str, Any], *, value: Any = None) -> Choice:
    """Describe a knob for one of several values.

    Args:
        label: What the panel calls it.
        options: The values; a mapping has the words for each.
        value: Where it starts; default: the first.

    Raises:
        SimError: There is nothing to choose from, or it starts at none of the options.
    """
    pairs = options.items() if isinstance(options, Mapping) else [(str(option), option) for option in options]
    own = tuple(pairs)
    if not own:
        raise SimError(f"choice {label!r}: there is nothing to choose from")
    start = own[0][1] if value is None else value
    if all(option != start for _words, option in own):
        there = ", ".join(words for words, _option in own)
        raise SimError(f"choice {label!r}: {start!r} is none of the options; there are: {there}")
    return Choice(label, own, start)
