"""The queue under test is on a real Redis only."""

from typing import Any

import pytest

from sim.core.clock import ManualClock
from tests.unit.jobqueue.driver import Driver


@pytest.fixture
def q(real_store: Any, clock: ManualClock) -> Driver:
    """An empty queue on a real Redis."""
    return Driver(real_store, clock)
