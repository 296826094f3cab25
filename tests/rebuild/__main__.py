"""Tell whether this checkout does what another commit did.

``python -m tests.rebuild --quick`` runs a tenth, for use after every commit; without ``--quick`` it runs everything.
Exit code 0: the same; 1: something differs, and the first differing line of each unit is printed.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.rebuild.checkouts import ROOT, Before, produce
from tests.rebuild.comparing import compare
from tests.rebuild.keeping import Kept
from tests.rebuild.units import PARTS

BEFORE = "e33b70d"
"""The commit that the rebuild began with; ``adapter_before`` speaks its names."""


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.rebuild", description=__doc__)
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part; may be given again")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--before", default=BEFORE, metavar="COMMIT", help=f"what to compare with; default: {BEFORE}")
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path(tempfile.gettempdir(), "rebuild"),
        help="keeps the checkout of that commit and what was made in it; default: rebuild, in the temporary folder",
    )
    parser.add_argument("--show", type=int, default=5, metavar="N", help="differences printed of each part; default: 5")
    asked = parser.parse_args()
    parts = [part for part in PARTS if part in (asked.part or PARTS)]
    before = Before(asked.folder, asked.before)
    before.make(parts, asked.quick)
    same = True
    with tempfile.TemporaryDirectory(prefix="rebuild-") as name:
        random, database = Path(name, "random.json"), Path(name, "after.sqlite")
        random.write_text(before.translated())
        quick = ["--quick"] if asked.quick else []
        produce("after", ROOT, "units", str(database), "--random", str(random), "--parts", ",".join(parts), *quick)
        with Kept(before.database) as old, Kept(database) as new:
            for part in parts:
                found = compare(part, old, new, asked.quick)
                same &= found.is_same
                for key, difference in list(found.differences.items())[: asked.show]:
                    print(f"{key}\n  {difference}")
                for key in found.gone[: asked.show]:
                    print(f"{key}\n  is not run here any more")
                print(found.line, flush=True)
    print(f"the same as {before.commit[:12]}" if same else f"NOT the same as {before.commit[:12]}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
