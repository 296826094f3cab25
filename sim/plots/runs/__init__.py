"""The pictures of a run, one file each: whatever module of this folder has a ``PICTURE`` is one."""

from importlib import import_module
from pkgutil import iter_modules

from sim.plots.picture import RunPicture


def picture_names() -> list[str]:
    """Name the pictures as their files are called, without the ending; nothing is loaded for that."""
    return [_file_of(module.name) for module in iter_modules(__path__)]


def run_pictures() -> dict[str, RunPicture]:
    """Load every picture, by the name of its file, in the order of the report."""
    found = {
        _file_of(module.name): import_module(f"{__name__}.{module.name}").PICTURE for module in iter_modules(__path__)
    }
    return dict(sorted(found.items(), key=lambda item: (item[1].place, item[0])))


def _file_of(module: str) -> str:
    return module.replace("_", "-")
