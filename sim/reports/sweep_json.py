"""The answers of a sweep as the JSON contract writes them."""

from typing import Any

from sim.results.sweep_answers import REASONS
from sim.results.sweep_result import SweepResult
from sim.results.sweep_text import runs_sentence
from sim.results.sweep_values import MEASURES


def summary_of(result: SweepResult) -> dict[str, Any]:
    """Write the answers of every point; equal rows give an equal summary."""
    late = ("late",) if result.promises else ()
    told = ("duplicated", *late, "not_delivered", *REASONS)
    points: list[dict[str, Any]] = []
    for answer in result.answers:
        written = answer.as_dict()
        written["in_words"] = {
            mode: [runs_sentence(found[name]) for name in told if name in found] for mode, found in answer.modes.items()
        }
        written["failed_runs"] = sum(one.point == answer.point for one in result.failures)
        points.append(written)
    return {
        "scenario": result.title,
        "seed": result.seed,
        "store": result.store,
        "varied": list(result.paths),
        "modes": list(result.modes),
        "runs": result.runs,
        **({} if result.stop is None else {"until_interval": result.stop.as_dict()}),
        "failed_runs": [one.as_dict() for one in result.failures],
        "confidence": 0.95,
        "measures": list(MEASURES),
        "points": points,
    }
