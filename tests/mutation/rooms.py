"""The rooms whose code is changed, and the tests that should notice."""

from typing import NamedTuple


class Room(NamedTuple):
    """Modules, and what tests them.

    Attributes:
        modules: Their files, as patterns.
        tests: Files and folders whose tests are run against each change.
        keyword: Restricts these tests, as pytest's ``-k``; empty for all of them.
        least: The share of changes that has to be noticed, from 0 to 1.
    """

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    keyword: str
    least: float


ROOMS = {
    "queue": Room(
        ("sim/queue/*",),
        (
            "tests/unit/queue",
            "tests/conformance/test_conformance.py",
            "tests/concurrency/test_interleavings.py",
            "tests/concurrency/test_dead_letters.py",
            "tests/stories/test_dead_letters.py",
        ),
        "not fakeredis and not project-redis and not redis-server and not bull-redis and not mixed",
        0.90,
    ),
    "outcomes": Room(
        tuple(f"sim/results/{name}.py" for name in ("trace", "error_lines", "facts", "outcomes")),
        ("tests/unit/results", "tests/stories"),
        "not test_file_set and not detection and not sweep",
        0.90,
    ),
    "metrics": Room(
        (
            "sim/metrics/base.py",
            "sim/metrics/catalogue.py",
            *(
                f"sim/results/{name}.py"
                for name in ("prometheus", "health", "metrics", "observation", "samples", "counters")
            ),
        ),
        ("tests/unit/results", "tests/stories"),
        "",
        0.80,
    ),
    "advise": Room(("sim/advise/*",), ("tests/unit/advise", "tests/unit/cli/test_advise.py"), "", 0.80),
    "sweeps": Room(
        ("sim/sweeps/*",),
        ("tests/unit/sweeps", "tests/unit/cli/test_sweep_damage.py", "tests/stories"),
        "not two_processes and not dask_cluster",  # theirs end beside mutmut's own, which it cannot bear
        0.80,
    ),
}
