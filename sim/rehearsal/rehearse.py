"""From a scenario to the verdict on the simulator."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from sim.rehearsal.limits import refuse_what_cannot_be_done
from sim.rehearsal.perform import perform
from sim.rehearsal.prediction import predict
from sim.rehearsal.real_parts import find_real_parts
from sim.rehearsal.scale import Scale
from sim.rehearsal.verdict import Verdict
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario


class RehearsalReport(NamedTuple):
    """What one rehearsal gives back.

    Attributes:
        name: The scenario's file without its ending.
        versions: Of ``bull``, ``node`` and ``redis``.
        real_s: How long the run took, real seconds.
        late_ms: By how much the latest event came too late, real ms: how busy the machine was.
        day: When, such as 2026-03-01.
    """

    name: str
    scenario: Scenario
    seed: int
    scale: Scale
    versions: dict[str, str]
    real_s: float
    late_ms: float
    day: str
    verdict: Verdict

    def as_dict(self) -> dict[str, Any]:
        """The report for JSON."""
        return {
            "scenario": self.name,
            "title": self.scenario.title,
            "seed": self.seed,
            "scale": str(self.scale),
            "versions": self.versions,
            "date": self.day,
            "real_s": round(self.real_s, 1),
            "late_ms": round(self.late_ms, 1),
            **self.verdict.as_dict(),
        }


def load_rehearsable(path: str | Path, scale: Scale, *, own: bool = False) -> Scenario:
    """Load a scenario that can be rehearsed.

    Args:
        own: Whether a person's own processor runs in place of the project's handlers.

    Raises:
        ScenarioError: The file cannot be used.
        NotRehearsable: It asks for what cannot be done for real.
    """
    scenario = load_scenario(path)
    refuse_what_cannot_be_done(scenario, scale, str(path), own=own)
    return scenario


def rehearse(
    path: str | Path,
    scale: Scale,
    *,
    seed: int | None = None,
    say: Callable[[str], None] = lambda _text: None,
) -> RehearsalReport:
    """Run a scenario for real and hold it against its prediction.

    Args:
        path: The scenario's file.
        seed: Left out, the scenario's.
        say: Is told what is going on, in a few words.

    Raises:
        ScenarioError: The file cannot be used.
        RealPartMissing: Something that a rehearsal needs is not on this machine.
        NotRehearsable: The scenario asks for what cannot be done for real; nothing was started.
        RehearsalBroken: Something happened that is no part of the scenario.
    """
    scenario = load_rehearsable(path, scale)
    parts = find_real_parts()
    chosen = scenario.seed if seed is None else seed
    say("running for real")
    performance = perform(scenario, scale, chosen, parts)
    say("simulating")
    prediction = predict(scenario, chosen, scale, performance.cut_ms)
    result = performance.result
    verdict = Verdict(prediction, result.totals, result.jobs, result.trace)
    return RehearsalReport(
        name=Path(path).stem,
        scenario=scenario,
        seed=chosen,
        scale=scale,
        versions=performance.versions,
        real_s=scale.real_ms(result.simulated_ms) / 1_000,
        late_ms=performance.late_ms,
        day=date.today().isoformat(),
        verdict=verdict,
    )
