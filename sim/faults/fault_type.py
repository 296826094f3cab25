"""What the file of one fault tells the rest of the program."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar, get_args

from sim.faults.base import Fault
from sim.faults.schedule import Setting

F = TypeVar("F", bound=Fault)


@dataclass(frozen=True)
class FaultType(Generic[F]):
    """One kind of fault.

    Attributes:
        order: Where it stands in lists, from small to large.
        model: What a scenario file says of it.
        arrange: Lets it happen in a run.
    """

    order: int
    model: type[F]
    arrange: Callable[[F, Setting], None]

    @property
    def kind(self) -> str:
        """What scenario files call it, such as ``worker-crash``."""
        return str(get_args(self.model.model_fields["kind"].annotation)[0])
