"""Bull's `backoff`: a number, a type of its own, or a custom strategy, whose code nobody can read here."""

from typing import Any

from sim.bull_import.answer import Answer, not_modelled, queue
from sim.bull_import.values import Unfit, number, span, table, text

_OWN_CODE = "a custom strategy is your own code: say what it answers by `backoff: {type: custom, delays: [10s, 1m]}`"


def backoff(value: Any) -> Answer:
    """Convert `backoff`; without a delay, Bull's own types wait not at all.

    A strategy may be described where its code would stand: ``{type: custom, delays: [10000, 60000]}`` in ms, or
    ``{type: jitter, min: 5000, max: 5500}``.
    """
    if not isinstance(value, dict):
        return queue("backoff", {"type": "fixed", "delay": span(value)}, "a number is a fixed delay in ms")
    said = table(value)
    kind = text(said.get("type"))
    if "delays" in said:
        return queue("backoff", {"type": "custom", "delays": _delays(said["delays"])})
    if "min" in said and "max" in said:
        return queue("backoff", {"type": "jitter", "min": span(said["min"]), "max": span(said["max"])})
    if kind not in ("fixed", "exponential"):
        return not_modelled(f"{kind}: {_OWN_CODE}")
    if said.get("delay") is None:
        return queue("backoff", None, "without a delay a retry starts at once")
    return queue("backoff", {"type": kind, "delay": span(said["delay"])})


def _delays(value: Any) -> list[str]:
    if not isinstance(value, list) or not value:
        raise Unfit("expected a list of delays in ms, such as [10000, 60000]")
    return ["never" if one == -1 else span(number(one)) for one in value]
