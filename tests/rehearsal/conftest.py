"""Where the real parts are, or why the real rehearsals are skipped."""

from typing import Any

import pytest

from sim.rehearsal.real_parts import RealPartMissing, RealParts, find_real_parts
from sim.scenario.schema import Scenario


@pytest.fixture(scope="session")
def real_parts() -> RealParts:
    """Node, Bull and redis-server; where one is missing the test is skipped and says which."""
    try:
        return find_real_parts()
    except RealPartMissing as missing:
        pytest.skip(str(missing))


def few_emails(**parts: Any) -> Scenario:
    """Two workers, three emails, one every second; with whatever the test changes."""
    base: dict[str, Any] = {
        "title": "Story",
        "question": "What happens?",
        "workload": [{"queue": "email", "arrivals": {"kind": "constant", "interval": "1s", "count": 3, "start": "1s"}}],
        "workers": {"email": {"processes": 2, "lock_duration": "6s", "stalled_interval": "5s"}},
    }
    return Scenario.model_validate({**base, **parts})
