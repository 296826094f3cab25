"""One attempt of a real job: the project's own handler, advanced step by step for the process that runs it."""

import sqlite3
from collections.abc import Callable
from typing import Any

from sim.core.errors import SimError
from sim.faults.injector import EffectStep
from sim.handlers.base import DATABASE, Effect, JobInput, Query, Work
from sim.handlers.errors import DatabaseUnavailable, PermanentError, ReplyLost, TransientError
from sim.rehearsal.processes import Message, RealProcess
from sim.rehearsal.reported_stage import ReportedStage
from sim.results.trace import EventKind

MADE_UP_MS = 25
"""Real ms that a handler's next work may be shortened by, for the time that its messages have taken."""


class HandlerCall:
    """A transaction that the handler wants made, until the process makes it.

    Attributes:
        is_effect: Whether it is the effect of the job.
    """

    def __init__(self, body: Callable[[], Any], *, outside: bool, is_effect: bool = False) -> None:
        self._body = body
        self.outside = outside
        self.is_effect = is_effect
        self.problem: SimError | None = None
        self.was_made = False

    def carry_out(self) -> Any:
        """Do it."""
        self.was_made = True
        return self._body()


class RealAttempt:
    """Advances one attempt, writes its effects into the trace, and asks the faults where the simulator asks them.

    Attributes:
        process: The process that runs it.
        ideal_ms: Where it would stand if messages took no time, ms since the run began.
        refused: Whether the queue has refused what the process reported.
        timed_out: What the attempt failed with when its timeout was over, although its handler goes on; empty before.
        is_over: Whether the handler has ended, or will never go on.
    """

    def __init__(self, stage: ReportedStage, process: RealProcess, queue: str, job: JobInput, number: int) -> None:
        self.process = process
        self.queue = queue
        self.job = job.name
        self.number = number
        self.refused = False
        self.timed_out = ""
        self.is_over = False
        self._config = stage.scenario.queues[queue]
        self._handler = self._config.job.handle(job)
        self._service_ms = stage.service_ms[queue].of(job.name, number)
        self._worked = 0.0
        self._clock = stage.clock
        self.ideal_ms = stage.clock.now if process.handed_on_ms is None else process.handed_on_ms
        process.handed_on_ms = None
        self._recorder = stage.recorder
        self._access = stage.access
        self._server = stage.database
        self._faults = stage.faults
        self._call: HandlerCall | None = None
        self._work_due_ms: float | None = None
        self._freezes: int | None = None
        self._after_hang: tuple[Any, Any] | None = None
        self._at: Effect

    def next_step(self, answer: Message | None) -> Message | None:
        """Say what the process is to do next; None when it has died of a fault here.

        Args:
            answer: What the call of the step before came to, as the process saw it.
        """
        instruction: Any = None
        was_effect = self._call is not None and self._call.is_effect
        value, error = self._heard(answer)
        self._note_late_work()
        hung, self._after_hang = self._after_hang, None
        if hung is not None:
            value, instruction = hung
            if instruction is None:
                error = self._error("after-effect")
        elif was_effect and error is None:
            if hang := self._hang("after-effect", value, None):
                return hang
            error = self._error("after-effect")
        while True:
            try:
                if instruction is None:
                    instruction = self._handler.send(value) if error is None else self._handler.throw(error)
            except StopIteration as end:
                if self._faults.reaches("after-effect-before-ack", self.process, self.queue, self.job):
                    return None
                self._end()
                return {"done": end.value}
            except (TransientError, PermanentError) as problem:
                permanent = isinstance(problem, PermanentError)
                self._end({"error": str(problem), "permanent": permanent})
                return {
                    "fail": str(problem),
                    "permanent": permanent,
                    "discard": permanent and self._config.discard_permanent,
                }
            value, error = None, None
            asked, instruction = instruction, None
            if isinstance(asked, Work):
                span_ms = self._span_of(asked)
                if span_ms:
                    return {"work_ms": span_ms}
                continue
            if isinstance(asked, Query):
                call = HandlerCall(self._transaction(asked.body), outside=False)
                if not self._stands_still(call):
                    return self._to_call(call)
                value, error = _made(call)
                continue
            self._at = asked
            if hung is None and (hang := self._hang("before-effect", None, asked)):
                return hang
            hung = None
            error = self._error("before-effect")
            if error is None:
                if self._faults.reaches("before-effect", self.process, self.queue, self.job, asked):
                    return None
                call = HandlerCall(self._effect(asked), outside=asked.system != DATABASE, is_effect=True)
                if not self._stands_still(call):
                    return self._to_call(call)
                value, error = _made(call)
                if error is None:
                    if hang := self._hang("after-effect", value, None):
                        return hang
                    error = self._error("after-effect")

    def _error(self, step: EffectStep) -> SimError | None:
        """Return the error that a fault makes the handler raise at this step."""
        return self._faults.handler_error(step, self._at, self.queue, self.job, self.number)

    def _end(self, failure: dict[str, Any] | None = None) -> None:
        """Write down how the handler has ended: of one that has timed out, that nobody hears of it."""
        self.is_over = True
        if self.timed_out:
            self.note(EventKind.UNHEARD, failure and {"error": failure["error"]})
        elif failure is not None:
            self.note(EventKind.ATTEMPT_FAILED, failure)

    def _hang(self, step: EffectStep, value: Any, instruction: Any) -> Message | None:
        """Tell the process to wait where a fault says so, and remember how it goes on; None where none does."""
        hang = self._faults.hang_at(step, self._at, self.queue, self.job, self.number)
        if hang is None:
            return None
        self.note(EventKind.HUNG, hang.as_event(step, self._at))
        self._after_hang = value, instruction
        if hang.lasts_ms is None:
            self.is_over = True
            return {"hang_ms": None}
        self.ideal_ms = max(self._clock.now, self.ideal_ms + hang.lasts_ms)
        return {"hang_ms": max(0.01, self._clock.scale.real_ms(self.ideal_ms - self._clock.now))}

    def note(self, event: EventKind, more: dict[str, Any] | None = None) -> None:
        """Write down something that happened in this attempt."""
        self._recorder.attempt(self.queue, self.job, event, self.number, self.process.name, more)

    def _heard(self, answer: Message | None) -> tuple[Any, SimError | None]:
        """Turn what the process received into what the handler gets: a value, or an error."""
        call, self._call = self._call, None
        if call is None or answer is None:
            return None, None
        if call.problem is not None:
            return None, call.problem
        if "failed" in answer:
            return None, ReplyLost() if call.was_made else DatabaseUnavailable()
        return answer["value"], None

    def _span_of(self, work: Work) -> float:
        """Return how long the process is to work, in real ms; what its messages have cost is taken off."""
        before_ms = round(self._service_ms * self._worked)
        self._worked += work.share
        span_ms = round(self._service_ms * self._worked) - before_ms
        if not span_ms:
            return 0.0
        scale, now_ms = self._clock.scale, self._clock.now
        if not 0 <= scale.real_ms(now_ms - self.ideal_ms) <= MADE_UP_MS:
            self.ideal_ms = now_ms
        self.ideal_ms += span_ms
        self._work_due_ms = max(now_ms, self.ideal_ms)
        self._freezes = None if self.process.frozen or self.process.config["blocking"] else self.process.freezes
        return max(0.01, scale.real_ms(self.ideal_ms - now_ms))

    def _note_late_work(self) -> None:
        """Take note of when work ended that no freeze and no blocked event loop has held up."""
        if self._work_due_ms is not None and self._freezes == self.process.freezes:
            self._clock.note_due(self._work_due_ms)
        self._work_due_ms = None

    def _stands_still(self, call: HandlerCall) -> bool:
        """Whether the process makes a call without letting go of its event loop, so that it is made for it here."""
        return bool(self.process.config["blocking"]) and (call.outside or not self._access.latency_ms)

    def _to_call(self, call: HandlerCall) -> Message:
        self._call = call
        if not call.outside:
            self.ideal_ms += self._access.latency_ms
        number, path = self._server.expect(call)
        return {"call": number, "to": path}

    def _transaction(self, body: Callable[[sqlite3.Cursor], Any]) -> Callable[[], Any]:
        return lambda: self._access.call(self.job, body)

    def _effect(self, effect: Effect) -> Callable[[], Any]:
        """Let the effect happen, and write it down if it stands, whatever answer the process gets."""

        def outside() -> bool:
            applied = self._access.database.run_outside(effect.body)
            self._write(effect, applied)
            return applied

        def inside() -> bool:
            happened: list[bool] = []
            try:
                self._access.call(self.job, lambda cursor: happened.append(effect.body(cursor)), effect.name)
            except ReplyLost:
                self._write(effect, happened[-1])
                raise
            self._write(effect, happened[-1])
            return happened[-1]

        return inside if effect.system == DATABASE else outside

    def _write(self, effect: Effect, applied: bool) -> None:
        write = self._recorder.took_effect if applied else self._recorder.recognised
        write(self.queue, self.job, self.number, self.process.name, effect)


def _made(call: HandlerCall) -> tuple[Any, SimError | None]:
    """Make a call, and return what the handler gets: a value, or an error."""
    try:
        return call.carry_out(), None
    except SimError as problem:
        return None, problem
