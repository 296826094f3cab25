"""Rehearse a scenario: start everything, run it, end everything."""

import asyncio
import json
import subprocess
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

from sim.rehearsal.director import Rehearsal
from sim.rehearsal.household import Household
from sim.rehearsal.priority import ahead_of_others
from sim.rehearsal.real_parts import RealParts
from sim.rehearsal.scale import Scale
from sim.report.result import ModeResult
from sim.scenario.schema import Scenario


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
    with nullcontext() if own else ahead_of_others(), Household() as household:
        rehearsal = Rehearsal(scenario, scale, seed, parts, household, own)
        result = asyncio.run(rehearsal.run())
        versions = {
            "node": subprocess.check_output([parts.node, "--version"], text=True).strip().removeprefix("v"),
            "bull": json.loads((parts.node_modules / "bull" / "package.json").read_text())["version"],
            "redis": rehearsal.redis_version,
        }
    return Performance(result, versions, rehearsal.clock.late_ms, rehearsal.cut_ms)
