"""A verb of the operator is one file: schema, checks, what it does, the trace and rehearsals follow from it."""

import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import pytest

import sim.operator_verbs
from sim.engine.queue_handle import QueueHandle
from sim.operator_verbs.base import ManagedQueue, OnDeadLetters, OnJob, OnQueue, OperatorVerb
from sim.operator_verbs.registry import VERBS
from sim.results.trace import EventKind

FOLDER = Path(sim.operator_verbs.__path__[0])
BUMP = '''
"""`bump`: a verb for this test."""

from typing import ClassVar, Literal

from sim.operator_verbs.base import ManagedQueue, OnQueue


class Bump(OnQueue):
    """Bump a queue."""

    job_event: ClassVar[str | None] = "removed"

    do: Literal["bump"]
    how: int = 1
    """How hard."""

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the queue."""
        return queue.drain(delayed=False)

    @property
    def not_for_real(self) -> str | None:
        """Nobody has one."""
        return "do: the real Bull has no bump"
'''
PICKED_UP = """
import sys
import sim.operator_verbs
sim.operator_verbs.__path__.append(sys.argv[1])
import sim
from sim.operator_verbs.registry import VERBS
from sim.rehearsal.limits import NotRehearsable, refuse_what_cannot_be_done
from sim.rehearsal.scale import Scale
from sim.scenario.json_schema import json_schema

assert "bump" in VERBS
assert "How hard" in str(json_schema())
scenario = sim.parse_scenario('''
title: t
question: q
modes: [queue]
workers: {email: {processes: 1, concurrency: 1}}
queues: {email: {service: 10s}}
workload: [{queue: email, arrivals: {kind: constant, INTERVAL: 1s, count: 9}}]
operator: [{at: 5s, do: bump, queue: email, how: 3}]
'''.replace("INTERVAL", sys.argv[2]), "s.yaml")
trace = list(sim.run(scenario).modes["queue"].trace)
acted = [one for one in trace if one.kind == "operator-acted"]
assert acted, "it did nothing"
try:
    refuse_what_cannot_be_done(scenario, Scale(20))
except NotRehearsable as error:
    assert "operator[0].do: the real Bull has no bump" in str(error)
"""


@pytest.mark.parametrize("do", VERBS)
def test_every_verb_is_complete(do: str) -> None:
    """It has a file of its name, says whom it is done to and what it does, and writes an event that there is."""
    verb = VERBS[do]
    assert Path(sys.modules[verb.__module__].__file__ or "").name == f"{do.replace('-', '_')}.py"
    assert issubclass(verb, (OnQueue, OnJob))
    assert verb.__doc__ not in (None, "", OnQueue.__doc__, OnJob.__doc__)
    assert verb.act is not OperatorVerb.act
    assert verb.job_event is None or verb.job_event in list(EventKind)
    assert verb.on_dead_letters == issubclass(verb, OnDeadLetters)


def test_every_file_is_a_verb() -> None:
    """But for what all of them share."""
    files = {path.stem.replace("_", "-") for path in FOLDER.glob("*.py")} - {"--init--", "base", "registry"}
    assert files == set(VERBS)


def test_a_queue_can_do_what_verbs_ask_of_it() -> None:
    """By the same names, with the same arguments."""
    asked = {name: get_type_hints(what) for name, what in vars(ManagedQueue).items() if not name.startswith("_")}
    for name, hints in asked.items():
        assert set(hints) == set(get_type_hints(getattr(QueueHandle, name))), name


def test_a_new_verb_takes_one_file(tmp_path: Path) -> None:
    """Schema, run and rehearsal find it."""
    (tmp_path / "bump.py").write_text(BUMP)
    ended = subprocess.run(
        [sys.executable, "-c", PICKED_UP, str(tmp_path), "interval"], text=True, capture_output=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
