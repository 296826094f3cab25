"""What docs/handlers.md says of the handlers, from their own files.

``python -m tests.docs.handler_table`` writes it anew after a handler has changed; a test says when that is.
"""

import json
from pathlib import Path

from sim.handlers.base import Handler
from sim.handlers.registry import HANDLERS
from tests.docs.course_tables import with_block

PAGE = Path(__file__).parents[2] / "docs" / "handlers.md"


def handler_table() -> str:
    """List the handlers."""
    head = ["| handler | what a job does | a job's data | its effect | defaults of its queue | in a rehearsal |"]
    return "\n".join([*head, "|---|---|---|---|---|---|", *map(handler_row, HANDLERS.values())])


def handler_row(handler: Handler) -> str:
    """Say of one handler what it does, where its effect stands, what its queue is like, and what a rehearsal does."""
    where = "an external system" if "." in handler.effects else "the database"
    defaults = ", ".join(f"`{key}: {_yaml(value)}`" for key, value in handler.defaults.items()) or "as any other"
    real = handler.for_real or f"no: {handler.never_real}"
    data = json.dumps(handler.sample_data(1, valid=True))
    effect = f"a row in `{handler.effects}`, in {where}"
    return f"| `{handler.name}` | {handler.about} | `{data}` | {effect} | {defaults} | {real} |"


def _yaml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_yaml(inner)}" for key, inner in value.items()) + "}"
    return str(value)


if __name__ == "__main__":
    PAGE.write_text(with_block(PAGE.read_text(encoding="utf-8"), "handlers", handler_table()), encoding="utf-8")
