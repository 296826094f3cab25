"""Every verb, found by its file: whoever adds a verb writes one file in this folder."""

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Union, get_args

from pydantic import Field

import sim.operator_verbs as room
from sim.operator_verbs.base import OnDeadLetters, OnJob, OnQueue, OperatorVerb

_SHARED = (OperatorVerb, OnQueue, OnJob, OnDeadLetters)


def _verbs() -> dict[str, type[OperatorVerb]]:
    found = {}
    for module in sorted(module.name for module in pkgutil.iter_modules(room.__path__)):
        for one in vars(import_module(f"{room.__name__}.{module}")).values() if module != "registry" else ():
            if isinstance(one, type) and issubclass(one, OperatorVerb) and one not in _SHARED:
                (do,) = get_args(one.model_fields["do"].annotation)
                found[do] = one
    return found


VERBS = _verbs()
"""By ``do``, in the order of the files."""

if TYPE_CHECKING:
    OperatorStep = OperatorVerb
else:
    OperatorStep = Annotated[Union[tuple(VERBS.values())], Field(discriminator="do")]  # noqa: UP007  # X | Y cannot be built of a list
"""What a scenario's operator does, distinguished by `do`."""
