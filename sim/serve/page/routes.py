"""The requests that the page can make: itself, the state as JSON, one job, the log, and what is done by hand."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sim.core.durations import parse_duration
from sim.core.errors import SimError, UnknownName
from sim.faults.by_hand import Choice, RedisSettings
from sim.faults.registry import HAND_VERBS
from sim.operator_verbs.base import OnJob
from sim.operator_verbs.registry import VERBS
from sim.results.text import MEANINGS
from sim.serve.page.driver import Driver
from sim.serve.page.guard import RunBroken
from sim.serve.page.job_list import VIEWS
from sim.serve.page.limits import WebLimits
from sim.serve.page.pace import parse_speed
from sim.serve.page.security import Guard, Hosts
from sim.serve.page.state import StateView
from sim.serve.page.styles import LANE_LOOKS, MARK_LOOKS, MEASURE_LOOKS
from sim.serve.world_lock import WorldBusy

LOGGER = logging.getLogger("sim.serve")

PAGE = Path(__file__).parent
ASSETS = {"page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}
MAX_PAGES = 10_000_000
MAX_NAME = 512


class BadRequest(SimError):
    """A request that says nothing sensible; its text says what would be."""


class PageQuestion(NamedTuple):
    """A list of choices on the page, for an argument of what is done by hand."""

    id: str
    label: str
    choices: Sequence[Choice]
    start: str
    after: str


def questions(redis: RedisSettings) -> Iterator[PageQuestion]:
    """Give what the page asks for when a fault is thrown, from the files of the faults.

    Args:
        redis: What the scenario's Redis keeps.
    """
    for name, verb in HAND_VERBS.items():
        for one in verb.asks:
            label = one.label.format(persistence=redis.persistence)
            yield PageQuestion(f"{name}-{one.name}", label, one.choices(redis), one.start, one.after)


def queue_buttons() -> list[dict[str, object]]:
    """Give the buttons of queues and of jobs, from the files of the verbs."""
    verbs = sorted(VERBS.items(), key=lambda pair: pair[1].order)
    return [
        {
            "verb": do,
            "of_job": issubclass(verb, OnJob),
            "text": button.text,
            "views": button.views,
            "confirm": button.confirm,
            "view_is": button.view_is,
            "when": button.when,
        }
        for do, verb in verbs
        if (button := verb.by_hand) is not None
    ]


@dataclass(frozen=True, slots=True)
class Page:
    """The page and everything that it asks for.

    Args:
        driver: What moves the run.
        view: What reads it.
    """

    driver: Driver
    view: StateView

    def html(self, _request: Request) -> Response:
        """The page itself; the same for everybody, without the token."""
        environment = Environment(
            loader=FileSystemLoader(PAGE),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        run = self.driver.run
        text = environment.get_template("page.html.jinja").render(
            scenario=run.scenario,
            seed=run.seed,
            semantics=run.semantics,
            story=[part for part in run.scenario.story.split("\n\n") if part.strip()],
            questions=list(questions(run.scenario.redis)),
            setup={
                "queues": list(run.scenario.queues),
                "views": VIEWS,
                "buttons": queue_buttons(),
                "by_hand": {
                    name: {
                        "button": verb.button,
                        "place": verb.place,
                        "slot": verb.slot,
                        "asks": [one.name for one in verb.asks],
                    }
                    for name, verb in HAND_VERBS.items()
                },
                "measures": [look._asdict() | {"meaning": MEANINGS[look.name]} for look in MEASURE_LOOKS],
                "lanes": [look._asdict() for look in LANE_LOOKS],
                "marks": [look._asdict() for look in MARK_LOOKS],
            },
        )
        return HTMLResponse(text)

    def asset(self, request: Request) -> Response:
        """Style, script and icon."""
        name = request.url.path.removeprefix("/")
        return Response((PAGE / name).read_bytes(), media_type=ASSETS[name])

    def state(self, request: Request) -> Response:
        """The state as JSON; 204 where nothing has changed since the version that the asker has."""
        asked = request.query_params
        version = _whole(asked.get("since", "0"))
        if version == self.driver.version:
            return Response(status_code=204)
        page = _whole(asked.get("page", "0"))
        return _json(self.view.state(_name(asked.get("queue")), asked.get("view", "failed"), page))

    def job(self, request: Request) -> Response:
        """One job with its story."""
        asked = request.query_params
        queue, job_id = _name(asked.get("queue")), _name(asked.get("id"))
        if queue is None or job_id is None:
            raise BadRequest("say which queue and which id")
        return _json(self.view.story(queue, job_id, asked.get("dead") == "1"))

    def log(self, _request: Request) -> Response:
        """What was done by hand, as a YAML file."""
        text = self.driver.look(lambda run: run.written_log().as_yaml())
        named = {"content-disposition": 'attachment; filename="done-by-hand.yaml"'}
        return PlainTextResponse(text, headers=named, media_type="application/yaml")

    async def time(self, request: Request) -> Response:
        """Change the pace, or go somewhere."""
        asked = _object(await request.body(), "to", "value")
        await run_in_threadpool(self._change_time, asked.get("to", ""), asked.get("value", ""))
        return _json({"version": self.driver.version})

    def _change_time(self, to: str, value: str) -> None:
        driver = self.driver
        match to:
            case "play":
                driver.play()
            case "pause":
                driver.pause()
            case "speed":
                driver.set_speed(parse_speed(value))
            case "next-event":
                driver.step_event()
            case "by":
                driver.go_by(parse_duration(value))
            case "moment":
                driver.go_to(parse_duration(value))
            case _:
                raise BadRequest("to must be play, pause, speed, next-event, by or moment")

    async def do(self, request: Request) -> Response:
        """Do something by hand."""
        body = _object(await request.body(), "do", "with")
        verb, arguments = body["do"], body.get("with") or {}
        entry = await run_in_threadpool(self.driver.do, verb, arguments)
        return _json({"version": self.driver.version, "at_ms": entry.at_ms, "said": entry.said})


def web_app(driver: Driver, view: StateView, *, token: str, hosts: Hosts, limits: WebLimits) -> Guard:
    """Put the page together, behind its guard."""
    page = Page(driver, view)
    routes = [
        Route("/", page.html),
        *(Route(f"/{name}", page.asset) for name in ASSETS),
        Route("/api/state", page.state),
        Route("/api/job", page.job),
        Route("/log.yaml", page.log),
        Route("/api/time", page.time, methods=["POST"]),
        Route("/api/do", page.do, methods=["POST"]),
    ]
    handlers: dict[Any, Any] = {
        UnknownName: _answer_not_found,
        WorldBusy: _answer_busy,
        RunBroken: _answer_broken_run,
        BadRequest: _answer_bad,
        SimError: _answer_refused,
        HTTPException: _answer_http,
        Exception: _answer_broken,
    }
    return Guard(_Quiet(Starlette(routes=routes, exception_handlers=handlers)), hosts=hosts, token=token, limits=limits)


class _Quiet:
    """Keeps what starlette raises again after it has answered with 500 from being raised once more."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            LOGGER.error("a request failed: %r", error, exc_info=error)


