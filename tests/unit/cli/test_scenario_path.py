"""How a scenario is named on the command line: a path, or a number or a name as `scenarios` prints them."""

from pathlib import Path

import pytest

from sim.cli import main

FROZEN = "scenarios/01-worker-crashes/frozen-worker.yaml"


def number_of(capsys: pytest.CaptureFixture[str], file: str) -> str:
    """The number that `scenarios` prints for a file."""
    assert main(["scenarios"]) == 0
    blocks = capsys.readouterr().out.split("\n\n")
    return next(block.split()[0] for block in blocks if file in block)


def test_a_number_or_a_name_from_the_list_will_do(capsys: pytest.CaptureFixture[str]) -> None:
    """As `scenarios` prints them."""
    for given in (number_of(capsys, FROZEN), "frozen-worker", FROZEN):
        assert main(["check", given]) == 0
        assert capsys.readouterr().out.splitlines()[0] == f"{FROZEN}: ok"


@pytest.mark.parametrize("command", ["run", "advise", "alerts", "sweep", "backoff", "check", "rehearse", "serve"])
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("scenarios/01-worker-crashes/frozn-worker.yaml", f"there is no such file; did you mean {FROZEN}?"),
        ("frozen-wroker", f"did you mean {FROZEN}?"),
        ("scenarios/frozen-worker.yaml", f"did you mean {FROZEN}?"),
        ("0", "0: there is no such file, and scenarios are numbered from 1 to "),
        ("nothing-like-it.yaml", "nothing-like-it.yaml: there is no such file\n"),
    ],
)
def test_a_path_that_does_not_exist_is_refused_with_what_may_be_meant(
    command: str, given: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """By every subcommand, with exit code 2; what is unlike everything gets no suggestion."""
    assert main([command, given]) == 2
    assert told in capsys.readouterr().err


def test_a_file_of_ones_own_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where it is called 7 or like a shipped one; and a neighbour is suggested before a shipped one."""
    text = Path(FROZEN).read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("7", "frozen-worker", "frozen-workers.yaml"):
        (tmp_path / name).write_text(text)
    for name in ("7", "frozen-worker"):
        assert main(["check", name]) == 0
        assert capsys.readouterr().out.startswith(f"{name}: ok")
    assert main(["check", "frozn-workers.yaml"]) == 2
    assert "did you mean frozen-workers.yaml?" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "advise", "alerts", "sweep", "backoff", "check", "rehearse", "serve"])
def test_a_variant_stands_behind_a_colon(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """For a name, a number and a path alike; every subcommand refuses one that there is not."""
    name = "deploys-cut-mails-off"
    assert main([command, f"{name}:curd"]) == 2
    assert "there is no variant 'curd'; did you mean `cured`?" in capsys.readouterr().err


def test_a_variant_is_run_and_the_others_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """With the command for each."""
    name = "deploys-cut-mails-off"
    assert main(["run", f"{name}:cured"]) == 0
    told = capsys.readouterr().out
    assert "Every deploy cuts mails off in the middle (cured)" in told
    assert f"Without the variant:\n  python -m sim run scenarios/10-incidents/{name}.yaml\n" in told
    assert main(["run", name]) == 0
    told = capsys.readouterr().out
    assert f"  python -m sim run scenarios/10-incidents/{name}.yaml:cured\n" in told
    assert main(["check", name]) == 0
    assert f"{name}.yaml:cured: ok" in capsys.readouterr().out
