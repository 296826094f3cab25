"""A record as one line of the trace."""

import json
from json.encoder import encode_basestring as text_of
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.ledger.events import Record

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_OWN = frozenset({"t_ms", "mode", "queue", "job", "event", "attempt", "worker"})


def line_of(record: "Record", mode: str) -> str:
    """Write one record as a JSON object; what ``more`` says goes before a field of the same name."""
    t_ms, queue, job, event, attempt, worker, more = record
    if more and not _OWN.isdisjoint(more):
        return _encode({**_fields(record, mode), **more})
    rest = f",{_encode(more)[1:]}" if more else "}"
    return (
        f'{{"t_ms":{t_ms},"mode":{text_of(mode)},"queue":{"null" if queue is None else text_of(queue)},'
        f'"job":{"null" if job is None else text_of(job)},"event":"{event.value}","attempt":{attempt},'
        f'"worker":{"null" if worker is None else text_of(worker)}{rest}'
    )


def _fields(record: "Record", mode: str) -> dict[str, Any]:
    return {
        "t_ms": record.t_ms,
        "mode": mode,
        "queue": record.queue,
        "job": record.job,
        "event": record.event.value,
        "attempt": record.attempt,
        "worker": record.worker,
    }
