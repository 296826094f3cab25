"""An answer is judged on seeds that nobody has seen, and the first check that fails is shown."""

import json
from pathlib import Path

import pytest

from sim.exercises.checking import judge
from sim.exercises.exercise import Exercise, load_exercise
from sim.exercises.judgement import Judgement
from sim.exercises.prediction import as_guesses
from sim.exercises.seeds import unseen_seeds
from sim.exercises.verdict import Verdict
from tests.exercises.tiny import EXERCISE, POLICY, SCENARIO, SOLUTION, TOO_LATE, TOO_OFTEN, write_exercise


@pytest.mark.parametrize(
    ("policy", "fails"), [(POLICY, "every-order"), (TOO_LATE, "in-time"), (TOO_OFTEN, "not-too-often")]
)
def test_the_first_check_that_fails_is_named(exercise: Exercise, policy: str, fails: str) -> None:
    """Budgets are checks like others, so raising everything fails too."""
    verdict = judge(exercise, policy)
    assert verdict.judgement is Judgement.FAIL
    assert verdict.first_failing is not None
    assert verdict.first_failing.check.name == fails


def test_a_solution_passes_and_shows_no_failure(exercise: Exercise) -> None:
    """On each of the seeds."""
    verdict = judge(exercise, SOLUTION)
    assert verdict.passed
    assert (verdict.seeds, verdict.first_failing, verdict.evidence, verdict.replay) == (3, None, None, "")


def test_one_seed_that_breaks_a_bound_is_enough_to_fail(tmp_path: Path) -> None:
    """A policy has to hold whatever happens; the worst seed is the one shown."""
    lucky = load_exercise(write_exercise(tmp_path, exercise=EXERCISE.replace("bound: 25", 'bound: ">= 0"')))
    seeds = unseen_seeds("x", 8)
    delivered = {seed: _measured(judge(lucky, POLICY, seeds=[seed])) for seed in seeds}
    worst, best = min(delivered.values()), max(delivered.values())
    assert worst < best
    strict = load_exercise(write_exercise(tmp_path, exercise=EXERCISE.replace("bound: 25", f'bound: ">= {best:.0f}"')))
    verdict = judge(strict, POLICY, seeds=seeds)
    assert verdict.first_failing is not None
    assert verdict.first_failing.observed == worst
    assert delivered[verdict.first_failing.seed] == worst


def _measured(verdict: Verdict) -> float:
    value = verdict.checks[0].observed
    assert value is not None
    return value


def test_a_failing_check_shows_expected_observed_the_story_of_a_job_and_how_to_see_it_again(exercise: Exercise) -> None:
    """In the words of the terminal."""
    verdict = judge(exercise, POLICY, replay="python -m sim exercise run 01")
    assert verdict.first_failing is not None
    seed = verdict.first_failing.seed
    text = str(verdict)
    assert "  expected  25\n" in text
    assert f"(seed {seed})" in text
    assert "Orders failed for good." in text
    assert f"  python -m sim exercise run 01 --seed {seed}" in text
    assert verdict.evidence is not None
    story = verdict.evidence.lines
    assert story[0].endswith("offered by the application")
    assert any("the database cannot be reached" in line for line in story)
    assert "FAILED for good" in story[-1]


def test_a_policy_that_cannot_be_used_is_no_failure(exercise: Exercise) -> None:
    """It cannot be told whether it would have held."""
    verdict = judge(exercise, "queues: {order: {attempts: 0}}", name="policy.yaml")
    assert verdict.judgement is Judgement.CANNOT_TELL
    assert verdict.problems[0].startswith("policy.yaml:1:28: queues.order.attempts: ")


ENDLESS = POLICY.replace("attempts: 2", "attempts: 1000").replace("1s", "200ms")
AN_HOUR = SCENARIO.replace("duration: 5s", "duration: 1h")


@pytest.mark.usefixtures("fewer_steps")
def test_a_policy_that_hardly_ends_is_given_up(tmp_path: Path) -> None:
    """With what to think of, instead of an hour of waiting."""
    without = "".join(line for line in EXERCISE.splitlines(keepends=True) if "have-an-end" not in line)
    exercise = load_exercise(write_exercise(tmp_path, scenario=AN_HOUR, exercise=without))
    verdict = judge(exercise, ENDLESS, name="policy.yaml")
    assert verdict.judgement is Judgement.CANNOT_TELL
    assert "takes more than 5,000 simulation steps" in verdict.problems[0]
    assert "far too often" in verdict.problems[0]


@pytest.mark.usefixtures("fewer_steps")
def test_a_policy_that_hardly_ends_fails_where_its_settings_alone_break_a_check(tmp_path: Path) -> None:
    """It needs no run to say why; the predictions are scored all the same."""
    exercise = load_exercise(write_exercise(tmp_path, scenario=AN_HOUR))
    verdict = judge(exercise, ENDLESS, guesses=as_guesses(exercise, {"failed": 0, "fate": "none"}))
    assert verdict.judgement is Judgement.FAIL
    assert (verdict.seeds, [one.check.name for one in verdict.checks]) == (0, ["have-an-end"])
    assert len(verdict.predictions) == 2
    assert "because of its settings: a run with them takes too many steps" in str(verdict)


def test_a_check_of_the_settings_shows_them_and_no_seed(exercise: Exercise) -> None:
    """As every run is the same to it: there is nothing to see again."""
    verdict = judge(exercise, SOLUTION.replace("attempts: 4", "attempts: 500"), replay="run")
    assert verdict.first_failing is not None
    assert verdict.first_failing.check.name == "have-an-end"
    assert (verdict.seeds, verdict.replay) == (3, "")
    assert "  observed  500\n" in str(verdict)
    assert "set: 500" in str(verdict)
    assert str(verdict).endswith("The settings that cause it\n  order           attempts: 500")


def test_exit_codes_tell_the_verdicts_apart() -> None:
    """0 holds, 1 violated, 2 cannot be told."""
    assert [one.exit_code for one in (Judgement.PASS, Judgement.FAIL, Judgement.CANNOT_TELL)] == [0, 1, 2]


def test_the_same_answer_gives_the_same_results_file(exercise: Exercise) -> None:
    """Byte for byte; and everything that a grader needs stands in it."""
    guesses = as_guesses(exercise, {"failed": 0, "fate": "none"})
    texts = [judge(exercise, POLICY, guesses=guesses, replay="run").json() for _ in range(2)]
    assert texts[0] == texts[1]
    data = json.loads(texts[0])
    assert (data["status"], data["verdict"], data["first_failing"]) == ("fail", "fail", "every-order")
    assert (data["tests"][0]["name"], data["tests"][0]["status"]) == ("every-order", "fail")
    assert data["tests"][1]["message"] is None
    assert [one["right"] for one in data["predictions"]] == [False, True]


def test_seeds_are_the_same_at_every_check_and_others_for_another_word() -> None:
    """More of them begin with the same ones."""
    assert unseen_seeds("01-x", 5) == unseen_seeds("01-x", 9)[:5]
    assert not set(unseen_seeds("01-x", 20)) & set(unseen_seeds("01-x", 20, "verify"))
    assert unseen_seeds("01-x", 5) != unseen_seeds("02-x", 5)
