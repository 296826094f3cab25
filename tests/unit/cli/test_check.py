"""``check``: are these files in order?"""

from pathlib import Path

import pytest

from sim.cli import main
from tests.properties.test_scenario_edits import EVERYTHING, PLAIN


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A file that is in order."""
    file = tmp_path / "good.yaml"
    file.write_text(PLAIN)
    return file


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A file with two problems."""
    file = tmp_path / "bad.yaml"
    file.write_text(PLAIN + "sead: 1\nduration: 0s\n")
    return file


def test_a_good_file_is_ok(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each on standard output."""
    other = tmp_path / "other.yaml"
    other.write_text(EVERYTHING)
    assert main(["check", str(good), str(other)]) == 0
    assert capsys.readouterr() == (f"{good}: ok\n{other}: ok\n", "")


def test_a_bad_file_ends_with_2_and_hides_no_other(good: Path, bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its problems go to stderr; what comes after it is still checked."""
    assert main(["check", str(bad), str(good), "nowhere.yaml"]) == 2
    captured = capsys.readouterr()
    assert captured.out == f"{good}: ok\n"
    assert captured.err.splitlines() == [
        f"{bad}:6:1: sead: unknown key; did you mean `seed`?",
        f"{bad}:7:11: duration: must be longer than 0s",
        "nowhere.yaml: there is no such file",
    ]
