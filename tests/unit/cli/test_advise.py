"""``advise``: what will hurt, and why."""

import json
from pathlib import Path

import pytest

from sim.cli import main

HURTS = "scenarios/03-database-failures/longer-than-the-retries.yaml"
HARMLESS = "scenarios/03-database-failures/short-outage.yaml"


@pytest.mark.parametrize(("scenario", "code"), [(HURTS, 1), (HARMLESS, 0)])
def test_the_exit_code_says_whether_anything_loses_or_duplicates(
    scenario: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """What delays or is worth knowing is no reason for 1."""
    assert main(["advise", scenario]) == code
    assert "worth knowing." in capsys.readouterr().out


def test_a_finding_is_told_with_number_run_source_setting_and_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In 80 columns, but for commands, which are never broken."""
    monkeypatch.setenv("COLUMNS", "80")
    main(["advise", HURTS])
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[lines.index("WILL LOSE") + 2 :][:13] == [
        "         1 retry-horizon (order)",
        "      what Retries give up after 6 s, and the longest outage lasts 1 min: about",
        "           108 jobs fail permanently.",
        "arithmetic 2 s + 4 s = 6 s; jobs that arrive in the first 54 s of an outage of 1",
        "           min have no attempt left after it",
        "  evidence The workload of order, with only these outages. Of 160: 52 delivered,",
        "           50 failed-retained, 58 failed-evicted, 396 attempts.",
        "       why “Failure: Retries up to max attempts, then fails”",
        "           (reliability-model.md, Job Processing Guarantees)",
        "       why “attempts N, always failing: N starts, N-1 delays.” (bull-facts.md, 1",
        "           Retries and backoff)",
        "       fix 6 attempts with the same backoff outlast 1 min.",
        "           queues: {order: {attempts: 6}}",
    ]
    assert f"   see python -m sim run {HURTS}" in lines
    assert "2 will lose, 4 worth knowing." in lines
    assert max(len(line) for line in lines if "python -m sim" not in line) <= 80


def test_json_goes_to_standard_output_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing else does."""
    assert main(["advise", HURTS, "--json", "-"]) == 1
    advice = json.loads(capsys.readouterr().out)
    assert [one["check"] for one in advice["findings"]][:2] == ["retry-horizon", "retention"]


def test_json_goes_to_a_file_beside_the_listing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same as on standard output."""
    assert main(["advise", HARMLESS, "--json", str(tmp_path / "advice.json")]) == 0
    assert "WORTH KNOWING" in capsys.readouterr().out
    main(["advise", HARMLESS, "--json", "-"])
    assert (tmp_path / "advice.json").read_text() == capsys.readouterr().out


def test_a_bad_file_is_told_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And ends with 2, before any advice."""
    file = tmp_path / "bad.yaml"
    file.write_text(Path(HARMLESS).read_text() + "sead: 1\n")
    assert main(["advise", str(file)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert ": sead: unknown key; did you mean `seed`?" in captured.err


def test_a_place_that_cannot_be_written_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a line that says which."""
    (tmp_path / "file").write_text("")
    assert main(["advise", HARMLESS, "--json", str(tmp_path / "file" / "advice.json")]) == 2
    assert "cannot be written" in capsys.readouterr().err
