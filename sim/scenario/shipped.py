"""What comes with the project and lies outside the package in a checkout: its scenarios, and its lessons.

They are found in a checkout and in an installed wheel alike.
"""

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
    return _folder(FOLDER)


def shipped_lessons() -> list[Path]:
    """List the notebooks of the lessons, in their order; a wheel has them as ``shipped/notebooks``.

    Raises:
        SimError: The installation lacks them.
    """
    return sorted(_folder("notebooks").glob("*.ipynb"))


def _folder(name: str) -> Path:
    package = Path(str(files("sim")))
    for folder in (package / "shipped" / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise SimError(f"{package}: this installation lacks the shipped {name}; install jobworker-sim again")


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
