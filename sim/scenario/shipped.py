"""The scenarios that come with the project: where they are, in a checkout and in an installed wheel alike."""

from importlib.resources import files
from pathlib import Path

from sim.core.errors import SimError

FOLDER = "scenarios"


def shipped_scenarios() -> Path:
    """Find the folder of the shipped scenarios.

    A wheel has them inside the package, as ``shipped/scenarios``; in a checkout they lie beside the package.

    Raises:
        SimError: The installation lacks them.
    """
    package = Path(str(files("sim")))
    for folder in (package / "shipped" / FOLDER, package.parent / FOLDER):
        if folder.is_dir():
            return folder
    raise SimError(f"{package}: this installation lacks the shipped scenarios; install jobworker-sim again")


def is_checkout() -> bool:
    """Tell whether the package is used from a checkout and not as it was installed from a wheel."""
    return not (Path(str(files("sim"))) / "shipped").is_dir()


def scenario_files() -> list[Path]:
    """List the files of the shipped scenarios in the order of their numbers, which begin at 1."""
    return sorted(shipped_scenarios().rglob("*.yaml"))


def shipped_file(name: Path) -> Path | None:
    """Find a shipped scenario by its path in the folder of scenarios, with or without ``scenarios/`` and ``.yaml``.

    Returns:
        None where there is none, or the path leads out of the folder.
    """
    inner = Path(*name.parts[1:]) if name.parts[:1] == (FOLDER,) else name
    if inner.is_absolute() or ".." in inner.parts or len(inner.parts) < 2:
        return None
    file = shipped_scenarios() / inner.parent / f"{inner.name.removesuffix('.yaml')}.yaml"
    return file if file.is_file() else None
