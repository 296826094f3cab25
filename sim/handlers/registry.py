"""Every handler there is: whoever adds a handler writes one file in this folder, and it is found."""

from importlib import import_module
from pkgutil import iter_modules

import sim.handlers as room
from sim.handlers.base import Handler

SHARED = ("base", "connections", "database", "errors", "own_effects", "registry", "rows")
"""The files of this folder that are no handlers."""


def _handlers() -> dict[str, Handler]:
    names = sorted({module.name for module in iter_modules(room.__path__)} - set(SHARED))
    found: list[Handler] = [import_module(f"{room.__name__}.{name}").HANDLER for name in names]
    return {handler.name: handler for handler in sorted(found, key=lambda one: (one.order, one.name))}


HANDLERS = _handlers()
"""By name, in the order in which they are listed."""
