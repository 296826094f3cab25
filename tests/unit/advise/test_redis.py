"""Redis: what crashes take, and submits while it is down."""

from typing import Any

import pytest

from sim.advise.finding import Severity
from sim.advise.redis_submits import reconnected_ms
from tests.unit.advise.given import finding, findings, order


def crash(persistence: str, cause: str | None = None, at: str = "30500ms") -> dict[str, Any]:
    """Two orders a second and, with a cause, a crash."""
    fault = {"kind": "redis-crash", "at": at, "duration": "1s", "cause": cause}
    faults = [] if cause is None else [fault]
    return order(redis={"persistence": persistence, "save_interval": "20s"}, faults=faults)


@pytest.mark.parametrize(
    ("persistence", "cause", "severity"),
    [
        ("none", None, Severity.LOSE),
        ("rdb", None, Severity.LOSE),
        ("aof-everysec", None, Severity.KNOW),
        ("aof-everysec", "process-kill", Severity.KNOW),
        ("aof-everysec", "power-loss", Severity.LOSE),
    ],
)
def test_what_persistence_loses(persistence: str, cause: str | None, severity: Severity) -> None:
    """What a mere restart takes is a loss; what only a power loss takes is one where the scenario has it."""
    found = finding(crash(persistence, cause), "redis-persistence")
    assert found.severity is severity
    assert (found.trial is None) is (severity is Severity.KNOW)
    if found.trial is not None:
        assert found.trial.counts.lost


@pytest.mark.parametrize("cause", [None, "process-kill", "power-loss"])
def test_what_is_synced_at_every_write_is_never_lost(cause: str | None) -> None:
    """By nothing that a scenario can do to Redis."""
    assert findings(crash("aof-always", cause), "redis-persistence") == []


@pytest.mark.parametrize(
    ("persistence", "cause", "exposed"),
    [("none", "process-kill", 61), ("rdb", "process-kill", 21), ("aof-everysec", "power-loss", 1)],
)
def test_the_jobs_between_restore_point_and_crash_are_counted(persistence: str, cause: str, exposed: int) -> None:
    """At 30.5 s: all since 0 s; those since the snapshot at 20 s; those since the sync at 30 s."""
    assert finding(crash(persistence, cause), "redis-persistence").numbers["jobs_exposed"] == exposed


def away(duration: str, semantics: str, at: str = "10200ms") -> dict[str, Any]:
    """Two orders a second, and Redis down."""
    fault = {"kind": "redis-outage", "at": at, "duration": duration}
    arrivals = {"kind": "constant", "interval": "500ms", "count": 600}
    return order(semantics=semantics, faults=[fault], workload=[{"queue": "order", "arrivals": arrivals}])


@pytest.mark.parametrize(
    ("duration", "semantics", "severity", "count"),
    [
        ("3s", "documented", Severity.LOSE, 6),
        ("3s", "bull-4.16", Severity.DELAY, 6),
        ("232900ms", "bull-4.16", Severity.DELAY, 466),
        ("233s", "bull-4.16", Severity.LOSE, 466),
    ],
)
def test_submits_are_refused_at_once_or_when_the_client_gives_up(
    duration: str, semantics: str, severity: Severity, count: int
) -> None:
    """By the document at once, by the library after 232.9 s; until then they wait."""
    found = finding(away(duration, semantics), "submits-while-redis-is-down")
    assert found.severity is severity
    assert found.numbers["jobs_refused" if severity is Severity.LOSE else "jobs_waiting"] == count
    if severity is Severity.LOSE:
        assert found.trial is not None
        assert found.trial.counts.rejected == count


def test_an_outage_between_two_submits_refuses_none() -> None:
    """Exactly counted, not by the rate."""
    assert findings(away("200ms", "documented"), "submits-while-redis-is-down") == []


@pytest.mark.parametrize(
    ("away_ms", "back_ms"), [(4_730, 4_730), (4_731, 12_840), (32_851, 52_850), (52_850, 52_850), (52_851, 72_850)]
)
def test_the_client_is_back_at_the_next_try_of_its_schedule(away_ms: int, back_ms: int) -> None:
    """As measured: 12.84 s, 32.85 s, then every 20 s."""
    assert reconnected_ms(away_ms) == back_ms


def test_a_power_loss_at_the_very_moment_of_a_sync_takes_nothing() -> None:
    """At 30 s the disk has everything."""
    assert finding(crash("aof-everysec", "power-loss", at="30s"), "redis-persistence").severity is Severity.KNOW


@pytest.mark.parametrize(("loading", "severity"), [("500ms", Severity.DELAY), ("2s", Severity.LOSE)])
def test_a_redis_that_loads_its_data_refuses_submits_also_of_the_library(loading: str, severity: Severity) -> None:
    """The client is back 1.75 s after the loss, with all that waited, and is refused until 3 s."""
    fault = {"kind": "redis-crash", "at": "10200ms", "duration": "1s", "loading": loading}
    scenario = order(semantics="bull-4.16", faults=[fault])
    found = finding(scenario, "submits-while-redis-is-down")
    assert found.severity is severity
    if severity is Severity.LOSE:
        assert "reconnect while it is loading its data" in found.what
        assert found.trial is not None
        assert found.numbers["jobs_refused"] == found.trial.counts.rejected == 6
