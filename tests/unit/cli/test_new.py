"""``new``: a scenario to begin with, which can be checked and run as it is written."""

import io
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

from sim.cli import main
from sim.faults.registry import FAULTS
from sim.scenario.first_draft import QUEUES
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to write into."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def at_a_terminal(answers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have somebody there who answers."""
    terminal: Any = io.StringIO(answers)
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", terminal)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)


def kinds_of_faults() -> set[str]:
    """Every kind that a scenario file may name."""
    (union, *_) = get_args(Scenario.model_fields["faults"].annotation)
    return {get_args(model.model_fields["kind"].annotation)[0] for model in get_args(get_args(union)[0])}


def test_what_is_written_says_what_the_options_say(capsys: pytest.CaptureFixture[str]) -> None:
    """And the next commands are told."""
    options = (
        "--queue payment --jobs 12 --interval 500ms --service 1s --workers 3 --concurrency 2 --attempts 4 --seed 9"
    )
    faults = "--fault worker-crash --fault redis-outage"
    assert main(["new", "my-first", *options.split(), *faults.split()]) == 0
    assert capsys.readouterr().out == (
        "wrote my-first.yaml\n\nEdit it, and then:\n"
        "  python -m sim check my-first.yaml\n  python -m sim run my-first.yaml\n"
    )
    scenario = load_scenario("my-first.yaml")
    assert (scenario.title, scenario.seed) == ("My first", 9)
    arrivals: Any = scenario.workload[0].arrivals
    assert (arrivals.count, arrivals.interval) == (12, 500)
    queue = scenario.queues["payment"]
    assert (queue.attempts, queue.service) == (4, 1_000)
    workers = scenario.workers["payment"]
    assert (workers.processes, workers.concurrency) == (3, 2)
    crash, outage = scenario.faults
    assert (crash.kind, outage.kind) == ("worker-crash", "redis-outage")
    assert (crash.moments, outage.moments) == ([2_000], [4_000])  # a third and two thirds of 12 * 500 ms


@pytest.mark.parametrize("queue", QUEUES)
@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_whatever_is_written_passes_check_and_run(
    queue: str, fault: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also with a single job."""
    faults = [] if fault is None else ["--fault", fault]
    for name, jobs in (("one", "1"), ("many", "10")):
        assert main(["new", name, "--queue", queue, "--jobs", jobs, *faults]) == 0
        capsys.readouterr()
        assert main(["check", f"{name}.yaml"]) == 0
        assert capsys.readouterr().out.splitlines()[0] == f"{name}.yaml: ok"
        assert main(["run", f"{name}.yaml", "--store", "memory"]) == 0


def test_every_fault_can_be_written() -> None:
    """Its lines stand in its own file."""
    assert set(FAULTS) == kinds_of_faults()


def test_what_is_claimed_in_a_comment_holds_where_nothing_breaks() -> None:
    """Taking the comment signs away gives a scenario whose expectations are judged."""
    assert main(["new", "quiet"]) == 0
    file = Path("quiet.yaml")
    head, _, claims = file.read_text().rpartition("# expect:")
    file.write_text(f"{head}expect:{claims.replace('# ', '')}")
    assert load_scenario(file).expect is not None
    assert main(["run", "quiet.yaml", "--store", "memory"]) == 0


@pytest.mark.parametrize("there", ["file", "folder", "link"])
def test_nothing_is_overwritten(there: str, empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever has the name; not even a link that leads nowhere is followed."""
    path = empty / "mine.yaml"
    if there == "file":
        path.write_text("kept")
    elif there == "folder":
        path.mkdir()
    else:
        path.symlink_to("elsewhere")
    assert main(["new", "mine"]) == 2
    assert capsys.readouterr().err == "mine.yaml: already exists; choose another name\n"
    assert there != "file" or path.read_text() == "kept"
    assert not Path("elsewhere").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere/mine"], "nowhere/mine.yaml: there is no folder nowhere"),
        (["a\nb"], "is not a scenario name"),
        (["mine", "--interval", "5"], "5: expected a duration such as 500ms"),
        (["mine", "--service", "0s"], "0s: must be longer than zero"),
        (["mine", "--jobs", "0"], "0 is not in the range"),
        (["mine", "--fault", "earthquake"], "'earthquake' is not one of"),
        (["mine", "--interval", "365d", "--jobs", "100000"], "mine.yaml:"),
    ],
)
def test_what_cannot_be_run_is_not_written(
    arguments: list[str], says: str, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With exit code 2 and what is wrong."""
    assert main(["new", *arguments]) == 2
    assert says in capsys.readouterr().err
    assert list(empty.iterdir()) == []


def test_at_a_terminal_it_asks(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Again where an answer is none, and an empty line takes what is proposed."""
    at_a_terminal("order\nmany\n7\n\n\n\n5\nworker-crash, earthquake\nworker-freeze, redis-crash\n", monkeypatch)
    assert main(["new", "asked"]) == 0
    said = capsys.readouterr().out
    assert "'many' is not a valid integer range" in said
    assert "'earthquake' is not one of" in said
    scenario = load_scenario("asked.yaml")
    arrivals: Any = scenario.workload[0].arrivals
    assert (scenario.workload[0].queue, arrivals.count, arrivals.interval) == ("order", 7, 1_000)
    assert scenario.queues["order"].attempts == 5
    assert [fault.kind for fault in scenario.faults] == ["worker-freeze", "redis-crash"]


def test_it_does_not_ask_who_gave_options(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor a script, which has no terminal; and Ctrl-D ends the questions with nothing written."""
    at_a_terminal("", monkeypatch)
    assert main(["new", "told", "--jobs", "5"]) == 0
    assert main(["new", "asked"]) == 130
    assert not Path("asked.yaml").exists()
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert main(["new", "script"]) == 0


def test_a_path_with_spaces_is_quoted_in_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    """So that they can be copied."""
    assert main(["new", "my first.yaml"]) == 0
    assert "python -m sim run 'my first.yaml'\n" in capsys.readouterr().out
    assert load_scenario("my first.yaml").title == "My first"
