"""The command line of rehearsals, where nothing needs to be started."""

from pathlib import Path

import pytest

from sim.cli import main
from sim.rehearsal import real_parts
from sim.rehearsal.real_parts import FOLDER_VARIABLE, RealPartMissing, find_real_parts

CALM = "scenarios/01-worker-crashes/crash-after-effect.yaml"
POWER_LOSS = "scenarios/02-redis-failures/power-loss.yaml"
LOST_REPLIES = "scenarios/02-redis-failures/lost-replies.yaml"


def test_a_scale_that_is_none_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and the form that would be right."""
    assert main(["rehearse", CALM, "--scale", "20"]) == 2
    assert "expected a scale such as 1:20" in capsys.readouterr().err


def test_what_cannot_be_rehearsed_is_refused_before_anything_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Also when it is not the first of several."""
    assert main(["rehearse", CALM, POWER_LOSS]) == 2
    assert capsys.readouterr().err.startswith(f"{POWER_LOSS}: cannot be rehearsed: faults[0].cause: a power loss")
    assert main(["rehearse", LOST_REPLIES]) == 2
    assert "leave lost_replies out" in capsys.readouterr().err


def test_two_outputs_cannot_both_be_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    """Any two of the three."""
    assert main(["rehearse", CALM, "--json", "-", "--markdown", "-"]) == 2
    assert "--json and --markdown write to standard output; give all but one a file" in capsys.readouterr().err


@pytest.mark.parametrize("program", ["node", "redis-server"])
def test_a_missing_program_is_named(
    program: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With what it is needed for or how to get it; exit code 2."""
    for name in {"node", "redis-server"} - {program}:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["rehearse", CALM]) == 2
    assert f"no `{program}` on this machine" in capsys.readouterr().err


def test_a_missing_bull_comes_with_the_command_that_installs_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Exit code 2."""
    for name in ("node", "redis-server"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    pins = "bull@4.16.5 ioredis@5.11.1; then export JOBWORKER_SIM_NODE"
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert main(["rehearse", CALM]) == 2
    command = f"npm install --prefix {tmp_path} {pins}={tmp_path}"
    assert capsys.readouterr().err == f"the real Bull is not installed; run: {command}\n"


@pytest.mark.parametrize(
    ("checkout", "command"),
    [
        (True, "npm install --prefix {}"),
        (False, "npm install --prefix ~/.jobworker-sim bull@4.16.5 ioredis@5.11.1; then export {}=~/.jobworker-sim"),
    ],
)
def test_in_an_installed_package_bull_goes_into_a_folder_of_ones_own(
    checkout: bool, command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A checkout has its place for it; what an installer put somewhere is not written to."""
    monkeypatch.setattr(real_parts, "NODE_FOLDER", tmp_path)
    monkeypatch.setattr(real_parts, "is_checkout", lambda: checkout)
    monkeypatch.setattr("shutil.which", lambda name: name)
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    (tmp_path / "package.json").write_text('{"dependencies": {"bull": "4.16.5", "ioredis": "5.11.1"}}')
    with pytest.raises(RealPartMissing) as error:
        find_real_parts()
    assert str(error.value).endswith(f"; run: {command.format(tmp_path if checkout else FOLDER_VARIABLE)}")
