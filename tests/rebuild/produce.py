"""Makes fingerprints in one checkout; ``tests.rebuild`` starts it, with the checkout as working directory.

``python -m tests.rebuild.produce SIDE scenarios FILE`` draws the random scenarios, and
``python -m tests.rebuild.produce SIDE units DATABASE --random FILE --parts shipped,random`` makes what is missing.
"""

import argparse
import json
import sys
import traceback
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import cast

from tests.rebuild.keeping import Kept, pack
from tests.rebuild.units import RANDOM, Adapter, Unit, units

PROCESSES = 2


def adapter_of(side: str) -> Adapter:
    """Load the adapter of a side."""
    return cast(Adapter, import_module(f"tests.rebuild.adapter_{side}"))


@lru_cache
def all_units(side: str, random: Path) -> dict[str, Unit]:
    """List everything that can be run, by key."""
    texts: list[str] = json.loads(random.read_text())
    return {unit.key: unit for unit in units(adapter_of(side), side == "before", texts)}


def made(side: str, random: Path, key: str) -> tuple[str, bytes]:
    """Run one unit; what breaks is what it gives."""
    try:
        body = all_units(side, random)[key].make()
    except Exception as error:
        body = {"broke": [type(error).__name__, *traceback.format_exc().splitlines()]}
    return key, pack(body)


def produce(side: str, to: Path, random: Path, parts: Sequence[str], quick: bool) -> None:
    """Make the fingerprints that a database lacks, and forget those that are not asked for any more."""
    known = all_units(side, random)
    with Kept(to) as kept, ProcessPoolExecutor(PROCESSES) as pool:
        kept.keep_only({key: unit.quick for key, unit in known.items()})
        there = set(kept.keys(parts, quick=False))
        wanted = [one for one in known.values() if one.part in parts and (one.quick or not quick)]
        missing = [one.key for one in wanted if one.key not in there]
        jobs = [pool.submit(made, side, random, key) for key in missing]
        for number, job in enumerate(jobs):
            key, packed = job.result()
            kept.add(known[key].part, key, known[key].quick, packed)
            if (number + 1) % 500 == 0 or number + 1 == len(jobs):
                print(f"  {side}: {number + 1} of {len(jobs)} units", file=sys.stderr, flush=True)


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("side", choices=("before", "after"))
    parser.add_argument("what", choices=("scenarios", "units"))
    parser.add_argument("to", type=Path)
    parser.add_argument("--random", type=Path)
    parser.add_argument("--parts", default="")
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    if asked.what == "scenarios":
        draw = adapter_of(asked.side).random_scenario
        asked.to.write_text(json.dumps([draw(number) for number in range(RANDOM)]))
    else:
        produce(asked.side, asked.to, asked.random, asked.parts.split(","), asked.quick)


if __name__ == "__main__":
    main()
