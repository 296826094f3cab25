"""The parts of a scenario that its cross-checks look at, from a valid file or from what is usable of a broken one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sim.faults.base import ScheduledFault
from sim.faults.registry import AnyFault
from sim.operator_verbs.registry import OperatorStep
from sim.scenario.monitoring import Alert, MetricsConfig
from sim.scenario.queues import DOCUMENTED_QUEUES, QueueConfig, with_defaults
from sim.scenario.schema import Scenario, Workers
from sim.scenario.workload import Workload
from sim.yaml_files.fields import PositiveDuration


@dataclass
class Parts:
    """What was read of a scenario.

    Attributes:
        data: What the file says, as plain data.
        queue_names: Every queue that there is, or could be if what is broken were mended.
        workload: Entries by their number in the file; broken ones are left out.
        faults: Faults by their number in the file; broken ones are left out.
        operator: The operator's steps by their number in the file; broken ones are left out.
        alerts: Alerts by their number in the file; broken ones are left out.
        duration_ms: When the run ends, or None when nothing is said.
        whole: Whether nothing was left out, so that counts can be relied on.
    """

    data: dict[str, Any]
    queue_names: list[str]
    queues: dict[str, QueueConfig] = field(default_factory=dict)
    workload: dict[int, Workload] = field(default_factory=dict)
    workers: dict[str, Workers] = field(default_factory=dict)
    faults: dict[int, Any] = field(default_factory=dict)
    operator: dict[int, Any] = field(default_factory=dict)
    alerts: dict[int, Alert] = field(default_factory=dict)
    metrics: MetricsConfig | None = None
    duration_ms: int | None = None
    whole: bool = True

    @property
    def last_ms(self) -> int:
        """About when the last job is offered, ms since the run began."""
        entries = self.workload.values()
        planned = (one.span_ms for entry in entries for one in entry.schedules)
        return max(*(entry.last_ms for entry in entries), *planned, 0, 0)

    @property
    def span_ms(self) -> int:
        """About how long the run is at least, ms: the duration, or until the last job, fault or operator's step."""
        if self.duration_ms is not None:
            return self.duration_ms
        struck = (max(fault.moments, default=0) for fault in self.faults.values() if isinstance(fault, ScheduledFault))
        acted: Iterator[int] = (step.at for step in self.operator.values())
        return max(self.last_ms, *struck, *acted, 0)

    def processes(self, queue: str) -> int:
        """Tell how many worker processes a queue has."""
        return (self.workers.get(queue) or Workers()).processes


def parts_of(scenario: Scenario, data: dict[str, Any]) -> Parts:
    """Take a valid scenario apart."""
    return Parts(
        data=data,
        queue_names=list(scenario.queues),
        queues=scenario.queues,
        workload=dict(enumerate(scenario.workload)),
        workers=scenario.workers,
        faults=dict(enumerate(scenario.faults)),
        operator=dict(enumerate(scenario.operator)),
        alerts=dict(enumerate(scenario.alerts)),
        metrics=scenario.metrics,
        duration_ms=scenario.duration,
    )


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    types: dict[str, Any] = {
        "workload": Workload,
        "workers": Workers,
        "faults": AnyFault,
        "operator": OperatorStep,
        "queues": QueueConfig,
        "alerts": Alert,
        "metrics": MetricsConfig,
        "duration": PositiveDuration,
    }
    return TypeAdapter(types[name])


def _usable(name: str, value: Any) -> Any:
    try:
        return _adapter(name).validate_python(value)
    except ValidationError:
        return None


def salvaged_parts(data: dict[str, Any]) -> Parts:
    """Take what is usable from a file that has errors."""
    sections = {name: data.get(name) for name in ("queues", "workload", "workers", "faults", "operator", "alerts")}
    queues, workload, workers, faults, operator, alerts = sections.values()
    written = queues if isinstance(queues, dict) else {}
    names = dict.fromkeys([*written, *DOCUMENTED_QUEUES])
    parts = Parts(data, list(names), duration_ms=_usable("duration", data.get("duration")), whole=False)
    for name, own in written.items():
        if not isinstance(own, dict):
            continue
        if found := _usable("queues", with_defaults(name, own)):
            parts.queues[name] = found
    if isinstance(workers, dict):
        parts.workers = {name: found for name, own in workers.items() if (found := _usable("workers", own))}
    parts.metrics = _usable("metrics", data["metrics"]) if "metrics" in data else None
    listed: tuple[tuple[str, Any, dict[int, Any]], ...] = (
        ("workload", workload, parts.workload),
        ("faults", faults, parts.faults),
        ("operator", operator, parts.operator),
        ("alerts", alerts, parts.alerts),
    )
    for section, raw, kept in listed:
        if isinstance(raw, list):
            kept.update({n: found for n, own in enumerate(raw[:1_000]) if (found := _usable(section, own))})
    return parts
