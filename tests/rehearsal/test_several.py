"""Several scenarios to rehearse: what was done is kept, whatever becomes of the others. Nothing is started here."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sim.cli import main
from sim.rehearsal.processes import RehearsalBroken
from sim.results.trace import EventKind
from tests.unit.results.traces import Tape

FOLDER = "scenarios/01-worker-crashes"
CALM, WITH_KEY, HELD = (f"{FOLDER}/{name}.yaml" for name in ("crash-after-effect", "crash-in-progress", "poison-job"))


class Rehearsals:
    """Takes the place of real rehearsals: each ends as the test says.

    Attributes:
        ends: By the scenario's name whether it agrees, or what it raises; the others agree.
    """

    def __init__(self) -> None:
        self.ends: dict[str, bool | BaseException] = {}
        self.printed: list[str] = []

    def rehearse(self, path: Path, scale: Any, **_more: Any) -> Any:
        """Be one."""
        end = self.ends.get(path.stem, True)
        if isinstance(end, BaseException):
            raise end
        tape = Tape("queue")
        tape.world(0, EventKind.WORKER_STARTED, path.stem)
        verdict = SimpleNamespace(agrees=end, real_trace=tape.trace())
        return SimpleNamespace(name=path.stem, verdict=verdict, as_dict=lambda: {"scenario": path.stem})


@pytest.fixture
def rehearsals(monkeypatch: pytest.MonkeyPatch) -> Rehearsals:
    """Let nothing be started."""
    made = Rehearsals()
    monkeypatch.setattr("sim.rehearsal.real_parts.find_real_parts", lambda: None)
    monkeypatch.setattr("sim.rehearsal.rehearse.rehearse", made.rehearse)
    monkeypatch.setattr("sim.rehearsal.tables.print_rehearsal", lambda one, _console: made.printed.append(one.name))
    monkeypatch.setattr("sim.rehearsal.tables.row", lambda one: f"| `{one.name}` |")
    monkeypatch.setattr("sim.rehearsal.tables.done_with", lambda _one: "Bull")
    return made


def test_one_that_breaks_off_does_not_end_the_others(
    rehearsals: Rehearsals, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Each is printed, each is in the files, the broken one says why; exit code 2."""
    rehearsals.ends["crash-in-progress"] = RehearsalBroken("redis-server | ended")
    files = [tmp_path / name for name in ("r.json", "r.jsonl", "r.md")]
    targets = [f"--{name}={file}" for name, file in zip(("json", "trace", "markdown"), files, strict=True)]
    assert main(["rehearse", CALM, WITH_KEY, HELD, *targets]) == 2
    assert rehearsals.printed == ["crash-after-effect", "poison-job"]
    assert "redis-server | ended\n" in capsys.readouterr().err
    reports = json.loads(files[0].read_text())
    assert [one["scenario"] for one in reports] == ["crash-after-effect", "crash-in-progress", "poison-job"]
    assert (reports[1]["verdict"], reports[1]["error"]) == (None, "redis-server | ended")
    assert [json.loads(line)["worker"] for line in files[1].read_text().splitlines()] == rehearsals.printed
    rows = files[2].read_text().splitlines()[2:]
    assert rows[1] == r"| `crash-in-progress` | 1:20 | - | - | - | broke off: redis-server \| ended | - | - |"
    assert rows[2:] == ["| `poison-job` |", "", "Done with Bull."]


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        ({}, 0),
        ({"poison-job": False}, 1),
        ({"crash-after-effect": False, "crash-in-progress": RehearsalBroken("gone")}, 2),
        ({"crash-in-progress": RehearsalBroken("gone"), "poison-job": ZeroDivisionError("nothing")}, 3),
        ({"crash-after-effect": ZeroDivisionError("nothing"), "poison-job": RehearsalBroken("gone")}, 3),
    ],
)
def test_the_exit_code_is_the_worst_of_all(ends: dict[str, Any], code: int, rehearsals: Rehearsals) -> None:
    """0 agrees, 1 disagrees, 2 broke off, 3 a fault of the program."""
    rehearsals.ends = ends
    assert main(["rehearse", CALM, WITH_KEY, HELD]) == code


def test_what_was_done_is_kept_when_somebody_ends_it(rehearsals: Rehearsals, tmp_path: Path) -> None:
    """Ctrl-C in the second: the first is in the file."""
    rehearsals.ends["crash-in-progress"] = KeyboardInterrupt()
    file = tmp_path / "r.json"
    assert main(["rehearse", CALM, WITH_KEY, HELD, "--json", str(file)]) == 130
    assert json.loads(file.read_text()) == [{"scenario": "crash-after-effect"}]


def test_a_file_that_cannot_be_written_costs_none_of_the_others(
    rehearsals: Rehearsals, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Exit code 2, and the trace is there."""
    nowhere, file = tmp_path / "none" / "r.json", tmp_path / "r.jsonl"
    nowhere.parent.write_text("a file in the place of the folder")
    assert main(["rehearse", CALM, "--json", str(nowhere), "--trace", str(file)]) == 2
    assert file.read_text()
    assert "none" in capsys.readouterr().err


def test_where_nothing_was_done_no_file_is_touched(rehearsals: Rehearsals, tmp_path: Path) -> None:
    """What an earlier rehearsal wrote stays."""
    rehearsals.ends["crash-after-effect"] = RehearsalBroken("gone")
    file = tmp_path / "r.json"
    file.write_text("before")
    assert main(["rehearse", CALM, "--json", str(file)]) == 2
    assert file.read_text() == "before"
