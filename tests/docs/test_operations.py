"""Every command of docs/operations.md does what the page says: on simulated keys, and on real ones with a real Bull."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.core.clock import ManualClock
from sim.queue.dequeue import LockParams, dequeue
from sim.queue.finish import ErrorText, FailureRules, fail_job
from sim.queue.getters import job_counts, job_state
from sim.queue.job import Job, JobOptions
from sim.queue.keys import QueueKeys
from sim.queue.manual_retry import retry_failed_jobs, retry_job
from sim.queue.pause import is_paused, pause_queue
from sim.queue.promote import promote_job
from sim.queue.remove import remove_job
from sim.queue.semantics import BULL
from sim.queue.submit import add_job
from sim.scenario.load import parse_scenario
from sim.stores.fakeredis_store import open_fakeredis
from tests.conftest import T0
from tests.docs.redis_cli import Shell, real_shell, simulated_shell
from tests.docs.verb_table import page
from tests.interop.bull_process import BullProcess

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
SCRIPTS = dict(re.findall(r"^<!-- run: (.+?) -->\n```sh\n(.*?)^```", PAGE, re.M | re.S))
KEYS = QueueKeys("email")
LEASE = LockParams("a-dead-worker", 30_000)


class Stage:
    """One queue with the jobs of the page, on any store."""

    def __init__(self, store: Any, now_ms: int) -> None:
        self.store = store
        self.now_ms = now_ms

    def add(self, job_id: str, **options: Any) -> None:
        """Add a job under an id of its own."""
        add_job(self.store, KEYS, {"to": job_id}, JobOptions(job_id=job_id, **options), now_ms=self.now_ms)

    def take(self) -> Job:
        """Take the next job."""
        job = dequeue(self.store, KEYS, LEASE, now_ms=self.now_ms)
        assert isinstance(job, Job)
        return job

    def fail(self, *job_ids: str) -> None:
        """Let jobs fail for good, one millisecond after the other."""
        for job_id in job_ids:
            self.add(job_id)
            job, now_ms = self.take(), self.now_ms
            fail_job(self.store, KEYS, job, LEASE, ErrorText("boom", "boom"), FailureRules(BULL), now_ms=now_ms)
            self.now_ms += 1

    @property
    def line(self) -> list[str]:
        """Waiting jobs, the next to run first."""
        waiting: list[str] = self.store.lrange(KEYS.wait, 0, -1)
        return waiting[::-1]

    def keys(self) -> dict[str, Any]:
        """Everything in the store, but the time of a retry, which only Bull writes."""
        found = {}
        for key in sorted(self.store.keys("*")):
            kind = self.store.type(key)
            if kind == "hash":
                fields = self.store.hgetall(key)
                fields.pop("retriedOn", None)
                found[key] = fields
            elif kind == "list":
                found[key] = self.store.lrange(key, 0, -1)
            elif kind == "zset":
                found[key] = self.store.zrange(key, 0, -1, withscores=True)
            else:
                found[key] = self.store.get(key) if kind == "string" else sorted(self.store.smembers(key))
        return found


def failures(stage: Stage) -> None:
    """Three failed jobs and one that waits."""
    stage.fail("17", "18", "21")
    stage.add("30")


def delayed(stage: Stage) -> None:
    """A job that is due in an hour, and one that waits."""
    stage.add("17", delay_ms=3_600_000)
    stage.add("30")


def waiting(stage: Stage) -> None:
    """Two jobs that wait."""
    stage.add("17")
    stage.add("30")


def abandoned(stage: Stage) -> None:
    """A job whose worker is dead and whose lock has expired, and one that waits."""
    stage.add("17")
    stage.take()
    stage.store.delete(KEYS.lock("17"))
    stage.store.sadd(KEYS.stalled, "17")
    stage.add("30")


def checked(stage: Stage) -> None:
    """One check has just been, and keeps the next ones away."""
    stage.store.set(KEYS.stalled_check, "1", px=30_000)


def paused(stage: Stage) -> None:
    """A paused queue with two jobs."""
    waiting(stage)
    pause_queue(stage.store, KEYS)


PREPARED: dict[str, Callable[[Stage], None]] = {
    "look": failures,
    "retry one": failures,
    "retry all": failures,
    "promote": delayed,
    "remove": waiting,
    "unstick": abandoned,
    "stalled check": checked,
    "pause": waiting,
    "resume": paused,
}
"""For each script of the page the keys that it finds."""
STARTED = {
    "retry one": ["30", "17"],
    "retry all": ["30", "17", "18", "21"],
    "promote": ["30", "17"],
    "remove": ["30"],
    "unstick": ["17", "30"],
    "resume": ["17", "30"],
}
"""What a worker runs afterwards, in that order."""
SAME_BY_FUNCTION: dict[str, Callable[[Stage], object]] = {
    "retry one": lambda stage: retry_job(stage.store, KEYS, "17", now_ms=stage.now_ms),
    "retry all": lambda stage: retry_failed_jobs(stage.store, KEYS),
    "promote": lambda stage: promote_job(stage.store, KEYS, "17"),
    "remove": lambda stage: remove_job(stage.store, KEYS, "17"),
    "pause": lambda stage: pause_queue(stage.store, KEYS),
}
"""The function of the queue that leaves the same keys as the commands."""


@pytest.fixture
def simulated(tmp_path: Path) -> Iterator[tuple[Stage, Shell]]:
    """Simulated keys, and a shell whose ``redis-cli`` changes them."""
    store = open_fakeredis(ManualClock(T0))[1]
    with simulated_shell(store, tmp_path) as shell:
        yield Stage(store, T0), shell


def test_every_script_of_the_page_is_tried_here() -> None:
    """And no fence with commands is without a name."""
    assert list(SCRIPTS) == list(PREPARED)
    assert PAGE.count("```sh") == len(SCRIPTS)


def test_the_operator_of_the_page_can_be_copied_into_a_scenario() -> None:
    """As it stands."""
    (block,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.M | re.S)
    head = "title: t\nquestion: q\nworkload: [{queue: email, arrivals: {kind: constant, interval: 1s, count: 17}}]\n"
    assert [step.do for step in parse_scenario(head + block).operator] == [
        "retry-all",
        "retry",
        "promote",
        "clean",
        "pause",
    ]


def test_every_verb_and_scenario_is_on_the_page() -> None:
    """Verbs as ``python -m tests.docs.verb_table`` writes them; whoever adds a scenario says here what it shows."""
    assert page("operations") == PAGE
    shipped = {path.stem for path in Path("scenarios/06-operations").glob("*.yaml")}
    assert set(re.findall(r"^\| `([a-z-]+)` \|", PAGE.split("| scenario |")[1], re.M)) == shipped


@pytest.mark.parametrize("name", PREPARED)
def test_the_commands_leave_what_the_page_says(name: str, simulated: tuple[Stage, Shell]) -> None:
    """Read off the simulated keys after the words of the page were carried out."""
    stage, shell = simulated
    PREPARED[name](stage)
    printed = shell.run(SCRIPTS[name])
    counts = job_counts(stage.store, KEYS)
    if name == "look":
        assert printed == ["17", "18", "21", "boom", "1", str(T0), "0"]
    elif name == "stalled check":
        assert not stage.store.exists(KEYS.stalled_check)
    elif name == "pause":
        assert (counts["paused"], counts["waiting"], is_paused(stage.store, KEYS)) == (2, 0, True)
    else:
        assert stage.line == STARTED[name]
        assert sum(counts.values()) == len(STARTED[name]) + counts["failed"]
        assert not is_paused(stage.store, KEYS)


@pytest.mark.parametrize("name", SAME_BY_FUNCTION)
def test_the_commands_leave_the_keys_that_the_queues_own_function_leaves(
    name: str, simulated: tuple[Stage, Shell]
) -> None:
    """Key by key, but for the time of the retry."""
    stage, shell = simulated
    PREPARED[name](stage)
    other = Stage(open_fakeredis(ManualClock(T0))[1], T0)
    PREPARED[name](other)
    assert stage.keys() == other.keys()
    shell.run(SCRIPTS[name])
    SAME_BY_FUNCTION[name](other)
    assert stage.keys() == other.keys()


@pytest.mark.real
@pytest.mark.parametrize("name", STARTED)
def test_a_real_worker_takes_what_the_commands_put_in_line(
    name: str, real_store: Any, real_redis_socket: str, start_bull: Callable[[], BullProcess], tmp_path: Path
) -> None:
    """The real redis-cli, redis-server and Bull, which completes every job in the order of the line."""
    stage = Stage(real_store, time.time_ns() // 1_000_000)
    PREPARED[name](stage)
    real_shell(real_redis_socket, tmp_path).run(SCRIPTS[name])
    bull = start_bull()
    bull.ask("work", queue="email")
    bull.wait_until(lambda: len(bull.started()) == len(STARTED[name]) and not job_counts(real_store, KEYS)["active"])
    assert bull.started() == STARTED[name]
    assert [job_state(real_store, KEYS, job_id) for job_id in STARTED[name]] == ["completed"] * len(STARTED[name])


@pytest.mark.real
def test_a_live_worker_takes_a_job_that_is_retried_by_hand(
    real_store: Any, real_redis_socket: str, start_bull: Callable[[], BullProcess], tmp_path: Path
) -> None:
    """It waits on the list itself and needs no event."""
    stage = Stage(real_store, time.time_ns() // 1_000_000)
    stage.fail("17")
    bull = start_bull()
    bull.ask("work", queue="email")
    real_shell(real_redis_socket, tmp_path).run(SCRIPTS["retry one"])
    bull.wait_until(bull.started)
    assert bull.started() == ["17"]


@pytest.mark.real
def test_a_real_worker_takes_nothing_from_a_queue_that_was_paused_by_hand(
    real_store: Any, real_redis_socket: str, start_bull: Callable[[], BullProcess], tmp_path: Path
) -> None:
    """Only what is added after the resume by hand; the look and the stalled check work on the real thing too."""
    stage = Stage(real_store, time.time_ns() // 1_000_000)
    shell = real_shell(real_redis_socket, tmp_path)
    stage.add("17")
    shell.run(SCRIPTS["pause"])
    shell.run(SCRIPTS["look"])
    bull = start_bull()
    bull.ask("work", queue="email")
    bull.ask("add", queue="email", data={}, opts={})
    assert bull.ask("counts", queue="email")["paused"] == 2
    assert bull.started() == []
    shell.run(SCRIPTS["resume"])
    bull.wait_until(lambda: len(bull.started()) == 2)
    checked(stage)
    shell.run(SCRIPTS["stalled check"])
    assert not real_store.exists(KEYS.stalled_check)
