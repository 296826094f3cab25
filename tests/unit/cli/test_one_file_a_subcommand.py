"""A subcommand is one file: ``--help``, completion, suggestions and the call follow from it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli.completion import VARIABLE
from tests.package_copy import copy_package

COUNT_JOBS = '''"""``count-jobs``: say how many jobs a scenario offers.

More is not in the line.
"""

import click

from sim.cli.scenario_path import ScenarioPath

PLACE = 15


@click.command()
@click.argument("scenario", type=ScenarioPath())
def command(scenario: str) -> None:
    """Say how many jobs SCENARIO offers."""
    from sim.scenario.load import load_scenario

    click.echo(sum(entry.jobs for entry in load_scenario(scenario).workload))
'''


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package with one subcommand more, and a file that is none."""
    return copy_package(
        tmp_path, "cli", {"count_jobs.py": COUNT_JOBS, "counting.py": '"""How ``count-jobs`` counts."""\n'}
    )


def said(copy: Path, *arguments: str, **more: str) -> str:
    """What the command line of the copy prints, on both streams."""
    environment = {**os.environ, "PYTHONPATH": str(copy), **more}
    command = [sys.executable, "-m", "sim", *arguments]
    done = subprocess.run(command, cwd=copy, env=environment, text=True, capture_output=True, check=False)
    return done.stdout + done.stderr


def test_a_new_subcommand_takes_one_file(copy: Path) -> None:
    """And stands where it says that it stands."""
    lines = said(copy, "--help").split("Commands:\n")[1].splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["run", "count-jobs", "serve"]
    assert lines[1].split(maxsplit=1)[1] == "Say how many jobs a scenario offers."
    assert "counting" not in "".join(lines)
    assert said(copy, "count-jobs", "frozen-worker") == "6\n"
    assert "did you mean count-jobs?" in said(copy, "count-job")
    completed = said(copy, **{VARIABLE: "bash_complete", "COMP_WORDS": "jobworker-sim\ncoun", "COMP_CWORD": "1"})
    assert completed.split() == ["plain,count-jobs"]
