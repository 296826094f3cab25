"""Random small scenarios with random faults, as YAML would give them."""

from typing import Any

from hypothesis import strategies as st

QUEUES = ("order", "email", "payment")


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
        st.builds(lambda e, c: {"kind": "constant", "every": e, "count": c}, ms(1, 3_000), count),
        st.builds(lambda e, c: {"kind": "poisson", "every": e, "count": c}, ms(1, 3_000), count),
        st.builds(
            lambda e, s, b: {"kind": "bursts", "every": e, "size": s, "bursts": b},
            ms(1, 9_000),
            st.integers(1, 4),
            st.integers(1, 3),
        ),
        st.builds(lambda at: {"kind": "times", "at": at}, st.lists(ms(0, 20_000), min_size=1, max_size=6)),
    )


def faults(queue: str) -> st.SearchStrategy[dict[str, Any]]:
    """Any fault, on this queue's workers where it needs a target."""
    at = {"at": st.one_of(ms(0, 30_000), st.lists(ms(0, 30_000), min_size=1, max_size=3))}
    target = {"target": st.sampled_from([queue, "workers", "application"])}
    restart = {"restart_after": st.one_of(st.none(), ms(0, 5_000))}
    duration = {"duration": ms(1, 50_000)}

    def fault(kind: str, required: dict[str, Any], **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries({"kind": st.just(kind), **required}, optional=optional)

    return st.one_of(
        fault("worker-crash", {**at, **target}, **restart),
        fault(
            "worker-crash",
            {"on_job": st.integers(1, 4), **target},
            step=st.sampled_from(["between-take-and-lock", "before-effect", "after-effect-before-ack"]),
            **restart,
        ),
        fault("worker-crash", {"mean_every": ms(500, 9_000), "until": ms(1_000, 20_000), **target}, **restart),
        fault("worker-freeze", {**at, **target, **duration}),
        fault("poison-job", {"jobs": st.just([f"{queue}-1"])}, **restart),
        fault("redis-outage", {**at, **duration}, lost_replies=st.integers(0, 3)),
        fault(
            "redis-crash",
            {**at, **duration},
            cause=st.sampled_from(["process-kill", "power-loss"]),
            loading=ms(0, 3_000),
        ),
        fault(
            "database-failure",
            {**at, **duration},
            failure=st.sampled_from(["refuse", "abort", "lost-reply"]),
            share=st.sampled_from([1, 0.5]),
        ),
        fault("slow-database", {**at, **duration, "latency": ms(1, 4_000)}),
        fault(
            "handler-error",
            {"rate": st.sampled_from([0, 0.3, 1])},
            error=st.sampled_from(["transient", "permanent"]),
            first_attempts=st.integers(1, 3),
        ),
    )


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
