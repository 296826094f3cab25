"""Moves a live run on, in a thread of its own, at the pace that people set."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from redis.exceptions import ResponseError

from sim.core.durations import format_duration
from sim.core.errors import SimError
from sim.faults.by_hand import Refused
from sim.serve.page.guard import RunBroken, guarded
from sim.serve.page.job_list import view_counts
from sim.serve.page.live_run import LiveRun
from sim.serve.page.pace import AS_FAST_AS_IT_GOES, Pace
from sim.serve.page.run_log import Entry
from sim.serve.page.samples import Samples
from sim.serve.page.turn_thread import TurnThread
from sim.serve.world_lock import WorldLock

T = TypeVar("T")


TURN_S = 0.02
"""About how long one turn holds the world, so that everybody else gets at it soon."""
REST_S = 0.03
PATIENCE_S = 0.8
"""How long a page's wish waits for the world while somebody else holds it."""
LATEST_MS = 100 * 365 * 86_400_000
"""Nobody may go further than a hundred years; clocks and Redis's expiry would run over."""


class Driver:
    """Paused, at a pace, or on the way to a moment; whatever it is, the world moves in short turns under its lock.

    Real time decides how fast the run goes and nothing else.

    Args:
        run: What to move.
        speed: The pace when it plays.
        clock: Real seconds, from anywhere.

    Attributes:
        run: To be touched with ``lock`` held.
        lock: Held for every turn, intervention and look.
        samples: The queues' past.
        note: Why it last came to rest, in words.
        version: A greater number after every change of anything that people can see.
    """

    def __init__(self, run: LiveRun, *, speed: float = 10.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.run = run
        self.lock = WorldLock()
        self.samples = Samples(list(run.scenario.queues))
        self.note = ""
        self.version = 1
        self.is_playing = False
        self.goal_ms: int | None = None
        self._beyond = False
        self._plays_on = False
        self._pace = Pace(speed)
        self._clock = clock
        self._turn_ms = 200
        self._turns = TurnThread(self.turn, self._broke)
        self._sample()

    @property
    def speed(self) -> float:
        """Simulated seconds a second while it plays; infinite for as fast as it goes."""
        return self._pace.speed

    @property
    def is_late(self) -> bool:
        """Whether the machine does not keep up with the pace."""
        return self.is_playing and self._pace.is_late

    @property
    def real_s(self) -> float:
        """The real clock, seconds."""
        return self._clock()

    @property
    def is_moving(self) -> bool:
        """Whether time goes on at the moment."""
        return self.is_playing or self.goal_ms is not None

    # -- what people want ------------------------------------------------------------------------------------------

    def play(self) -> None:
        """Let time go on at the pace, to the end of the run; and on from there once something is left to do again.

        Raises:
            WorldBusy: Somebody else holds the world.
        """
        with self._hold():
            self._plays_on = True
            if self.run.is_over:
                self.note = self._words_of_the_end()
            else:
                self._play()
            self._changed()

    def _play(self) -> None:
        self.is_playing, self.goal_ms, self.note = True, None, ""
        self._pace.begin(self._clock(), self.run.now_ms)

    def pause(self) -> None:
        """Pause time.

        Raises:
            WorldBusy: Somebody else holds the world.
        """
        with self._hold():
            self._plays_on = False
            self._rest("")

    def set_speed(self, speed: float) -> None:
        """Choose the pace; whether it plays stays as it is.

        Raises:
            WorldBusy: Somebody else holds the world.
        """
        with self._hold():
            self._pace = Pace(speed)
            self._pace.begin(self._clock(), self.run.now_ms)
            self._changed()

    def go_to(self, moment_ms: int, *, beyond: bool = False) -> None:
        """Set out for a moment, as fast as it goes, and rest there.

        Args:
            beyond: Go there also where the run comes to its end before; default: only when it has ended already.

        Raises:
            SimError: The moment has passed, or is out of reach, or somebody else holds the world.
        """
        with self._hold():
            now_ms = self.run.now_ms
            if moment_ms < now_ms:
                there = format_duration(moment_ms)
                raise SimError(f"the run is already at {format_duration(now_ms)}; time cannot go back to {there}")
            if moment_ms > LATEST_MS:
                raise SimError(
                    f"{format_duration(moment_ms)} is too late; the latest time is {format_duration(LATEST_MS)}"
                )
            self.is_playing, self.goal_ms, self.note = False, moment_ms, ""
            self._beyond = beyond or self.run.is_over
            self._plays_on = False
            self._changed()

    def go_by(self, step_ms: int) -> None:
        """Set out for a moment that lies so far ahead; of the goal, where it is on its way to one.

        Raises:
            SimError: That is out of reach, or somebody else holds the world.
        """
        with self._hold():
            self.go_to((self.run.now_ms if self.goal_ms is None else self.goal_ms) + step_ms)

    def step_event(self) -> None:
        """Go on to the next moment at which something is recorded, and rest there.

        Raises:
            SimError: The run cannot go on, or somebody else holds the world.
        """
        with self._hold():
            self._plays_on = False
            found = guarded(self.run.step_event)
            self._sample()
            self._rest("" if found else self._words_of_the_end() if self.run.is_over else "there are no more events")

    def do(self, verb: str, arguments: dict[str, str] | None = None) -> Entry:
        """Do something by hand at the moment at which the run stands; see ``LiveRun.do``.

        Raises:
            SimError: It cannot be done, or somebody else holds the world.
        """
        with self._hold():
            try:
                entry = guarded(lambda: self._do(verb, arguments))
            finally:
                self._sample()
                self._changed()
            self.note = ""
            self._go_on_playing()
            return entry

    def _do(self, verb: str, arguments: dict[str, str] | None) -> Entry:
        try:
            return self.run.do(verb, arguments)
        except SimError:
            raise
        except (ResponseError, ValueError) as error:  # somebody has written what no queue can work on
            raise Refused(f"the keys in Redis do not allow it: {error}") from error

    def note_outside(self) -> None:
        """A program at the Redis port changed keys; its thread holds the lock."""
        try:
            guarded(self.run.note_outside)
        except RunBroken as error:  # the page says so; the program at the port has what it asked for
            self.note = str(error)
        self._go_on_playing()
        self._changed()

    def look(self, see: Callable[[LiveRun], T]) -> T:
        """Look at the run while it is frozen.

        Raises:
            WorldBusy: Somebody else holds the world.
        """
        with self._hold():
            return see(self.run)

    def _go_on_playing(self) -> None:
        """Play again if it was playing when the run came to its end, and something is left to do now."""
        if self._plays_on and not self.is_moving and not self.run.is_over:
            self._play()

    def _hold(self) -> AbstractContextManager[None]:
        return self.lock.within(PATIENCE_S)

    # -- turns -----------------------------------------------------------------------------------------------------

    def turn(self) -> float | None:
        """Move on for about ``TURN_S`` of real time.

        Returns:
            How long to rest until the next turn, seconds; None until somebody wants something.
        """
        with self.lock:
            if not self.is_moving:
                return None
            now_ms, began_s = self.run.now_ms, self._clock()
            due_ms = self.goal_ms if self.goal_ms is not None else self._pace.due_ms(began_s, now_ms)
            if due_ms is not None and due_ms <= now_ms and self.goal_ms is None:
                return REST_S
            until_ms = now_ms + self._turn_ms
            try:
                guarded(lambda: self._move(until_ms if due_ms is None else min(due_ms, until_ms)))
            except SimError as error:
                self._plays_on = False
                self._rest(str(error))
                return None
            self._learn_turn(self._clock() - began_s, self.run.now_ms - now_ms)
            if self.samples.is_due(self.run.now_ms):
                self._sample()
            self._changed(wake=False)
            return self._after_turn(due_ms)

    def _move(self, until_ms: int) -> None:
        if self.goal_ms is not None and self._beyond:
            self.run.go_through(until_ms)
        else:
            self.run.go_on(until_ms)

    def _after_turn(self, due_ms: int | None) -> float | None:
        if self.goal_ms is not None and self.run.now_ms >= self.goal_ms:
            self._rest("")
        elif self.run.is_over and not (self.goal_ms is not None and self._beyond):
            self._rest(self._words_of_the_end())
        elif due_ms is not None and self.run.now_ms >= due_ms:
            return REST_S
        else:
            return 0.0
        return None

    def _learn_turn(self, took_s: float, moved_ms: int) -> None:
        if took_s > 2 * TURN_S:
            self._turn_ms = max(1, self._turn_ms // 2)
        elif took_s < TURN_S / 2 and moved_ms >= self._turn_ms:
            self._turn_ms = min(3_600_000, self._turn_ms * 2)

    def _rest(self, note: str) -> None:
        self.is_playing, self.goal_ms, self.note = False, None, note
        self._sample()
        self._changed()

    def _words_of_the_end(self) -> str:
        if self.run.scenario.duration is not None:
            return "the run has reached its duration; you can step on beyond it"
        on = "; time runs again as soon as there is something to do" if self._plays_on else ""
        return f"the run is over: no job has anything left to do; you can step on beyond it{on}"

    def _sample(self) -> None:
        counts: dict[str, dict[str, int]] = {}
        world = self.run.queue_world

        def count() -> None:
            for name in self.run.scenario.queues:
                found = view_counts(world, name)
                backlog = sum(found[state] for state in ("waiting", "paused", "delayed", "active"))
                counts[name] = {"backlog": backlog, "failed": found["failed"] + found["dead"]}

        world.server.operate(count)
        self.samples.add(self.run.now_ms, counts)

    def _changed(self, wake: bool = True) -> None:
        self.version += 1
        if wake:
            self._turns.wake()

    # -- by itself ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to take turns, in a thread of its own."""
        self._turns.start()

    def stop(self, patience_s: float | None = None) -> bool:
        """Take no more turns; the run stays where it is. Tell whether the last turn has ended.

        Args:
            patience_s: How long to wait for that, real seconds; default: for as long as it takes.
        """
        return self._turns.stop(patience_s)

    def run_here(self) -> None:
        """Take turns in the caller's own thread until the run comes to rest, without rest between them."""
        while self.turn() is not None:
            if self.is_playing and self.speed != AS_FAST_AS_IT_GOES:
                raise SimError("at a pace the run needs the driver's thread")

    def _broke(self, error: Exception) -> None:
        with self.lock:
            self._rest(f"the run cannot go on: {error!r}")
