"""The pictures of a sweep, one file each: whatever module of this folder has a ``PICTURE`` is one."""

from importlib import import_module
from pkgutil import iter_modules

from sim.plots.picture import SweepPicture


def sweep_picture_kinds() -> list[SweepPicture]:
    """Load every picture, in the order in which they are drawn."""
    found = [import_module(f"{__name__}.{module.name}").PICTURE for module in iter_modules(__path__)]
    return sorted(found, key=lambda picture: (picture.place, picture.name))
