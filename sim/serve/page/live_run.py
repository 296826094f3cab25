"""A run that people interfere with: both modes at the same simulated moment, and a log of what was done by hand."""

from typing import Any

from sim.core.durations import format_duration
from sim.engine.run_options import RunOptions
from sim.engine.simulation import Simulation
from sim.faults.by_hand import Refused
from sim.faults.registry import HAND_VERBS
from sim.results.outcomes import Counts, JobResults, add_up, count_by_queue
from sim.scenario.schema import Scenario
from sim.serve.page.interventions import intervene
from sim.serve.page.run_log import FROM_OUTSIDE, Entry, RunLog
from sim.yaml_files.fields import MODES, ModeName, SemanticsName

MAX_LOOKS = 20_000
"""Steps of the simulation after which the search for the next event pauses: the run is long quiet by then."""


class LiveRun:
    """Queue mode, and beside it in-process mode of the same seed where the scenario has it.

    Its results depend on the scenario, the seed and what was done at which simulated moment; never on how it got from
    one moment to the next. Not to be used by two threads at a time.

    Args:
        options: What the scenario leaves open, such as the seed; see ``RunOptions``.

    Attributes:
        worlds: By mode; ``queue`` is always there.
        log: What was done by hand, in order.
    """

    def __init__(self, scenario: Scenario, options: RunOptions | None = None) -> None:
        self.scenario = scenario
        self._options = (options or RunOptions()).resolved(scenario)
        self.seed = self._options.seed_of(scenario)
        self.semantics: SemanticsName = self._options.semantics_of(scenario)
        self.worlds: dict[ModeName, Simulation] = {
            mode: Simulation(scenario, mode, self._options)
            for mode in MODES
            if mode == "queue" or mode in scenario.modes
        }
        self.log: list[Entry] = []
        self._ended: dict[ModeName, bool] = dict.fromkeys(self.worlds, False)

    @property
    def queue_world(self) -> Simulation:
        """Queue mode."""
        return self.worlds["queue"]

    @property
    def now_ms(self) -> int:
        """Milliseconds since the run began; a mode that has ended earlier stands at its end."""
        return max(world.now_ms for world in self.worlds.values())

    @property
    def is_over(self) -> bool:
        """Whether every mode has come to its end."""
        return all(self._ended.values())

    @property
    def events(self) -> int:
        """How many events were recorded so far, in all modes."""
        return sum(len(world.trace) for world in self.worlds.values())

    # -- time ------------------------------------------------------------------------------------------------------

    def go_on(self, until_ms: int) -> None:
        """Go on to a moment, and not beyond the end of the run.

        Raises:
            BudgetExceeded: A mode needs more simulation steps than it was given.
        """
        for mode, world in self.worlds.items():
            if not self._ended[mode]:
                self._ended[mode] = world.run_towards(max(until_ms, world.now_ms))

    def go_beyond(self, until_ms: int) -> None:
        """Go on to a moment, though the run has ended."""
        for world in self.worlds.values():
            world.run_until(max(until_ms, world.now_ms))

    def go_through(self, until_ms: int) -> None:
        """Go on to a moment: each mode to its end where that comes first, and beyond it then."""
        self.go_on(until_ms)
        for mode, world in self.worlds.items():
            if self._ended[mode]:
                world.run_until(max(until_ms, world.now_ms))

    def go_to(self, until_ms: int) -> None:
        """Go on to a moment: to the end of the run where that comes first, and beyond it when it has ended already."""
        if self.is_over:
            self.go_beyond(until_ms)
        else:
            self.go_on(until_ms)

    def step_event(self) -> bool:
        """Go on to the next moment at which something is recorded, and tell whether there was one."""
        before, beyond = self.events, self.is_over
        for _ in range(MAX_LOOKS):
            going = [world for mode, world in self.worlds.items() if beyond or not self._ended[mode]]
            next_ms = min((world.next_ms for world in going), default=float("inf"))
            if next_ms == float("inf"):
                break
            if beyond:
                self.go_beyond(int(next_ms))
            else:
                self.go_on(int(next_ms))
            if self.events > before:
                return True
            if not beyond and self.is_over:
                break
        return False

    # -- by hand ---------------------------------------------------------------------------------------------------

    def do(self, verb: str, arguments: dict[str, str] | None = None) -> Entry:
        """Do something by hand at the moment at which the run stands, and keep it in the log.

        All that happens at this moment by itself comes first; what follows from the verb at this very moment is over
        when this returns. So the moment, the verb and the arguments say everything.

        Raises:
            SimError: It cannot be done; see ``intervene``. The log stays as it is.
        """
        now_ms, given = self.now_ms, dict(arguments or {})
        self.go_beyond(now_ms)
        by_hand = HAND_VERBS.get(verb)
        if by_hand is not None and by_hand.goes_back_to is not None:
            self._recall_the_data(by_hand.goes_back_to(self.queue_world.faults, given))
        said = intervene(self.worlds, verb, given)
        entry = Entry(now_ms, verb, given, said)
        self.log.append(entry)
        self._watch_again()
        self.go_beyond(now_ms)
        return entry

    def _recall_the_data(self, wanted_ms: int | None) -> None:
        """Find out what data Redis will have that goes back to an earlier moment: run again up to there.

        Nobody knew of this beforehand, so nothing was kept. A run is given by its log; so its past is too.

        Raises:
            Refused: A program at the Redis port had changed keys by then, which cannot be done again.
        """
        injector = self.queue_world.faults
        point_ms = injector.missing_restore_point(wanted_ms)
        if point_ms is None:
            return
        done = tuple(entry for entry in self.log if entry.at_ms <= point_ms)
        if any(entry.verb == FROM_OUTSIDE for entry in done):
            raise Refused(
                f"Redis would go back to {format_duration(point_ms)}, but its data at that time is unknown: a program "
                f"at the Redis port had changed keys"
            )
        again = LiveRun(self.scenario, self._options)
        for t_ms, snapshot in injector.restore_points.items():
            again.queue_world.faults.keep_restore_point(t_ms, snapshot)
        again.replay(RunLog(self.scenario.title, self.seed, self.semantics, point_ms, done))
        again.queue_world.faults.save_restore_point()
        injector.keep_restore_point(point_ms, again.queue_world.faults.restore_points[point_ms])

    def note_outside(self) -> None:
        """Let the world look at keys that a program at the Redis port changed; the log notes it."""
        self.queue_world.queue_system.wake_everyone()
        now_ms = self.now_ms
        if not self.log or self.log[-1].verb != FROM_OUTSIDE or self.log[-1].at_ms != now_ms:
            said = "a program at the Redis port changed keys; this cannot be replayed"
            self.log.append(Entry(now_ms, FROM_OUTSIDE, {}, said))
        self._watch_again()

    def _watch_again(self) -> None:
        for mode, world in self.worlds.items():
            if self._ended[mode] and self.scenario.duration is None:
                world.watch_again()
                self._ended[mode] = False

    # -- the log ---------------------------------------------------------------------------------------------------

    def written_log(self) -> RunLog:
        """Return what it takes to have this run again."""
        return RunLog(self.scenario.title, self.seed, self.semantics, self.now_ms, tuple(self.log))

    def replay(self, log: RunLog) -> None:
        """Do what a log says, each thing at its moment, and go on to where its run stood.

        What outside programs did is left out: the log does not say what it was.

        Raises:
            SimError: Something in it cannot be done in this run.
        """
        for entry in log.done:
            self._reach(entry.at_ms)
            if entry.verb != FROM_OUTSIDE:
                self.do(entry.verb, entry.arguments)
        self._reach(log.stands_at_ms)

    def _reach(self, at_ms: int) -> None:
        self.go_on(at_ms)
        if self.now_ms < at_ms:
            self.go_beyond(at_ms)

    # -- how it stands ---------------------------------------------------------------------------------------------

    def counts(self) -> dict[ModeName, Counts]:
        """Count what would have happened to the jobs if the run ended now, by mode; nothing is changed by that."""
        return {mode: add_up(count_by_queue(jobs).values()) for mode, jobs in self.outcomes_now().items()}

    def outcomes_now(self) -> dict[ModeName, JobResults]:
        """Say what would have become of every job if the run ended now, by mode; nothing is changed by that."""
        return {mode: world.outcomes_now() for mode, world in self.worlds.items()}

    def shas(self) -> dict[str, Any]:
        """The SHA-256 of each mode's trace so far."""
        return {mode: world.trace.sha256() for mode, world in self.worlds.items()}
