"""Pictures: functions of a result that draw into your own axes, or into a new figure, and return the axes.

Of a run: ``timeline``, ``outcomes``, ``jobs``, ``monitoring``. Of a sweep: ``against``, ``distribution``, ``heat_map``.
They load matplotlib when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.plots.runs.jobs import jobs
    from sim.plots.runs.monitoring import monitoring
    from sim.plots.runs.outcomes import outcomes
    from sim.plots.runs.timeline import timeline
    from sim.plots.sweeps.against import against
    from sim.plots.sweeps.distribution import distribution
    from sim.plots.sweeps.heat_map import heat_map

_HOMES = {
    "against": "sim.plots.sweeps.against",
    "distribution": "sim.plots.sweeps.distribution",
    "heat_map": "sim.plots.sweeps.heat_map",
    "jobs": "sim.plots.runs.jobs",
    "monitoring": "sim.plots.runs.monitoring",
    "outcomes": "sim.plots.runs.outcomes",
    "timeline": "sim.plots.runs.timeline",
}

__all__ = ["against", "distribution", "heat_map", "jobs", "monitoring", "outcomes", "timeline"]


def __getattr__(name: str) -> Any:
    """Load a picture from where it is drawn."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sim.plots' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the pictures."""
    return __all__
