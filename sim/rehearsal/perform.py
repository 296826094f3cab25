"""Carry a scenario out for real: start everything, run it, and end everything."""

import asyncio
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

from sim.rehearsal.director import Rehearsal
from sim.rehearsal.process_group import ProcessGroup
from sim.rehearsal.real_parts import RealParts
from sim.rehearsal.scale import Scale
from sim.results.result import ModeResult
from sim.scenario.schema import Scenario


@contextmanager
def ahead_of_others() -> Iterator[bool]:
    """Run with real-time priority meanwhile, where that is allowed; so does every process that is started meanwhile.

    Yields:
        Whether it is: on Linux, for root or with CAP_SYS_NICE.
    """
    try:
        before, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(os.sched_get_priority_min(os.SCHED_RR)))
    except (AttributeError, PermissionError):
        yield False
        return
    try:
        yield True
    finally:
        os.sched_setscheduler(0, before, parameters)


class Performance(NamedTuple):
    """What a rehearsal came to.

    Attributes:
        versions: Of ``bull``, ``node`` and ``redis``.
        late_ms: By how much the latest event came too late, real ms: how busy the machine was.
        cut_ms: Where it was ended before all was settled, ms since the run began; None where it ended by itself.
    """

    result: ModeResult
    versions: dict[str, str]
    late_ms: float
    cut_ms: int | None


def perform(scenario: Scenario, scale: Scale, seed: int, parts: RealParts, own: Path | None = None) -> Performance:
    """Run a scenario's queue mode for real; nothing that was started is left when this returns or raises.

    Where it may (for root) it runs ahead of everything else on the machine; not with code that is not the project's.

    Args:
        own: A person's own processor, in place of the project's handlers.

    Raises:
        OwnFileError: What the own processor threw was caught by nobody and ended its process.
        RehearsalBroken: Something happened that is no part of the scenario.
    """
    with nullcontext() if own else ahead_of_others(), ProcessGroup() as process_group:
        rehearsal = Rehearsal(scenario, scale, seed, parts, process_group, own)
        result = asyncio.run(rehearsal.run())
        versions = {
            "node": subprocess.check_output([parts.node, "--version"], text=True).strip().removeprefix("v"),
            "bull": json.loads((parts.node_modules / "bull" / "package.json").read_text())["version"],
            "redis": rehearsal.redis_version,
        }
    return Performance(result, versions, rehearsal.clock.late_ms, rehearsal.cut_ms)
