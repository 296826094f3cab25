"""Eight worker processes on one real Redis, killed and restarted at random moments, with two producers beside them.

``CONCURRENCY_JOBS`` says how many jobs; where it is not set, 1,500 at full size (``tests/sizes.py``).
"""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sim.queue.dead_letter import dead_letters
from sim.queue.stalled import REASON
from tests.concurrency.claims import NEVER_TOO_OFTEN, Aftermath, check_everything
from tests.concurrency.fleet import Fleet
from tests.concurrency.holds import Journals
from tests.concurrency.workload import ALWAYS, QUEUES, plan_of
from tests.sizes import sized

pytestmark = pytest.mark.real

JOBS = int(os.environ.get("CONCURRENCY_JOBS", sized(1_500)))


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


def test_killed_workers_lose_no_dead_letter(real_store: Any, real_redis_socket: str, tmp_path: Path) -> None:
    """Every job ends in one place: completed, removed by its own option, or once among the dead letters."""
    jobs = JOBS // 3
    fleet = Fleet(real_store, real_redis_socket, tmp_path, jobs=jobs, max_stalled=1, seed=3, dead_letters=True)
    fleet.run(kill_every_s=(0.05, 0.3), limit_s=120 + jobs / 10)
    journals = Journals.read(tmp_path)
    died = stalled_to_death = 0
    given_up: dict[str, set[int]] = {}
    for name, keys in QUEUES.items():
        letters = dead_letters(real_store, keys)
        assert real_store.llen(keys.dead_letters().wait) == len(letters)
        assert real_store.zcard(keys.failed) == 0
        numbers = [letter.data["n"] for letter in letters]
        again = [number for number, times in Counter(numbers).items() if times > 1 and not plan_of(number).own_id]
        assert again == [], "only a job with an id of its own may have been added, and died, twice"
        given_up[name] = set(numbers)
        for letter in letters:
            assert letter.trail[-1].failed_reason == letter.failed_reason
            if letter.stalled_counter > 1:
                stalled_to_death += 1
                assert (letter.stalled_counter, letter.failed_reason) == (2, REASON)
            else:
                died += 1
                assert plan_of(letter.data["n"]).failures == ALWAYS
        completed = {keys.job(job_id) for job_id in real_store.zrange(keys.completed, 0, -1)}
        hashes = {key for key in real_store.keys(keys.base + "*") if real_store.type(key) == "hash"}
        assert hashes == completed, "a hash without a place in its own queue"
    for entry in journals.added:
        plan = plan_of(entry["n"])
        if entry["n"] in given_up[entry["queue"]]:
            continue
        assert plan.failures != ALWAYS, f"job {entry} failed for good and is not among the dead letters"
        assert (entry["queue"], entry["job"]) in journals.effects, f"no effect of {entry}"
    print(f"{jobs} jobs, {fleet.kills} kills: {died} dead of their failures, {stalled_to_death} of stalls")
    assert fleet.kills
    assert died
