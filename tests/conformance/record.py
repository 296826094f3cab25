"""Ask the real Bull every case and write down what it answers: ``python -m tests.conformance.record [GROUP ...]``."""

import sys

import tests.conformance.catalogue  # noqa: F401  (fills the catalogue)
from tests.conformance.case import CATALOGUE
from tests.conformance.live import live_bull
from tests.conformance.records import groups, observe, save, to_record


def main() -> None:
    """Record all cases, or those of the groups named."""
    wanted = sys.argv[1:] or groups()
    with live_bull() as arm:
        for group in wanted:
            cases = [one for one in CATALOGUE.values() if one.group == group]
            save(group, {one.name: to_record(one, observe(one, arm)) for one in cases})
    print(f"recorded {sum(one.group in wanted for one in CATALOGUE.values())} cases in {len(wanted)} files")


if __name__ == "__main__":
    main()
