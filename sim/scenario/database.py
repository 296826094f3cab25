"""What a scenario says of the application's database: how fast it is, how much it can take, and who waits for whom."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.yaml_files.distributions import ExponentialTime, TimeDistribution, UniformTime
from sim.yaml_files.fields import Duration, Model, PositiveDuration

Number = Annotated[int, Field(ge=1, le=1_000_000)]
LIMITS = ("pool", "connections", "cores", "call_timeout")
"""What makes calls wait for one another, or fail."""


class DatabaseConfig(Model):
    """The application's database, or any other service that jobs call as one."""

    latency: Duration | TimeDistribution = 0
    """How long one call takes when nobody is in its way."""
    cores: Number | None = None
    """Calls that the database works on at the same time; others wait in line for it. Default: any number."""
    connections: Number | None = None
    """Calls of all processes that may be open at the same time, in work or in line. Default: any number."""
    overload: Literal["refuse", "wait"] = "refuse"
    """What a call above `connections` meets: an error at once, or a wait, as behind a connection pooler."""
    pool: Number | None = None
    """Connections that each process has; a call that finds none free waits for one. Default: any number."""
    hold: Literal["call", "attempt"] = "call"
    """How long a connection is kept: for one call, or, as in one long transaction, until the handler ends."""
    pool_timeout: PositiveDuration | None = None
    """How long a call waits for a connection before it fails. Default: for ever."""
    call_timeout: PositiveDuration | None = None
    """How long a caller waits for the answer; the database still finishes what nobody waits for. Default: for ever."""
    stock: Annotated[int, Field(ge=0, le=1_000_000_000)] = 1_000_000
    """Items in stock when the run begins; an order that finds none left fails for good."""

    @model_validator(mode="after")
    def _limits(self) -> Self:
        waits = self.pool is not None or (self.connections is not None and self.overload == "wait")
        if self.latency == 0 and (named := [name for name in LIMITS if getattr(self, name) is not None]):
            raise ValueError(f"{named[0]}: needs latency:, such as latency: 50ms; calls that take no time never meet")
        if self.connections is None and "overload" in self.model_fields_set:
            raise ValueError("overload: goes with connections:, the number of calls above which it applies")
        if self.pool_timeout is not None and not waits:
            raise ValueError("pool_timeout: goes with pool:, or with connections: and overload: wait")
        if self.hold == "attempt" and self.pool is None and self.connections is None:
            raise ValueError("hold: attempt goes with pool: or connections:")
        if isinstance(self.latency, UniformTime) and self.latency.min > self.latency.max:
            raise ValueError("latency: its max: is less than its min:")
        return self

    @property
    def has_limits(self) -> bool:
        """Whether calls wait for one another, fail under load, or take times that are drawn."""
        return not isinstance(self.latency, int) or any(getattr(self, name) is not None for name in LIMITS)

    @property
    def latency_ms(self) -> int:
        """Mean time of one call with nobody in its way, ms; 1 or more where times are drawn."""
        latency = self.latency
        if isinstance(latency, int):
            return latency
        if isinstance(latency, UniformTime):
            return max(1, (latency.min + latency.max) // 2)
        return latency.mean if isinstance(latency, ExponentialTime) else latency.median
