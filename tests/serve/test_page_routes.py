"""What the page can be asked, what it lets people do, and whom it refuses. No socket: starlette's client."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.scenario.load import load_scenario
from sim.serve.page.driver import Driver
from sim.serve.page.live_run import LiveRun

pytest.importorskip("starlette", reason="the page needs starlette")

from starlette.testclient import TestClient

from sim.serve.page.job_list import PAGE
from sim.serve.page.limits import WebLimits
from sim.serve.page.routes import web_app
from sim.serve.page.security import HEADERS, Hosts
from sim.serve.page.state import StateView

TOKEN = "the-token-of-this-test"
HERE = "http://127.0.0.1:8080"
SOME_FAILED = Path(__file__).parent / "some_failed.yaml"
SCENARIOS = Path(__file__).parents[2] / "scenarios"
SCRIPT = "<script>alert(1)</script>'\"&"
CHANGES = [
    ("/api/time", {"to": "play"}),
    ("/api/time", {"to": "next-event"}),
    ("/api/do", {"do": "stop-redis", "with": {}}),
    ("/api/do", {"do": "retry-all", "with": {"queue": "email"}}),
]


def client_of(driver: Driver, bound: str = "127.0.0.1", names: tuple[str, ...] = ()) -> TestClient:
    """A browser without the token."""
    app = web_app(driver, StateView(driver, 6390), token=TOKEN, hosts=Hosts(bound, names), limits=WebLimits())
    return TestClient(app, base_url=HERE)


@pytest.fixture
def driver() -> Driver:
    """Ten seconds in, emails 1 to 3 have failed and the 4th is sent; nothing is to come."""
    run = LiveRun(load_scenario(SOME_FAILED))
    run.go_on(60_000)
    return Driver(run)


@pytest.fixture
def client(driver: Driver) -> Iterator[TestClient]:
    """A browser without the token."""
    with client_of(driver) as client:
        yield client


@pytest.fixture
def change(client: TestClient) -> Callable[..., Any]:
    """Asks for a change, with the token."""

    def ask(path: str, body: Any, **headers: str) -> Any:
        return client.post(path, json=body, headers={"X-Token": TOKEN, **headers})

    return ask


# -- what people can do ------------------------------------------------------------------------------------------------


def test_the_page_shows_the_scenario_and_not_the_token(client: TestClient) -> None:
    """Whoever may only look gets the same page."""
    page = client.get("/")
    assert page.status_code == 200
    assert "A few emails that have failed" in page.text
    assert TOKEN not in page.text
    assert "http://" not in page.text.replace("http://www.w3.org", "")
    assert "https://" not in page.text


@pytest.mark.parametrize("path", ["/page.css", "/page.js", "/icon.svg"])
def test_all_it_needs_comes_from_here(client: TestClient, path: str) -> None:
    """No address of another site is in there."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert "//" not in answer.text.replace("http://www.w3.org", "").replace("// ", "")


def test_the_state_has_its_documented_shape(client: TestClient) -> None:
    """docs/serve.md lists these names."""
    state = client.get("/api/state").json()
    documented = (Path(__file__).parents[2] / "docs/serve.md").read_text(encoding="utf-8")
    for name in state:
        assert f"| `{name}` |" in documented
    for part in ("time", "jobs", "outcomes"):
        for name in state[part]:
            assert f"`{name}`" in documented
    assert state["queues"][0]["counts"] == {
        "waiting": 0,
        "active": 0,
        "completed": 1,
        "failed": 3,
        "delayed": 0,
        "paused": 0,
        "dead": 0,
    }
    assert state["outcomes"]["modes"]["queue"]["failed_retained"] == 3
    assert state["outcomes"]["modes"]["in-process"]["failed_reported"] == 3
    assert [row["job"] for row in state["jobs"]["rows"]] == ["email-3", "email-2", "email-1"]


def test_who_knows_the_version_hears_only_what_is_new(client: TestClient, change: Callable[..., Any]) -> None:
    """204 until something changes."""
    version = client.get("/api/state").json()["version"]
    assert client.get(f"/api/state?since={version}").status_code == 204
    change("/api/do", {"do": "retry", "with": {"queue": "email", "id": "1"}})
    assert client.get(f"/api/state?since={version}").json()["version"] > version


