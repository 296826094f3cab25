"""One attempt: carry out a handler's instructions in simulated time."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from sim.core.errors import SimError
from sim.engine.clock import SimulatedTime
from sim.engine.database import DatabaseAccess
from sim.engine.database_load import DatabaseLoad, Seat
from sim.engine.event_loop import EventLoop
from sim.engine.process import Crashed, Process, Steps
from sim.engine.recorder import Recorder
from sim.faults.injector import EffectPlace, EffectStep, Hang, Step
from sim.handlers.base import DATABASE, Effect, JobInput, Query, Work
from sim.handlers.base import Steps as Instructions
from sim.handlers.errors import PermanentError, ReplyLost, TransientError
from sim.results.trace import EventKind

HandlerFailure = (TransientError, PermanentError)


class Hooks(Protocol):
    """What faults may do in the middle of an attempt.

    Attributes:
        watches_steps: Whether ``reaches`` may ever say yes.
        watches_attempts: Whether ``handler_error`` may ever return one.
        watches_hangs: Whether ``hang_at`` may ever return one.
    """

    watches_steps: bool
    watches_attempts: bool
    watches_hangs: bool

    def reaches(self, step: Step, process: Process, queue: str, job: str, effect: EffectPlace | None = None) -> bool:
        """Tell whether the process dies at this step of this job."""

    def handler_error(
        self, step: EffectStep, effect: EffectPlace, queue: str, job: str, attempt: int
    ) -> SimError | None:
        """Return the error that the handler of this attempt raises at this step, or None."""

    def hang_at(self, step: EffectStep, effect: EffectPlace, queue: str, job: str, attempt: int) -> Hang | None:
        """Tell whether the handler of this attempt hangs at this step, and for how long."""


class HandlerCall(NamedTuple):
    """One run of a handler: what it is given, and how long it works.

    Attributes:
        handle: Starts what the handler does in one attempt.
        attempt: Which start of the job this is, counted from 1.
        service_ms: How long the handler works in all, ms.
    """

    queue: str
    handle: Callable[[JobInput], Instructions]
    job: JobInput
    attempt: int
    service_ms: int


class AttemptRunner:
    """Runs handlers: time passes for their work, their queries meet the database, their effects are written down."""

    def __init__(self, env: SimulatedTime, recorder: Recorder, database: DatabaseAccess, hooks: Hooks) -> None:
        self.env = env
        self.recorder = recorder
        self.database = database
        self.hooks = hooks

    def run(
        self, process: Process, call: HandlerCall, *, loop: EventLoop | None = None, seat: Seat | None = None
    ) -> Steps:
        """Run one attempt of a job to its end and return what the handler returned (for ``yield from``).

        Args:
            loop: The event loop of the process, which the handler blocks while it works; None where it does not.
            seat: Its way to a database under load; None where calls never wait for one another.

        Raises:
            TransientError: The handler failed and may succeed another time.
            PermanentError: The handler failed and always will.
            Crashed: The process died at a step of this attempt.
        """
        env, hooks, database = self.env, self.hooks, self.database
        queue, handle, job, attempt, service_ms = call
        instructions = handle(job)
        send = instructions.send
        share = 0.0
        worked_ms = 0
        answer: Any = None
        error: SimError | None = None
        instruction: Any
        while True:
            try:
                if error is None:
                    instruction = send(answer)
                else:
                    thrown, error = error, None
                    try:
                        instruction = instructions.throw(thrown)
                    finally:
                        del thrown  # its traceback will hold this frame, and none of them would be freed
            except StopIteration as end:
                if hooks.watches_steps and hooks.reaches("after-effect-before-ack", process, queue, job.name):
                    raise Crashed from None
                return end.value
            answer = None
            if type(instruction) is Work:
                share += instruction.share
                until_ms = round(service_ms * share)
                span = until_ms - worked_ms
                worked_ms = until_ms
                if not span:
                    continue
                if loop is not None:
                    yield from loop.compute(span)
                    continue
                yield env.timeout(span)
                if process.frozen:
                    yield from process.until_thawed()
                continue
            is_effect = type(instruction) is Effect
            if is_effect and hooks.watches_hangs:
                yield from self._hang("before-effect", instruction, process, queue, job.name, attempt)
            if database.latency_ms and not (is_effect and instruction.system != DATABASE):
                if seat is None:
                    yield env.timeout(database.latency_ms)
                else:
                    error = yield from seat.call(job.name)
                if process.frozen:
                    yield from process.until_thawed()
            try:
                if error is not None:
                    pass
                elif is_effect:
                    if hooks.watches_attempts:
                        error = hooks.handler_error("before-effect", instruction, queue, job.name, attempt)
                    if error is None:
                        self._apply(instruction, process, queue, job.name, attempt)
                elif type(instruction) is Query:
                    if instruction.single and database.cursor is not None:
                        answer = instruction.body(database.cursor)
                    else:
                        answer = database.call(job.name, instruction.body)
            except HandlerFailure as problem:
                error = problem
            if is_effect and error is None:
                if hooks.watches_hangs:
                    yield from self._hang("after-effect", instruction, process, queue, job.name, attempt)
                if hooks.watches_attempts:
                    error = hooks.handler_error("after-effect", instruction, queue, job.name, attempt)

    def _hang(self, step: EffectStep, effect: Effect, process: Process, queue: str, job: str, attempt: int) -> Steps:
        """Let the handler wait for an answer that does not come, if a fault says so; the event loop is free."""
        hang = self.hooks.hang_at(step, effect, queue, job, attempt)
        if hang is None:
            return
        self.recorder.attempt(queue, job, EventKind.HUNG, attempt, process.name, hang.as_event(step, effect))
        if hang.lasts_ms is None:
            process.hangs_for_ever((queue, job, attempt))
            yield self.env.event()
        else:
            yield self.env.timeout(hang.lasts_ms)
        if process.frozen:
            yield from process.until_thawed()

    def _apply(self, effect: Effect, process: Process, queue: str, job: str, attempt: int) -> None:
        """Let the effect happen, and write it down if it stands, whatever answer the handler gets."""
        if self.hooks.watches_steps and self.hooks.reaches("before-effect", process, queue, job, effect):
            raise Crashed
        if effect.system != DATABASE:
            if effect.body(self.database.outside):
                self.recorder.took_effect(queue, job, attempt, process.name, effect)
            else:
                self.recorder.recognised(queue, job, attempt, process.name, effect)
            return
        happened: list[bool] = []
        try:
            self.database.call(job, lambda cursor: happened.append(effect.body(cursor)), effect.name)
        except ReplyLost:
            self._write(effect, happened[-1], process, queue, job, attempt)
            raise
        self._write(effect, happened[-1], process, queue, job, attempt)

    def _write(self, effect: Effect, applied: bool, process: Process, queue: str, job: str, attempt: int) -> None:
        if applied:
            self.recorder.took_effect(queue, job, attempt, process.name, effect)
        else:
            self.recorder.recognised(queue, job, attempt, process.name, effect)


class LoadedRunner(AttemptRunner):
    """Runs handlers on a database whose calls wait for one another; each attempt has its own way to it.

    Args:
        load: What all of them together do to it.
    """

    def __init__(
        self, env: SimulatedTime, recorder: Recorder, database: DatabaseAccess, hooks: Hooks, load: DatabaseLoad
    ) -> None:
        super().__init__(env, recorder, database, hooks)
        self._load = load

    def run(
        self, process: Process, call: HandlerCall, *, loop: EventLoop | None = None, seat: Seat | None = None
    ) -> Steps:
        """Run one attempt; what it holds is given back at its end, whatever that is."""
        seat = self._load.seat(process)
        try:
            return (yield from super().run(process, call, loop=loop, seat=seat))
        finally:
            seat.leave()
