"""The handler of a queue whose scenario lists what its jobs do: works and effects, one after another.

It knows nothing of how far an earlier attempt came, so it begins from the beginning. An effect is a row in
``effects_done`` of the application's database, or of ``outside``, which stands for every outside system.
"""

import sqlite3
from functools import lru_cache, partial
from typing import Any, NamedTuple

from sim.handlers.base import DATABASE, Effect, Handler, JobInput, Steps, Work, whole_number
from sim.handlers.rows import Statement

OUTSIDE = "outside"
"""The system of an effect that is not in the application's database."""
TABLES = ("effects_done", f"{OUTSIDE}.effects_done")
"""Where the effects stand: in the application's database, and outside."""
SCRIPT = """
CREATE TABLE IF NOT EXISTS effects_done (job TEXT NOT NULL, effect TEXT NOT NULL, idempotency_key TEXT);
CREATE UNIQUE INDEX IF NOT EXISTS one_effect_a_key
    ON effects_done (idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE TABLE IF NOT EXISTS outside.effects_done (job TEXT NOT NULL, effect TEXT NOT NULL, idempotency_key TEXT);
CREATE UNIQUE INDEX IF NOT EXISTS outside.one_effect_a_key
    ON effects_done (idempotency_key) WHERE idempotency_key IS NOT NULL;
"""

_IN_DATABASE = Statement(
    "INSERT INTO main.effects_done VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    lambda rows, values: rows.insert("effects_done", values[2], values),
)
_OUTSIDE = Statement(
    "INSERT INTO outside.effects_done VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    lambda rows, values: rows.insert("outside.effects_done", values[2], values),
)


class OwnEffect(NamedTuple):
    """One effect of such a job.

    Attributes:
        name: Such as ``send`` or ``send.3``.
        system: ``DATABASE`` or ``OUTSIDE``.
        idempotent: Whether a second one is recognised; None as the queue says.
        share: Which part of the job's time is worked before it, 0 to 1.
    """

    name: str
    system: str
    idempotent: bool | None
    share: float


@lru_cache(maxsize=1_000)
def own_handler(effects: tuple[OwnEffect, ...]) -> Handler:
    """Make the handler of a queue whose jobs have these effects, in this order."""
    return Handler(
        name="",
        about="Works and has its effects one after another, as the scenario lists them.",
        handle=partial(_handle, effects, max(0.0, 1 - sum(effect.share for effect in effects))),
        sample_data=sample_data,
        effects=TABLES[0],
        parts=len(effects),
        for_real="Each effect goes over the socket of the database or of outside systems",
    )


def _handle(effects: tuple[OwnEffect, ...], rest: float, job: JobInput) -> Steps:
    """Have every effect from the first to the last.

    Raises:
        InvalidData: Definite; the data is no such job.
        TransientError: The database failed; what came before stands.
    """
    number = whole_number(job.data, "number")
    name = job.name

    def have(cursor: sqlite3.Cursor) -> bool:
        return cursor.execute(statement, (name, effect.name, key)).rowcount == 1

    for place, effect in enumerate(effects, 1):
        if effect.share:
            yield Work(effect.share)
        idempotent = job.idempotent if effect.idempotent is None else effect.idempotent
        key = f"{name}:{effect.name}" if idempotent else None
        statement = _IN_DATABASE if effect.system == DATABASE else _OUTSIDE
        yield Effect(have, effect.system, effect.name, place, len(effects))
    if rest:
        yield Work(rest)
    return {"number": number, "effects": len(effects)}


def sample_data(number: int, *, valid: bool) -> dict[str, Any]:
    """Make the data of the n-th job; an invalid one has the number 0.

    Args:
        number: From 1.
    """
    return {"number": number if valid else 0}
