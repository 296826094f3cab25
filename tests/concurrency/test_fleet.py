"""Eight worker processes on one real Redis, killed and restarted at random moments, with two producers beside them.

``CONCURRENCY_JOBS`` says how many jobs (1,500 where it is not set).
"""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.concurrency.claims import NEVER_TOO_OFTEN, Aftermath, check_everything
from tests.concurrency.fleet import Fleet
from tests.concurrency.holds import Journals

pytestmark = pytest.mark.real

JOBS = int(os.environ.get("CONCURRENCY_JOBS", "1500"))


@pytest.mark.parametrize(
    ("jobs", "max_stalled", "seed", "kill_every_s"),
    [
        pytest.param(JOBS, NEVER_TOO_OFTEN, 1, (0.1, 0.6), id="stalls-cost-nothing"),
        pytest.param(JOBS // 3, 1, 2, (0.05, 0.3), id="the-second-stall-fails"),
    ],
)
def test_killed_workers_lose_no_job(
    real_store: Any,
    real_redis_socket: str,
    tmp_path: Path,
    jobs: int,
    max_stalled: int,
    seed: int,
    kill_every_s: tuple[float, float],
) -> None:
    """No job is lost, none has two holders of a valid lock, and every counter is right."""
    fleet = Fleet(real_store, real_redis_socket, tmp_path, jobs=jobs, max_stalled=max_stalled, seed=seed)
    fleet.run(kill_every_s=kill_every_s, limit_s=120 + jobs / 10)
    journals = Journals.read(tmp_path)
    refused = sum(hold.refused_us is not None for hold in journals.holds)
    late = sum(hold.late for hold in journals.holds)
    print(
        f"{jobs} jobs in {fleet.seconds:.1f} s: {fleet.kills} kills, {len(journals.holds)} starts, "
        f"{journals.stalls} stalls, {refused} ends refused, {late} late locks"
    )
    check_everything(Aftermath(real_store, journals), jobs=jobs, kills=fleet.kills, max_stalled=max_stalled)
    assert fleet.kills
    assert journals.stalls
