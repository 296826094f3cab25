"""What a scenario says of the jobs of a queue of its own: the effects that each has, in order."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.handlers.base import Handler
from sim.handlers.own_effects import OwnEffect, own_handler
from sim.yaml_files.fields import Model, Share, Switch

MAX_EFFECTS = 1_000


class EffectConfig(Model):
    """One effect of a job, or several equal ones in a row."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$", examples=["send", "mark-sent"])]
    """What it is called in traces and by faults; with `times: 3` they are called `send.1` to `send.3`."""
    system: Annotated[Literal["database", "outside"], Field(alias="in")]
    """`database`: a transaction on the application's database; `outside`: a call to another system, such as mail."""
    idempotent: Switch | None = None
    """Whether a second one for the same job is recognised and suppressed; default: the queue's `idempotency_key`."""
    work: Share | None = None
    """Part of the service time that is worked before it; default: what is left, in equal parts before each and at the
    end. With `times` it is divided among them."""
    times: Annotated[int, Field(ge=1, le=MAX_EFFECTS)] = 1
    """How often the job has it, as in a batch; each counts as an effect."""

    @property
    def names(self) -> list[str]:
        """What the trace calls each."""
        return [self.name] if self.times == 1 else [f"{self.name}.{n}" for n in range(1, self.times + 1)]


class OwnHandler(Model):
    """What a job does, as the scenario lists it; an attempt starts from the beginning."""

    effects: Annotated[list[EffectConfig], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        names = [effect.name for effect in self.effects]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two effects are called {twice}; for several equal ones use times:")
        if sum(effect.times for effect in self.effects) > MAX_EFFECTS:
            raise ValueError(f"a job has at most {MAX_EFFECTS:,} effects")
        if sum(effect.work or 0 for effect in self.effects) > 1 + 1e-9:
            raise ValueError("the works before the effects add up to more than 1")
        return self

    @property
    def names(self) -> list[str]:
        """What the trace calls the effects, in order."""
        return [name for effect in self.effects for name in effect.names]

    def made(self) -> Handler:
        """Return what such a job does."""
        left = max(0.0, 1 - sum(effect.work or 0 for effect in self.effects))
        parts = sum(effect.times for effect in self.effects if effect.work is None) + 1
        return own_handler(
            tuple(
                OwnEffect(
                    name,
                    effect.system,
                    effect.idempotent,
                    left / parts if effect.work is None else effect.work / effect.times,
                )
                for effect in self.effects
                for name in effect.names
            )
        )
