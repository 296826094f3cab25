"""Every valid scenario can be advised on, and what is said to hurt hurts where it was tried."""

import json
from typing import Any

from hypothesis import given, settings

from sim.advise.advise import advise_text
from sim.advise.finding import Severity
from tests.properties.random_scenarios import scenarios

HARM = ("lost", "rejected", "failed_retained", "failed_evicted", "dead_lettered", "pending", "duplicated")


@settings(max_examples=60)
@given(scenarios())
def test_any_scenario_is_advised_on_with_evidence(scenario: dict[str, Any]) -> None:
    """Numbers that JSON has, an arithmetic and a source; and a trial of a loss or a duplicate shows one."""
    advice = advise_text(json.dumps(scenario))
    json.dumps(advice.as_dict(), allow_nan=False)
    for one in advice.findings:
        assert one.arithmetic
        assert one.why
        if one.trial is not None and one.severity in (Severity.LOSE, Severity.DUPLICATE):
            counts = one.trial.counts.as_dict()
            assert any(counts[name] for name in HARM), (one.check, counts)
