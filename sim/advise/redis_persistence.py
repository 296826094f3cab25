"""What a crash of Redis leaves of the queue, under each kind of persistence."""

from collections.abc import Iterator

from sim.advise.arrivals import arrivals_between
from sim.advise.faults import Window, windows
from sim.advise.finding import Finding, Severity, Source
from sim.advise.phrases import jobs, number, rate, span
from sim.advise.reading import Reading
from sim.advise.sources import IN_THE_CACHE, LAST_SNAPSHOT, LOST_WITHOUT_REDIS, NOTHING_PERSISTED
from sim.advise.trials import Experiment, Trial
from sim.faults.redis_crash import FSYNC_MS, RedisCrash
from sim.scenario.schema import RedisConfig
from sim.stores.snapshots import restore_point_ms

TRIED_AT_ONCE = 5
SHOWN_BY = {
    "none": "scenarios/02-redis-failures/crash-without-persistence.yaml",
    "rdb": "scenarios/02-redis-failures/restart-from-snapshot.yaml",
    "aof-everysec": "scenarios/02-redis-failures/power-loss.yaml",
}
WHY: dict[str, Source] = {"none": NOTHING_PERSISTED, "rdb": LAST_SNAPSHOT, "aof-everysec": IN_THE_CACHE}


def persistence(reading: Reading) -> Iterator[Finding]:
    """Say what a crash or a power loss takes away under the persistence that Redis has."""
    config = reading.scenario.redis
    if config.persistence == "aof-always":
        return
    cause = "power-loss" if config.persistence == "aof-everysec" else "process-kill"
    strikes = [one for one in windows(reading.scenario, "redis-crash") if _cause(reading, one) in (cause, "power-loss")]
    exposed = _exposed(reading, strikes)
    safe = config.persistence == "aof-everysec" and not exposed
    per_second = sum(queue.peak_per_ms for queue in reading.queues) * 1_000
    trial = None if safe else _crashed(reading, cause, strikes)
    yield Finding(
        "redis-persistence",
        Severity.KNOW if safe else Severity.LOSE,
        None,
        _what(config, per_second, strikes, exposed),
        _arithmetic(config, per_second, strikes, exposed),
        (WHY[config.persistence], LOST_WITHOUT_REDIS),
        "persistence: aof-always, if no acknowledged submit may be lost; every write then waits for an fsync."
        if config.persistence == "aof-everysec"
        else "persistence: aof-everysec: a killed process then loses nothing; aof-always: nor does a power loss.",
        {
            "arrivals_per_second": number(per_second),
            "window_ms": _window_ms(config),
            "crashes": number(sum(one.strikes for one in strikes)),
            "jobs_exposed": number(exposed),
        },
        {
            "redis": {
                "persistence": "aof-always"
                if config.persistence == "aof-everysec" or _power(reading, strikes)
                else "aof-everysec"
            }
        },
        SHOWN_BY[config.persistence],
        trial,
    )


def _cause(reading: Reading, window: Window) -> str:
    fault = reading.scenario.faults[window.number]
    return fault.cause if isinstance(fault, RedisCrash) else ""


def _power(reading: Reading, strikes: list[Window]) -> bool:
    return any(_cause(reading, one) == "power-loss" for one in strikes)


def _window_ms(config: RedisConfig) -> int:
    """Return how far back a crash goes at worst, ms; 0 where that is to the very beginning."""
    return {"none": 0, "rdb": config.save_interval, "aof-everysec": FSYNC_MS}[config.persistence]


def _exposed(reading: Reading, strikes: list[Window]) -> float:
    """Count the jobs submitted between the moment that crashes go back to and the crash."""
    entries = reading.scenario.workload
    total = 0.0
    for one in strikes:
        if one.begin_ms is None and reading.scenario.redis.persistence == "none":
            total += reading.scenario.jobs
        elif one.begin_ms is None:
            per_ms = sum(queue.peak_per_ms for queue in reading.queues)
            total += one.strikes * per_ms * _window_ms(reading.scenario.redis) / 2
        else:
            back_to_ms = restore_point_ms(reading.scenario.redis, _cause(reading, one), one.begin_ms) or 0
            total += arrivals_between(entries, back_to_ms, one.begin_ms, submitted=True)
    return min(total, reading.scenario.jobs)


def _what(config: RedisConfig, per_second: float, strikes: list[Window], exposed: float) -> str:
    lead = f"Jobs come at {rate(per_second)}. " if per_second else ""
    if config.persistence == "none":
        text = (
            "Redis keeps nothing on disk: a restart loses every waiting, delayed and failed job, and nobody gets "
            "an error."
        )
    elif config.persistence == "rdb":
        text = (
            f"{lead}A crash goes back to the last snapshot, up to {span(config.save_interval)} old: jobs submitted "
            "since are lost, and jobs finished since run again."
        )
    else:
        text = (
            f"{lead}A killed Redis loses nothing; a power loss loses what was not fsynced yet, up to {span(FSYNC_MS)}."
        )
    if strikes and exposed:
        text += f" The crashes of this scenario put up to {jobs(exposed)} at risk."
    return text


def _arithmetic(config: RedisConfig, per_second: float, strikes: list[Window], exposed: float) -> str:
    window_ms = _window_ms(config)
    if not window_ms:
        return (
            f"0 s of writes survive; submitted before the crashes of this scenario: {jobs(exposed)}"
            if strikes
            else "0 s of writes survive a restart"
        )
    if not per_second:
        return f"at most {span(window_ms)} of submits"
    text = f"{rate(per_second, short=True)} x {span(window_ms)} = up to {jobs(per_second * window_ms / 1_000)}"
    return f"{text}; between restore point and crash in this scenario: {jobs(exposed)}" if strikes else text


def _crashed(reading: Reading, cause: str, strikes: list[Window]) -> Trial | None:
    """Run the busiest queue with the scenario's crashes or, where they take nothing, with one that strikes at once."""
    busiest = max(reading.queues, key=lambda queue: queue.jobs)
    numbers = list(dict.fromkeys(one.number for one in strikes))
    if numbers:
        setup = f"The workload of {busiest.name}, with only these crashes."
        trial = reading.trials.own(busiest.name, setup, busiest.profiles[0], numbers, jobs=busiest.jobs)
        if trial is not None and trial.counts.lost:
            return trial
    fault = {"kind": "redis-crash", "at": "500ms", "duration": "1s", "cause": cause}
    experiment = Experiment(
        f"{TRIED_AT_ONCE} jobs of 1 s for one worker; Redis dies half a second later ({cause}).",
        jobs=TRIED_AT_ONCE,
        faults=[fault],
        settings={"service": "1s"},
        workers={"processes": 1, "concurrency": 1},
    )
    trial = reading.trials.small(busiest.name, busiest.profiles[0], experiment)
    return trial if trial is not None and trial.counts.lost else None
