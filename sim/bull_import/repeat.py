"""Bull's `repeat`: jobs that come back by an interval or by cron."""

from typing import Any

from sim.bull_import.answer import Answer, Setting, not_modelled
from sim.bull_import.values import Unfit, span, table, text, whole


def repeat(value: Any) -> Answer:
    """Convert `repeat`; the jobs take the place of those that a scenario offers one by one."""
    said = table(value)
    found: dict[str, Any] = {}
    if ("every" in said) == ("cron" in said):
        raise Unfit("expected every or cron, and not both")
    if "every" in said:
        found["every"] = span(said["every"])
    else:
        found["cron"] = text(said["cron"])
    if "tz" in said:
        found["tz"] = text(said["tz"])
    if "limit" in said:
        found["limit"] = whole(said["limit"], least=1)
    dates = [name for name in ("startDate", "endDate") if name in said]
    if dates:
        return not_modelled(
            f"{dates[0]} is a date, and a run begins at 0s: say it by `start:` and `end:` under `repeat:`"
        )
    return Answer((Setting(("workload", "repeat"), found),))
