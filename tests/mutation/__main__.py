"""Change the code in small ways, one at a time, and count the changes that no test notices.

``python -m tests.mutation`` goes through every change of every room and prints the score; ``--sample 40`` takes so
many of each room, the same ones each time, and ``--room ledger`` one room. It works on a copy; a change takes about a
second.
It exits with 1 when fewer changes than a room promises were noticed, beyond what a sample of that size explains.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sim.report.intervals import share_interval
from tests.mutation.rooms import ROOMS, Room

ROOT = Path(__file__).resolve().parents[2]
ALSO_READ = ("scenarios", "docs", "notebooks", "benchmarks", "README.md", "CONTRIBUTING.md", "CHANGELOG.md")
"""What tests read besides the code and themselves."""
SURVIVED = (0, 5, 33)
"""Exit codes of mutmut for a change that no test noticed: the tests passed, or there are none."""


def prepare(copy: Path, room: Room) -> None:
    """Copy the project and say in its settings what is changed and tested."""
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True, capture_output=True
    ).stdout
    for name in tracked.splitlines():
        source = ROOT / name
        if source.is_file():
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    arguments = ["-q", "-x", "-p", "no:cacheprovider", "-m", "not real and not browser and not slow"]
    if room.keyword:
        arguments += ["-k", room.keyword]
    settings = {
        "source_paths": ["sim"],
        "only_mutate": [f"{room.package}/*"],
        "also_copy": list(ALSO_READ),
        "pytest_add_cli_args_test_selection": list(room.tests),
        "pytest_add_cli_args": arguments,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    with (copy / "pyproject.toml").open("a") as file:
        file.write("\n[tool.mutmut]\n" + "\n".join(lines) + "\n")


def mutate(copy: Path, log: Path, names: list[str], jobs: int) -> int:
    """Let mutmut try these changes; its many lines go to a log."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with log.open("a") as file:
        return subprocess.run(
            [sys.executable, "-m", "mutmut", "run", "--max-children", str(jobs), *names],
            cwd=copy, stdout=file, stderr=file, env=environment,
        ).returncode  # fmt: skip


def results(copy: Path, room: Room) -> dict[str, int | None]:
    """Read mutmut's exit code for every change; None for those that were not tried."""
    found: dict[str, int | None] = {}
    for path in sorted((copy / "mutants" / room.package).rglob("*.meta")):
        found |= json.loads(path.read_text())["exit_code_by_key"]
    return found


def score(name: str, room: Room, sample: int, jobs: int, keep: Path | None) -> bool:
    """Try one room and print what came of it; return whether it keeps its promise."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        copy, log = Path(folder) / "project", Path(folder) / "log"
        prepare(copy, room)
        mutate(copy, log, ["nothing.is.called.so"], jobs)
        every = sorted(results(copy, room))
        if not every:
            print(log.read_text()[-4_000:])
            raise SystemExit(f"{name}: mutmut made no changes; its last words are above")
        chosen = sorted(random.Random(name).sample(every, sample)) if 0 < sample < len(every) else every
        mutate(copy, log, chosen if len(chosen) < len(every) else [], jobs)
        if keep is not None:
            shutil.copy(log, keep / f"{name}.log")
        codes = results(copy, room)
        tried = [one for one in chosen if codes[one] is not None]
        if not tried:
            print(log.read_text()[-4_000:])
            raise SystemExit(f"{name}: no change was tried; mutmut's last words are above")
        survivors = [one for one in tried if codes[one] in SURVIVED]
        noticed = len(tried) - len(survivors)
        low, high = share_interval(noticed, len(tried))
        print(
            f"{name:<12} {len(every):>6} changes, {len(tried):>6} tried, {noticed:>6} noticed: "
            f"{noticed / len(tried):.1%} ({low:.1%} to {high:.1%}), promised {room.least:.0%}",
            flush=True,
        )
        for one in survivors:
            print(f"  survived: {one}")
            if keep is not None:
                shown = subprocess.run(
                    [sys.executable, "-m", "mutmut", "show", one], cwd=copy, text=True, capture_output=True
                ).stdout
                with (keep / f"{name}.diff").open("a") as file:
                    file.write(shown + "\n")
    return high >= room.least


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--room", choices=ROOMS, action="append", help="a room to try; all of them when left out")
    parser.add_argument("--sample", type=int, default=0, help="how many changes of each room; all when left out")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--keep", type=Path, help="a folder for mutmut's log and the surviving changes")
    chosen = parser.parse_args()
    if chosen.keep is not None:
        chosen.keep.mkdir(parents=True, exist_ok=True)
    kept = [score(name, ROOMS[name], chosen.sample, chosen.jobs, chosen.keep) for name in chosen.room or ROOMS]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
