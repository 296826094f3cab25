"""What is run: the units of each part, each with a key by which both sides are compared."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from zlib import crc32

from tests.rebuild.sweeps import RUNS, SWEEPS
from tests.rebuild.translate import Body, dotted

PARTS = ("shipped", "random", "exercises", "sweeps")
STORES = ("memory", "fakeredis")
SEEDS = (None, 1, 2)
"""Seeds of the shipped scenarios; None is the file's own."""
SEMANTICS = ("bull", "documented")
RANDOM = 1_000
VERIFY_SEEDS = 20
SWEEP_SEEDS = range(1, 6)
QUICK = 10
"""About one unit of so many is run by ``--quick``."""


class Adapter(Protocol):
    """How a checkout is reached; see ``adapter_after``."""

    SCENARIOS: str
    COURSE: str

    def run(self, scenario: Any, *, seed: int | None, semantics: str | None, store: str) -> Body:
        """Run a scenario."""

    def random_scenario(self, number: int) -> str:
        """Draw a scenario."""

    def exercises(self) -> dict[str, list[str]]:
        """List exercises and their answers."""

    def verify_seeds(self, exercise: str, count: int) -> list[int]:
        """List seeds."""

    def verdict(self, exercise: str, answer: str, seeds: Sequence[int]) -> Body:
        """Judge an answer."""

    def predictions(self, exercise: str) -> Body:
        """Answer an exercise's predictions."""

    def sweep(self, scenario: Path, vary: dict[str, list[Any]], *, runs: int, seed: int) -> Body:
        """Run a sweep."""


class Unit(NamedTuple):
    """One thing that is run on both sides.

    Attributes:
        quick: Whether it is among the tenth that ``--quick`` runs.
    """

    part: str
    key: str
    quick: bool
    make: Callable[[], Body]


def units(adapter: Adapter, is_before: bool, texts: Sequence[str]) -> Iterator[Unit]:
    """List everything that is run.

    Args:
        is_before: Whether the checkout speaks old names.
        texts: The random scenarios, in this checkout's words.
    """
    yield from _shipped(adapter)
    yield from _random(adapter, texts)
    yield from _exercises(adapter)
    yield from _sweeps(adapter, is_before)


def _shipped(adapter: Adapter) -> Iterator[Unit]:
    files = [*sorted(Path(adapter.SCENARIOS).glob("*/*.yaml")), *sorted(Path(adapter.COURSE).glob("*/scenario.yaml"))]
    for file in files:
        name = "/".join(file.parts[-2:])
        ways = [(seed, semantics, store) for seed in SEEDS for semantics in SEMANTICS for store in STORES]
        chosen = crc32(name.encode()) % len(ways)
        for number, (seed, semantics, store) in enumerate(ways):
            key = f"{name}, seed {seed or 'of the file'}, {semantics}, {store}"
            make = partial(adapter.run, file, seed=seed, semantics=semantics, store=store)
            yield Unit("shipped", key, number == chosen, make)


def _random(adapter: Adapter, texts: Sequence[str]) -> Iterator[Unit]:
    for number, text in enumerate(texts):
        for store in STORES:
            make = partial(adapter.run, text, seed=None, semantics=None, store=store)
            yield Unit("random", f"random {number}, {store}", number % QUICK == 0, make)


def _exercises(adapter: Adapter) -> Iterator[Unit]:
    for name, answers in adapter.exercises().items():
        seeds = adapter.verify_seeds(name, VERIFY_SEEDS)
        for answer in answers:
            for number, seed in enumerate(seeds):
                make = partial(adapter.verdict, name, answer, [seed])
                yield Unit("exercises", f"{name}, {answer}, verify seed {number + 1}", number == 0, make)
        yield Unit("exercises", f"{name}, solution, all", False, partial(adapter.verdict, name, "solution", seeds))
        yield Unit("exercises", f"{name}, predictions", True, partial(adapter.predictions, name))


def _sweeps(adapter: Adapter, is_before: bool) -> Iterator[Unit]:
    for number, (file, vary) in enumerate(SWEEPS):
        axes = " x ".join(f"{path}={','.join(map(str, values))}" for path, values in vary.items())
        asked = {path if is_before else dotted(path): values for path, values in vary.items()}
        for seed in SWEEP_SEEDS:
            make = partial(adapter.sweep, Path(adapter.SCENARIOS, file), asked, runs=RUNS, seed=seed)
            quick = number % 2 == 0 and seed == SWEEP_SEEDS[number // 2 % len(SWEEP_SEEDS)]
            yield Unit("sweeps", f"{file}, {axes or 'nothing varied'}, seed {seed}", quick, make)
