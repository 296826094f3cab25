"""An application for each test."""

from collections.abc import Iterator

import pytest

from tests.unit.handlers.driver import Driver


@pytest.fixture
def app() -> Iterator[Driver]:
    """An application with 100 items in stock."""
    driver = Driver()
    yield driver
    driver.database.close()
