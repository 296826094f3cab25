"""Lets time go on in a run: to a moment, to its end, and again after somebody did something by hand."""

import math
from contextlib import AbstractContextManager

import simpy

from sim.core.durations import parse_duration
from sim.core.errors import BudgetExceeded, SimError
from sim.engine.clock import SimulatedTime
from sim.engine.instruments import Subscriptions
from sim.engine.process import Steps
from sim.engine.system import System
from sim.results.run_end import EndedBy
from sim.scenario.horizon import horizon_ms
from sim.scenario.schema import Scenario

SETTLE_EVERY_MS = 1_000


class RunLoop:
    """Moves one run on, in any number of steps: they make the run that one makes.

    Args:
        arriving: Ends when all jobs have been offered.
        heard: Hears of the moments that are reached.
        max_steps: Steps of the simulation after which the run is given up.
        replayable: The context in which an error of the program takes along how this run is had again.
    """

    def __init__(
        self,
        scenario: Scenario,
        time: SimulatedTime,
        system: System,
        arriving: simpy.Process,
        heard: Subscriptions,
        *,
        max_steps: int,
        replayable: AbstractContextManager[None],
    ) -> None:
        self._scenario = scenario
        self._time = time
        self._system = system
        self._arriving = arriving
        self._heard = heard
        self._replayable = replayable
        self._max_steps = max_steps
        self._is_closed = False
        self._gave_up = False
        self._hands_off_ms: float = 0
        time.process(self._watch())
        self._left = self._fingerprint()

    @property
    def is_over(self) -> bool:
        """Whether the run has come to its end."""
        return self._time.is_over

    @property
    def steps_left(self) -> int:
        """How many steps of the simulation it may still take."""
        return self._max_steps - self._time.steps

    @property
    def ended_by(self) -> EndedBy:
        """What ended the run; ``hand`` where it has not come to its end."""
        if not self.is_over:
            return "hand"
        return "duration" if self._scenario.duration is not None else "horizon" if self._gave_up else "settled"

    def close(self) -> None:
        """Let nothing run any more."""
        self._is_closed = True

    def let_go(self) -> None:
        """Let go of all that ran; nothing can be asked of it afterwards."""
        self._system.let_go()
        self._time.let_go()
        vars(self).clear()

    # -- going on -------------------------------------------------------------------------------------------------

    def run_until(self, until: str | int) -> None:
        """Go on to a moment; see ``World.run_until``."""
        until_ms = parse_duration(until) if isinstance(until, str) else until
        time = self._time
        self._must_be_open()
        if until_ms < time.now:
            raise SimError(f"it is {time.now} ms already; time does not go back to {until_ms} ms")
        self._notice_changes()
        self._advance(until_ms)
        self._heard.reached(until_ms)
        if time.now < until_ms:
            time.skip_to(until_ms)

    def run_towards(self, until_ms: int) -> bool:
        """Go on to a moment, or only to the end of the run where that comes first; see ``World.run_towards``."""
        time, duration_ms = self._time, self._scenario.duration
        if duration_ms is not None:
            if time.now < duration_ms:
                self.run_until(min(until_ms, duration_ms))
            time.is_over = time.now >= duration_ms
            return time.is_over
        if not time.is_over:
            self.run_until(time.now)
            self._advance(until_ms, to_end=True)
            if not time.is_over and time.now < until_ms:
                time.skip_to(until_ms)
        return time.is_over

    def watch_again(self) -> None:
        """After something was done by hand: look once more for the moment at which all is settled."""
        if self.is_over and self._scenario.duration is None:
            self._time.is_over = False
            self._time.process(self._watch())

    def run(self) -> None:
        """Advance to the end of the run: the scenario's duration, or until all is settled."""
        if self._scenario.duration is not None:
            self.run_until(max(self._time.now, self._scenario.duration))
            self._time.is_over = True
            return
        self._must_be_open()
        try:
            interfered = self._notice_changes()
            self._let_happen(self._time.now)
            self._heard.reached(self._time.now)
            if interfered:
                self.watch_again()
            if not self.is_over:
                self._let_happen(math.inf, to_end=True)
        finally:
            self._left = self._fingerprint()
        self._heard.reached(self._time.now)

    def _must_be_open(self) -> None:
        if self._is_closed:
            raise SimError("this run is finished; open the world again to run it another time")

    def _notice_changes(self) -> bool:
        """Let workers have what somebody put in line by hand since time was paused, and tell whether anybody did.

        Only then: in a run that nobody touched, whoever can have a job has it, and a look more could only do harm.
        """
        interfered = self._fingerprint() != self._left
        if interfered:
            self._system.notice_changes()
        return interfered

    def _fingerprint(self) -> tuple[object, ...]:
        """Say what a hand that interferes would change: how much is arranged, and which jobs are where."""
        return (*self._time.fingerprint, *self._system.fingerprint())

    def _advance(self, until_ms: float, *, to_end: bool = False) -> None:
        try:
            self._let_happen(until_ms, to_end=to_end)
        finally:
            self._left = self._fingerprint()

    def _let_happen(self, until_ms: float, *, to_end: bool = False) -> None:
        self._hands_off_ms = until_ms
        with self._replayable:
            self._time.go_on(until_ms, self._max_steps, to_end=to_end)
        if not self.steps_left:
            raise BudgetExceeded(self._max_steps)

    # -- the end --------------------------------------------------------------------------------------------------

    def _watch(self) -> Steps:
        """End the run when all is settled, at the latest at the horizon; see ``sim.scenario.horizon``.

        Every look comes after everything else of its moment, so that no event of the last moment is left out.
        """
        time = self._time
        yield self._arriving
        yield time.moment_over(max(0, time.arranged_ms - time.now))
        while time.now < time.arranged_ms:
            yield time.moment_over(time.arranged_ms - time.now)
        give_up_ms = horizon_ms(self._scenario, time.now)
        while not self._system.is_settled() and time.now < give_up_ms:
            yield time.moment_over(self._until_next_look_ms(give_up_ms))
            if time.arranged_ms > time.now:
                yield time.moment_over(time.arranged_ms - time.now)
        self._gave_up = not self._system.is_settled()
        time.is_over = True

    def _until_next_look_ms(self, give_up_ms: int) -> int:
        """Return how long to wait until there may be something new to see, in whole periods of the watch.

        Nothing changes before the next event, nor before whoever runs the world by steps can interfere again. While
        something is still arranged the next look is one period away, to go on from the last of that.
        """
        now_ms = self._time.now
        if self._time.arranged_ms > now_ms:
            return SETTLE_EVERY_MS
        change_ms = int(min(self._time.peek(), self._hands_off_ms + 1, give_up_ms))
        periods = -((now_ms - change_ms) // SETTLE_EVERY_MS)
        return max(1, periods) * SETTLE_EVERY_MS
