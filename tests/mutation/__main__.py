"""Change the code in small ways, one at a time, and count the changes that no test notices.

``python -m tests.mutation`` goes through every change of every room and prints the score; ``--sample 40`` takes so
many of each room, the same ones each time, and ``--room outcomes`` one room. It works on a copy; a change takes about a
second. A run in a ``--folder`` that was interrupted goes on where it was, as long as nothing in the project changes.

It exits with 1 when fewer changes than a room promises were noticed, beyond what a sample of that size explains, and
with 2 when mutmut came to nothing.
"""

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

from tests.mutation.copies import Copy, MutmutFailed
from tests.mutation.rooms import ROOMS, Room
from tests.mutation.scores import Score, choose, place_of, score_of

ROOT = Path(__file__).resolve().parents[2]


def measure(root: Path, folder: Path, name: str, room: Room, *, sample: int, jobs: int) -> Score:
    """Try a room's changes and print what happened.

    Raises:
        MutmutFailed: Nothing could be tried.
        KeyboardInterrupt: Somebody interrupted it; what was tried until then is printed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    copy = Copy(root, folder, room)
    chosen: list[str] = []
    interrupted = False
    try:
        print(f"{name}: trying {sample or 'all'} changes", file=sys.stderr, flush=True)
        chosen = choose(copy.make(), sample) if sample else []
        copy.attempt(chosen, jobs)
    except KeyboardInterrupt:
        interrupted = True
    codes = copy.codes()
    score = score_of(codes, chosen or codes)
    if score.tried:
        print(("interrupted: " if interrupted else "") + score.line(name, room.least), flush=True)
        for change, why in score.survivors.items():
            print(f"  {why}: {place_of(change)}")
            lines = copy.difference(change).splitlines()
            print(*(f"    {line}" for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")), sep="\n")
    if interrupted:
        raise KeyboardInterrupt
    return score


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--room", choices=ROOMS, action="append", help="a room to try; all of them when left out")
    parser.add_argument("--sample", type=int, default=0, help="how many changes of each room; all when left out")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--folder", type=Path, help="keep the copies, mutmut's logs and what was tried in here")
    asked = parser.parse_args(arguments)
    if asked.sample < 0 or asked.jobs < 1:
        parser.error("--sample is at least 0, and --jobs at least 1")
    kept = True
    with tempfile.TemporaryDirectory(prefix="mutation-") as temporary:
        folder = asked.folder or Path(temporary)
        for name in asked.room or ROOMS:
            try:
                score = measure(ROOT, folder / name, name, ROOMS[name], sample=asked.sample, jobs=asked.jobs)
            except MutmutFailed as error:
                print(f"{error}\n{name}: nothing could be tried; mutmut's last words are above", file=sys.stderr)
                return 2
            except KeyboardInterrupt:
                how = "the same command goes on" if asked.folder else "with --folder FOLDER it could be gone on with"
                print(f"{name}: interrupted; {how}", file=sys.stderr)
                return 130
            kept = kept and score.keeps(ROOMS[name].least)
    return 0 if kept else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
