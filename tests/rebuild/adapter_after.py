"""Reaches the product as it is now. Whoever moves or renames in Python keeps it true; what it gives never changes."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

import sim
from sim.core.errors import SimError
from sim.exercises.catalogue import all_exercises, find_exercise
from sim.exercises.checking import judge
from sim.exercises.exercise import POLICY, SOLUTION
from sim.exercises.observation import observe
from sim.exercises.policy import read_policy
from sim.exercises.prediction import answer_of
from sim.exercises.seeds import VERIFY, unseen_seeds
from sim.metrics.catalogue import METRICS
from sim.stores.open_store import StoreName
from sim.yaml_files.fields import ModeName, SemanticsName

SEMANTICS: dict[str | None, SemanticsName | None] = {None: None, "bull": "bull-4.16", "documented": "documented"}
MODES: tuple[ModeName, ...] = ("in-process", "queue")
SCENARIOS = "scenarios"
COURSE = "sim/exercises/course"
MAX_STEPS = 400_000


def run(scenario: Any, *, seed: int | None, semantics: str | None, store: str) -> dict[str, list[Any]]:
    """Run both modes of a scenario, a path or a text, and tell everything that came of it."""
    try:
        loaded = sim.parse_scenario(scenario, "scenario") if isinstance(scenario, str) else sim.load_scenario(scenario)
        result = sim.run(
            loaded,
            modes=MODES,
            seed=seed,
            semantics=SEMANTICS[semantics],
            store=cast(StoreName, store),
            max_steps=MAX_STEPS,
            error_log=True,
        )
    except sim.ScenarioError as error:
        return {"scenario error": str(error).splitlines()}
    except SimError as error:
        return {"error": [type(error).__name__]}
    found: dict[str, list[Any]] = {
        "of": [result.seed, result.semantics, result.simulated_ms],
        "expectations": [one.as_dict() for one in result.expectations],
    }
    for mode, one in result.modes.items():
        found |= {f"{mode} {section}": items for section, items in _of_mode(one).items()}
    return found


def _of_mode(one: Any) -> dict[str, list[Any]]:
    ended = None if one.end is None else one.end.as_dict()
    found = {
        "counts": [one.totals.as_dict(), *([name, counts.as_dict()] for name, counts in one.queues.items())],
        "end": [one.simulated_ms, ended],
        "jobs": [
            [
                job.job,
                job.queue,
                job.outcome.value,
                job.offered_ms,
                job.first_effect_ms,
                job.ended_ms,
                job.attempts,
                job.effects,
                job.stalls,
                job.suppressed,
                job.false_failure,
                job.indeterminate,
            ]
            for job in one.jobs
        ],
        "trace": [json.loads(line) for line in one.trace.lines()],
        "errors": [json.loads(line) for line in one.error_lines or ()],
    }
    if one.metrics is not None:
        found |= _monitored(one)
    return found


def _monitored(one: Any) -> dict[str, list[Any]]:
    metrics, detections = one.metrics, one.detections
    return {
        "metrics": [metrics.every_ms, len(metrics.t_ms)]
        + [
            [queue, name, [None if np.isnan(value) else float(value) for value in metrics.series(queue, name)]]
            for queue in metrics.queue_names
            for name in METRICS
        ],
        "alerts": [list(episode) for episode in detections.episodes],
        "false alerts": [list(episode) for episode in detections.false],
        "detection": [
            [
                fault.window.start_ms,
                fault.window.end_ms,
                fault.window.mended,
                fault.window.outlived_ms,
                [list(episode) for episode in fault.alerts],
                fault.health_ms,
                fault.well_ms,
                fault.unnoticed,
                fault.is_operator_action,
                fault.is_overload,
            ]
            for fault in detections.faults
        ],
    }


def random_scenario(number: int) -> str:
    """The scenario of a number, as a file would have it."""
    import yaml

    from tests.properties.wide_scenarios import scenario_of

    return yaml.safe_dump(scenario_of(number), sort_keys=False)


def exercises() -> dict[str, list[str]]:
    """The answers of each exercise that come with it: the untouched start, the wrong ideas, the solution."""
    return {
        one.name: ["start", *(f"wrong-{n + 1}" for n in range(len(one.description.distractors))), "solution"]
        for one in all_exercises()
    }


def verify_seeds(exercise: str, count: int) -> list[int]:
    """The seeds that claims of an exercise are proved on."""
    return unseen_seeds(exercise, count, VERIFY)


def verdict(exercise: str, answer: str, seeds: Sequence[int]) -> dict[str, list[Any]]:
    """Judge one of an exercise's own answers."""
    found = find_exercise(exercise)
    files = {"start": POLICY, "solution": SOLUTION}
    files |= {f"wrong-{n + 1}": wrong.policy for n, wrong in enumerate(found.description.distractors)}
    came = judge(found, found.text(files[answer]), seeds=seeds, show=False)
    failing = came.first_failing
    return {
        "verdict": [came.judgement.value, came.seeds, None if failing is None else failing.check.name],
        "problems": list(came.problems),
        "checks": [
            [one.check.name, one.check.mode, one.check.queue, one.check.bound, one.holds, one.observed, one.seed]
            for one in came.checks
        ],
    }


def predictions(exercise: str) -> dict[str, list[Any]]:
    """The right answer to each prediction of an exercise."""
    found = find_exercise(exercise)
    start = read_policy(found, found.text(POLICY), POLICY)
    answers = []
    for one in found.description.predictions:
        seen = observe(start.scenario, one.mode, start.scenario.seed)
        answers.append([one.name, *answer_of(one, seen)])
    return {"predictions": answers}


def sweep(scenario: Path, vary: Mapping[str, Sequence[Any]], *, runs: int, seed: int) -> dict[str, list[Any]]:
    """Run a sweep: its rows, and the figures of its answers."""
    result = sim.sweep_result(scenario, runs, vary, seed=seed, jobs=1)
    return {
        "points": [[list(point), semantics] for point, semantics in zip(result.points, result.semantics, strict=True)],
        "rows": [list(row.flat()) for row in result.rows],
        "summaries": [
            [answer.point, mode, name, *_summary(one)]
            for answer in result.answers
            for mode, measures in answer.modes.items()
            for name, one in measures.items()
        ],
        "differences": [
            [answer.point, name, one.runs, one.mean, _pair(one.interval)]
            for answer in result.answers
            for name, one in answer.differences.items()
        ],
    }


def _summary(one: Any) -> list[Any]:
    figures = [one.runs, one.mean, one.least, one.median, one.most, one.runs_with_any]
    return [*figures, _pair(one.interval), _pair(one.share_with_any)]


def _pair(interval: Any) -> list[float] | None:
    return None if interval is None else list(interval)
