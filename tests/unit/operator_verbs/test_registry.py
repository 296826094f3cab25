"""A verb of the operator is one file: schema, checks, what it does, the trace and rehearsals follow from it."""

import re
import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import pytest

import sim.operator_verbs
from sim.engine.queue_handle import QueueHandle
from sim.engine.run import run
from sim.operator_verbs.base import ManagedQueue, OnDeadLetters, OnJob, OnQueue, OperatorVerb
from sim.operator_verbs.registry import VERBS
from sim.results.trace import EventKind
from sim.scenario.load import parse_scenario

FOLDER = Path(sim.operator_verbs.__path__[0])
OPERATOR_JS = FOLDER.parent / "rehearsal/node/operator.js"
ONE_OF_EACH = """
title: t
question: q
modes: [queue]
queues: {{email: {letters}}}
workload: [{{queue: email, arrivals: {{kind: constant, interval: 1s, count: 3}}}}]
faults: [{{kind: handler-error}}]
operator: [{{at: 30s, do: {do}, {which}}}]
"""
BUMP = '''
"""`bump-all`: a verb for this test."""

from typing import Any, ClassVar, Literal

from sim.operator_verbs.base import ManagedQueue, OnQueue, OperatorTarget, RandomDraw
from sim.operator_verbs.by_hand import QueueButton


class BumpAll(OnQueue):
    """Bump a queue."""

    order: ClassVar[int] = 130
    job_event: ClassVar[str | None] = "removed"
    brings_back: ClassVar[bool] = True
    by_hand: ClassVar[QueueButton | None] = QueueButton(
        "Bump all {jobs}", "bumped {jobs} of {queue} {hard} times", views=("waiting",), may={"hard": "how"}
    )

    do: Literal["bump-all"]
    how: int = 1
    """How hard."""

    def act(self, queue: ManagedQueue, job_id: str) -> object:
        """Do it to the queue."""

        def bump(store: Any, keys: Any, now_ms: int) -> list[OperatorTarget]:
            return [OperatorTarget([store.rpop(keys.wait) for _ in range(self.how)], "waiting")]

        return queue.perform(self.do, bump)

    @classmethod
    def random(cls, draw: RandomDraw) -> dict[str, Any]:
        """Draw how hard."""
        return {"how": draw.whole(1, 3)}

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
from sim.engine.run_options import RunOptions
from sim.exercises.settings import setting
from sim.operator_verbs.registry import VERBS
from sim.rehearsal.limits import NotRehearsable, refuse_what_cannot_be_done
from sim.rehearsal.scale import Scale
from sim.scenario.json_schema import json_schema
from sim.serve.page.live_run import LiveRun
from sim.serve.page.routes import queue_buttons
from tests.docs import verb_table
from tests.properties.wide_scenarios import scenario_of

assert "bump-all" in VERBS
assert "How hard" in str(json_schema())
scenario = sim.parse_scenario('''
title: t
question: q
modes: [queue]
workers: {email: {processes: 1, concurrency: 1}}
queues: {email: {service: 10s}}
workload: [{queue: email, arrivals: {kind: constant, INTERVAL: 1s, count: 9}}]
operator: [{at: 5s, do: bump-all, queue: email, how: 3}]
'''.replace("INTERVAL", sys.argv[2]), "s.yaml")
mode = sim.run(scenario).modes["queue"]
(acted,) = [one for one in mode.trace if one.kind == "operator-acted"]
assert acted.more == {"do": "bump-all", "jobs": 3}, acted
assert mode.totals.lost == 3, mode.totals
assert [one.label for one in mode.windows] == ["operator: bump-all email"]
assert setting(scenario, "manual_retries", None) == 1
try:
    refuse_what_cannot_be_done(scenario, Scale(20))
except NotRehearsable as error:
    assert "operator[0].do: the real Bull has no bump" in str(error)
else:
    raise AssertionError("rehearsed")

live = LiveRun(scenario, RunOptions())
live.go_on(4_500)
assert live.do("bump-all", {"queue": "email", "hard": "2"}).said == "bumped 2 jobs of email 2 times"
assert [one["text"] for one in queue_buttons() if one["verb"] == "bump-all"] == ["Bump all {jobs}"]
assert "| `bump-all` | Bump a queue. | `queue`, `how` (optional) | a button: Bump all" in verb_table.page("operations")
assert "| `bump-all` | `queue`, `hard` (optional) |" in verb_table.page("serve")
steps = [step for number in range(200) for step in scenario_of(number)["operator"]]
assert {step["how"] for step in steps if step["do"] == "bump-all"} == {1, 2, 3}
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
    assert (verb.by_hand is None) == bool(verb.not_by_hand)


@pytest.mark.parametrize("do", VERBS)
def test_a_rehearsal_can_do_every_verb_or_says_why_not(do: str) -> None:
    """The process that operates the real Bull has a function of its name."""
    functions = re.findall(r"^    async '?([a-z-]+)'?\(", OPERATOR_JS.read_text(), re.M)
    which = {"id": "1"} if issubclass(VERBS[do], OnJob) else {}
    step = VERBS[do].model_validate({"at": "1s", "do": do, "queue": "email", **which})
    assert (do in functions) == (step.not_for_real is None)


@pytest.mark.parametrize("do", VERBS)
def test_the_trace_calls_a_verb_by_its_own_name(do: str) -> None:
    """Also where what it does is made of what others do."""
    letters = "{dead_letter: on, attempts: 1}" if VERBS[do].on_dead_letters else "{attempts: 1}"
    which = "queue: email, id: '1'" if issubclass(VERBS[do], OnJob) else "queue: email"
    scenario = parse_scenario(ONE_OF_EACH.format(letters=letters, do=do, which=which))
    operated = [one for one in run(scenario).modes["queue"].trace if one.kind.value.startswith("operator-")]
    assert [(one.more or {})["do"] for one in operated] == [do]


def test_every_file_is_a_verb() -> None:
    """But for what all of them share."""
    files = {path.stem.replace("_", "-") for path in FOLDER.glob("*.py")} - {"--init--", "base", "by-hand", "registry"}
    assert files == set(VERBS)


def test_a_queue_can_do_what_verbs_ask_of_it() -> None:
    """By the same names, with the same arguments."""
    asked = {name: get_type_hints(what) for name, what in vars(ManagedQueue).items() if not name.startswith("_")}
    for name, hints in asked.items():
        assert set(hints) == set(get_type_hints(getattr(QueueHandle, name))), name


def test_a_new_verb_takes_one_file(tmp_path: Path) -> None:
    """Schema, run, page, docs, exercises, random scenarios and rehearsal find it."""
    (tmp_path / "bump_all.py").write_text(BUMP)
    ended = subprocess.run(
        [sys.executable, "-c", PICKED_UP, str(tmp_path), "interval"], text=True, capture_output=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
