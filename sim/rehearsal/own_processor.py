"""A person's own Bull processor: its file is tried before anything else is started."""

import json
import subprocess
from pathlib import Path

from sim.core.errors import SimError
from sim.rehearsal.real_parts import RealParts
from sim.scenario.schema import Scenario

LOADED_WITHIN_S = 30.0


class OwnFileError(SimError):
    """A processor file that cannot be used.

    Args:
        path: The file as it was given.
        line: Where in it, from 1; None where no line is at fault.
        problem: What is wrong.
    """

    def __str__(self) -> str:
        path, line, problem = self.args
        return f"{path}: {problem}" if line is None else f"{path}:{line}: {problem}"


def look_at(path: Path, scenario: Scenario, name: str, parts: RealParts) -> None:
    """Load the file as the workers will, and look through the scenario for faults that it would not feel.

    Args:
        name: What the scenario is called, such as its file.

    Raises:
        OwnFileError: The file is not there, does not load, or exports no processor for a queue; or a fault of the
            scenario strikes the project's own handlers.
    """
    for number, fault in enumerate(scenario.faults):
        if fault.strikes_handlers:
            raise OwnFileError(
                name,
                None,
                f"faults[{number}]: {fault.kind} affects only the built-in handlers, not {path.name}; remove it, and "
                f"make your own code fail instead",
            )
    if not path.is_file():
        raise OwnFileError(path, None, "no such file; give a JavaScript file that exports a Bull processor")
    script = parts.script_folder / "own.js"
    queues = [queue for queue in scenario.queues if scenario.workers_of(queue).processes]
    try:
        answer = subprocess.run(
            [parts.node, str(script), str(path.resolve()), *queues],
            capture_output=True,
            text=True,
            timeout=LOADED_WITHIN_S,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise OwnFileError(path, None, f"does not finish loading within {LOADED_WITHIN_S:g} s") from None
    try:
        told = json.loads(answer.stdout.splitlines()[-1])
        problem, line = told["error"], told["line"]
    except (IndexError, ValueError, KeyError, TypeError):
        words = answer.stderr.strip().splitlines()
        raise OwnFileError(path, None, f"ends the process that loads it{': ' + words[-1] if words else ''}") from None
    if problem is not None:
        raise OwnFileError(path, line, problem)
