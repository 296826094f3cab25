"""What holds for every handler in the catalogue."""

import json
from inspect import GEN_CLOSED, getgeneratorstate
from typing import Any, get_args

import pytest

from sim.handlers.base import Effect, JobInput, Steps, Work
from sim.handlers.catalogue import HANDLERS, Handler
from sim.handlers.errors import InvalidData, TransientError
from sim.scenario.queues import HandlerName
from tests.unit.handlers.driver import Driver, job_of

every_handler = pytest.mark.parametrize("kind", sorted(HANDLERS))


def test_a_scenario_can_name_every_handler() -> None:
    """The schema and the catalogue list the same names."""
    assert set(HANDLERS) == set(get_args(HandlerName))


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
    """It happens in the system that the job is about."""
    systems = [step.system for step in app.attempt(kind, job_of(kind)) if isinstance(step, Effect)]
    assert systems == [{"order": "database", "payment": "payment-provider", "email": "mail-server"}[kind]]


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


def test_a_new_handler_is_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its tables are created, and its effects counted, by what the entry says."""

    def handle(job: JobInput) -> Steps:
        yield Work(1.0)
        yield Effect(lambda c: c.execute("INSERT INTO printouts VALUES (?)", (job.name,)).rowcount == 1, "database")
        return {}

    def sample_data(number: int, *, valid: bool) -> dict[str, Any]:
        return {}

    entry = Handler(handle, sample_data, "CREATE TABLE printouts (job TEXT);", "printouts")
    monkeypatch.setitem(HANDLERS, "printout", entry)
    app = Driver()
    app.run("printout", JobInput("printout-1", {}, False))
    app.run("email", job_of("email"))
    assert app.database.effects_by_job() == {"email-1": 1, "printout-1": 1}


def test_a_handler_may_share_another_s_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """No effect is counted twice because two entries name the same table."""
    monkeypatch.setitem(HANDLERS, "newsletter", HANDLERS["email"])
    app = Driver()
    app.run("newsletter", job_of("email"))
    assert app.database.effects_by_job() == {"email-1": 1}


def test_a_database_counts_by_the_catalogue_it_was_opened_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry that comes later, whose tables it lacks, does not disturb it."""
    app = Driver()
    monkeypatch.setitem(HANDLERS, "printout", HANDLERS["email"]._replace(effects="printouts"))
    assert app.database.effects_by_job() == {}
