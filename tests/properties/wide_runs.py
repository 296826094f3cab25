"""What holds of every random scenario, whatever it breaks; and a command that tries many of them.

``python -m tests.properties.wide_runs 20000 --state FILE`` tries the scenarios of the numbers from 0, prints those that
fall, and goes on with FILE where it was stopped.
"""

import argparse
import json
import sys
import time
import traceback
import warnings
from pathlib import Path
from random import Random
from typing import Any

import yaml

from sim.core.errors import BudgetExceeded
from sim.engine.world import World, simulation_of
from sim.results.outcomes import Counts, Outcome
from sim.results.result import ModeResult
from sim.results.trace import EventKind
from sim.scenario.load import parse_scenario
from sim.scenario.schema import Scenario
from tests.properties.wide_scenarios import scenario_of

MAX_STEPS = 400_000
MAX_S = 60.0


class Fallen(AssertionError):
    """A scenario of which something does not hold."""


def loaded(seed: int) -> Scenario:
    """The scenario of a number, through the door that files come through."""
    return parse_scenario(yaml.safe_dump(scenario_of(seed), sort_keys=False), f"scenario {seed}")


def whole(scenario: Scenario, mode: Any, **more: Any) -> tuple[ModeResult, list[str]]:
    """Run one mode to its end, and return its result and its lines."""
    world = World(scenario, mode, max_steps=MAX_STEPS, **more)
    world.run()
    result = world.result()
    lines = list(world.trace.lines())
    simulation_of(world).close()
    return result, lines


def stepped(scenario: Scenario, mode: Any, moments: list[int], **more: Any) -> list[str]:
    """Run one mode with stops at some moments, and return its lines."""
    world = World(scenario, mode, max_steps=4 * MAX_STEPS, **more)
    for moment in moments:
        if not world.is_over and moment >= world.now_ms:
            simulation_of(world).run_towards(moment)
    world.run()
    simulation_of(world).finish()
    lines = list(world.trace.lines())
    simulation_of(world).close()
    return lines


def stops(times: list[int], random: Random) -> list[int]:
    """Some moments to stop at: when something happens, just before and just after, and anywhere."""
    chosen = [random.choice(times) + random.choice((-1, 0, 0, 1)) for _ in range(random.randint(1, 12))]
    chosen += [random.randint(0, max(times) + 5_000) for _ in range(random.randint(0, 4))]
    return sorted(moment for moment in chosen if moment >= 0)


def first_difference(before: list[str], after: list[str]) -> str:
    """Tell the first lines that differ."""
    for number, (one, other) in enumerate(zip(before, after, strict=False)):
        if one != other:
            return f"line {number + 1}:\n  {one}\n  {other}"
    return f"{len(before)} lines and {len(after)} lines"


def complete(result: ModeResult, parts: dict[str, int]) -> dict[str, int]:
    """Tell when each job had had all its effects, by the trace alone, ms since the run began."""
    seen: dict[str, set[str]] = {}
    found: dict[str, int] = {}
    for record in result.trace:
        if record.kind is EventKind.EFFECT and record.job is not None and record.queue is not None:
            effects = seen.setdefault(record.job, set())
            effects.add((record.more or {}).get("effect", ""))
            if len(effects) == max(1, parts[record.queue]):
                found.setdefault(record.job, record.t_ms)
    return found


def check_sums(scenario: Scenario, result: ModeResult) -> None:
    """Every offered job has one outcome, and the events say the same.

    Raises:
        Fallen: They do not.
    """
    totals: Counts = result.totals
    events = [record.kind for record in result.trace]
    times = [record.t_ms for record in result.trace]
    parts = {name: len(config.listed_effects) for name, config in scenario.queues.items()}
    complete_ms = complete(result, parts)
    claims = {
        "totals add up": totals.adds_up,
        "queues add up": all(counts.adds_up for counts in result.queues.values()),
        "attempts are the starts": totals.attempts == events.count(EventKind.STARTED),
        "lost jobs are in the trace": totals.lost == events.count(EventKind.LOST),
        "effects are different ones and extra ones": sum(max(1, job.done) for job in result.jobs if job.effects)
        + totals.extra_effects
        == events.count(EventKind.EFFECT),
        "who is delivered had every effect": all(
            job.done == parts[job.queue] for job in result.jobs if job.outcome is Outcome.DELIVERED
        ),
        "who is not lacked one": all(
            job.done < parts[job.queue] or not job.effects
            for job in result.jobs
            if job.outcome is not Outcome.DELIVERED
        ),
        "partial ones had some": totals.partial == sum(job.partial for job in result.jobs),
        "delivered is when the last happened": [job.first_effect_ms for job in result.jobs]
        == [complete_ms.get(job.job) for job in result.jobs],
        "offers are the scenario's": totals.offered == events.count(EventKind.OFFERED)
        and (scenario.duration is not None or totals.offered >= scenario.jobs),
        "time goes on": times == sorted(times),
    }
    broken = [claim for claim, holds in claims.items() if not holds]
    if broken:
        raise Fallen(f"{result.mode}: not true: {', '.join(broken)}")


def check_steps(scenario: Scenario, mode: Any, lines: list[str], random: Random) -> None:
    """A run that stops on the way is the run that does not.

    Raises:
        Fallen: It is another one.
    """
    times = [json.loads(line)["t_ms"] for line in lines] or [0]
    moments = stops(times, random)
    found = stepped(scenario, mode, moments, store="memory")
    if found != lines:
        raise Fallen(f"{mode}: stops at {moments} change the run, {first_difference(lines, found)}")


def judge(seed: int) -> None:
    """Run the scenario of a number in both modes, on both stores, and with stops on the way.

    Raises:
        Fallen: What must hold does not.
    """
    scenario, random = loaded(seed), Random(f"stops:{seed}")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for mode in scenario.modes:
            result, lines = whole(scenario, mode, store="memory")
            check_sums(scenario, result)
            if mode == "queue":
                _other, again = whole(scenario, mode, store="fakeredis")
                if again != lines:
                    raise Fallen(f"the stores differ, {first_difference(lines, again)}")
            check_steps(scenario, mode, lines, random)


def main() -> int:
    """Try many scenarios and print those that fall; exit with 1 if any did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--state", type=Path, help="where to keep how far it is")
    asked = parser.parse_args()
    seed, fallen, stopped = asked.first, 0, 0
    if asked.state is not None and asked.state.exists():
        seed, fallen, stopped = json.loads(asked.state.read_text())
    while seed < asked.first + asked.count:
        began_s = time.monotonic()
        try:
            judge(seed)
        except BudgetExceeded:
            stopped += 1
        except Exception:
            fallen += 1
            print(f"scenario {seed} fell:\n{traceback.format_exc(limit=-4)}", flush=True)
        took_s = time.monotonic() - began_s
        if took_s > MAX_S:
            print(f"scenario {seed} took {took_s:.0f} s", flush=True)
        seed += 1
        if asked.state is not None:
            asked.state.write_text(json.dumps([seed, fallen, stopped]))
    print(f"{seed - asked.first} scenarios: {fallen} fell, {stopped} were stopped after {MAX_STEPS:,} steps")
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
