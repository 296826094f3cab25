"""What was promised of the jobs that arrive: within which time of being due they are to be delivered."""

from typing import Any

from sim.scenario.schema import Scenario
from sim.yaml_files.fields import ModeName

Promises = dict[int, dict[str, Any]]
"""What the trace says of a promise when a job is offered, by the identity of the workload's entry."""


def promises_of(scenario: Scenario, mode: ModeName) -> Promises:
    """Say what was promised for the jobs of each entry of the workload; entries without a promise are left out.

    The promise counts from when a job is due: when it is offered, plus its ``delay``. In-process mode knows no delay:
    there a job is due when it is offered.
    """
    found: Promises = {}
    for entry in scenario.workload:
        within_ms = scenario.promise_of(entry)
        if within_ms is not None:
            delay = {"delay_ms": entry.delay} if entry.delay and mode == "queue" else {}
            found[id(entry)] = {"deliver_within_ms": within_ms, **delay}
    return found