def test_retry_one_and_all(client: TestClient, change: Callable[..., Any], driver: Driver) -> None:
    """What was done is said, is in the log, and has its effect when time goes on."""
    said = change("/api/do", {"do": "retry", "with": {"queue": "email", "id": "2"}}).json()["said"]
    assert said == "retried job 2 of email"
    assert (
        change("/api/do", {"do": "retry-all", "with": {"queue": "email"}}).json()["said"] == "retried 2 jobs of email"
    )
    change("/api/time", {"to": "by", "value": "1s"})
    driver.run_here()
    state = client.get("/api/state").json()
    assert state["queues"][0]["counts"]["failed"] == 0
    assert state["outcomes"]["modes"]["queue"]["delivered"] == 4
    assert state["outcomes"]["modes"]["in-process"]["delivered"] == 1
    assert [entry["do"] for entry in state["log"]] == ["retry", "retry-all"]
    log = client.get("/log.yaml")
    assert log.headers["content-disposition"] == 'attachment; filename="done-by-hand.yaml"'
    assert [entry["do"] for entry in yaml.safe_load(log.text)["done"]] == ["retry", "retry-all"]


def test_dead_letters_are_replayed_and_purged() -> None:
    """One by one and all."""
    run = LiveRun(load_scenario(SCENARIOS / "05-dead-letters/with.yaml"))
    run.go_on(100_000)
    with client_of(Driver(run)) as client:

        def do(verb: str, **more: str) -> Any:
            body = {"do": verb, "with": {"queue": "email", **more}}
            return client.post("/api/do", json=body, headers={"X-Token": TOKEN}).json()

        dead = client.get("/api/state?queue=email&view=dead").json()["jobs"]
        assert dead["total"] == 60
        first, second = dead["rows"][0], dead["rows"][1]
        story = client.get(f"/api/job?queue=email&id={first['id']}&dead=1").json()
        assert story["state"] == "dead"
        assert len(story["stacks"]) == 5
        assert [one["kind"] for one in story["lane"]["segments"]].count("backoff") == 4
        assert do("replay", id=first["id"])["said"] == f"replayed dead job {first['id']} of email"
        assert do("purge", id=second["id"])["said"] == f"purged dead job {second['id']} of email"
        assert "error" in do("replay", id=first["id"])
        assert "error" in do("purge", id=second["id"])
        assert do("replay-all")["said"] == "replayed dead 58 jobs of email"
        assert client.get("/api/state?queue=email&view=dead").json()["jobs"]["total"] == 0


def test_many_jobs_are_paged(driver: Driver) -> None:
    """Each page is short, in order, and no job is on two of them."""
    store = driver.run.queue_world.redis
    assert store is not None
    for number in range(10, 310):
        store.zadd("bull:email:failed", {str(number): 1_767_225_700_000 + number})
        store.hset(f"bull:email:{number}", mapping={"name": "__default__", "data": "{}", "finishedOn": "1767225700000"})
    with client_of(driver) as client:
        pages = [client.get(f"/api/state?view=failed&page={page}").json()["jobs"] for page in range(13)]
        beyond = client.get("/api/state?view=failed&page=99999").json()["jobs"]
    ids = [row["id"] for page in pages for row in page["rows"]]
    assert ids == [*(str(number) for number in range(309, 9, -1)), "3", "2", "1"]
    assert {len(page["rows"]) for page in pages[:-1]} == {PAGE}
    assert beyond["page"] == 12


@pytest.mark.parametrize("view", ["waiting", "active", "paused"])
def test_jobs_in_line_are_paged_by_who_runs_next(driver: Driver, view: str) -> None:
    """A page's boundary lies inside the list."""
    store = driver.run.queue_world.redis
    assert store is not None
    key = {"waiting": "wait"}.get(view, view)
    store.lpush(f"bull:email:{key}", *map(str, range(100, 160)))
    with client_of(driver) as client:
        pages = [client.get(f"/api/state?view={view}&page={page}").json()["jobs"]["rows"] for page in range(3)]
    assert [row["id"] for page in pages for row in page] == [str(number) for number in range(100, 160)]


def test_the_page_sees_the_keys_while_redis_is_away(client: TestClient, change: Callable[..., Any]) -> None:
    """It may look behind the scenes; it cannot do what no operator could."""
    change("/api/do", {"do": "stop-redis", "with": {}})
    state = client.get("/api/state").json()
    assert state["redis"]["state"] == "down"
    assert state["jobs"]["total"] == 3
    refused = change("/api/do", {"do": "retry-all", "with": {"queue": "email"}})
    assert refused.status_code == 409
    assert "Redis is down" in refused.json()["error"]


