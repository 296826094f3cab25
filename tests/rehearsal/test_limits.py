"""What cannot be done for real is refused, in words that say why and what can be done."""

from pathlib import Path
from typing import Any

import pytest

from sim.handlers.registry import HANDLERS
from sim.rehearsal.limits import NotRehearsable, refuse_what_cannot_be_done
from sim.rehearsal.own_processor import OwnFileError
from sim.rehearsal.own_report import rehearse_own
from sim.rehearsal.real_parts import RealPartMissing
from sim.rehearsal.rehearse import load_rehearsable
from sim.rehearsal.scale import Scale
from tests.rehearsal.conftest import few_emails
from tests.unit.scenario.test_load import HEAD

CASES: list[tuple[dict[str, Any], str]] = [
    (
        {"faults": [{"kind": "redis-crash", "at": "1s", "duration": "1s", "cause": "power-loss"}]},
        r"faults\[0\].cause: a power loss .*; process-kill kills redis-server for real",
    ),
    (
        {"faults": [{"kind": "redis-crash", "at": "1s", "duration": "1s", "loading": "1s"}]},
        r"faults\[0\].loading: .*; leave loading out",
    ),
    (
        {"faults": [{"kind": "redis-outage", "at": "1s", "duration": "1s", "lost_replies": 2}]},
        r"faults\[0\].lost_replies: .*; leave lost_replies out",
    ),
    (
        {"queues": {"email": {"dead_letter": True}}},
        "queues.email.dead_letter: the real Bull has no dead letter queue; leave it off",
    ),
    (
        {"operator": [{"at": "1s", "do": "drain", "queue": "email", "delayed": False}]},
        r"operator\[0\].delayed: Bull's empty\(\) always takes the delayed jobs too; leave delayed out, or on",
    ),
    (
        {"workers": {"email": {"process_queues": 2}}},
        "workers.email.process_queues: each real process serves one queue here; leave it out",
    ),
    (
        {"database": {"latency": "50ms", "pool": 2}},
        "database: its socket answers any number of calls, each after the same time; leave out all but latency: ",
    ),
    ({"modes": ["in-process"]}, "modes: only queue mode is rehearsed"),
    ({"workers": {"email": {"processes": 25}}}, "workers: 25 processes; at most 24"),
    (
        {"workload": [{"queue": "email", "arrivals": {"kind": "constant", "interval": "1ms", "count": 20_001}}]},
        "workload: 20,001 jobs; at most 20,000",
    ),
    ({"duration": "1d"}, "at 1:20 it takes longer than 30 minutes; give a larger --scale"),
]


@pytest.mark.parametrize(("parts", "reason"), CASES)
def test_it_says_where_and_why(parts: dict[str, Any], reason: str) -> None:
    """One line for each reason, and the scenario's name in front."""
    with pytest.raises(NotRehearsable, match=rf"^story.yaml: cannot be rehearsed: {reason}"):
        refuse_what_cannot_be_done(few_emails(**parts), Scale(20), "story.yaml")


def test_a_handler_that_cannot_be_done_for_real_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With its own reason; not where a person's own processor takes its place."""
    no_mail = HANDLERS["email"]._replace(for_real="", never_real="nobody may send mail; rehearse orders instead")
    monkeypatch.setitem(HANDLERS, "email", no_mail)
    path = tmp_path / "mail.yaml"
    path.write_text(HEAD)
    with pytest.raises(NotRehearsable, match=r"queues\.email\.handler: nobody may send mail; rehearse orders instead"):
        load_rehearsable(path, Scale(20))
    with pytest.raises((OwnFileError, RealPartMissing)):
        rehearse_own(path, tmp_path / "none.js", Scale(20))


def test_listed_effects_are_done_for_real_but_not_by_a_person_s_own_processor() -> None:
    """The file says which effects count, and what a processor reports need not be among them."""
    listed = few_emails(queues={"email": {"handler": {"effects": [{"name": "send", "in": "outside"}]}}})
    refuse_what_cannot_be_done(listed, Scale(20))
    with pytest.raises(NotRehearsable, match=r"queues\.email\.handler: with --own your file says what a job does"):
        refuse_what_cannot_be_done(listed, Scale(20), own=True)


def test_what_can_be_done_passes() -> None:
    """Killed workers, killed Redis and outages among it."""
    faults = [
        {"kind": "worker-crash", "at": "1s"},
        {"kind": "redis-crash", "at": "1s", "duration": "1s"},
        {"kind": "redis-outage", "at": "1s", "duration": "1s"},
    ]
    steps = [{"at": "1s", "do": do, "queue": "email"} for do in ("retry-all", "clean", "pause", "resume", "drain")]
    refuse_what_cannot_be_done(few_emails(faults=faults, operator=steps), Scale(20))
