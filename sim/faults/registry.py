"""Every fault there is: whoever adds a fault writes one file in this folder, and it is found."""

from collections.abc import Sequence
from functools import reduce
from importlib import import_module
from operator import or_
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol, get_args, get_origin

from pydantic import Field

import sim.faults as room
from sim.faults.base import Fault
from sim.faults.by_hand import HandVerb
from sim.faults.injector import FaultInjector, Setting
from sim.faults.schedule import RandomNumbers


def _faults() -> dict[str, type[Fault]]:
    found: dict[str, type[Fault]] = {}
    for module in sorted(module.name for module in iter_modules(room.__path__) if module.name != "registry"):
        for one in vars(import_module(f"{room.__name__}.{module}")).values():
            if isinstance(one, type) and issubclass(one, Fault) and _is_a_kind(one):
                (kind,) = get_args(one.model_fields["kind"].annotation)
                found[kind] = one
    return dict(sorted(found.items(), key=lambda pair: (pair[1].order, pair[0])))


def _is_a_kind(fault: type[Fault]) -> bool:
    """Tell whether a class is a kind of fault, and not what several kinds have in common."""
    return get_origin(fault.model_fields["kind"].annotation) is Literal


FAULTS = _faults()
"""By ``kind``, in the order in which they are listed."""
HAND_VERBS: dict[str, HandVerb] = {verb.name: verb for fault in FAULTS.values() for verb in fault.by_hand}
"""What a person can do by hand on the live page to break and mend, by name."""

if TYPE_CHECKING:
    AnyFault = Fault
else:
    AnyFault = Annotated[reduce(or_, FAULTS.values()), Field(discriminator="kind")]
"""What may stand under a scenario's ``faults``, distinguished by ``kind``."""


class FaultyScenario(Protocol):
    """What faults need to know of a scenario."""

    @property
    def faults(self) -> Sequence[Fault]:
        """What breaks."""

    @property
    def last_arrival_ms(self) -> int:
        """When the last job is offered, ms since the run began."""


class FaultTarget(Protocol):
    """A world that a scenario's faults can be arranged in."""

    @property
    def scenario(self) -> FaultyScenario:
        """What is run."""

    @property
    def streams(self) -> RandomNumbers:
        """Its random numbers."""

    @property
    def faults(self) -> FaultInjector[Any]:
        """The verbs that break it."""


def arrange_faults(world: FaultTarget) -> None:
    """Arrange all faults of the world's scenario; call it once, before the world runs."""
    for number, fault in enumerate(world.scenario.faults, 1):
        name = f"fault:{number}:{fault.kind}"
        fault.arrange(Setting(name, world.faults, world.streams, world.scenario.last_arrival_ms))
