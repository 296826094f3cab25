"""Every handler tells in its own file all that the program wants to know of it, and behaves as all of them do."""

import inspect
import json
from inspect import GEN_CLOSED, getgeneratorstate
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import sim.handlers
from sim.engine.run import run
from sim.handlers.base import DATABASE, Effect, Handler, JobInput, Steps, Work
from sim.handlers.errors import InvalidData, TransientError
from sim.handlers.registry import HANDLERS, SHARED
from sim.scenario.first_draft import Draft, draft_text
from sim.scenario.load import parse_scenario
from sim.scenario.queues import QueueConfig
from tests.docs.handler_table import handler_row
from tests.properties.wide_scenarios import scenario_of
from tests.unit.handlers.driver import Driver, job_of

every_handler = pytest.mark.parametrize("kind", sorted(HANDLERS))


def missing(handler: Handler) -> list[str]:
    """List what the file of a handler does not say."""
    home = inspect.getmodule(handler.handle)
    said = {
        "name of its file": home is not None and home.__name__.rpartition(".")[2] == handler.name,
        "docstring of its file": bool(home and home.__doc__),
        "docstring of handle": bool(handler.handle.__doc__),
        "docstring of sample_data": bool(inspect.getdoc(handler.sample_data)),
        "about": handler.about.endswith("."),
        "noun and plural": handler.noun != Handler._field_defaults["noun"] != handler.plural != "jobs",
        "effects": bool(handler.effects),
        "tables": bool(handler.tables) or any(handler.effects in one.tables for one in HANDLERS.values()),
        "for_real or never_real": bool(handler.for_real) != bool(handler.never_real),
        "idempotency_key in its defaults": "idempotency_key" in handler.defaults,
        "order": handler.order != Handler._field_defaults["order"],
    }
    try:
        QueueConfig.model_validate({"handler": handler.name, **handler.defaults})
    except ValidationError as error:
        said |= {f"{'.'.join(map(str, one['loc']))} in its defaults": False for one in error.errors()}
    return [name for name, is_there in said.items() if not is_there]


def bare() -> Handler:
    """A handler of which nothing is said."""

    def handle(job: JobInput) -> Steps:
        yield Work(1.0)
        return {}

    def sample_data(number: int, *, valid: bool) -> dict[str, Any]:
        return {}

    return Handler("email", "", handle, sample_data, "", defaults={"atempts": 3})


@every_handler
def test_its_file_says_everything(kind: str) -> None:
    """What a job does, where its effect stands, what its queue is like, how it is done for real or why not."""
    assert missing(HANDLERS[kind]) == []


def test_a_file_that_says_nothing_is_told_all_that_it_lacks() -> None:
    """So the test above would notice each."""
    assert missing(bare()) == [
        "name of its file",
        "docstring of handle",
        "docstring of sample_data",
        "about",
        "noun and plural",
        "effects",
        "for_real or never_real",
        "idempotency_key in its defaults",
        "order",
        "atempts in its defaults",
    ]


def test_every_file_is_a_handler() -> None:
    """But for what all of them share."""
    files = {path.stem for path in Path(sim.handlers.__path__[0]).glob("*.py")} - {"__init__", *SHARED}
    assert files == set(HANDLERS)


@every_handler
def test_a_queue_of_its_name_delivers_every_job_in_both_modes(kind: str) -> None:
    """Of a draft in which nothing breaks, and with nothing said but its name."""
    result = run(parse_scenario(draft_text(Draft("Try it", queue=kind), "sim", "try.yaml"), "try.yaml"), store="memory")
    assert result.scenario.queues[kind].handler == kind
    assert [(mode.totals.delivered, mode.totals.duplicated) for mode in result.modes.values()] == [(30, 0)] * 2


@every_handler
def test_random_scenarios_have_it(kind: str) -> None:
    """As a queue of its own name and as what another queue does, among the first hundred numbers."""
    queues = [pair for number in range(100) for pair in scenario_of(number)["queues"].items()]
    assert sum(name == kind and "handler" not in said for name, said in queues) >= 10
    assert sum(said.get("handler") == kind for _name, said in queues) >= 10


@every_handler
def test_it_stands_in_the_table_of_handlers(kind: str) -> None:
    """With its effect and what a rehearsal does; else: python -m tests.docs.handler_table."""
    row = handler_row(HANDLERS[kind])
    assert all(said in row for said in (f"`{kind}`", HANDLERS[kind].effects, HANDLERS[kind].about))


