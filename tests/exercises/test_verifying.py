"""``verify`` proves that an exercise does what it says; each claim can fail."""

from pathlib import Path
from typing import Any

import pytest

from sim.exercises import checking
from sim.exercises.errors import ExerciseError
from sim.exercises.exercise import Exercise, load_exercise
from sim.exercises.verifying import verify
from tests.exercises.tiny import EXERCISE, FILES, POLICY, SOLUTION, TOO_OFTEN, write_exercise


def test_every_claim_of_a_good_exercise_holds(exercise: Exercise) -> None:
    """Start, wrong ideas, solution, predictions, texts and hints."""
    claims = list(verify(exercise, seeds=4))
    assert [claim.faults for claim in claims] == [[]] * 10


def test_more_of_everything_is_not_run_where_its_settings_alone_break_a_check(
    exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a thousand attempts a run takes as long as one may take at all, and shows nothing more."""
    observe, run = checking.observe, []

    def noting(scenario: Any, *args: Any, **more: Any) -> Any:
        run.append(scenario.queues["order"].attempts)
        return observe(scenario, *args, **more)

    monkeypatch.setattr(checking, "observe", noting)
    assert all(claim.holds for claim in verify(exercise, seeds=1))
    assert sorted(set(run)) == [2, 4, 99]


def test_an_hour_of_grace_and_a_hint_of_an_entry_of_a_list_are_found_out(tmp_path: Path) -> None:
    """Nothing hangs, so that a deploy may take as long as it likes; and the hint names the last part of the path."""
    deploy = "  - {kind: worker-shutdown, at: 2s, grace: 50ms}\n"
    folder = write_exercise(
        tmp_path / "course",
        scenario=FILES["scenario.yaml"] + deploy,
        exercise=EXERCISE.replace("queues.order.backoff]", "queues.order.backoff, faults.1.grace]"),
        solution_policy=f"faults.1.grace: 7s\n{SOLUTION}",
        hints=FILES["hints.md"].replace("Look.", "Set the grace to 7s."),
    )
    faults = [fault for claim in verify(load_exercise(folder), seeds=1) for fault in claim.faults]
    assert any("the solution with faults.1.grace: 1h passes" in fault for fault in faults)
    assert any("hint 1: says `faults.1.grace: 7s`, which is the solution" in fault for fault in faults)


@pytest.mark.parametrize(
    ("changed", "claim", "fault"),
    [
        ({"policy": SOLUTION}, "the original policy fails", "passes on seed"),
        ({"distractors_too_late": SOLUTION}, "distractors/too-late.yaml fails", "passes on seed"),
        ({"distractors_too_late": TOO_OFTEN}, "distractors/too-late.yaml fails", "is not-too-often"),
        ({"solution_policy": POLICY}, "the solution passes", "every-order fails"),
        ({"solution_policy": "queues: {order: {attempts: 0}}"}, "the solution passes", "policy.yaml:1:28"),
        ({"predict": "failed: 3\nfate:\n"}, "predict.yaml lists", "failed: is answered already"),
        ({"predict": "fate:\n"}, "predict.yaml lists", "expected an empty line for each prediction"),
        ({"predict": "# a number\nfailed:\n# none or some\nfate:\n"}, "predict.yaml says", "within 2 counts as right"),
        ({"predict": "# within 2 counts as right\nfailed:\n# none?\nfate:\n"}, "predict.yaml says", "`some`"),
        (
            {"exercise": EXERCISE.replace("<= 99", "<= 1000")},
            "more of everything does not",
            "order.attempts: 1,000 passes",
        ),
        ({"hints": FILES["hints.md"].replace("Look.", "Set attempts: 4.")}, "no hint", "hint 1: says `attempts: 4`"),
        ({"hints": FILES["hints.md"].replace("delays up", "delays of 2s up")}, "no hint", "hint 2: says `delay: 2s`"),
        ({"hints": "## Hint 1\n\nLook.\n"}, "all its texts", "expected the sections"),
        ({"README": "# x\n"}, "all its texts", "has no section `## What happened`"),
        ({"exercise": EXERCISE.replace("{none: 0,", "{none: 9,")}, "every prediction has", "0 is none of the choices"),
    ],
)
@pytest.mark.usefixtures("fewer_steps")
def test_a_broken_exercise_is_found_out(tmp_path: Path, changed: dict[str, str], claim: str, fault: str) -> None:
    """By the claim that it breaks, in words."""
    broken = load_exercise(write_exercise(tmp_path, **changed))
    found = [one for one in verify(broken, seeds=3) if not one.holds]
    assert any(one.claim.startswith(claim) and fault in one.faults[0] for one in found), found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            EXERCISE.replace("measure: delivered", "measure: deliverd"),
            "there is no such measure; did you mean `delivered`?",
        ),
        (EXERCISE.replace('"<= 20s"', '"<= 20"'), "expected a bound such as"),
        (EXERCISE.replace("start_fails: every-order", "start_fails: no-such"), "there is no check called no-such"),
        (EXERCISE.replace("minutes: 5\n", ""), "minutes: is missing"),
        (EXERCISE.replace("within: 2, ", ""), "give within: (how close a guess must be"),
        (EXERCISE + "more: 1\n", "more: there is no such key here"),
        (EXERCISE.replace("editable:", "may_change:"), "may_change: is now called `editable`"),
        (EXERCISE.replace("distractors:", "wrong_ideas:"), "wrong_ideas: is now called `distractors`"),
        (EXERCISE.replace("message: Some", "says: Some"), "checks[1].says: is now called `message`"),
        (
            EXERCISE.replace("measure: delivered", "measure: notice_max"),
            "notice_max is now called `detection_time_max`",
        ),
    ],
)
def test_a_description_that_cannot_be_used_is_told_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    """To the teacher who writes it."""
    with pytest.raises(ExerciseError) as caught:
        load_exercise(write_exercise(tmp_path, exercise=text))
    assert problem in str(caught.value)
    assert "exercise.yaml:" in str(caught.value)
    assert ("is missing" in str(caught.value)) == ("is missing" in problem)
