"""``lessons``: the notebooks in a folder of one's own."""

from pathlib import Path

import pytest

from sim.cli import main

LESSONS = sorted(Path("notebooks").resolve().glob("*.ipynb"))


def test_every_lesson_is_copied_and_none_is_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second time says so and touches nothing; into another folder they go again."""
    monkeypatch.chdir(tmp_path)
    assert main(["lessons"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "wrote lessons/01-first-run.ipynb"
    assert out.endswith("\nOpen them: jupyter lab lessons\n")
    copies = sorted(Path("lessons").iterdir())
    assert [copy.name for copy in copies] == [lesson.name for lesson in LESSONS]
    assert [copy.read_bytes() for copy in copies] == [lesson.read_bytes() for lesson in LESSONS]
    copies[3].write_text("mine")
    for copy in copies[:3]:
        copy.unlink()
    assert main(["lessons"]) == 2
    told = f"lessons: already has {copies[3].name}; use that one, or name another folder\n"
    assert capsys.readouterr().err == told
    assert copies[3].read_text() == "mine"
    assert not copies[0].exists()
    assert main(["lessons", "other folder"]) == 0
    assert "jupyter lab 'other folder'" in capsys.readouterr().out
