"""No data gets past a handler that is not what the handler needs."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.handlers.base import LARGEST, JobInput
from sim.handlers.errors import InvalidData
from sim.handlers.registry import HANDLERS
from tests.unit.handlers.driver import Driver, job_of

NUMBERS = [("order", "order"), ("order", "quantity"), ("payment", "order"), ("payment", "amount_cents")]
NUMBERS.append(("email", "notification"))


def is_valid(kind: str, field: str, value: Any) -> bool:
    """Tell whether a handler takes a value."""
    try:
        next(HANDLERS[kind].handle(job_of(kind, **{field: value})))
    except InvalidData as error:
        return bool(error.args[0] != field)
    return True


@pytest.mark.parametrize(("kind", "field"), NUMBERS)
def test_numbers_have_bounds_on_both_sides(kind: str, field: str) -> None:
    """The smallest and the largest are taken, one further is refused."""
    accepted = [is_valid(kind, field, value) for value in (-1, 0, 1, LARGEST, LARGEST + 1)]
    assert accepted == [False, False, True, True, False]


@pytest.mark.parametrize(("kind", "field"), NUMBERS)
@pytest.mark.parametrize("value", [True, 1.0, "1", None, [1], float("nan")])
def test_only_whole_numbers_are_numbers(kind: str, field: str, value: Any) -> None:
    """JSON's true, 1.0 and "1" are none."""
    assert not is_valid(kind, field, value)


@pytest.mark.parametrize(("currency", "valid"), [("EUR", True), ("eur", False), ("USD", False), (None, False)])
def test_only_one_currency_is_paid_in(currency: Any, valid: bool) -> None:
    """Any other is invalid, and so is none."""
    assert is_valid("payment", "currency", currency) == valid


@pytest.mark.parametrize("address", ["a@b", "!@~", "customer-1@example.com", "first.last+tag@sub.example.org"])
def test_an_address_has_an_at_in_its_middle(address: str) -> None:
    """One character on each side is enough."""
    assert is_valid("email", "to", address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        "a@",
        "@b",
        "a.b",
        "a@b@c",
        "a b@c",
        "a@b c",
        "a@b\n",
        "a@b\0",
        "a@\x7f",
        "ä@b",
        "a@\ud800",
        None,
        1,
        ["a@b"],
    ],
)
def test_anything_else_is_no_address(address: Any) -> None:
    """No @, two of them, blanks, control characters, what SQLite cannot store, and what is no text."""
    assert not is_valid("email", "to", address)


@pytest.mark.parametrize("kind", sorted(HANDLERS))
def test_every_field_of_the_samples_is_needed(kind: str) -> None:
    """Leaving any of them out is invalid; fields that nobody knows are not looked at."""
    data = HANDLERS[kind].sample_data(1, valid=True)
    for field in data:
        rest = {name: value for name, value in data.items() if name != field}
        with pytest.raises(InvalidData, match=field):
            next(HANDLERS[kind].handle(JobInput("a-1", rest, False)))
    next(HANDLERS[kind].handle(JobInput("a-1", data | {"job": "a-1"}, False)))


texts = st.text(alphabet="a@. \n\0\x7fä\ud800", max_size=6)
numbers = st.integers() | st.floats() | st.sampled_from([0, 1, LARGEST, LARGEST + 1, 2**63, -(2**63) - 1])
scalars = st.none() | st.booleans() | numbers | texts
json_values = scalars | st.lists(scalars, max_size=2) | st.dictionaries(texts, scalars, max_size=2)


@given(st.sampled_from(sorted(HANDLERS)), st.data())
def test_any_data_either_runs_to_its_end_or_is_invalid(kind: str, data: st.DataObject) -> None:
    """Whatever JSON somebody puts into a job, the handler ends in one of two ways and the database stays usable."""
    sample = HANDLERS[kind].sample_data(1, valid=True)
    fields = {name: st.just(value) | json_values for name, value in sample.items()}
    job = JobInput("a-1", data.draw(st.fixed_dictionaries({}, optional=fields)), False)
    app = Driver(stock=LARGEST)
    with suppress(InvalidData):
        app.run(kind, job)
    assert app.database.effects_by_job() == ({"a-1": 1} if app.written else {})
    app.database.close()
