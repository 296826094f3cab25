"""What faults may do in the middle of an attempt, in a simulated world as in a real one."""

from typing import Generic, TypeVar

from sim.core.errors import SimError
from sim.faults.injector import Death, EffectPlace, EffectStep, ErrorHook, Hang, HangHook, Step, StepHook
from sim.handlers.errors import PermanentError, TransientError

P = TypeVar("P")


class FaultHooks(Generic[P]):
    """Asks the hooks of all faults, in the order in which they were hung up.

    Attributes:
        watches_steps: Whether any hook is asked at the steps of jobs.
        watches_attempts: Whether any hook is asked in attempts.
        watches_hangs: Whether any hook is asked where a handler may hang.
    """

    def __init__(self) -> None:
        self.watches_steps = False
        self.watches_attempts = False
        self._step_hooks: list[StepHook[P]] = []
        self._error_hooks: list[ErrorHook] = []
        self.watches_hangs = False
        self._hang_hooks: list[HangHook] = []

    def on_step(self, hook: StepHook[P]) -> None:
        """Ask ``hook`` at every step of every job whether the process dies there."""
        self._step_hooks.append(hook)
        self.watches_steps = True

    def on_attempt(self, hook: ErrorHook) -> None:
        """Ask ``hook`` before and after the effect of every attempt whether its handler raises an error there."""
        self._error_hooks.append(hook)
        self.watches_attempts = True

    def on_hang(self, hook: HangHook) -> None:
        """Ask ``hook`` before and after the effect of every attempt whether its handler hangs there."""
        self._hang_hooks.append(hook)
        self.watches_hangs = True

    def hang_at(self, step: EffectStep, effect: EffectPlace, queue: str, job: str, attempt: int) -> Hang | None:
        """Return the first hook's verdict that the handler hangs at this step, or None."""
        for hook in self._hang_hooks:
            hang = hook(step, effect, queue, job, attempt)
            if hang is not None:
                return hang
        return None

    def death_at(self, step: Step, process: P, queue: str, job: str, effect: EffectPlace | None = None) -> Death | None:
        """Return the first hook's verdict that the process dies at this step, or None."""
        for hook in self._step_hooks:
            death = hook(step, process, queue, job, effect)
            if death is not None:
                return death
        return None

    def handler_error(
        self, step: EffectStep, effect: EffectPlace, queue: str, job: str, attempt: int
    ) -> SimError | None:
        """Return the error that a fault makes the handler of this attempt raise at this step, or None."""
        for hook in self._error_hooks:
            injected = hook(step, effect, queue, job, attempt)
            if injected is not None:
                return (PermanentError if injected.permanent else TransientError)(injected.message)
        return None
