"""One look for each thing that pictures and tables show: a colour, and a hatch or marker beside it.

The colours are those of Okabe and Ito, which people with any kind of colour vision can tell apart; the hatch or marker
and the label say the same without colour.
"""

from dataclasses import dataclass

from sim.plots.job_timeline import MarkerKind, SegmentKind
from sim.results.replay import State

BLACK = "#000000"

ORANGE = "#E69F00"

SKY_BLUE = "#56B4E9"

GREEN = "#009E73"

YELLOW = "#F0E442"

BLUE = "#0072B2"

VERMILLION = "#D55E00"

PURPLE = "#CC79A7"

GREY = "#999999"

WHITE = "#FFFFFF"

INK = "#222222"

FAINT = "#777777"


@dataclass(frozen=True, slots=True)
class Look:
    """How one thing is drawn, and what a legend calls it.

    Attributes:
        hatch: A pattern as matplotlib names it; empty for none.
        marker: A marker as matplotlib names it; empty for what is only ever an area.
        terminal: The colour of its row in a terminal, as rich names it; empty for the terminal's own.
    """

    label: str
    colour: str
    hatch: str = ""
    marker: str = ""
    terminal: str = ""


OUTCOME_LOOKS: dict[str, Look] = {
    "delivered": Look("delivered", GREEN, "", "o", "green"),
    "duplicated": Look("duplicated", ORANGE, "////", "D", "yellow"),
    "late": Look("delivered late", GREEN, "----", "o", "yellow"),
    "lost": Look("lost", VERMILLION, "xxxx", "X", "red"),
    "rejected": Look("rejected", YELLOW, "\\\\\\\\", "s", ""),
    "ignored": Look("ignored, id existed", SKY_BLUE, "oo", "p", ""),
    "failed_reported": Look("failed, caller told", PURPLE, "----", "v", ""),
    "failed_retained": Look("failed, kept", BLUE, "++", "^", ""),
    "failed_evicted": Look("failed, record removed", BLACK, "", "<", ""),
    "dead_lettered": Look("dead-lettered", GREY, "||||", ">", ""),
    "pending": Look("pending", WHITE, "....", "P", ""),
}

"""Outcomes, and ``duplicated`` and ``late`` as parts of ``delivered``, by their names in the JSON contract."""

STATE_LOOKS: dict[State, Look] = {
    State.ACTIVE: Look("active (running)", BLUE),
    State.ABANDONED: Look("active, no worker (orphaned)", VERMILLION, "xxxx"),
    State.WAITING: Look("waiting", SKY_BLUE, "...."),
    State.DELAYED: Look("delayed (backoff)", YELLOW, "\\\\\\\\"),
    State.SUBMITTING: Look("submit hangs in the client", GREY, "||||"),
}

"""States, in the order in which areas are stacked, from the bottom."""

SEGMENT_LOOKS: dict[SegmentKind, Look] = {
    SegmentKind.SUBMITTING: Look("submit hangs in the client", GREY, "||||"),
    SegmentKind.WAITING: Look("waiting", SKY_BLUE, "...."),
    SegmentKind.BACKOFF: Look("delayed (backoff)", YELLOW, "\\\\\\\\"),
    SegmentKind.HELD: Look("held by its worker", GREY),
    SegmentKind.OK: Look("attempt: ok", BLUE),
    SegmentKind.FAILED: Look("attempt: failed", PURPLE, "////"),
    SegmentKind.KILLED: Look("attempt: killed", BLACK),
    SegmentKind.ACK_REJECTED: Look("attempt: ack rejected", ORANGE, "----"),
    SegmentKind.UNFINISHED: Look("attempt: still running", SKY_BLUE, "++++"),
    SegmentKind.UNHEARD: Look("handler goes on past its timeout", YELLOW, "////"),
    SegmentKind.ABANDONED: Look("active, no worker", WHITE, "xxxx"),
    SegmentKind.MANY: Look("many short steps", GREY, "xxxx"),
}

OVERDUE_LOOK = Look("waited longer than promised", VERMILLION)
"""A thin bar at the bottom of a lane, so that it is told from the others without colour."""

MARKER_LOOKS: dict[MarkerKind, Look] = {
    MarkerKind.EFFECT: Look("effect", GREEN, marker="o"),
    MarkerKind.DUPLICATE: Look("effect again", ORANGE, marker="D"),
    MarkerKind.DEDUPLICATED: Look("second effect deduplicated", WHITE, marker="o"),
    MarkerKind.REJECTED: Look("submit rejected", YELLOW, marker="s"),
    MarkerKind.IGNORED: Look("submit ignored, id existed", SKY_BLUE, marker="p"),
    MarkerKind.DROPPED: Look("dropped by the rate limiter", VERMILLION, marker="P"),
    MarkerKind.FAILED: Look("failed for good", PURPLE, marker="v"),
    MarkerKind.EVICTED: Look("record removed", WHITE, marker="<"),
    MarkerKind.RETRIED: Look("retried by hand", SKY_BLUE, marker="^"),
    MarkerKind.DEAD_LETTERED: Look("failed for good, dead-lettered", GREY, marker=">"),
    MarkerKind.REPLAYED: Look("replayed from the dead letters", GREY, marker="^"),
    MarkerKind.PURGED: Look("dead letter purged", BLACK, marker="<"),
    MarkerKind.PROMOTED: Look("promoted by hand", YELLOW, marker="^"),
    MarkerKind.REMOVED: Look("removed by hand", SKY_BLUE, marker="<"),
    MarkerKind.DATA_LOST: Look("data lost by Redis", GREY, marker="p"),
    MarkerKind.LOST: Look("lost", VERMILLION, marker="X"),
}