async def _answer_not_found(_request: Request, error: Exception) -> Response:
    return _json({"error": str(error)}, 404)


async def _answer_busy(_request: Request, error: Exception) -> Response:
    return _json({"error": str(error)}, 503)


async def _answer_broken_run(_request: Request, error: Exception) -> Response:
    return _json({"error": str(error)}, 500)


async def _answer_bad(_request: Request, error: Exception) -> Response:
    return _json({"error": str(error)}, 400)


async def _answer_refused(_request: Request, error: Exception) -> Response:
    """What the run or the queue refuses, and values that nobody can read (a speed, a duration)."""
    return _json({"error": str(error)}, 400 if isinstance(error, ValueError) else 409)


async def _answer_http(_request: Request, error: Any) -> Response:
    return _json({"error": error.detail}, error.status_code)


async def _answer_broken(_request: Request, _error: Exception) -> Response:
    return _json({"error": "the server failed on this request; see the terminal where it runs"}, 500)


def _json(value: Any, status: int = 200) -> JSONResponse:
    return JSONResponse(value, status)


def _name(text: str | None) -> str | None:
    if text is not None and len(text) > MAX_NAME:
        raise BadRequest(f"a name has at most {MAX_NAME} characters")
    return text


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise BadRequest("expected a whole number")
    return min(int(text), MAX_PAGES) if len(text) > 8 else int(text)


def _object(body: bytes, *names: str) -> dict[str, Any]:
    """Read a JSON object of texts (and of one object of texts) with these names and no others."""
    try:
        found = orjson.loads(body)
    except ValueError:
        raise BadRequest(f"expected a JSON object with {' and '.join(names)}") from None
    if not isinstance(found, dict) or not set(found) <= set(names):
        raise BadRequest(f"expected a JSON object with {' and '.join(names)}, and nothing else")
    for name, value in found.items():
        texts = list(value.values()) if name == "with" and isinstance(value, dict) else [value]
        if not all(isinstance(text, str) and len(text) <= MAX_NAME for text in texts):
            raise BadRequest(f"{name}: expected texts of at most {MAX_NAME} characters")
    if "do" in names and ("do" not in found or not isinstance(found.get("with", {}), dict)):
        raise BadRequest('expected {"do": verb, "with": {argument: text}}')
    return found
