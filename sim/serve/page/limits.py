"""How much a browser, or whoever claims to be one, may ask of the page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebLimits:
    """Limits of the page.

    Attributes:
        body_bytes: The longest body of a request; a longer one is refused with 413.
        drained_bytes: So much of a body that is too long is read and thrown away, so that its sender hears the refusal.
        request_s: So long may a request take to arrive, headers and body each.
        idle_s: So long may a connection say nothing between two requests.
        connections: So many at a time.
    """

    body_bytes: int = 65_536
    drained_bytes: int = 33_554_432
    request_s: float = 10.0
    idle_s: float = 15.0
    connections: int = 64
