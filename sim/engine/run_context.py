"""What all parts of one run share, whatever system is under test."""

from typing import NamedTuple

from sim.engine.attempt import AttemptRunner
from sim.engine.clock import SimulatedClock, SimulatedTime
from sim.engine.database import DatabaseAccess
from sim.engine.failures import FailureReporter
from sim.engine.process_faults import ProcessFaults
from sim.engine.random_streams import Streams
from sim.engine.recorder import Recorder
from sim.queue.semantics import Semantics
from sim.scenario.schema import Scenario


class RunContext(NamedTuple):
    """The surroundings of a system under test.

    Attributes:
        errors: Is told of failed attempts.
        faults: What is done to processes, and in the middle of their attempts.
        runner: Carries out handlers.
    """

    scenario: Scenario
    semantics: Semantics
    time: SimulatedTime
    clock: SimulatedClock
    streams: Streams
    recorder: Recorder
    errors: FailureReporter
    database: DatabaseAccess
    faults: ProcessFaults
    runner: AttemptRunner
