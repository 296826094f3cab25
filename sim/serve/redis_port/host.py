"""What a client's commands may ask of the port that serves it."""

from typing import Any, Protocol

from sim.core.clock import Clock
from sim.serve.redis_port.budgets import DataBudget
from sim.serve.redis_port.limits import PortLimits
from sim.serve.redis_port.script_runner import ScriptRunner

TOO_LONG = "ERR the reply is longer than this port sends; read it in parts (SCAN and its kin, LRANGE, ZRANGE by rank)"
"""The answer in place of one that is too long."""


class Host(Protocol):
    """What a client's commands may ask of the port."""

    limits: PortLimits
    allow_dangerous: bool
    scripts: ScriptRunner
    budget: DataBudget

    @property
    def clock(self) -> Clock:
        """The world's clock."""

    def describe(self, sections: list[str]) -> str:
        """Return what INFO says."""

    def size_of(self, key: bytes, database: Any) -> int | None:
        """Return about how many bytes a key takes."""

    def up_since_s(self) -> int:
        """Return when the simulated Redis last came up, epoch seconds of simulated time."""
