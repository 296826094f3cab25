"""A handler that the scenario lists: what may stand there, and what is wrong with what may not."""

import pytest

from sim.scenario.load import parse_scenario
from sim.scenario.queues import QueueConfig
from tests.unit.scenario.test_load import problems

HEAD = "title: T\nquestion: Q\nworkload: [{queue: own, arrivals: {kind: times, at: [0s]}}]\n"
EFFECTS = "queues: {own: {handler: {effects: [%s]}}}\n"
ONE = EFFECTS % "{name: send, in: outside, times: 3}"


def test_its_effects_have_names_in_order() -> None:
    """Several equal ones are numbered."""
    text = HEAD + EFFECTS % "{name: send, in: outside, times: 2}, {name: mark, in: database}"
    queue = parse_scenario(text).queues["own"]
    assert queue.listed_effects == ["send.1", "send.2", "mark"]
    assert (queue.job.parts, queue.attempts, queue.backoff) == (3, 1, None)


def test_a_named_handler_lists_none() -> None:
    """Its one effect has no name."""
    assert QueueConfig.model_validate({"handler": "email"}).listed_effects == []


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (
            EFFECTS % "",
            "4:35: queues.own.handler.effects: expected a list of 1 to 100 entries, each a mapping with name: and in:",
        ),
        (EFFECTS % "{name: send}", "4:36: queues.own.handler.effects[0].in: is missing; expected database or outside"),
        (
            EFFECTS % "{name: Send, in: outside}",
            "4:43: queues.own.handler.effects[0].name: expected a name such as send or mark-sent, not 'Send'",
        ),
        (
            EFFECTS % "{name: a, in: outside}, {name: a, in: outside}",
            "two effects are called a; for several equal ones",
        ),
        (EFFECTS % "{name: a, in: outside, work: 0.6}, {name: b, in: outside, work: 0.5}", "add up to more than 1"),
        (EFFECTS % "{name: a, in: outside, times: 600}, {name: b, in: outside, times: 600}", "at most 1,000 effects"),
        (EFFECTS % "{name: a, in: mail}", "expected database or outside, not 'mail'"),
        (
            ONE + "faults: [{kind: handler-error, effect: send}]",
            "no job has an effect 'send'; there are: send.1, send.2 or send.3",
        ),
        (ONE + "faults: [{kind: handler-error, effect: send.4}]", "no job has an effect 'send.4'"),
        (
            "queues: {own: {handler: email}}\nfaults: [{kind: handler-error, effect: send}]",
            "no queue lists its effects; say them in its handler: {effects: [...]}, or leave effect: out",
        ),
        (
            ONE + "faults: [{kind: worker-crash, at: 1s, effect: send.1}]",
            "effect: goes with on_job: or jobs:, and with step: before-effect",
        ),
        (
            ONE + "faults: [{kind: worker-crash, on_job: 1, step: after-effect-before-ack, effect: send.1}]",
            "effect: goes with on_job: or jobs:, and with step: before-effect",
        ),
        (
            ONE + "faults: [{kind: poison-job, jobs: [own-1], step: after-effect-before-ack, effect: send.1}]",
            "effect: goes with step: before-effect",
        ),
        ("queues: {own: {handler: mail}}", "queues.own.handler: expected "),
    ],
)
def test_what_does_not_fit_is_said_in_plain_words(more: str, problem: str) -> None:
    """Where, what, and what would be right."""
    found = problems(HEAD + more)
    assert any(problem in one for one in found), found