@every_handler
def test_the_work_of_a_handler_is_its_whole_service_time(app: Driver, kind: str) -> None:
    """The shares sum to 1, and there is work before the effect and after it."""
    seen = list(app.attempt(kind, job_of(kind)))
    shares = [step.share for step in seen if isinstance(step, Work)]
    assert sum(shares) == pytest.approx(1)
    effect = next(index for index, step in enumerate(seen) if isinstance(step, Effect))
    assert [isinstance(step, Work) for step in (seen[effect - 1], seen[effect + 1])] == [True, True]


@every_handler
def test_a_handler_has_one_effect(app: Driver, kind: str) -> None:
    """In the application's database or in an outside system, as the name of its table says."""
    (system,) = [step.system for step in app.attempt(kind, job_of(kind)) if isinstance(step, Effect)]
    assert (system == DATABASE) == ("." not in HANDLERS[kind].effects)


@every_handler
@pytest.mark.parametrize("idempotent", [False, True])
def test_a_second_effect_is_recognised_with_a_key_and_stands_without(app: Driver, kind: str, idempotent: bool) -> None:
    """A row of its table each; another job has its own either way."""
    for number in (1, 1, 2):
        app.run(kind, job_of(kind, number, idempotent=idempotent))
    assert [applied for _job, applied in app.written] == [True, not idempotent, True]
    assert app.database.effects_by_job() == {f"{kind}-1": 1 if idempotent else 2, f"{kind}-2": 1}


@every_handler
def test_the_result_can_be_written_as_json(app: Driver, kind: str) -> None:
    """It is the job's return value in the queue."""
    result = app.run(kind, job_of(kind))
    assert json.loads(json.dumps(result)) == result


@every_handler
def test_sample_data_depends_on_the_number_alone(kind: str) -> None:
    """The same number gives the same data in another dictionary, and other numbers give other data."""
    make = HANDLERS[kind].sample_data
    for valid in (True, False):
        assert make(3, valid=valid) == make(3, valid=valid)
        assert make(3, valid=valid) is not make(3, valid=valid)
        assert make(3, valid=valid) != make(4, valid=valid)
        assert json.loads(json.dumps(make(3, valid=valid))) == make(3, valid=valid)


@every_handler
@pytest.mark.parametrize("number", [1, 2, 254, 255, 256, 257, 2_000_000])
def test_valid_samples_run_and_invalid_ones_are_refused(app: Driver, kind: str, number: int) -> None:
    """Invalid data fails before the first instruction."""
    assert app.run(kind, JobInput("a-1", HANDLERS[kind].sample_data(number, valid=True), True))
    steps = HANDLERS[kind].handle(JobInput("a-2", HANDLERS[kind].sample_data(number, valid=False), True))
    with pytest.raises(InvalidData):
        next(steps)
    assert app.database.effects_by_job() == {"a-1": 1}


@every_handler
def test_a_handler_lets_the_database_s_errors_through(kind: str) -> None:
    """A transient error that is thrown in comes out as it is."""
    steps = HANDLERS[kind].handle(job_of(kind))
    next(steps)
    error = TransientError("not this time")
    with pytest.raises(TransientError) as caught:
        steps.throw(error)
    assert caught.value is error


@every_handler
def test_a_handler_that_is_dropped_ends_at_once(kind: str) -> None:
    """A crash closes the generator wherever it stands; it does not ask for more."""
    for reached in range(1, 5):
        steps = HANDLERS[kind].handle(job_of(kind))
        for _ in range(reached):
            steps.send(None)
        steps.close()
        assert getgeneratorstate(steps) == GEN_CLOSED


def test_a_handler_may_share_another_s_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """No effect is counted twice because two handlers name the same table."""
    monkeypatch.setitem(HANDLERS, "newsletter", HANDLERS["email"]._replace(name="newsletter", tables=""))
    app = Driver()
    app.run("newsletter", job_of("email"))
    assert app.database.effects_by_job() == {"email-1": 1}


def test_a_database_counts_by_the_handlers_it_was_opened_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that comes later, whose tables it lacks, does not disturb it."""
    app = Driver()
    monkeypatch.setitem(HANDLERS, "printout", HANDLERS["email"]._replace(effects="printouts"))
    assert app.database.effects_by_job() == {}
