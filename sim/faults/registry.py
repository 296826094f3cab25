"""Every fault there is: each module of this package that defines one, found by itself."""

from functools import reduce
from importlib import import_module
from operator import or_
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

import sim.faults
from sim.faults.base import Fault
from sim.faults.fault_type import FaultType
from sim.faults.injector import FaultTarget
from sim.faults.schedule import Setting


def _find() -> dict[str, FaultType[Any]]:
    modules = (import_module(f"sim.faults.{found.name}") for found in iter_modules(sim.faults.__path__))
    found = [module.FAULT for module in modules if hasattr(module, "FAULT")]
    return {one.kind: one for one in sorted(found, key=lambda one: (one.order, one.kind))}


FAULTS = _find()
"""By ``kind``, in the order in which they are listed."""

if TYPE_CHECKING:
    AnyFault = Fault
else:
    AnyFault = Annotated[reduce(or_, (one.model for one in FAULTS.values())), Field(discriminator="kind")]
"""What may stand under a scenario's ``faults``."""


def arrange_faults(world: FaultTarget) -> None:
    """Arrange all faults of the world's scenario; call it once, before the world runs."""
    for number, fault in enumerate(world.scenario.faults, 1):
        name = f"fault:{number}:{fault.kind}"
        setting = Setting(name, world.injector, world.streams, world.scenario.last_arrival_ms)
        FAULTS[fault.kind].arrange(fault, setting)
