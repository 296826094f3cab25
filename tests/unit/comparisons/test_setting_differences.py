"""Which settings of two files differ: values in force are compared, and shown as a file would write them."""

import pytest

from sim.comparisons.setting_differences import setting_differences
from sim.comparisons.sides import Version, two_sides

PLAIN = """
title: Orders
question: How many?
queues: {order: {attempts: 3}}
workload: [{queue: order, arrivals: {kind: constant, interval: 1s, count: 3}}]
faults:
  - {kind: worker-crash, at: 10s}
variants:
  slow: {about: It is slow., set: {queues.order.service: 1m}}
"""


def differences(a: str, b: str) -> list[tuple[str, str, str]]:
    """What differs, as plain tuples."""
    return [tuple(one) for one in setting_differences(*two_sides(Version(a), Version(b), None))]


def test_the_same_written_otherwise_is_no_difference() -> None:
    """Other units, defaults written out, other words about it."""
    other = PLAIN.replace("1s,", "1000ms,").replace(
        "title: Orders", "title: Others\nseed: 9\nredis: {max_clients: null}"
    )
    assert differences(PLAIN, other) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("attempts: 3", "attempts: 5", ("queues.order.attempts", "3", "5")),
        ("attempts: 3", "attempts: 3, idempotency_key: off", ("queues.order.idempotency_key", "on", "off")),
        ("interval: 1s", "interval: 90s", ("workload.0.arrivals.interval", "1s", "90s")),
        ("faults:", "workers: {order: {lock_duration: 1m}}\nfaults:", ("workers.order.lock_duration", "30s", "1m")),
        ("faults:", "redis: {max_memory: 64mb}\nfaults:", ("redis.max_memory", "null", "64mb")),
        (
            "at: 10s}",
            "at: 10s}\n  - {kind: redis-outage, at: 1s, duration: 2s}",
            ("faults.1", "-", "{kind: redis-outage, at: 1s, duration: 2s}"),
        ),
        ("{kind: worker-crash, at: 10s}", "{kind: redis-outage, at: 1s, duration: 2s}", None),
        ("variants:", "variant: slow\nvariants:", ("queues.order.service", "200ms", "1m")),
        ("question", "semantics: bull-4.16\nquestion", ("semantics", "documented", "bull-4.16")),
    ],
)
def test_a_value_is_shown_at_its_path_as_its_file_has_it(
    old: str, new: str, expected: tuple[str, str, str] | None
) -> None:
    """A default in the unit of the other side; what only one side has, as a whole."""
    expected = expected or ("faults.0", "{kind: worker-crash, at: 10s}", "{kind: redis-outage, at: 1s, duration: 2s}")
    changed = PLAIN.replace(old, new, 1)
    assert differences(PLAIN, changed) == [expected]
    assert differences(changed, PLAIN) == [(expected[0], expected[2], expected[1])]
