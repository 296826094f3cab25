"""``scenarios``: what there is to run."""

from pathlib import Path

import pytest

from sim.cli import main
from tests.properties.test_scenario_edits import EVERYTHING, PLAIN


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two scenarios below the working directory, in folders of their own."""
    for name, text in (("02-all/everything.yaml", EVERYTHING), ("01-crash/plain.yaml", PLAIN)):
        file = tmp_path / "mine" / name
        file.parent.mkdir(parents=True)
        file.write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "mine"


def test_scenarios_are_listed_with_question_faults_and_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the order of their folders' numbers; the file is written so that it can be given to run."""
    assert main(["scenarios", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "  1  A worker dies",
        "     Who sends the email?",
        "     faults: none",
        "     mine/01-crash/plain.yaml",
        "",
        "  2  Everything at once",
        "     What is left?",
        "     faults: worker-crash, worker-freeze, handler-error, poison-job, redis-crash",
        "     mine/02-all/everything.yaml",
        "",
    ]


def test_long_questions_are_wrapped_at_80_columns(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No line is longer, and none ends in spaces."""
    words = "Who will send the email, and when, and how often? " * 8
    (folder / "01-crash/plain.yaml").write_text(PLAIN.replace("Who sends the email?", words[:400].strip()))
    assert main(["scenarios", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line != line.rstrip()] == []


def test_the_shipped_scenarios_are_found_from_anywhere(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Elsewhere they are shown by folder and name, which every subcommand takes."""
    assert main(["scenarios"]) == 0
    name = "01-worker-crashes/crash-after-effect.yaml"
    assert f"     {name}" in capsys.readouterr().out.splitlines()
    assert main(["check", name]) == 0


def test_a_file_that_cannot_be_used_hides_no_other(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its problems go to stderr, and the exit code is 2."""
    (folder / "01-crash/plain.yaml").write_text("title: 5\n")
    assert main(["scenarios", "mine"]) == 2
    captured = capsys.readouterr()
    assert "mine/01-crash/plain.yaml:1:8: title: expected text" in captured.err
    assert "mine/02-all/everything.yaml" in captured.out


@pytest.mark.parametrize(("name", "what"), [("nowhere", "there is no such folder"), (".", "has no scenarios (*.yaml)")])
def test_a_folder_without_scenarios_ends_with_2(
    name: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And says so."""
    monkeypatch.chdir(tmp_path)
    assert main(["scenarios", name]) == 2
    assert capsys.readouterr().err == f"{name}: {what}\n"


def test_colour_is_left_out_where_nobody_wants_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """NO_COLOR wins over everything that asks for colour."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(["scenarios", str(folder)]) == 0
    assert "\x1b[3" not in capsys.readouterr().out


def test_a_search_keeps_the_numbers_and_wants_every_word(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Somewhere in file, title, question and faults, whatever the case; the number is the one that run takes."""
    for search in ("EVERYTHING", "left everything", "poison-job", "02-all"):
        assert main(["scenarios", str(folder), "--search", search]) == 0
        assert capsys.readouterr().out.splitlines()[0] == "  2  Everything at once"
    assert main(["scenarios", str(folder), "--search", "mine"]) == 0
    assert "  1  A worker dies" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("search", "hint"),
    [("poisn-job", "; did you mean poison-job?"), ("qqqqqq", ""), ("dies everything", "")],
)
def test_a_search_that_finds_nothing_ends_with_2(
    search: str, hint: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And suggests the word that was misspelt."""
    assert main(["scenarios", str(folder), "--search", search]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    told = f"--search {search}: found in no name, title, question or fault{hint}"
    assert captured.err == f"{told}\n"


def test_incidents_are_listed_by_what_people_noticed_first(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With their reports, and what runs each and its variants; other scenarios are left out."""
    incident = """incident:
  report: o/p#{n}
  url: https://example.org/{n}
  also: [o/q#9]
  symptom: {symptom}
  minutes: 3
  noticed: Noticed {n}.
variants:
  cured: {{about: Seed 2., set: {{seed: 2}}}}
"""
    for n, symptom in ((1, "twice"), (2, "lost"), (3, "twice")):
        (folder / f"01-crash/told-{n}.yaml").write_text(PLAIN + incident.format(n=n, symptom=symptom))
    assert main(["scenarios", str(folder), "--incidents"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line and not line.startswith("     ")] == [
        "Jobs disappear",
        "  3  A worker dies",
        "Things happen twice",
        "  2  A worker dies",
        "  4  A worker dies",
    ]
    assert lines[2:7] == [
        "  3  A worker dies",
        "     Noticed 2.",
        "     o/p#2, o/q#9 · 3 min",
        "     run told-2 and run told-2:cured",
        "",
    ]
    assert main(["scenarios", str(folder), "--incidents", "--search", "p#3"]) == 0
    assert "run told-3 and run told-3:cured" in capsys.readouterr().out
