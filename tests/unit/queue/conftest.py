"""The queue under test."""

from typing import Any

import pytest

from sim.core.clock import ManualClock
from tests.unit.queue.driver import Driver


@pytest.fixture
def q(store: Any, clock: ManualClock) -> Driver:
    """An empty queue on one of the stores."""
    return Driver(store, clock)
