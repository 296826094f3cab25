"""Random small scenarios with random faults, as YAML would give them."""

from typing import Any

from hypothesis import strategies as st

from sim.faults.registry import FAULTS
from sim.handlers.registry import HANDLERS

QUEUES = tuple(HANDLERS)


def ms(low: int, high: int) -> st.SearchStrategy[str]:
    """A duration between two bounds, in milliseconds."""
    return st.integers(low, high).map(lambda n: f"{n}ms")


def services() -> st.SearchStrategy[Any]:
    """Service times, from none to longer than a short lock."""
    return st.one_of(
        ms(0, 3_000),
        st.builds(lambda mean: {"kind": "exponential", "mean": mean}, ms(1, 2_000)),
        st.builds(
            lambda low, high: {"kind": "uniform", "min": f"{low}ms", "max": f"{low + high}ms"},
            st.integers(0, 500),
            st.integers(0, 1_000),
        ),
    )


def queue_settings() -> st.SearchStrategy[dict[str, Any]]:
    """Settings of one queue, each of them optional."""
    retention = st.one_of(
        st.booleans(),
        st.integers(0, 5),
        st.fixed_dictionaries({}, optional={"count": st.integers(0, 4), "age": ms(1, 20_000)}),
    )
    return st.fixed_dictionaries(
        {"service": services()},
        optional={
            "attempts": st.integers(1, 5),
            "backoff": st.builds(
                lambda kind, delay: {"type": kind, "delay": delay},
                st.sampled_from(["fixed", "exponential"]),
                ms(0, 4_000),
            ),
            "remove_on_fail": retention,
            "remove_on_complete": retention,
            "idempotency_key": st.booleans(),
            "discard_permanent": st.booleans(),
            "limiter": st.builds(lambda n, d: {"max": n, "duration": d}, st.integers(1, 4), ms(100, 2_000)),
        },
    )


def arrivals() -> st.SearchStrategy[dict[str, Any]]:
    """A few jobs, one way or another."""
    count = st.integers(1, 8)
    return st.one_of(
        st.builds(lambda e, c: {"kind": "constant", "interval": e, "count": c}, ms(1, 3_000), count),
        st.builds(lambda e, c: {"kind": "poisson", "interval": e, "count": c}, ms(1, 3_000), count),
        st.builds(
            lambda e, s, b: {"kind": "bursts", "interval": e, "size": s, "bursts": b},
            ms(1, 9_000),
            st.integers(1, 4),
            st.integers(1, 3),
        ),
        st.builds(lambda at: {"kind": "times", "at": at}, st.lists(ms(0, 20_000), min_size=1, max_size=6)),
    )


class FaultDraw:
    """What the file of a fault draws a fault from, by Hypothesis; see ``sim.faults.base.RandomDraw``.

    Times are shorter than those of ``wide_scenarios``, and targets and jobs are those of one queue.
    """

    def __init__(self, draw: st.DrawFn, queue: str) -> None:
        self._draw = draw
        self._queue = queue

    @property
    def restart(self) -> dict[str, Any]:
        """When a process comes back, or nothing of it."""
        return self.sometimes(0.5, restart_after=self._draw(st.one_of(st.none(), ms(0, 5_000))))

    @property
    def jobs(self) -> list[str]:
        """The first job, which there always is."""
        return [f"{self._queue}-1"]

    @property
    def step(self) -> str:
        """A step of an attempt."""
        return self.one("between-take-and-lock", "before-effect", "after-effect-before-ack")

    @property
    def effect(self) -> dict[str, Any]:
        """No effect of a list: the jobs here have one of their handler's."""
        return {}

    @property
    def duration(self) -> str:
        """Up to 50 s."""
        return self.ms(1, 50_000)

    def one(self, *values: Any) -> Any:
        """Choose one."""
        return self._draw(st.sampled_from(values))

    def whole(self, low: int, high: int) -> int:
        """A number."""
        return self._draw(st.integers(low, high))

    def ms(self, low: int, high: int) -> str:
        """A duration."""
        return self._draw(ms(low, high))

    def chance(self, _rate: float) -> bool:
        """Tell whether something is there; how often is up to Hypothesis."""
        return self._draw(st.booleans())

    def sometimes(self, rate: float, /, **values: Any) -> dict[str, Any]:
        """Keep some of the values."""
        return {name: value for name, value in values.items() if self.chance(rate)}

    def target(self) -> str:
        """Whom a fault strikes."""
        return self.one(self._queue, "workers", "application")

    def queue(self) -> str:
        """The queue."""
        return self._queue

    def moments(self) -> Any:
        """One moment or several."""
        return self._draw(st.one_of(ms(0, 30_000), st.lists(ms(0, 30_000), min_size=1, max_size=3)))

    def times(self) -> dict[str, Any]:
        """When a fault strikes."""
        if self.chance(0.7):
            return {"at": self.moments()}
        return {"mean_interval": self.ms(500, 9_000), "until": self.ms(1_000, 20_000)}


@st.composite
def faults(draw: st.DrawFn, queue: str) -> dict[str, Any]:
    """Any fault, as its own file draws it, on this queue's workers where it needs a target."""
    kind = draw(st.sampled_from(list(FAULTS)))
    return {"kind": kind, **FAULTS[kind].random(FaultDraw(draw, queue))}


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, Any]:
    """A whole scenario, valid by construction."""
    names = draw(st.lists(st.sampled_from(QUEUES), min_size=1, max_size=2, unique=True))
    return {
        "title": "Random",
        "question": "Does it add up?",
        "seed": draw(st.integers(0, 1_000)),
        "semantics": draw(st.sampled_from(["documented", "bull-4.16"])),
        "queues": {name: draw(queue_settings()) for name in names},
        "workload": [
            {
                "queue": name,
                "arrivals": draw(arrivals()),
                "priority": draw(st.sampled_from([0, 0, 1, 2])),
                "lifo": draw(st.booleans()),
                "delay": draw(st.sampled_from(["0s", "0s", "1500ms"])),
                "invalid": draw(st.sampled_from([0, 0, 0.3])),
            }
            for name in names
        ],
        "workers": {
            name: {
                "processes": draw(st.integers(1, 3)),
                "concurrency": draw(st.integers(1, 3)),
                "lock_duration": draw(ms(200, 30_000)),
                "stalled_interval": draw(ms(1_000, 30_000)),
                "max_stalled": draw(st.integers(0, 2)),
                "blocking": draw(st.booleans()),
                "start_spread": draw(ms(0, 2_000)),
            }
            for name in names
        },
        "application": {"concurrency": draw(st.sampled_from(["unlimited", 1, 2]))},
        "redis": {
            "persistence": draw(st.sampled_from(["none", "rdb", "aof-everysec", "aof-always"])),
            "save_interval": "7s",
        },
        "database": {"latency": draw(ms(0, 50)), "stock": draw(st.sampled_from([0, 3, 1_000]))},
        "faults": draw(st.lists(faults(names[0]), max_size=4)),
    }
