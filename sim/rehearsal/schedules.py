"""When a rehearsal with schedules may begin: their intervals count from 1970, by the machine's clock."""

from sim.calendar.epoch import EPOCH_MS
from sim.scenario.schema import Scenario

MAX_WAIT_MS = 60_000


def next_alignment_ms(everys_ms: list[int], factor: float, now_ms: float) -> float:
    """Return the first moment at which every interval, divided by the scale, begins as at the start of the scenario.

    Args:
        everys_ms: Intervals of schedules, the longest last.
        now_ms: Epoch ms of the machine, as is what is returned.

    Raises:
        ValueError: That does not come within a minute.
    """
    steps = [(every / factor, EPOCH_MS % every / factor) for every in everys_ms]
    longest, offset = steps[-1]
    first_ms = (now_ms - offset) // longest * longest + offset + longest
    while first_ms <= now_ms + MAX_WAIT_MS:
        if all((first_ms - shift) % step < 1 for step, shift in steps):
            return first_ms
        first_ms += longest
    raise ValueError(everys_ms)


def not_for_real(scenario: Scenario, factor: float) -> list[str]:
    """Say which schedules cannot be rehearsed, and why."""
    reasons = []
    everys: set[int] = set()
    for number, entry in enumerate(scenario.workload):
        for one in entry.schedules:
            where = f"workload[{number}].repeat"
            if one.every is None:
                reasons.append(f"{where}: cron goes by the machine's own clock, which cannot be scaled; use every:")
            elif one.every % factor:
                reasons.append(f"{where}: {one.every} ms cannot be divided by the scale; use another --scale")
            else:
                everys.add(one.every)
    if everys and not reasons:
        try:
            next_alignment_ms(sorted(everys), factor, 0)
        except ValueError:
            reasons.append("workload: the schedules begin together only after a minute; use a larger --scale")
    return reasons
