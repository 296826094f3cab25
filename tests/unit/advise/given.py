"""Small scenarios to be advised on, and their findings by check."""

import json
from typing import Any

from sim.advise.advise import Advice, advise_text
from sim.advise.finding import Finding


def order(**more: Any) -> dict[str, Any]:
    """A scenario that has little to be said against it: 2 orders a second for 100 s, and workers for many more."""
    return {
        "title": "Orders",
        "question": "What will hurt?",
        "workload": [{"queue": "order", "arrivals": {"kind": "constant", "interval": "500ms", "count": 200}}],
        "workers": {"order": {"processes": 2, "concurrency": 4}},
        "redis": {"persistence": "aof-always"},
        **more,
    }


def email(**more: Any) -> dict[str, Any]:
    """The same with emails, one at a time by two processes, and a key."""
    return order(
        **{
            "workload": [{"queue": "email", "arrivals": {"kind": "constant", "interval": "1s", "count": 30}}],
            "queues": {"email": {"idempotency_key": "on"}},
            "workers": {"email": {"processes": 2}},
            **more,
        }
    )


def advice_on(scenario: dict[str, Any]) -> Advice:
    """Advise on a scenario that is given as plain data."""
    return advise_text(json.dumps(scenario))


def findings(scenario: dict[str, Any], check: str) -> list[Finding]:
    """What one check finds."""
    return [finding for finding in advice_on(scenario).findings if finding.check == check]


def finding(scenario: dict[str, Any], check: str) -> Finding:
    """The one finding of a check."""
    (found,) = findings(scenario, check)
    return found


def database_down(duration: str, at: str = "5s", **more: Any) -> dict[str, Any]:
    """A fault: the database refuses for a while."""
    return {"kind": "database-failure", "at": at, "duration": duration, **more}
