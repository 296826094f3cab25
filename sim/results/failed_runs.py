"""Runs of a sweep that could not be finished: which they are, why, and how to reproduce each."""

from collections.abc import Sequence
from typing import Any, NamedTuple

_MAX_TOLD = 5


class FailedRun(NamedTuple):
    """A run that gave no result.

    Attributes:
        point: Number of the point, from 0.
        replication: Number of the run at that point, from 1.
        seed: What its random numbers come from.
        why: What went wrong, in a line.
        broke: Whether the program itself is at fault; else the run asked for more than is allowed.
        replay: The command that gives this run again.
    """

    point: int
    replication: int
    seed: int
    why: str
    broke: bool
    replay: str

    def as_dict(self) -> dict[str, Any]:
        """The run as the JSON contract writes it."""
        return self._asdict()


def format_failures(failures: Sequence[FailedRun]) -> str:
    """Say which runs could not be finished, the first of them with why and how to have them again."""
    lines = []
    for one in failures[:_MAX_TOLD]:
        lines.append(f"run {one.replication} at point {one.point} could not be finished: {one.why}")
        lines.append(f"  replay: {one.replay}")
    if len(failures) > _MAX_TOLD:
        lines.append(f"and {len(failures) - _MAX_TOLD:,} more")
    if any(one.broke for one in failures):
        lines.append("This is a bug in the program, not in the scenario; please report it with the lines above.")
    return "\n".join(lines)


def left_out(failures: Sequence[FailedRun], runs: int) -> str:
    """Say how many runs the numbers of a sweep leave out.

    Args:
        runs: How many were finished.
    """
    whole = runs + len(failures)
    return (
        f"{len(failures):,} of {whole:,} runs could not be finished. No number here includes them, and their results "
        f"are unknown"
    )
