"""Carries a handler's instructions out, without simulated time."""

from collections.abc import Generator, Iterable, Iterator
from typing import Any

from sim.core.errors import SimError
from sim.handlers.base import Effect, Instruction, JobInput, Query, Work
from sim.handlers.database import ApplicationDatabase, Failure
from sim.handlers.errors import PermanentError, ReplyLost, TransientError
from sim.handlers.registry import HANDLERS

Attempt = Generator[Instruction, None, dict[str, Any]]


def job_of(kind: str, number: int = 1, *, idempotent: bool = False, **data: Any) -> JobInput:
    """Make the n-th job of a kind, with some of its data replaced."""
    valid = HANDLERS[kind].sample_data(number, valid=True)
    return JobInput(f"{kind}-{number}", valid | data, idempotent)


class Driver:
    """An application, and what a trace would say of its effects."""

    def __init__(self, stock: int = 100) -> None:
        self.database = ApplicationDatabase(stock)
        self.written: list[tuple[str, bool]] = []
        """Each effect that stands: the job, and whether it was applied (else recognised)."""

    def attempt(self, kind: str, job: JobInput, failures: Iterable[Failure | None] = ()) -> Attempt:
        """Run one attempt step by step: hand out each instruction, then carry it out; return the handler's result.

        Args:
            failures: How each transaction on the application's database fails, in order; afterwards none does.
        """
        ahead = iter(failures)
        steps = HANDLERS[kind].handle(job)
        answer: Any = None
        problem: SimError | None = None
        while True:
            try:
                instruction = steps.throw(problem) if problem else steps.send(answer)
            except StopIteration as end:
                result: dict[str, Any] = end.value
                return result
            yield instruction
            answer = problem = None
            try:
                answer = self._carry_out(instruction, job, ahead)
            except (TransientError, PermanentError) as error:
                problem = error

    def run(
        self, kind: str, job: JobInput, failures: Iterable[Failure | None] = (), *, die_after: int | None = None
    ) -> Any:
        """Run one attempt to its end and return its result, or None if its process died.

        Args:
            die_after: Die when so many instructions have been carried out.
        """
        attempt = self.attempt(kind, job, failures)
        done = 0
        while True:
            try:
                next(attempt)
            except StopIteration as end:
                return end.value
            if done == die_after:
                return None
            done += 1

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Look at the tables."""
        return self.database.connection.execute(sql).fetchall()

    @property
    def on_hand(self) -> int:
        """Items in stock."""
        return int(self.rows("SELECT on_hand FROM stock")[0][0])

    @property
    def reserved(self) -> int:
        """Items reserved."""
        return int(self.rows("SELECT total(quantity) FROM reservations")[0][0])

    def _carry_out(self, instruction: Instruction, job: JobInput, ahead: Iterator[Failure | None]) -> Any:
        if isinstance(instruction, Work):
            return None
        if isinstance(instruction, Query):
            return self.database.run(instruction.body, next(ahead, None))
        if instruction.system != "database":
            self.written.append((job.name, self.database.run_outside(instruction.body)))
            return None
        self._effect_on_database(instruction, job, next(ahead, None))
        return None

    def _effect_on_database(self, effect: Effect, job: JobInput, failure: Failure | None) -> None:
        seen: list[bool] = []
        try:
            self.database.run(lambda cursor: seen.append(effect.body(cursor)), failure)
        except ReplyLost:
            self.written.append((job.name, seen[0]))
            raise
        self.written.append((job.name, seen[0]))
