"""Where the settings come from that a file does not give."""

import pytest

from sim.core.errors import ScenarioError
from sim.reports.tables import defaults_in_force
from sim.scenario.load import parse_scenario
from sim.scenario.schema import Scenario

TEXT = """title: Defaults
question: Whose are they?
queues:
  {queue}: {{{settings}}}
workload:
  - {{queue: {queue}, arrivals: {{kind: times, at: [0s]}}}}
"""


def parsed(queue: str, settings: str) -> Scenario:
    """Read a scenario with one queue."""
    return parse_scenario(TEXT.format(queue=queue, settings=settings))


def test_a_documented_queue_can_say_that_it_has_the_documents_defaults() -> None:
    """On top of them stands what the file says."""
    order = parsed("order", "defaults: documented, attempts: 7").queues["order"]
    assert (order.attempts, order.remove_on_fail, order.backoff is not None) == (7, 50, True)


def test_a_documented_queue_can_have_the_librarys_defaults() -> None:
    """One attempt, no backoff, all are kept; its name is still its handler's."""
    scenario = parsed("order", "defaults: bull")
    order = scenario.queues["order"]
    assert (order.handler, order.attempts, order.backoff, order.remove_on_fail) == ("order", 1, None, False)
    assert defaults_in_force(scenario) == "Bull's defaults: order"


def test_a_queue_of_ones_own_with_a_documented_handler_can_have_either() -> None:
    """By the handler's name."""
    assert parsed("invoices", "handler: order, defaults: documented").queues["invoices"].attempts == 3
    assert parsed("invoices", "handler: order, defaults: bull").queues["invoices"].attempts == 1


def test_other_defaults_are_refused() -> None:
    """With what may stand there."""
    with pytest.raises(ScenarioError, match=r"queues.order.defaults: .*documented or bull"):
        parsed("order", "defaults: celery")
