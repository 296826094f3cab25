"""The rooms whose code is changed, and the tests that should notice."""

from typing import NamedTuple


class Room(NamedTuple):
    """A package, and what tests it.

    Attributes:
        package: Its folder.
        tests: Files and folders whose tests are run against each change.
        keyword: Restricts these tests, as pytest's ``-k``; empty for all of them.
        least: The share of changes that has to be noticed, from 0 to 1.
    """

    package: str
    tests: tuple[str, ...]
    keyword: str
    least: float


ROOMS = {
    "jobqueue": Room(
        "sim/jobqueue",
        (
            "tests/unit/jobqueue",
            "tests/conformance/test_conformance.py",
            "tests/concurrency/test_interleavings.py",
            "tests/concurrency/test_dead_letters.py",
            "tests/stories/test_dead_letters.py",
        ),
        "not fakeredis and not project-redis and not redis-server and not bull-redis and not mixed",
        0.90,
    ),
    "ledger": Room("sim/ledger", ("tests/unit/ledger", "tests/stories"), "", 0.90),
    "monitoring": Room(
        "sim/monitoring", ("tests/unit/monitoring", "tests/unit/report/test_notices.py", "tests/stories"), "", 0.80
    ),
    "advice": Room("sim/advice", ("tests/unit/advice",), "", 0.80),
    "experiments": Room(
        "sim/experiments",
        ("tests/unit/experiments", "tests/unit/cli/test_sweep_damage.py", "tests/stories"),
        "not two_processes and not dask_cluster",  # theirs end beside mutmut's own, which it cannot bear
        0.80,
    ),
}
