"""The page on monitoring says what is so."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from sim.scenario.load import parse_scenario
from sim.scenario.monitoring import HealthConfig, MetricsConfig
from tests.docs.course_tables import written
from tests.docs.metric_table import table
from tests.unit.scenario.test_load import HEAD

PAGE = Path("docs/monitoring.md").read_text()
COMMANDS = [
    line for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.M | re.S) for line in block.splitlines() if line.strip()
]


def test_the_table_has_every_metric_as_it_is_exposed() -> None:
    """Name, kind, unit and meaning, in order; ``python -m tests.docs.metric_table`` writes it anew."""
    assert written(PAGE, "metrics") == table()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_succeeds(command: str, tmp_path: Path) -> None:
    """With exit code 0; what it writes goes elsewhere here."""
    words = [str(tmp_path / word) if word.endswith((".prom", ".yml")) else word for word in shlex.split(command)]
    done = subprocess.run([sys.executable, *words[1:]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_printed_table_is_what_the_command_prints() -> None:
    """Line by line."""
    (shown,) = re.findall(r"^```text\n(.*?)^```", PAGE, re.M | re.S)
    done = subprocess.run([sys.executable, *shlex.split(COMMANDS[0])[1:]], capture_output=True, text=True, check=True)
    printed = [line.rstrip() for line in done.stdout.splitlines()]
    assert "\n".join(printed).count(shown.strip()) == 1


def test_the_python_of_the_page_runs() -> None:
    """Line by line as it stands there."""
    for block in re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S):
        exec(block, {})


def test_the_blocks_of_the_page_are_valid_and_the_defaults_are_the_defaults() -> None:
    """They may be copied into a scenario."""
    metrics, health, alerts = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.M | re.S)
    assert parse_scenario(HEAD + metrics).metrics == MetricsConfig()
    assert parse_scenario(HEAD + health).health == HealthConfig()
    assert len(parse_scenario(HEAD + alerts).alerts) == 4


def test_the_page_names_every_shipped_scenario_on_monitoring() -> None:
    """And no other."""
    assert sorted(re.findall(r"^\| `(scenarios/\S+)`", PAGE, re.M)) == sorted(
        str(path) for path in Path("scenarios/07-monitoring").glob("*.yaml")
    )
