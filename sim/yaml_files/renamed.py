"""Keys and words of files and measures that were called otherwise in 0.1, and what they are called now.

A file that still uses an old one gets an error at its place that says the new one; nothing else is guessed.
"""

from collections.abc import Collection

RENAMED = {
    "every": "interval",
    "mean_every": "mean_interval",
    "share": "rate",
    "failure_share": "failure_rate",
    "silent_after": "unresponsive_after",
    "aftermath": "attribution_window",
    "needs": "prerequisites",
    "says": "message",
    "may_change": "editable",
    "wrong_ideas": "distractors",
    "notice_max": "detection_time_max",
    "effect_mean_ms": "delivery_mean_ms",
    "effect_p95_ms": "delivery_p95_ms",
}
"""Old name to new name. Each new one is meant only where the file may say it."""


def renamed(old: object, known: Collection[str]) -> str:
    """Say what an old name is called now: ``is called `interval` now``; empty where it is none or fits not here.

    Args:
        known: What may stand at that place today.
    """
    new = RENAMED.get(old) if isinstance(old, str) else None
    return f"is now called `{new}`" if new in known else ""
