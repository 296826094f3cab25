"""The page when a program has written into the keys what no queue can use: it says so, and stays."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.scenario.load import load_scenario
from sim.serve.page import driver as engine_module
from sim.serve.page.driver import Driver
from sim.serve.page.live_run import LiveRun

pytest.importorskip("starlette", reason="the page needs starlette")

from starlette.testclient import TestClient

from tests.serve.test_page_routes import TOKEN, client_of

SOME_FAILED = Path(__file__).parent / "some_failed.yaml"
WRONG = {"wait": "list", "paused": "list", "active": "list", "delayed": "zset", "completed": "zset", "failed": "zset"}


@pytest.fixture
def driver() -> Driver:
    """Nine seconds in: three emails have failed, one is sent."""
    run = LiveRun(load_scenario(SOME_FAILED))
    run.go_on(9_000)
    return Driver(run)


@pytest.fixture
def client(driver: Driver) -> Iterator[TestClient]:
    """A browser without the token."""
    with client_of(driver) as client:
        yield client


@pytest.fixture
def redis(driver: Driver) -> Any:
    """The simulated Redis, as a program at its port has it."""
    return driver.run.queue_world.redis


@pytest.fixture
def change(client: TestClient) -> Callable[..., Any]:
    """Asks for a change, with the token."""
    return lambda path, body: client.post(path, json=body, headers={"X-Token": TOKEN})


@pytest.mark.parametrize("name", WRONG)
def test_the_page_names_the_key_that_is_of_another_kind(
    client: TestClient, driver: Driver, redis: Any, name: str
) -> None:
    """What there is, what belongs there, and what removes it; it counts as empty, and the run goes on."""
    key = f"bull:email:{name}"
    redis.delete(key)
    redis.set(key, "str")
    driver.note_outside()
    for view in ("waiting", "active", "completed", "failed", "delayed", "paused", "dead"):
        answer = client.get("/api/state", params={"view": view})
        assert answer.status_code == 200
    said = f"{key} holds a string, but Bull keeps a {WRONG[name]} there: delete it (DEL {key})"
    wrong = {"key": key, "kind": "string", "wanted": WRONG[name], "said": said}
    assert answer.json()["queues"][0]["wrong_keys"] == [wrong]
    driver.go_to(29_000, beyond=True)
    driver.run_here()
    assert driver.run.now_ms == 29_000
    redis.delete(key)
    assert client.get("/api/state").json()["queues"][0]["wrong_keys"] == []


@pytest.mark.parametrize("verb", ["retry", "retry-all", "pause", "drain", "clean", "promote", "remove", "replay-all"])
@pytest.mark.parametrize("name", [*WRONG, "priority", "id", "1"])
def test_a_deed_that_the_keys_do_not_allow_is_refused_in_words(
    redis: Any, change: Callable[..., Any], name: str, verb: str
) -> None:
    """Never "something went wrong"; where the deed does not touch the key it is done."""
    redis.delete(f"bull:email:{name}")
    redis.sadd(f"bull:email:{name}", "a", b"\xff")
    arguments = {"queue": "email"}
    if verb in ("retry", "promote", "remove"):
        arguments["id"] = "1"
    if verb == "clean":
        arguments |= {"state": "failed"}
    answer = change("/api/do", {"do": verb, "with": arguments})
    assert answer.status_code in (200, 404, 409), answer.json()
    assert answer.status_code == 200 or "Traceback" not in answer.json()["error"]


def test_a_job_whose_options_cannot_be_read_is_not_retried(redis: Any, change: Callable[..., Any]) -> None:
    """The answer says why."""
    redis.hset("bull:email:1", "opts", "abc")
    answer = change("/api/do", {"do": "retry", "with": {"queue": "email", "id": "1"}})
    assert answer.status_code == 409
    assert answer.json()["error"].startswith("the keys in Redis do not allow it: ")


@pytest.mark.parametrize(
    "job_id",
    ["failed", "wait", "id", "meta", "stalled", "limiter:index", "1:lock", "of-another", "text", "", "nothing"],
)
def test_what_is_no_job_is_not_found(client: TestClient, redis: Any, job_id: str) -> None:
    """Bull's own keys, hashes of something else, and what is not there."""
    redis.hset("bull:email:meta", "paused", "1")
    redis.hset("bull:email:limiter:index", "a", "1")
    redis.hset("bull:email:of-another", "colour", "red")
    redis.set("bull:email:text", "str")
    redis.set("bull:email:1:lock", "token")
    redis.lpush("bull:email:wait", "a")
    answer = client.get("/api/job", params={"queue": "email", "id": job_id})
    assert answer.status_code == 404


@pytest.mark.parametrize("score", ["inf", "-inf", "1e300", "-1e300"])
def test_a_due_time_that_no_clock_shows_is_listed(client: TestClient, redis: Any, score: str) -> None:
    """Among the delayed ones, without a time where there is none."""
    redis.zadd("bull:email:delayed", {"zz": score})
    rows = client.get("/api/state", params={"view": "delayed"}).json()["jobs"]["rows"]
    assert [row["id"] for row in rows] == ["zz"]


def test_an_error_that_nobody_foresaw_is_told_and_the_page_stays(
    client: TestClient, driver: Driver, change: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What failed, and how to come back to this moment; the run rests, and can be tried again."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError("no such thing")

    with monkeypatch.context() as patched:
        patched.setattr(driver.run.queue_world, "run_until", fail)
        patched.setattr(driver.run.queue_world, "run_towards", fail)
        for path, body in (("/api/time", {"to": "next-event"}), ("/api/do", {"do": "stop-redis", "with": {}})):
            answer = change(path, body)
            assert answer.status_code == 500
            assert "the run cannot go on: ZeroDivisionError: no such thing" in answer.json()["error"]
        driver.note_outside()
        assert "ZeroDivisionError" not in driver.note  # it does not step the run
        assert change("/api/time", {"to": "play"}).status_code == 200
        driver.turn()
        assert driver.turn() is None or not driver.is_playing
    state = client.get("/api/state").json()
    assert state["time"]["now_ms"] == 9_000
    driver.go_to(14_000, beyond=True)
    driver.run_here()
    assert driver.run.now_ms == 14_000


def test_while_somebody_holds_the_world_the_page_answers_with_what_it_last_knew(
    client: TestClient, driver: Driver, change: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it did not know, and every change, is put off in words."""
    monkeypatch.setattr(engine_module, "PATIENCE_S", 0.01)
    before = client.get("/api/state").json()
    is_held, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with driver.lock:
            is_held.set()
            may_go.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    assert is_held.wait(20)
    try:
        held = client.get("/api/state").json()
        assert held["time"].pop("is_held")
        assert not before["time"].pop("is_held")
        assert held == before
        for answer in (
            client.get("/api/state", params={"view": "completed"}),
            client.get("/api/job", params={"queue": "email", "id": "1"}),
            change("/api/time", {"to": "pause"}),
            change("/api/do", {"do": "stop-redis", "with": {}}),
        ):
            assert answer.status_code == 503
            assert answer.json()["error"].startswith("the world is at work")
    finally:
        may_go.set()
        holder.join()
    assert change("/api/time", {"to": "pause"}).status_code == 200
