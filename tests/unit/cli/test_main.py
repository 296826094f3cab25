"""The command line as a whole: what it loads, how it ends, what it says."""

import os
import platform
import shlex
import signal
import subprocess
import sys
import tempfile
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click
import pytest

import sim
import sim.cli
from sim.cli import main
from sim.cli.endings import Stopped
from sim.cli.lazy_group import COMMANDS
from sim.core.errors import SimError
from sim.engine.attempt import AttemptRunner

HEAVY = {"fakeredis", "matplotlib", "numpy", "pydantic", "hypothesis", "rich", "simpy", "yaml", "redis", "jinja2"}
HEAVY |= {"joblib", "pandas", "dask", "distributed", "sqlite3"}
ROOT = Path(__file__).parents[3]


def python_m_sim(*arguments: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    command = [sys.executable, *options, "-m", "sim", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def imported(*arguments: str) -> set[str]:
    """The top-level packages that a command line imports."""
    log = python_m_sim(*arguments, options=("-X", "importtime")).stderr
    return {
        line.rsplit("|", 1)[1].strip().split(".")[0] for line in log.splitlines() if line.startswith("import time:")
    }


@pytest.mark.parametrize(
    "arguments", [("--help",), ("--version",), ("check", "--help"), ("scenarios", "--help"), ("sweep", "--help")]
)
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    """Whoever asks for help is not kept waiting."""
    packages = imported(*arguments)
    assert "click" in packages
    assert packages & HEAVY == set()


def test_help_lists_every_subcommand_with_its_line() -> None:
    """Within 80 columns."""
    text = python_m_sim("--help").stdout
    for name, (_module, line) in COMMANDS.items():
        assert f"  {name}" in text
        assert line in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("name", COMMANDS)
def test_every_subcommand_loads_and_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The table names modules that are there."""
    assert main([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: python -m sim {name}")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["chek"], "no such command: 'chek'; did you mean check?"),
        (["zzzzz"], f"no such command: 'zzzzz'; there are: {', '.join(COMMANDS)}"),
        (["check"], "Missing argument"),
        (["check", "--no-such-option"], "No such option"),
        (["--no-such-option"], "No such option"),
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str], what: str, capsys: pytest.CaptureFixture[str]) -> None:
    """And one line on stderr that says what would be right."""
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert what in captured.err
    assert captured.out == ""


def test_the_version_is_that_of_the_installed_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same on the command line and in Python; a copy that nobody installed has none."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"jobworker-sim {version('jobworker-sim')}\n"
    assert sim.__version__ == version("jobworker-sim")

    def missing(_name: str) -> str:
        raise PackageNotFoundError

    monkeypatch.setattr("sim.core.version.installed_version", missing)
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == "jobworker-sim 0+unknown\n"


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [
        (SimError("it is late"), 2, "it is late\n"),
        (FileNotFoundError(2, "No such file or directory", "out"), 2, "out: No such file or directory\n"),
        (OSError(28, "No space left on device"), 2, "No space left on device\n"),
        (click.ClickException("it needs an extra"), 2, "Error: it needs an extra\n"),
        (click.FileError("out", "is a folder"), 2, "Error: Could not open file 'out': is a folder\n"),
        (KeyboardInterrupt(), 130, ""),
        (Stopped(15), 143, ""),
        (Stopped(1), 129, ""),
        (SystemExit(1), 1, ""),
        (SystemExit(None), 0, ""),
    ],
)
def test_how_a_subcommand_ends_is_the_exit_code(
    raised: BaseException, code: int, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Errors that people can mend are told in a line, never by a traceback."""

    def fail(_context: click.Context) -> None:
        raise raised

    monkeypatch.setattr(sim.cli.cli, "invoke", fail)
    assert main(["schema"]) == code
    assert capsys.readouterr().err.strip() == told.strip()


@pytest.mark.parametrize(
    "raised", [ZeroDivisionError("by zero"), RecursionError(), MemoryError(), AssertionError(), RuntimeError("a\nb")]
)
def test_a_fault_of_the_program_ends_with_3_and_asks_for_a_report(
    raised: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """With the version, the command and the scenario's hash; the traceback lies in a file."""
    scenario = tmp_path / "some file.yaml"
    scenario.write_text("title: t\n")

    def fail(_context: click.Context) -> None:
        raise raised

    monkeypatch.setattr(sim.cli.cli, "invoke", fail)
    assert main(["check", str(scenario)]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert lines[0].startswith(f"internal error: {type(raised).__name__}")
    assert "report" in lines[1]
    told = {line.split()[0]: line.strip().partition(" ")[2].strip() for line in lines[2:]}
    assert told["version"].endswith(f"Python {platform.python_version()}")
    assert told["command"] == f"python -m sim check '{scenario}'"
    assert told["scenario"] == f"{scenario} (SHA-256 {sha256(scenario.read_bytes()).hexdigest()})"
    assert len(lines) == 6
    trace = Path(told["traceback"])
    assert "Traceback (most recent call last)" in trace.read_text()
    assert "in fail" in trace.read_text()
    trace.unlink()


def test_a_fault_in_the_middle_of_a_run_is_told_with_what_gives_the_run_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The command of the replay meets the same fault."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(AttemptRunner, "_apply", fail)
    scenario = "scenarios/01-worker-crashes/frozen-worker.yaml"
    monkeypatch.chdir(ROOT)
    assert main(["run", scenario, "--mode", "queue", "--store", "memory"]) == 3
    replay = next(line for line in capsys.readouterr().err.splitlines() if line.startswith("  replay"))
    command = shlex.split(replay)[1:]
    assert command[:5] == ["python", "-m", "sim", "run", scenario]
    assert command[5:] == ["--mode", "queue", "--seed", "1", "--semantics", "documented", "--store", "memory"]
    assert main(command[3:]) == 3
    assert replay in capsys.readouterr().err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_a_command_that_is_asked_to_end_does_what_ctrl_c_does(
    number: int, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is under way is wound up, and the handlers are as before."""
    wound_up = []

    def wait(_context: click.Context) -> None:
        try:
            signal.raise_signal(number)
        finally:
            wound_up.append(True)

    before = signal.getsignal(number)
    monkeypatch.setattr(sim.cli.cli, "invoke", wait)
    assert main(["schema"]) == code
    assert wound_up == [True]
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("arguments", [["schema"], ["--help"], ["scenarios"]])
def test_a_reader_who_leaves_is_no_error(arguments: list[str]) -> None:
    """As with `| head -1`: not a word on stderr."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "sim", *arguments]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")
