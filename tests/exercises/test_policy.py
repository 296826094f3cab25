"""A policy says what may change, in the scenario's language; everything else is locked."""

from pathlib import Path

import pytest

from sim.exercises.errors import ExerciseError
from sim.exercises.exercise import Exercise, load_exercise
from sim.exercises.policy import read_policy
from tests.exercises.tiny import EXERCISE, SOLUTION, write_exercise


def test_a_policy_replaces_what_may_change(exercise: Exercise) -> None:
    """And nothing else: the service time stays."""
    scenario = read_policy(exercise, SOLUTION, "policy.yaml").scenario
    assert scenario.queues["order"].attempts == 4
    backoff = scenario.queues["order"].backoff
    assert backoff is not None
    assert (backoff.type, backoff.delay) == ("fixed", 2_000)
    assert scenario.queues["order"].service != 200


def test_what_a_policy_leaves_out_stays_as_the_scenario_has_it(exercise: Exercise) -> None:
    """Here as the document has it: three attempts."""
    assert read_policy(exercise, "queues: {order: {backoff: null}}", "p").scenario.queues["order"].attempts == 3


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("queues:\n  order:\n    attempts: many\n", "p:3:15: queues.order.attempts: expected a whole number from 1"),
        (
            "queues:\n  order:\n    atempts: 3\n",
            "p:3:5: queues.order.atempts: there is no such setting to change; did",
        ),
        (
            "workers: {order: {processes: 9}}\n",
            "p:1:1: workers: is locked in this exercise; you may change queues.order.a",
        ),
        ("queues:\n  order:\n    service: 1s\n", "p:3:5: queues.order.service: is locked in this exercise"),
        ("queues:\n  order: 3\n", "p:2:10: queues.order: expected keys below it: attempts and backoff"),
        (
            "queues: {order: {backoff: {type: fixed, delay: 10}}}\n",
            "p:1:48: queues.order.backoff.delay: expected a duration",
        ),
        ("queues:\n  order:\n    attempts: 3\n   backoff: x\n", "p:4:4: this line is not aligned"),
        ("- a\n", "p:1:1: expected keys such as `queues:`"),
        ("", "p:1:1: is empty; expected queues"),
    ],
)
def test_a_broken_policy_is_told_with_its_place_and_what_would_be_right(
    exercise: Exercise, text: str, problem: str
) -> None:
    """File, line, column."""
    with pytest.raises(ExerciseError) as caught:
        read_policy(exercise, text, "p")
    assert str(caught.value).startswith(problem)


def test_every_problem_is_told_at_once(exercise: Exercise) -> None:
    """In the order of the file."""
    with pytest.raises(ExerciseError) as caught:
        read_policy(exercise, "redis: {}\nworkers: {}\n", "p")
    assert [str(line)[:14] for line in caught.value.args] == ["p:1:1: redis: ", "p:2:1: workers"]


@pytest.fixture
def with_list(tmp_path: Path) -> Exercise:
    """An exercise in which one setting of the first fault may change."""
    text = EXERCISE.replace("queues.order.backoff]", "queues.order.backoff, faults.0.duration]")
    return load_exercise(write_exercise(tmp_path / "course", exercise=text))


def test_an_entry_of_a_list_is_one_key_with_its_path(with_list: Exercise) -> None:
    """Only that value changes, and what else the policy says is put in as well."""
    policy = read_policy(with_list, f"faults.0.duration: 8s\n{SOLUTION}", "p")
    (fault,) = policy.scenario.faults
    assert fault.model_dump(include={"kind", "duration", "at"}) == {
        "kind": "database-failure",
        "duration": 8_000,
        "at": 2_000,
    }
    assert policy.scenario.queues["order"].attempts == 4


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("queues: {}\nfaults.0.duration: soon\n", "p:2:20: faults[0].duration: expected a duration"),
        ("faults.0.at: 3s\n", "p:1:1: faults.0.at: is locked in this exercise; you may change queues.order.a"),
        ("faults.0.duratoin: 3s\n", "p:1:1: faults.0.duratoin: there is no such setting to change; did you mean"),
        ("faults: []\n", "p:1:1: faults: there is no such setting to change; did you mean `faults.0.d"),
        (
            "faults: {'0': {duration: 3s}}\n",
            "p:1:1: faults: there is no such setting to change; did you mean `faults.0.d",
        ),
        ("", "p:1:1: is empty; expected queues and faults.0.duration"),
    ],
)
def test_a_broken_entry_of_a_list_is_told_with_its_place(with_list: Exercise, text: str, problem: str) -> None:
    """The list itself, and other keys of its entries, are locked."""
    with pytest.raises(ExerciseError) as caught:
        read_policy(with_list, text, "p")
    assert str(caught.value).startswith(problem)
