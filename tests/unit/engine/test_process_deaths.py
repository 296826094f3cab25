"""What the trace tells of a process that dies and is replaced, whichever it is."""

from typing import Any

import pytest

from sim.engine.run import run
from sim.results.fault_windows import fault_windows
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario
from sim.yaml_files.fields import ModeName

EVERYONE: list[tuple[ModeName, str, list[str]]] = [
    ("queue", "application", ["application"]),
    ("queue", "email-2", ["email-2"]),
    ("queue", "workers", ["email-1", "email-2"]),
    ("in-process", "application", ["application"]),
    ("in-process", "workers", ["application"]),
]


def played(mode: ModeName, fault: dict[str, Any]) -> Any:
    """Run a scenario of ten emails, one a second, with one fault."""
    scenario = Scenario.model_validate(
        {
            "title": "Story",
            "question": "Who is told of?",
            "queues": {"email": {"service": "100ms"}},
            "workload": [{"queue": "email", "arrivals": {"kind": "times", "at": [f"{n}s" for n in range(10)]}}],
            "workers": {"email": {"processes": 2}},
            "faults": [fault],
        }
    )
    return run(scenario, modes=[mode]).modes[mode]


@pytest.mark.parametrize(("mode", "target", "names"), EVERYONE)
def test_every_process_that_is_replaced_is_told_to_have_started(mode: ModeName, target: str, names: list[str]) -> None:
    """Each with its generation: the first when it began, the death of it, and the second."""
    one = played(mode, {"kind": "worker-crash", "target": target, "at": "3s", "restart_after": "2s"})
    for name in names:
        told = [
            (record.t_ms, record.kind, (record.more or {})["generation"])
            for record in one.trace
            if record.worker == name and record.kind in (EventKind.WORKER_STARTED, EventKind.WORKER_CRASHED)
        ]
        assert told == [
            (0, EventKind.WORKER_STARTED, 1),
            (3_000, EventKind.WORKER_CRASHED, 1),
            (5_000, EventKind.WORKER_STARTED, 2),
        ]


@pytest.mark.parametrize(("mode", "target", "names"), EVERYONE)
def test_a_process_is_down_until_it_is_replaced(mode: ModeName, target: str, names: list[str]) -> None:
    """Not until the end of the run."""
    one = played(mode, {"kind": "worker-crash", "target": target, "at": "3s", "restart_after": "2s"})
    windows = fault_windows(one.trace, one.simulated_ms)
    assert [(window.label, window.start_ms, window.end_ms, window.mended) for window in windows] == [
        (f"{name} down", 3_000, 5_000, True) for name in names
    ]


@pytest.mark.parametrize(("mode", "target", "names"), EVERYONE)
def test_a_process_is_frozen_until_it_goes_on(mode: ModeName, target: str, names: list[str]) -> None:
    """And tells of its beginning once."""
    one = played(mode, {"kind": "worker-freeze", "target": target, "at": "3s", "duration": "2s"})
    windows = fault_windows(one.trace, one.simulated_ms)
    assert [(window.label, window.start_ms, window.end_ms, window.mended) for window in windows] == [
        (f"{name} frozen", 3_000, 5_000, True) for name in names
    ]