def test_a_job_is_found_by_the_name_of_its_offer(client: TestClient) -> None:
    """People read that name in the list of events."""
    story = client.get("/api/job?queue=email&id=email-2").json()
    assert (story["id"], story["state"]) == ("2", "failed")
    assert [event["event"] for event in story["events"]][:3] == ["offered", "enqueued", "started"]


# -- script in names and data ------------------------------------------------------------------------------------------


def test_script_in_a_scenario_stays_text() -> None:
    """In its title, its story and the names of its queues; the page's HTML has it escaped everywhere."""
    scenario = load_scenario(SOME_FAILED).model_copy(update={"title": SCRIPT, "question": SCRIPT, "story": SCRIPT})
    with client_of(Driver(LiveRun(scenario))) as client:
        page = client.get("/").text
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 4


def test_script_in_a_job_stays_text(client: TestClient, driver: Driver) -> None:
    """It is sent as JSON, under a type that no browser takes for a page, and page.js makes no HTML out of text."""
    store = driver.run.queue_world.redis
    assert store is not None
    fields = {"name": SCRIPT, "data": SCRIPT, "failedReason": SCRIPT, "stacktrace": SCRIPT, "opts": SCRIPT}
    store.hset(f"bull:email:{SCRIPT}", mapping={**fields, "trail": SCRIPT, "attemptsMade": SCRIPT})
    store.zadd("bull:email:failed", {SCRIPT: 1e13})
    answer = client.get("/api/state?view=failed")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["jobs"]["rows"][0]["reason"] == SCRIPT
    story = client.get("/api/job", params={"queue": "email", "id": SCRIPT})
    assert story.headers["content-type"] == "application/json"
    assert story.json()["data"] == SCRIPT
    script = client.get("/page.js").text
    for maker in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "DOMParser"):
        assert maker not in script


# -- who is refused ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "body"), CHANGES)
@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN[:-1], "\u00fc"])
def test_no_change_without_the_token(
    client: TestClient, driver: Driver, path: str, body: dict[str, Any], token: str | None
) -> None:
    """Not by a byte less."""
    before = driver.version
    headers = {} if token is None else {"X-Token": token.encode("latin-1")}
    assert client.post(path, json=body, headers=headers).status_code == 403
    assert driver.version == before


@pytest.mark.parametrize(("path", "body"), CHANGES)
def test_no_change_by_another_site_though_it_has_the_token(
    driver: Driver, change: Callable[..., Any], path: str, body: dict[str, Any]
) -> None:
    """A foreign Origin is refused, the own one is not."""
    before = driver.version
    for origin in ("http://evil.example", "null", "file://", "http://127.0.0.1.evil.example"):
        assert change(path, body, Origin=origin).status_code == 403
    assert driver.version == before
    assert change(path, body, Origin=HERE).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "evil.example:8080",
        "",
        "127.0.0.1@evil.example",
        "127.0.0.1/x",
        "10.0.0.7",
        "[::1",
        "localhost:x",
        "127.0.0.1#",
    ],
)
def test_a_foreign_host_gets_nothing(client: TestClient, driver: Driver, host: str) -> None:
    """Neither to read nor to change, token or not: that is what DNS rebinding would come with."""
    before = driver.version
    for path in ("/", "/page.js", "/api/state", "/log.yaml"):
        assert client.get(path, headers={"Host": host}).status_code == 421
    for path, body in CHANGES:
        assert client.post(path, json=body, headers={"Host": host, "X-Token": TOKEN}).status_code == 421
    assert driver.version == before


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080"])
def test_this_machine_goes_by_its_names(client: TestClient, host: str) -> None:
    """Whatever port a tunnel gives it."""
    assert client.get("/api/state", headers={"Host": host}).status_code == 200


def test_on_an_open_address_numbers_are_allowed_and_names_must_be_known(driver: Driver) -> None:
    """A rebinding page always comes with a name."""
    with client_of(driver, "0.0.0.0", ("workshop.local",)) as client:
        assert client.get("/api/state", headers={"Host": "192.168.1.20:8080"}).status_code == 200
        assert client.get("/api/state", headers={"Host": "workshop.local:8080"}).status_code == 200
        assert client.get("/api/state", headers={"Host": "evil.example"}).status_code == 421


