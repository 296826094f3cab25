"""A solution with more of everything: attempts, processes, pace, stalls and presses of a button, beyond all need.

Where that passes, an exercise teaches that more is always better; it takes a check on what more would cost.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from sim.core.durations import format_duration, parse_duration
from sim.exercises.settings import MANUAL_RETRIES

MOST = {"attempts": 1_000, "processes": 1_000, "concurrency": 10, "max_stalled": 1_000}
"""What people raise without a thought, about as far as a scenario takes it."""
PRESSES = 20
"""How often an impatient operator presses a button."""
LONGEST_GRACE = "1h"
"""How long a deploy waits that is to cut off nothing, whatever it takes."""
_EVERY_MS = 5_000


def generous(solution: Mapping[str, Any], editable: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Make policies of a solution, each with one setting as generous as can be, and one with all of them.

    Args:
        solution: What the solution's file says.
        editable: Dotted paths, as in ``exercise.yaml``.
    """
    everything: dict[str, Any] = deepcopy(dict(solution))
    raised = []
    for place in editable:
        alone: dict[str, Any] = deepcopy(dict(solution))
        what = _raise(alone, place)
        if what:
            _raise(everything, place)
            raised.append(what)
            yield what, alone
    if len(raised) > 1:
        yield "all of these together", everything


def _raise(policy: dict[str, Any], place: str) -> str:
    """Make a setting as generous as can be, and return what it says then; empty where no such setting is there."""
    *way, key = place.split(".")
    if key == "grace":
        policy[place] = LONGEST_GRACE
        return f"{place}: {LONGEST_GRACE}"
    if any(part.isdigit() for part in way):
        return ""
    inner: Any = policy
    for name in way:
        inner = inner.setdefault(name, {})
    if key in MOST:
        inner[key] = MOST[key]
        return f"{place}: {MOST[key]:,}"
    if key == "backoff" and isinstance(inner.get(key), dict) and "delay" in inner[key]:
        inner[key]["delay"] = "1ms"
        return f"{place}.delay: 1ms"
    if key == "operator" and any(step["do"] in MANUAL_RETRIES for step in inner.get(key, [])):
        inner[key] = [pressed for step in inner[key] for pressed in _again_and_again(step)]
        return f"{place}: every press {PRESSES} times"
    return ""


def _again_and_again(step: dict[str, Any]) -> list[dict[str, Any]]:
    if step["do"] not in MANUAL_RETRIES:
        return [step]
    first_ms = parse_duration(str(step["at"]))
    return [{**step, "at": format_duration(first_ms + _EVERY_MS * number)} for number in range(PRESSES)]
