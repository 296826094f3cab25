"""What is called otherwise since the rebuild began: old name -> new name.

Whoever renames something that a file, an event or a result says adds a line here. Everything here is applied to what
the checkout *before* says, so that both sides speak the new words. Names of Python modules and functions do not belong
here but into ``adapter_after.py``.
"""

from typing import Any

YAML_KEYS: dict[str, str] = {}
"""Keys of scenario files and policies, such as ``{"share": "rate"}``.

A dotted old name is meant only where its path ends so; numbers of list entries do not count. ``metrics.every`` is the
``every`` of ``metrics``, and ``faults.share`` the ``share`` of any fault. The longest one that fits decides. The new
name has no dots.
"""

YAML_VALUES: dict[str, dict[str, str]] = {}
"""Words that stand in scenario files, by the key that they stand at (its *old* name, dotted as above)."""

EVENTS: dict[str, str] = {}
"""Kinds of events, such as ``{"accepted": "enqueued"}``."""

EVENT_FIELDS: dict[str, dict[str, str]] = {}
"""Fields of events, by the event's *new* name; ``*`` is every event. Such as ``{"failed": {"kept": "retained"}}``."""

ERROR_FIELDS: dict[str, str] = {}
"""Fields of a line of the error log."""

WORDS: dict[str, str] = {}
"""Whole words in anything that a run gives: names of counts, outcomes, metrics, places, steps, modes, errors."""

TEXTS: dict[str, str] = {}
"""Parts of sentences in what a run gives, such as the message of an error; each is replaced wherever it stands."""

NEW_FIELDS: dict[str, frozenset[str]] = {}
"""Fields that an event tells only since the rebuild, by its new name; they are not compared, so keep this short."""


def rewrite(event: dict[str, Any]) -> dict[str, Any] | None:
    """Give an event of the trace the shape that it has now, where that is more than other names; None leaves it out.

    Here several kinds of events become one, for instance. It has its new names already.
    """
    return event
