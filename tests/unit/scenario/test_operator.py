"""What a scenario may say of its operator, and how it is told what is wrong."""

import pytest

from sim.operator_verbs.clean import Clean
from sim.operator_verbs.drain import Drain
from sim.operator_verbs.registry import VERBS
from sim.operator_verbs.retry import Retry
from sim.scenario.load import parse_scenario
from tests.unit.scenario.test_load import HEAD, problems

KNOWN = " or ".join(", ".join(VERBS).rsplit(", ", 1))


def test_steps_are_read_with_their_defaults() -> None:
    """A clean takes completed jobs of any age, all of them; a drain takes delayed ones too."""
    scenario = parse_scenario(
        f"{HEAD}operator: [{{at: 1m, do: retry, job: email-2}}, {{at: 2m, do: clean, queue: email}}, "
        "{at: 3m, do: drain, queue: email}]"
    )
    retry, clean, drain = scenario.operator
    assert isinstance(retry, Retry)
    assert (retry.at, retry.queue_name) == (60_000, "email")
    assert isinstance(clean, Clean)
    assert (clean.state, clean.older_than, clean.limit) == ("completed", 0, 0)
    assert isinstance(drain, Drain)
    assert drain.delayed


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ("{at: 1s, do: rety, queue: email}", "5:25: operator[0].do: expected "
         f"{KNOWN}, not 'rety'; did you mean `retry`?"),
        ("{at: 1s, queue: email}", "5:12: operator[0].do: is missing; expected "
         f"{KNOWN}"),
        ("{do: pause, queue: email}", "5:12: operator[0].at: is missing; expected a duration such as 500ms, 30s, 2m "
         "or 1h30m"),
        ("{at: 1s, do: retry, queue: email}", "5:12: operator[0]: give either job: (such as email-17) or queue: with "
                                              "id:, but not both"),
        ("{at: 1s, do: retry, job: email-1, id: '1'}", "5:12: operator[0]: give either job: (such as email-17) or "
         "queue: with id:, but not both"),
        ("{at: 1s, do: retry, job: email-4}", "5:37: operator[0].job: the queue email is offered 3 jobs; there is no "
         "email-4"),
        ("{at: 1s, do: retry, job: emial-1}", "5:37: operator[0].job: there is no queue 'emial'; did you mean "
         "`email`?"),
        ("{at: 1s, do: pause, queue: emial}", "5:39: operator[0].queue: there is no queue 'emial'; did you mean "
         "`email`?"),
        ("{at: 1s, do: promote, queue: order, id: '1'}", "5:41: operator[0].queue: this scenario has no queue order: "
         "no job is offered to it, and it is not under queues:"),
        ("{at: 1s, do: remove, queue: email, id: 7}", "5:51: operator[0].id: expected text of 1 to 100 characters, "
         "not the number 7; put it in quotes"),
        ("{at: 1s, do: clean, queue: email, state: wait}", "5:53: operator[0].state: expected waiting, active, "
         "completed, failed, delayed or paused, not 'wait'; did you mean `waiting`?"),
        ("{at: 1s, do: pause, queue: email, limit: 1}", "5:46: operator[0].limit: unknown key; the keys are: at, do "
         "and queue"),
    ],
)  # fmt: skip
def test_a_step_that_makes_no_sense_is_refused_where_it_stands(step: str, problem: str) -> None:
    """With what would be right."""
    assert problems(f"{HEAD}operator: [{step}]") == [problem]


@pytest.mark.parametrize("do", ["replay", "replay-all", "purge", "purge-all"])
def test_dead_letters_can_only_be_worked_on_where_there_are_any(do: str) -> None:
    """With dead_letter: on it is right."""
    which = "queue: email" if do.endswith("all") else "job: email-1"
    step = f"operator: [{{at: 1s, do: {do}, {which}}}]"
    where = "operator[0].do: queue email has no dead letters; set its dead_letter: on"
    assert problems(HEAD + step) == [f"5:25: {where}"]
    scenario = parse_scenario(f"{HEAD}queues: {{email: {{dead_letter: on}}}}\n{step}")
    assert scenario.operator[0].queue_name == "email"


def test_a_step_after_the_end_of_the_run_is_refused() -> None:
    """At the very end it is not."""
    more = "operator: [{at: 10s, do: pause, queue: email}, {at: 11s, do: resume, queue: email}]\nduration: 10s"
    assert problems(HEAD + more) == ["5:53: operator[1].at: 11s is after the end of the run (duration: 10s)"]


def test_an_operator_without_a_queue_mode_is_refused() -> None:
    """There is nothing to operate."""
    more = "operator: [{at: 1s, do: pause, queue: email}]\nmodes: [in-process]"
    assert problems(HEAD + more) == ["5:1: operator: an operator works on queues; add queue to modes:"]


def test_a_file_that_is_wrong_elsewhere_still_has_its_operator_looked_at() -> None:
    """Both are told at once."""
    found = problems(HEAD + "seed: no\noperator: [{at: 1s, do: pause, queue: emial}]")
    assert [line.split(": ")[1] for line in found] == ["seed", "operator[0].queue"]
