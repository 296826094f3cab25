"""The errors that any handler can end with; a handler's own errors are in its file.

*Definite*: what was asked for did not happen. *Indefinite*: it may have happened, and only the tables know.
"""

import reprlib

from sim.core.errors import SimError


class TransientError(SimError):
    """The attempt failed, and another one may succeed; definite or indefinite, as the subclass says.

    Source: reliability-model.md, Error Types.
    """


class PermanentError(SimError):
    """The attempt failed, and every other one will; definite.

    Source: reliability-model.md, Error Types.
    """


class DatabaseUnavailable(TransientError):
    """The database could not be reached; definite, the transaction never began."""

    def __str__(self) -> str:
        return "the database cannot be reached"


class TransactionAborted(TransientError):
    """The database gave up in the middle of the transaction; definite, all of it was undone."""

    def __str__(self) -> str:
        return "the database aborted the transaction and undid it"


class ReplyLost(TransientError):
    """The connection broke before the answer to COMMIT came; indefinite for the handler, though all of it stands."""

    def __str__(self) -> str:
        return "the connection to the database broke before its answer came"


class NoConnection(TransientError):
    """No connection became free in time; definite, the transaction never began.

    Args:
        connections: How many there are.
        where: Whose they are, such as ``the pool of email-1``.
        waited: For how long it waited, such as ``5s``.
    """

    def __str__(self) -> str:
        connections, where, waited = self.args
        are = "the only connection" if connections == 1 else f"all {connections:,} connections"
        return f"timeout acquiring a connection: {are} of {where} stayed in use for {waited}"


class TooManyConnections(TransientError):
    """The database serves as many calls as it may; definite, the transaction never began.

    Args:
        connections: How many that is.
    """

    def __str__(self) -> str:
        return f"the database refused the call: too many connections (at most {self.args[0]:,})"


class CallTimedOut(TransientError):
    """The caller gave up before the answer came; definite, as the COMMIT was never sent.

    Args:
        waited: For how long it waited, such as ``2s``.
    """

    def __str__(self) -> str:
        return f"the database did not answer within {self.args[0]}; the transaction was rolled back"


class RowMissing(TransientError):
    """What the job is about is not in the database; definite. Another attempt finds it once it is committed.

    Args:
        job: The job, and the row that the application made for it.
    """

    def __str__(self) -> str:
        return f"{self.args[0]} not found: its row is not in the database"


class InvalidData(PermanentError):
    """The job's data cannot be used; definite, nothing was tried.

    Args:
        field: The field that is wrong.
        expected: What it should be, in words.
        value: What it is.
    """

    def __str__(self) -> str:
        field, expected, value = self.args
        return f"{field} must be {expected}, not {reprlib.repr(value)}"
