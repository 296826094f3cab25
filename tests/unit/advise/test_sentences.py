"""What advice says, word for word and number by number, of scenarios that together bring out every check.

The files under ``said/`` are what was read and found right. ``python -m tests.unit.advise.test_sentences`` writes them
anew after a change of words; read the difference before it is kept.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from sim.advise.advise import CHECKS, Advice, advise
from tests.unit.advise.given import advice_on, database_down, email, order

SAID = Path(__file__).parent / "said"
SHIPPED = [
    "01-worker-crashes/blocked-event-loop",
    "01-worker-crashes/frozen-worker",
    "01-worker-crashes/poison-job",
    "02-redis-failures/lost-replies",
    "02-redis-failures/restart-from-snapshot",
    "03-database-failures/retries-that-outlast-it",
    "04-retries-and-retention/a-bad-day",
    "06-operations/retry-all-with-a-key",
    "07-monitoring/away-and-it-looks-empty",
    "07-monitoring/nobody-notices",
]
BOTH = ["documented", "bull-4.16"]
BURST = {"kind": "bursts", "interval": "20m", "size": 300, "bursts": 1}
MADE: dict[str, dict[str, Any]] = {
    "nobody-works": order(workers={"order": {"processes": 0}}),
    "catches-up-slowly": order(
        queues={"order": {"service": "1200ms"}}, workers={"order": {"processes": 4}}, faults=[database_down("5s")]
    ),
    "longer-than-the-lock": order(
        queues={"order": {"service": "2m"}}, workers={"order": {"processes": 300}}, semantics="bull-4.16"
    ),
    "one-burst": email(
        queues={"email": {"service": "1s", "idempotency_key": "on"}},
        workload=[{"queue": "email", "arrivals": BURST}],
    ),
    "limited": order(
        queues={"order": {"service": "100ms", "limiter": {"max": 10, "duration": "10s"}}},
        workers={"order": {"processes": 4}},
    ),
    "three-slots-block": email(
        queues={"email": {"service": "25s"}}, workers={"email": {"processes": 2, "concurrency": 3, "blocking": "on"}}
    ),
    "never-renewed": email(
        queues={"email": {"service": "40s"}},
        workers={"email": {"processes": 2, "concurrency": 2, "lock_renew": "1h", "max_stalled": 100}},
        duration="30m",
    ),
    "long-tail": email(
        queues={"email": {"service": {"kind": "exponential", "mean": "20s"}}},
        workers={"email": {"processes": 30, "blocking": "on"}},
    ),
    "nobody-looks": email(
        queues={"email": {"service": "20s", "idempotency_key": "on"}},
        workers={"email": {"processes": 2, "stalled_interval": "0s"}},
        faults=[{"kind": "worker-crash", "target": "email-1", "at": "95s"}],
    ),
    "killed-at-random": order(
        queues={"order": {"service": "5s"}},
        workers={"order": {"processes": 4, "concurrency": 5, "max_stalled": 0}},
        faults=[{"kind": "worker-crash", "mean_interval": "30s", "restart_after": "1s"}],
    ),
    "killed-after-the-effect": email(
        queues={"email": {"service": "5s"}},
        workers={"email": {"processes": 6}},
        faults=[
            {"kind": "worker-crash", "jobs": ["email-3"], "step": "after-effect-before-ack", "restart_after": "1s"}
        ],
    ),
    "nothing-on-disk": order(
        redis={"persistence": "none"}, faults=[{"kind": "redis-crash", "at": "20s", "duration": "5s"}]
    ),
    "snapshots": email(
        redis={"persistence": "rdb", "save_interval": "20s"},
        faults=[{"kind": "redis-crash", "at": "15s", "duration": "2s"}],
    ),
    "redis-down-for-long": email(
        semantics="bull-4.16",
        queues={"email": {"service": "10s"}},
        workers={"email": {"processes": 15}},
        faults=[{"kind": "redis-outage", "at": "10s", "duration": "4m"}],
    ),
    "errors-by-chance": email(
        queues={"email": {"service": "1s", "attempts": 2, "idempotency_key": "on"}},
        faults=[{"kind": "handler-error", "rate": 0.3}],
    ),
    "hopeless": order(faults=[{"kind": "handler-error", "rate": 0.1, "error": "permanent"}], semantics=BOTH),
    "one-attempt": order(
        queues={"order": {"attempts": 1, "backoff": None, "remove_on_fail": {"age": "30s"}}},
        faults=[database_down("30s")],
    ),
    "fixed-backoff": order(
        queues={"payment": {"service": "200ms", "remove_on_fail": True}},
        workload=[{"queue": "payment", "arrivals": {"kind": "poisson", "interval": "500ms", "count": 200}}],
        workers={"payment": {"processes": 2}},
        faults=[database_down("40s")],
        semantics=BOTH,
    ),
    "herd": order(
        workload=[{"queue": "order", "arrivals": {"kind": "constant", "interval": "100ms", "count": 400}}],
        workers={"order": {"processes": 1, "concurrency": 2}},
        queues={"order": {"service": "150ms", "attempts": 8, "dead_letter": "on"}},
        faults=[database_down("20s")],
    ),
    "slow-database": order(
        queues={"order": {"service": "1s"}},
        workload=[{"queue": "order", "arrivals": {"kind": "constant", "interval": "1s", "count": 900}}],
        workers={"order": {"processes": 1, "concurrency": 2}},
        faults=[{"kind": "slow-database", "at": "5m", "duration": "30s", "latency": "2s"}],
    ),
    "frozen": email(
        queues={"email": {"service": "2s", "idempotency_key": "off"}},
        workers={"email": {"processes": 2, "concurrency": 2}},
        faults=[{"kind": "worker-freeze", "target": "email-1", "at": "10s", "duration": "50s"}],
    ),
    "too-many-to-run": order(
        queues={"order": {"service": "450ms"}},
        workload=[{"queue": "order", "arrivals": {"kind": "constant", "interval": "100ms", "count": 30_000}}],
    ),
    "too-many-for-the-limiter": order(
        queues={"order": {"service": "100ms", "limiter": {"max": 8, "duration": "1s"}}},
        workload=[{"queue": "order", "arrivals": {"kind": "constant", "interval": "100ms", "count": 30_000}}],
    ),
    "too-many-while-slow": order(
        queues={"order": {"service": "700ms"}},
        workload=[{"queue": "order", "arrivals": {"kind": "constant", "interval": "100ms", "count": 30_000}}],
        faults=[{"kind": "slow-database", "at": "5m", "duration": "2m", "latency": "500ms"}],
    ),
    "tried-for-ever": order(
        queues={"order": {"attempts": 25}},
        workload=[
            {"queue": "order", "invalid": 0.2, "arrivals": {"kind": "constant", "interval": "500ms", "count": 200}}
        ],
    ),
    "snapshots-and-crashes-at-random": email(
        redis={"persistence": "rdb", "save_interval": "20s"},
        workload=[{"queue": "email", "arrivals": {"kind": "constant", "interval": "1s", "count": 300}}],
        faults=[{"kind": "redis-crash", "mean_interval": "100s", "duration": "2s"}],
    ),
    "nothing-on-disk-and-crashes-at-random": email(
        redis={"persistence": "none"}, faults=[{"kind": "redis-crash", "mean_interval": "100s", "duration": "2s"}]
    ),
    "power-losses": email(
        redis={"persistence": "aof-everysec"},
        workload=[{"queue": "email", "arrivals": {"kind": "constant", "interval": "100ms", "count": 300}}],
        faults=[
            {"kind": "redis-crash", "at": "15500ms", "duration": "2s", "cause": "power-loss"},
            {"kind": "redis-crash", "at": "20500ms", "duration": "2s", "cause": "power-loss"},
        ],
    ),
    "ends-with-work-to-do": order(
        queues={"order": {"service": "5s"}, "email": {"service": "1s"}},
        workload=[
            {"queue": "order", "arrivals": {"kind": "constant", "interval": "500ms", "count": 200}},
            {"queue": "email", "delay": "2h", "arrivals": {"kind": "poisson", "interval": "1s", "count": 50}},
        ],
        duration="90s",
    ),
}


def said(advice: Advice) -> str:
    """Everything of every finding, but for the scenarios of its trials and the texts of its sources."""
    findings = []
    for one in advice.as_dict()["findings"]:
        trial = one["trial"]
        kept = None if trial is None else {key: trial[key] for key in ("setup", "semantics")}
        if kept is not None:
            kept["counts"] = {name: count for name, count in trial["counts"].items() if count}
        findings.append({**one, "why": [source["where"] for source in one["why"]], "trial": kept})
    return json.dumps(findings, indent=1, ensure_ascii=False) + "\n"


def advised() -> dict[str, Any]:
    """The scenarios by name, as paths or as plain data."""
    return {Path(name).name: Path("scenarios") / f"{name}.yaml" for name in SHIPPED} | MADE


@pytest.mark.parametrize("name", advised())
def test_advice_says_what_was_read_and_found_right(name: str) -> None:
    """Sentence, numbers, arithmetic, sources, what would be right, and what its trial came to."""
    what = advised()[name]
    advice = advise(what) if isinstance(what, Path) else advice_on(what)
    assert said(advice) == (SAID / f"{name}.json").read_text()


def test_every_check_has_its_say() -> None:
    """No sentence is left that nothing holds."""
    found = {one["check"] for path in SAID.glob("*.json") for one in json.loads(path.read_text())}
    assert len(found - {"as-it-stands"}) == len(CHECKS)


if __name__ == "__main__":
    SAID.mkdir(exist_ok=True)
    for name, what in advised().items():
        advice = advise(what) if isinstance(what, Path) else advice_on(what)
        (SAID / f"{name}.json").write_text(said(advice))
