"""redis-cli and the real Bull 4.16.5, with its own client's defaults, at a world's Redis."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sim.engine.world import World
from sim.rehearsal.real_parts import RealPartMissing, RealParts, find_real_parts
from sim.results.trace import EventKind
from sim.serve.redis_port.server import RedisPort
from tests.interop.bull_process import BullProcess
from tests.serve.conftest import wait_until_blocked

pytestmark = pytest.mark.real


@pytest.fixture
def cli(port: RedisPort) -> Callable[..., str]:
    """Runs redis-cli and returns what it printed."""
    program = shutil.which("redis-cli")
    if program is None:
        pytest.skip("no redis-cli on this machine")

    def run(*words: str, typed: str | None = None) -> str:
        command = [program, "-p", str(port.port), *words]
        done = subprocess.run(command, input=typed, capture_output=True, text=True, timeout=30, check=False)
        return done.stdout + done.stderr

    return run


@pytest.fixture(scope="session")
def parts() -> RealParts:
    """Node and Bull; without them these tests are skipped."""
    try:
        return find_real_parts()
    except RealPartMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def start_bull(parts: RealParts, port: RedisPort) -> Iterator[Callable[[], BullProcess]]:
    """Starts processes with Bull on the port."""
    processes: list[BullProcess] = []

    def start() -> BullProcess:
        processes.append(BullProcess(parts, str(port.port)))
        return processes[-1]

    yield start
    for process in processes:
        process.end()


@pytest.fixture
def bull(start_bull: Callable[[], BullProcess]) -> BullProcess:
    """One process with Bull."""
    return start_bull()


def test_redis_cli_shows_and_changes_the_keys(world: World, port: RedisPort, cli: Callable[..., str]) -> None:
    """A retry in two commands, as the documentation shows it."""
    assert cli("ping") == "PONG\n"
    assert cli("zrange", "bull:email:failed", "0", "-1").split() == ["1", "2", "3"]
    assert cli("hget", "bull:email:1", "failedReason") != "\n"
    typed = "MULTI\nZREM bull:email:failed 1\nLPUSH bull:email:wait 1\nEXEC\n"
    assert cli(typed=typed).split("\n")[-3:-1] == ["1", "1"]
    with port.world_lock:
        world.run_until("11s")
    assert cli("zscore", "bull:email:completed", "1") == "1767225610100\n"


def test_redis_cli_s_own_tools_work(cli: Callable[..., str]) -> None:
    """SCAN, INFO, the biggest keys, RESP3, a pipe of many commands, and an error for FLUSHALL."""
    assert set(cli("--scan", "--pattern", "bull:email:[0-9]").split()) == {f"bull:email:{n}" for n in (1, 2, 3, 4)}
    assert "redis_version:7.0.0" in cli("info", "server")
    assert "Sampled 8 keys" in cli("--bigkeys")
    assert '"failedReason" => ' in cli("--no-raw", "-3", "hgetall", "bull:email:1")
    piped = "".join(f"*3\r\n$3\r\nSET\r\n$2\r\nk{n}\r\n$1\r\nx\r\n" for n in range(10))
    assert "errors: 0, replies: 10" in cli("--pipe", typed=piped)
    assert cli("flushall").startswith("NOPERM FLUSHALL is refused")


def test_a_killed_redis_cli_takes_no_job(port: RedisPort, client: Any, cli: Callable[..., str]) -> None:
    """It blocked in a pop when it was killed by SIGKILL."""
    for number in range(5):
        process = subprocess.Popen(
            ["redis-cli", "-p", str(port.port), "BRPOPLPUSH", "q", "active", "0"], stdout=subprocess.DEVNULL
        )
        wait_until_blocked(client, 1)
        process.kill()
        process.wait()
        client.lpush("q", number)
        assert client.lpop("q") == str(number)
    assert client.exists("active") == 0


def test_bull_reads_the_queue(world: World, bull: BullProcess) -> None:
    """Counts, failed jobs, states, as a dashboard asks for them."""
    assert bull.ask("counts", queue="email") == {
        "waiting": 0, "active": 0, "completed": 1, "failed": 3, "delayed": 0, "paused": 0,
    }  # fmt: skip
    failed = bull.ask("list", queue="email", getter="getFailed")
    assert [job["id"] for job in failed] == [job.id for job in world.queue("email").jobs("failed")]
    assert all(job["failedReason"] for job in failed)
    assert bull.ask("state", queue="email", id="1") == "failed"
    assert bull.ask("state", queue="email", id="4") == "completed"


def test_bull_retries_one_and_then_all(world: World, port: RedisPort, bull: BullProcess) -> None:
    """The simulated worker sends what Bull put back in line."""
    bull.ask("retry", queue="email", id="2")
    with port.world_lock:
        world.run_until("11s")
    assert bull.ask("state", queue="email", id="2") == "completed"
    bull.ask("retryJobs", queue="email")
    with port.world_lock:
        world.run_until("12s")
    assert bull.ask("counts", queue="email")["completed"] == 4
    again = [(r.t_ms, r.job) for r in world.trace if r.kind is EventKind.STARTED and r.t_ms >= 10_000]
    assert again == [(10_000, "email-2"), (11_000, "email-1"), (11_100, "email-3")]


def test_bull_pauses_and_resumes(world: World, port: RedisPort, bull: BullProcess) -> None:
    """A job that was put back in line meanwhile waits for the end of the pause."""
    bull.ask("pause", queue="email")
    bull.ask("retry", queue="email", id="1")
    with port.world_lock:
        world.run_until("15s")
    assert bull.ask("counts", queue="email")["paused"] == 1
    bull.ask("resume", queue="email")
    with port.world_lock:
        world.run_until("16s")
    assert bull.ask("state", queue="email", id="1") == "completed"


def test_bull_adds_jobs_that_the_simulated_worker_carries_out(world: World, port: RedisPort, bull: BullProcess) -> None:
    """With add and addBulk, whose scripts need cmsgpack and bit."""
    data = {"notification": 77, "to": "someone@example.com"}
    assert bull.ask("add", queue="email", data=data, opts={"attempts": 3}) == "5"
    assert bull.ask("addBulk", queue="email", jobs=[{"data": data}, {"data": data, "opts": {"priority": 1}}]) == [
        "6",
        "7",
    ]
    with port.world_lock:
        world.run_until("15s")
    states = [bull.ask("state", queue="email", id=job_id) for job_id in ("5", "6", "7")]
    assert states == ["completed"] * 3
    started = [r.job for r in world.trace if r.kind is EventKind.STARTED and r.t_ms >= 10_000]
    assert started[0] == "email#5"
    assert set(started) == {"email#5", "email#6", "email#7"}


def test_a_real_worker_works_beside_the_simulated_world(
    client: Any, bull: BullProcess, start_bull: Callable[[], BullProcess]
) -> None:
    """On a queue of its own, in real time; killed while idle, it takes no job with it."""
    worker = start_bull()
    worker.ask("work", queue="letters")
    bull.ask("add", queue="letters", data={"n": 1})
    worker.wait_until(lambda: worker.started() and bull.ask("counts", queue="letters")["completed"] == 1)
    assert worker.started() == ["1"]
    wait_until_blocked(client, 1)
    worker.kill()
    bull.ask("add", queue="letters", data={"n": 2})
    assert bull.ask("counts", queue="letters")["waiting"] == 1
    assert client.llen("bull:letters:active") == 0
