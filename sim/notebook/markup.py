"""Something that a notebook shows as HTML, and a terminal as plain text."""

from dataclasses import dataclass
from html import escape
from typing import Any

from sim.core.errors import SimError


@dataclass(frozen=True)
class Shown:
    """A piece of a notebook's page.

    Attributes:
        html: What a notebook shows; everything that was handed in is escaped in it.
        text: The same for a terminal.
    """

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


def escaped(value: object) -> str:
    """Write a value so that HTML shows it as it is and obeys nothing in it."""
    return escape(str(value), quote=True)


def together(value: Any) -> Shown:
    """Make one piece of whatever a function returned: one thing, a tuple or list of things, or nothing.

    Raises:
        SimError: It is a figure or axes, which nobody can read out before ``show`` has given them an alternative text.
    """
    parts = value if isinstance(value, tuple | list) else [] if value is None else [value]
    pieces = [_piece(part) for part in parts]
    return Shown("\n".join(piece.html for piece in pieces), "\n\n".join(piece.text for piece in pieces))


def _piece(value: Any) -> Shown:
    if hasattr(value, "savefig") or hasattr(value, "get_figure"):
        raise SimError('return show(picture, alt="what it shows") in place of the bare picture')
    as_html = getattr(value, "_repr_html_", None)
    text = value if isinstance(value, str) else repr(value)
    html = as_html() if callable(as_html) else None
    return Shown(html or f"<pre>{escaped(text)}</pre>", text)
