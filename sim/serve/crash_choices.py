"""How Redis may be crashed by hand, and what each of it keeps, in words."""

from typing import NamedTuple

from sim.core.durations import format_duration
from sim.scenario.schema import RedisConfig
from sim.serve.interventions import CAUSES
from sim.stores.snapshots import FSYNC_MS

_WORDS = {"process-kill": "its process is killed", "power-loss": "the power fails"}


class CrashChoice(NamedTuple):
    """One cause of a crash.

    Attributes:
        keeps: What Redis will know afterwards, with the persistence that the scenario says.
    """

    cause: str
    words: str
    keeps: str


def crash_choices(config: RedisConfig) -> list[CrashChoice]:
    """List every cause, with what will be left; ``restore_point_ms`` decides it."""
    return [CrashChoice(cause, _WORDS[cause], _kept(config, cause)) for cause in CAUSES]


def _kept(config: RedisConfig, cause: str) -> str:
    if config.persistence == "none":
        return "all is lost"
    if config.persistence == "rdb":
        return f"back to the last snapshot, one every {format_duration(config.save_interval)}"
    if config.persistence == "aof-everysec" and cause == "power-loss":
        return f"up to {format_duration(FSYNC_MS)} is lost"
    return "nothing is lost"
