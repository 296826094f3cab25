"""What happens to background jobs when things break: a reliability simulator and training sandbox.

The names below load what they need when they are first used, so that ``import sim`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim import exercises, plots
    from sim.comparisons.compare import compare
    from sim.comparisons.comparison import Comparison
    from sim.core.errors import ScenarioError, SimError
    from sim.engine.run import run
    from sim.engine.world import World
    from sim.results.job_results import JobResult, JobResults, Outcome
    from sim.results.result import ModeResult, Result
    from sim.results.sweep_result import SweepResult
    from sim.scenario.load import load_scenario, parse_scenario
    from sim.scenario.schema import Scenario
    from sim.sweeps.sweep import sweep, sweep_result

_HOMES = {
    "Comparison": "sim.comparisons.comparison",
    "JobResult": "sim.results.job_results",
    "JobResults": "sim.results.job_results",
    "ModeResult": "sim.results.result",
    "Outcome": "sim.results.job_results",
    "Result": "sim.results.result",
    "Scenario": "sim.scenario.schema",
    "ScenarioError": "sim.core.errors",
    "SimError": "sim.core.errors",
    "SweepResult": "sim.results.sweep_result",
    "World": "sim.engine.world",
    "compare": "sim.comparisons.compare",
    "load_scenario": "sim.scenario.load",
    "parse_scenario": "sim.scenario.load",
    "run": "sim.engine.run",
    "sweep": "sim.sweeps.sweep",
    "sweep_result": "sim.sweeps.sweep",
}
_ROOMS = ("exercises", "plots")

__all__ = [
    "Comparison",
    "JobResult",
    "JobResults",
    "ModeResult",
    "Outcome",
    "Result",
    "Scenario",
    "ScenarioError",
    "SimError",
    "SweepResult",
    "World",
    "__version__",
    "compare",
    "exercises",
    "load_scenario",
    "parse_scenario",
    "plots",
    "run",
    "sweep",
    "sweep_result",
]


def __getattr__(name: str) -> Any:
    """Load a public name from where it lives."""
    if name == "__version__":
        return import_module("sim.core.version").version()
    if name in _ROOMS:
        return import_module(f"sim.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
