"""Checking an answer to an exercise, on seeds that nobody has seen."""

from collections.abc import Sequence

from sim.core.errors import BudgetExceeded
from sim.exercises.errors import ExerciseError
from sim.exercises.evidence import evidence, settings_evidence
from sim.exercises.exercise import POLICY, Check, Exercise
from sim.exercises.judgement import CheckResult, Judgement
from sim.exercises.measures import measured
from sim.exercises.observation import Observation, observe
from sim.exercises.policy import Policy, read_policy
from sim.exercises.prediction import Guess, Scored, score
from sim.exercises.seeds import unseen_seeds
from sim.exercises.settings import SETTINGS, setting
from sim.exercises.verdict import Verdict
from sim.results.result import Result
from sim.results.text import mode_sentence
from sim.yaml_files.fields import MODES, ModeName


def judge(
    exercise: Exercise,
    policy_text: str,
    *,
    name: str = POLICY,
    guesses: dict[str, Guess] | None = None,
    seeds: Sequence[int] | None = None,
    replay: str = "",
    show: bool = True,
) -> Verdict:
    """Run a policy on unseen seeds and hold every check against what was seen; never raises for a bad policy.

    Args:
        policy_text: What the policy's file says.
        name: What problems call that file.
        guesses: The learner's predictions; without them none are scored.
        seeds: Default: the unseen seeds of ``exercise check``.
        replay: The command that runs this policy once, to which a seed is added.
        show: Whether to run the first failing check again for what shows it.
    """
    title = exercise.description.title
    try:
        policy = read_policy(exercise, policy_text, name)
        runs = list(seeds) if seeds is not None else unseen_seeds(exercise.name, exercise.description.seeds)
        seen = _observe_all(exercise, policy, runs)
        results = [_held(check, seen[check.mode]) for check in exercise.description.checks]
        scored = [] if guesses is None else predictions_of(exercise, guesses)
    except ExerciseError as error:
        problems = [str(problem) for problem in error.args]
        return Verdict(exercise.name, title, Judgement.CANNOT_TELL, policy_text, problems=problems)
    except BudgetExceeded as error:
        refused = broken_by_settings(exercise, policy)
        if refused:
            found = settings_evidence(refused[0].check, policy.scenario)
            scored = [] if guesses is None else predictions_of(exercise, guesses)
            return Verdict(exercise.name, title, Judgement.FAIL, policy_text, 0, refused, scored, evidence=found)
        problems = [
            f"{name}: with this policy a run takes more than {error.args[0]:,} simulation steps and is stopped; "
            f"something is retried or checked far too often"
        ]
        return Verdict(exercise.name, title, Judgement.CANNOT_TELL, policy_text, problems=problems)
    failing = next((one for one in results if not one.holds), None)
    if failing is None:
        return Verdict(exercise.name, title, Judgement.PASS, policy_text, len(runs), results, scored)
    if failing.check.measure in SETTINGS:
        found = settings_evidence(failing.check, policy.scenario)
        return Verdict(exercise.name, title, Judgement.FAIL, policy_text, len(runs), results, scored, evidence=found)
    shown = observe(policy.scenario, failing.check.mode, failing.seed) if show else None
    return Verdict(
        exercise.name,
        title,
        Judgement.FAIL,
        policy_text,
        len(runs),
        results,
        scored,
        evidence=None if shown is None else evidence(failing.check, shown),
        replay=f"{replay} --seed {failing.seed}" if replay else "",
        became="" if shown is None else _became(policy, shown),
    )


def broken_by_settings(exercise: Exercise, policy: Policy) -> list[CheckResult]:
    """Return the checks that a policy breaks whatever happens, by its settings alone; they need no run."""
    scenario = policy.scenario
    checks = [check for check in exercise.description.checks if check.measure in SETTINGS]
    found = [(check, setting(scenario, check.measure, check.queue)) for check in checks]
    return [CheckResult(check, False, value, scenario.seed) for check, value in found if not check.limit.holds(value)]


def _became(policy: Policy, shown: Observation) -> str:
    """Say in a sentence what happened to all jobs of a run."""
    scenario, one = policy.scenario, shown.result
    return mode_sentence(Result(scenario, shown.seed, scenario.profiles[0], "memory", {one.mode: one}), one)


def measure_once(exercise: Exercise, policy: Policy, seed: int) -> list[CheckResult]:
    """Hold every check against one run, of this seed."""
    seen = _observe_all(exercise, policy, [seed])
    return [_held(check, seen[check.mode]) for check in exercise.description.checks]


def predictions_of(exercise: Exercise, guesses: dict[str, Guess]) -> list[Scored]:
    """Score predictions by running the untouched start at the scenario's own seed."""
    start = read_policy(exercise, exercise.text(POLICY), str(exercise.folder / POLICY))
    modes = {one.mode for one in exercise.description.predictions}
    seen = {mode: observe(start.scenario, mode, start.scenario.seed) for mode in MODES if mode in modes}
    return score(exercise, guesses, seen)


def _observe_all(exercise: Exercise, policy: Policy, seeds: Sequence[int]) -> dict[ModeName, list[Observation]]:
    description = exercise.description
    modes = {check.mode for check in description.checks}
    return {
        mode: [observe(policy.scenario, mode, seed, events=description.needs_events(mode)) for seed in seeds]
        for mode in MODES
        if mode in modes
    }


def _held(check: Check, observations: Sequence[Observation]) -> CheckResult:
    """Hold a check against every run; what it shows is the worst of them, and of several the first."""
    worst = observations[0]
    most = -1.0
    for observation in observations:
        value = measured(observation, check.measure, check.queue)
        excess = float("inf") if value is None else check.limit.excess(value)
        if excess > most:
            worst, most = observation, excess
    broken = most > 0
    if not broken:
        worst = max(observations, key=lambda one: measured(one, check.measure, check.queue) or 0)
    return CheckResult(check, not broken, measured(worst, check.measure, check.queue), worst.seed)
