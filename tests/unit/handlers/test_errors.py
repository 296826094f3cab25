"""Errors survive what SimPy and other processes do to them."""

import pickle

import pytest

from sim.core.errors import SimError
from sim.handlers.email import OptedOut
from sim.handlers.errors import (
    DatabaseUnavailable,
    InvalidData,
    PermanentError,
    ReplyLost,
    TransactionAborted,
    TransientError,
)
from sim.handlers.order import OutOfStock

EVERY_ERROR = [
    (DatabaseUnavailable(), TransientError, "the database cannot be reached"),
    (TransactionAborted(), TransientError, "the database aborted the transaction and undid it"),
    (ReplyLost(), TransientError, "the connection to the database broke before its answer came"),
    (TransientError("not this time"), TransientError, "not this time"),
    (PermanentError("never"), PermanentError, "never"),
    (InvalidData("to", "an address", None), PermanentError, "to must be an address, not None"),
    (OutOfStock(3, 2), PermanentError, "out of stock: 3 wanted, 2 on hand"),
    (OptedOut("a@b"), PermanentError, "a@b has opted out of mail"),
]


@pytest.mark.parametrize(("error", "kind", "text"), EVERY_ERROR, ids=lambda value: type(value).__name__)
def test_every_error_can_be_rebuilt_and_pickled(error: SimError, kind: type[SimError], text: str) -> None:
    """Type, kind and text stay the same when it is made again from its arguments, or sent to another process."""
    for copy in (type(error)(*error.args), pickle.loads(pickle.dumps(error))):
        assert type(copy) is type(error)
        assert isinstance(copy, kind)
        assert str(copy) == text


def test_no_error_is_both_transient_and_permanent() -> None:
    """Whoever decides on a retry has two cases."""
    for error, _kind, _text in EVERY_ERROR:
        assert isinstance(error, TransientError) != isinstance(error, PermanentError)


def test_a_huge_value_is_cut_short() -> None:
    """The text of an error stays readable whatever a producer wrote into a job."""
    assert len(str(InvalidData("to", "an address", "x" * 1_000_000))) < 100
