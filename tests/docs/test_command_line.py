"""The commands of docs/command-line.md run, one after the other."""

import re
import shlex
from pathlib import Path

import pytest

from sim.cli import main

PAGE = Path("docs/command-line.md").read_text()


def test_the_commands_of_the_page_run_in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what one writes is there for the next."""
    monkeypatch.chdir(tmp_path)
    commands = [line for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.M | re.S) for line in block.splitlines()]
    assert len(commands) >= 3
    for command in commands:
        assert main(shlex.split(command)[3:]) == 0, command


@pytest.mark.parametrize(
    "command", re.findall(r"`((?:run|scenarios) [^`]+)`", PAGE), ids=lambda command: command.replace(" ", "-")
)
def test_the_ways_to_name_a_scenario_work_from_anywhere(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Number, name, path below `scenarios/`, and the search."""
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command)) == 0
