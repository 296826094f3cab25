"""The command line as a whole: what it loads, how it ends, what it says."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

import sim.cli
from sim.cli import main
from sim.cli.lazy_group import COMMANDS
from sim.core.errors import SimError

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


@pytest.mark.parametrize("arguments", [("--help",), ("check", "--help"), ("scenarios", "--help"), ("sweep", "--help")])
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
        (["chek"], "no command 'chek'; did you mean check?"),
        (["zzzzz"], f"no command 'zzzzz'; there are: {', '.join(COMMANDS)}"),
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


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [
        (SimError("it is late"), 2, "it is late\n"),
        (FileNotFoundError(2, "No such file or directory", "out"), 2, "out: No such file or directory\n"),
        (OSError(28, "No space left on device"), 2, "No space left on device\n"),
        (KeyboardInterrupt(), 130, ""),
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


def test_a_mistake_of_the_program_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody foresaw keeps its traceback."""
    monkeypatch.setattr(sim.cli.cli, "invoke", lambda _context: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(["schema"])


@pytest.mark.parametrize("arguments", [["schema"], ["--help"], ["scenarios"]])
def test_a_reader_who_leaves_is_no_error(arguments: list[str]) -> None:
    """As with `| head -1`: not a word on stderr."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "sim", *arguments]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")
