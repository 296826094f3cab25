"""What a sweep will run: its points, its modes and its seed."""

import json
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sim.results.sweep_result import SweepResult
from sim.results.sweep_stop import Stop
from sim.sweeps.points import Settings, Vary, VaryError, check_points, grid, scenario_at
from sim.sweeps.store import MAX_RUNS, Identity, SweepStore
from sim.sweeps.worker import SWEEP_STORE, Recipe
from sim.yaml_files.fields import MODES, ModeName, SemanticsName


class Plan:
    """A sweep before it runs: every point is loaded once, so that what is wrong is said at once.

    Args:
        text: The scenario as its file has it.
        name: What errors call it.

    Raises:
        ScenarioError: The scenario cannot be used.
        VaryError: It cannot be used with a value that is asked for.
    """

    def __init__(
        self,
        text: str,
        name: str,
        varies: Sequence[Vary] = (),
        *,
        modes: Sequence[ModeName] | None = None,
        seed: int | None = None,
        semantics: SemanticsName | None = None,
    ) -> None:
        self.points: list[Settings] = grid(varies)
        self.paths = tuple(vary.path for vary in varies)
        if semantics is not None and "semantics" in self.paths:
            raise VaryError("semantics", "--semantics is given too; give only one of them")
        check_points(text, name, self.points)
        self.scenario = scenario_at(text, name, ())
        chosen = self.scenario.modes if modes is None else modes
        self.modes = tuple(mode for mode in MODES if mode in chosen)
        self.recipe = Recipe(text, name, self.modes, semantics, self.scenario.seed if seed is None else seed)
        scenarios = [scenario_at(text, name, settings) for settings in self.points]
        self.semantics: tuple[SemanticsName, ...] = tuple(semantics or one.profiles[0] for one in scenarios)
        self._promises = any(one.promising_queues for one in scenarios)

    @property
    def identity(self) -> Identity:
        """What the sweep's database is known by."""
        return Identity(
            scenario=self.recipe.text,
            vary=json.dumps(self.points, ensure_ascii=False),
            modes=json.dumps(self.modes),
            semantics=json.dumps(self.recipe.semantics),
            seed=str(self.recipe.seed),
            store=SWEEP_STORE,
            version=_version(),
        )

    def open_store(self, path: Path | None, *, resume: bool = False) -> SweepStore:
        """Open the sweep's database; see ``SweepStore``."""
        points = ((semantics, dict(settings)) for semantics, settings in zip(self.semantics, self.points, strict=True))
        return SweepStore(path, self.identity, points, resume=resume)

    def result(self, store: SweepStore, through: int = MAX_RUNS, *, stop: Stop | None = None) -> SweepResult:
        """Read what the database holds.

        Args:
            through: Leave out runs with a higher number.
            stop: Where the sweep ended; runs with a higher number are left out.
        """
        through = through if stop is None else stop.runs
        return SweepResult(
            title=self.scenario.title,
            question=self.scenario.question,
            seed=self.recipe.seed,
            store=SWEEP_STORE,
            paths=self.paths,
            points=tuple(tuple(value for _path, value in settings) for settings in self.points),
            semantics=self.semantics,
            modes=self.modes,
            rows=store.rows(through),
            failures=store.failures(through),
            stop=stop,
            promises=self._promises,
        )


def _version() -> str:
    try:
        return version("jobworker-sim")
    except PackageNotFoundError:
        return "unknown"
