"""How the events of a run are kept changes nothing of what the run comes to."""

from typing import Any

from hypothesis import HealthCheck, given, settings

from sim.engine.run import run
from sim.engine.world import World, simulation_of
from sim.results.outcomes import FinalState, gather_facts
from sim.scenario.schema import Scenario
from tests.properties.random_scenarios import scenarios
from tests.sizes import sized

EXAMPLES = sized(100)


@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(scenarios())
def test_outcomes_are_the_same_with_and_without_the_trace(raw: dict[str, Any]) -> None:
    """Job by job, and so are counts, queue by queue, and expectations."""
    scenario = Scenario.model_validate(raw)
    whole, bare = (run(scenario, store="memory", max_steps=2_000_000, trace=trace) for trace in (True, False))
    assert whole.jobs == bare.jobs
    assert whole.as_dict() | {"trace_sha256": None} == bare.as_dict() | {"trace_sha256": None}


@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(scenarios())
def test_facts_kept_by_the_way_are_those_that_the_ledger_tells(raw: dict[str, Any]) -> None:
    """All of them, in the order of the offers; also where most of the trace lies on disk."""
    scenario = Scenario.model_validate(raw)
    for mode in scenario.modes:
        traces = []
        for max_in_memory in (10, 1_000_000):
            world = World(scenario, mode, store="memory")
            world.trace.max_in_memory = max_in_memory
            world.run()
            simulation_of(world).finish()
            traces.append(world.trace.sha256())
            facts = list(simulation_of(world).recorder.facts)
            final_state = FinalState({one.job: one.effects for one in facts}, {one.job: one.place for one in facts})
            assert gather_facts(world.trace, final_state) == facts
        assert traces[0] == traces[1]
