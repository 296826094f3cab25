"""Whatever breaks, every offered job gets exactly one outcome."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings

from sim.engine.run import run
from sim.results.outcomes import Outcome
from sim.results.text import table_rows
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario
from tests.properties.random_scenarios import scenarios
from tests.sizes import sized

EXAMPLES = sized(500)


@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(scenarios())
def test_outcomes_sum_to_what_was_offered(raw: dict[str, Any]) -> None:
    """In both modes and for every queue; and the trace agrees with the counts."""
    scenario = Scenario.model_validate(raw)
    result = run(scenario, store="memory", max_steps=2_000_000)
    for mode, one in result.modes.items():
        totals = one.totals
        assert totals.offered == scenario.jobs
        assert totals.adds_up
        counts = totals.as_dict()
        reasons = [counts[outcome.field] for outcome in Outcome if outcome is not Outcome.DELIVERED]
        assert counts["not_delivered"] == sum(reasons) == totals.offered - totals.delivered
        assert one.end is not None
        assert sum(one.end.pending.values()) == totals.pending
        assert one.end.is_early == (totals.pending > 0 and one.end.by != "settled")
        rows, _overlays = table_rows([totals])
        shown = [name for name, _label in rows if name not in ("duplicated", "not_delivered")]
        assert sum(counts[name] for name in shown) == totals.offered
        assert all(counts.adds_up for counts in one.queues.values())
        events = [record.kind for record in one.trace]
        assert totals.attempts == events.count(EventKind.STARTED)
        assert totals.lost == events.count(EventKind.LOST)
        assert totals.delivered + totals.extra_effects == events.count(EventKind.EFFECT)
        assert totals.suppressed_duplicates == events.count(EventKind.EFFECT_DEDUPLICATED)
        times = [record.t_ms for record in one.trace]
        assert times == sorted(times)
        for line in one.trace.lines():
            assert json.loads(line)["mode"] == mode
        if mode == "in-process":
            assert totals.stalled == totals.failed_retained == totals.failed_evicted == 0
            assert totals.extra_effects == 0
