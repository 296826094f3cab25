"""The project's scenarios by their names, as they are and with some values changed."""

import json
import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sim.core.errors import SimError
from sim.scenario.load import read_text
from sim.scenario.schema import Scenario
from sim.scenario.shipped import FOLDER, shipped_scenarios
from sim.sweeps.points import VaryError, as_varies, grid, scenario_at

_OWN_ARGUMENTS = {
    "seed": "give it to the run: sim.run(scenario, seed=7)",
    "modes": 'give them to the run: sim.run(scenario, modes=["queue"])',
}


class ChangeError(VaryError):
    """A change of a scenario that cannot be made.

    Args:
        change: What was asked for, as ``path=value``.
        why: What is wrong, and what would be right.
    """

    def __str__(self) -> str:
        return "\n".join(f"{self.args[0]}: {why}" for why in self.args[1:])


def example(name: str | os.PathLike[str]) -> Path:
    """Find a scenario that comes with the project, from whatever folder the notebook runs in.

    A path that exists is taken as it is. Else the folder ``scenarios`` is looked for in the working directory, in each
    folder above it, and among the shipped ones.

    Args:
        name: Such as ``01-worker-crashes/crash-in-progress.yaml``; also with ``scenarios/`` before it.

    Raises:
        SimError: There is no such scenario; the error names the folders that were looked in and what is near.
    """
    given = Path(name)
    if given.is_file():
        return given
    inner = Path(*given.parts[1:]) if given.parts[:1] == (FOLDER,) else given
    folders = _folders()
    if not given.is_absolute():
        for folder in folders:
            if (folder / inner).is_file():
                return folder / inner
    raise SimError(_not_found(given, inner, folders))


def changed(scenario: str | os.PathLike[str], changes: Mapping[str, Any]) -> Scenario:
    """Load a scenario with some of its values changed, and everything else as the file says it.

    Args:
        scenario: A path, or a name as ``example`` takes it.
        changes: New values by their place, such as ``{"queues.email.attempts": 3}``. Text is read as in a file, so
            that ``"10s"`` is a duration.

    Raises:
        SimError: There is no such scenario.
        ScenarioError: Nothing is changed, and the scenario itself cannot be used.
        ChangeError: A change cannot be made; the error names the place and what would be right.
    """
    if not isinstance(scenario, str | os.PathLike):
        raise SimError(f"changed() takes the path or the name of a scenario file, not a {type(scenario).__name__}")
    path = example(scenario)
    for place, value in changes.items():
        first = place.split(".")[0]
        if first in _OWN_ARGUMENTS:
            raise ChangeError(f"{place}={value}", _OWN_ARGUMENTS[first])
        _check_plain(place, value)
    try:
        (settings,) = grid(as_varies({place: [value] for place, value in changes.items()}))
        return scenario_at(read_text(path), os.fspath(path), settings)
    except VaryError as error:
        raise ChangeError(*error.args) from None


def _check_plain(place: str, value: Any) -> None:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        kind = type(value).__name__
        raise ChangeError(place, f"expected what a file can say (a number, a text, a list), not a {kind}") from None


def _folders() -> list[Path]:
    here = Path.cwd()
    found = [folder for base in (here, *here.parents) if (folder := base / FOLDER).is_dir()]
    return list(dict.fromkeys([*found, shipped_scenarios()]))


def _not_found(given: Path, inner: Path, folders: list[Path]) -> str:
    if given.is_absolute():
        return f"{given}: there is no such file"
    names = sorted({file.relative_to(folder).as_posix() for folder in folders for file in folder.rglob("*.yaml")})
    near = get_close_matches(inner.as_posix(), names, n=1)
    same_file = [name for name in names if Path(name).name == inner.with_suffix(".yaml").name]
    hint = f"; did you mean {(same_file or near)[0]}?" if same_file or near else ""
    return f"{given}: no such scenario in {', '.join(map(str, folders))}{hint}"
