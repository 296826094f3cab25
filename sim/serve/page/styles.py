"""The report's colours and patterns, as the page draws them."""

from typing import NamedTuple

from sim.plots.styles import MARKER_LOOKS, OUTCOME_LOOKS, SEGMENT_LOOKS, Look
from sim.results.text import OUTCOMES

PATTERNS = {
    "": "plain",
    "////": "rising",
    "\\\\\\\\": "falling",
    "xxxx": "crossed",
    "----": "lying",
    "||||": "standing",
    "++": "grid",
    "++++": "grid",
    "....": "dotted",
    "oo": "dotted",
}
"""The page's patterns by matplotlib's hatches; ``page.css`` has a class for each."""
SIGNS = {"o": "●", "D": "◆", "s": "■", "v": "▼", "<": "◀", "^": "▲", "p": "⬟", "X": "✖", ">": "▶", "P": "✚"}


class PageLook(NamedTuple):
    """How the page draws one thing."""

    name: str
    label: str
    colour: str
    pattern: str
    sign: str


def _look(name: str, look: Look) -> PageLook:
    return PageLook(name, look.label, look.colour, PATTERNS[look.hatch], SIGNS.get(look.marker, ""))


MEASURE_LOOKS = [_look(name, OUTCOME_LOOKS[name]) for name in OUTCOMES]
LANE_LOOKS = [_look(kind.value, look) for kind, look in SEGMENT_LOOKS.items()]
MARK_LOOKS = [_look(kind.value, look) for kind, look in MARKER_LOOKS.items()]
