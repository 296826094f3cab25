"""The program names itself as it was called, so that what it says can be typed."""

import sys
from pathlib import Path

import pytest

from sim.cli import main
from sim.core.program import as_called

HURTS = "scenarios/03-database-failures/longer-than-the-retries.yaml"
CALLED = {"/somewhere/bin/jobworker-sim": "jobworker-sim", "/a/jobworker-sim.exe": "jobworker-sim"}
CALLED |= {"/a/sim/__main__.py": "python -m sim", "": "python -m sim"}


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command of an installation."""
    monkeypatch.setattr(sys, "argv", ["/somewhere/bin/jobworker-sim"])


@pytest.mark.parametrize("argument", CALLED)
def test_help_usage_errors_and_hints_name_the_command_that_was_typed(
    argument: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the first word of the command line; whatever is neither of the two can say `python -m sim`."""
    monkeypatch.setattr(sys, "argv", [argument])
    name = CALLED[argument]
    assert main(["run", "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: {name} run ")
    assert main(["run"]) == 2
    assert capsys.readouterr().err.startswith(f"Usage: {name} run ")
    assert main(["exercise", "list"]) == 0
    assert f"Begin with: {name} exercise start 01" in capsys.readouterr().out


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    "arguments",
    [
        ["advise", HURTS],
        ["exercise", "start", "03"],
        ["exercise", "hint", "03"],
        ["exercise", "show", "01"],
        ["exercise", "run", "01"],
        ["exercise", "why", "01"],
        ["exercise", "new", "17-some-words"],
    ],
)
def test_no_hint_names_another_command(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor does a file that is written for a learner."""
    arguments = [str(Path(word).resolve()) if word == HURTS else word for word in arguments]
    monkeypatch.chdir(tmp_path)
    main(arguments)
    captured = capsys.readouterr()
    said = " ".join((captured.out + captured.err).split())
    said += "".join(file.read_text() for file in tmp_path.rglob("README.md") if "17-" not in str(file))
    assert "jobworker-sim" in said
    assert "python -m sim" not in said


@pytest.mark.usefixtures("installed")
def test_a_story_that_names_the_command_is_no_changed_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither for the command that wrote it nor for the other; what a learner wrote into it is."""
    monkeypatch.chdir(tmp_path)
    assert main(["exercise", "start", "01"]) == 0
    for argument in ("jobworker-sim", "__main__.py"):
        monkeypatch.setattr(sys, "argv", [argument])
        capsys.readouterr()
        assert main(["exercise", "reset", "01"]) == 0
        assert capsys.readouterr().out == "nothing to restore\n"
    (story,) = tmp_path.rglob("README.md")
    story.write_text("mine")
    assert main(["exercise", "reset", "01"]) == 0
    assert "README.md; yours is now README.md.before-reset-1" in capsys.readouterr().out


@pytest.mark.usefixtures("installed")
def test_only_commands_are_put_into_other_words() -> None:
    """Also where a line ends amid one; a module of the package is none."""
    assert as_called("`python -m\n  sim run x`") == "`jobworker-sim run x`"
    for text in ("python -m sim.cli", "python -m simple", "cpython -m sim"):
        assert as_called(text) == text