@pytest.mark.parametrize(("path", "body"), CHANGES)
def test_ten_megabytes_are_refused(client: TestClient, driver: Driver, path: str, body: dict[str, Any]) -> None:
    """With 413, whether the length was told or not; a body just under the limit is read."""
    before = driver.version
    long = b" " * 10_000_000
    headers = {"X-Token": TOKEN}
    assert client.post(path, content=long, headers=headers).status_code == 413
    assert client.post(path, content=iter([long[:5_000_000], long[5_000_000:]]), headers=headers).status_code == 413
    limit = WebLimits().body_bytes
    assert client.post(path, content=b" " * (limit + 1), headers=headers).status_code == 413
    assert client.post(path, content=b" " * limit, headers=headers).status_code == 400
    assert driver.version == before


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/do", [], 400),
        ("/api/do", {}, 400),
        ("/api/do", {"do": 1}, 400),
        ("/api/do", {"do": "retry", "with": []}, 400),
        ("/api/do", {"do": "retry", "with": {"id": 1}}, 400),
        ("/api/do", {"do": "retry", "with": {"queue": "x" * 513, "id": "1"}}, 400),
        ("/api/do", {"do": "retry", "by": "me"}, 400),
        ("/api/do", {"do": "__class__"}, 404),
        ("/api/do", {"do": "retry", "with": {"queue": "post", "id": "1"}}, 404),
        ("/api/do", {"do": "retry", "with": {"queue": "email", "id": "4"}}, 409),
        ("/api/time", {"to": "yesterday"}, 400),
        ("/api/time", {"to": "speed", "value": "fast"}, 400),
        ("/api/time", {"to": "by", "value": "-1s"}, 400),
        ("/api/time", {"to": "moment", "value": "1s"}, 409),
        ("/api/time", {"to": "moment", "value": "99999999d"}, 409),
        ("/nowhere", {}, 404),
        ("/api/state", {}, 405),
    ],
)
def test_nonsense_is_refused_in_one_sentence(change: Callable[..., Any], path: str, body: Any, status: int) -> None:
    """Never with a traceback."""
    answer = change(path, body)
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/state?queue=post", 404),
        ("/api/state?view=stuck", 404),
        ("/api/state?page=-1", 400),
        ("/api/state?page=1e9", 400),
        ("/api/state?page=999999999999999", 200),
        ("/api/state?since=x", 400),
        ("/api/job?queue=email", 400),
        ("/api/job?queue=email&id=77", 404),
        ("/api/job?queue=email&id=email-1&dead=1", 404),
        ("/../../etc/passwd", 404),
        ("/page.html.jinja", 404),
    ],
)
def test_odd_questions_get_an_answer(client: TestClient, path: str, status: int) -> None:
    """A status that fits, and JSON."""
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"


def test_what_goes_wrong_inside_stays_inside(
    client: TestClient, driver: Driver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The client hears that something went wrong; what it was is in the terminal."""

    def fail(*_: Any) -> None:
        raise RuntimeError("a secret path")

    monkeypatch.setattr(driver, "look", fail)
    answer = client.get("/api/state")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "a secret path" in caplog.text


@pytest.mark.parametrize("path", ["/", "/page.js", "/api/state", "/log.yaml", "/nowhere"])
def test_every_answer_tells_browsers_to_be_strict(client: TestClient, path: str) -> None:
    """No script or style but the page's own files, no frame, no guessing of types."""
    headers = client.get(path).headers
    for name, value in HEADERS.items():
        assert headers[name] == value
    assert "unsafe" not in headers["content-security-policy"]


def test_a_refusal_is_strict_as_well(client: TestClient) -> None:
    """The guard's own answers have the headers, too."""
    assert client.get("/", headers={"Host": "evil.example"}).headers["x-frame-options"] == "DENY"


def test_what_an_operator_did_is_told_with_its_queue_and_its_error(
    client: TestClient, change: Callable[..., Any]
) -> None:
    """In the list of what happened last."""
    change("/api/do", {"do": "pause", "with": {"queue": "email"}})
    told = [one["told"] for one in client.get("/api/state").json()["events"] if one["event"] == "operator-acted"]
    assert told == ["pause email"]
