"""What an operator did, written into the trace the same way in simulated time and in a rehearsal."""

from collections.abc import Callable, Sequence

from sim.engine.recorder import Recorder
from sim.operator_verbs.base import OperatorTarget
from sim.operator_verbs.registry import VERBS, OperatorStep
from sim.results.trace import EventKind


def record_operator_action(
    recorder: Recorder, queue: str, do: str, jobs: Sequence[OperatorTarget], name_of: Callable[[str], str]
) -> None:
    """Write down what an operator did to a queue, and to which jobs.

    Args:
        name_of: Tells the offer behind an id.
    """
    kind = VERBS[do].job_event
    if kind is None:
        recorder.operator(queue, EventKind.OPERATOR_ACTED, {"do": do})
        return
    recorder.operator(queue, EventKind.OPERATOR_ACTED, {"do": do, "jobs": sum(len(some.job_ids) for some in jobs)})
    for some in jobs:
        from_state = {} if some.state is None else {"from": some.state}
        for job_id in some.job_ids:
            recorder.job(queue, name_of(job_id), EventKind(kind), "operator", {"id": job_id, **from_state})


def note_failure(recorder: Recorder, step: OperatorStep, error: str) -> None:
    """Write down that a step did not do what the operator wanted."""
    recorder.operator(step.queue_name, EventKind.OPERATOR_FAILED, {"do": step.do, **step.target, "error": error})
