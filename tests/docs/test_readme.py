"""Every command of the README runs."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serve.live_page import live_page

README = Path("README.md").read_text()
WITHOUT_THE_PATH = re.sub(r"<!-- first-exercise -->.*?<!-- end -->", "", README, flags=re.S)
"""The path to the first exercise is one story, and has a test of its own."""
COMMANDS = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```", WITHOUT_THE_PATH, re.M | re.S)
    for line in block.splitlines()
    if line.startswith("python -m sim")
]


def test_the_readme_shows_commands() -> None:
    """Otherwise the test below would test nothing."""
    assert len(COMMANDS) >= 5


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_succeeds(command: str) -> None:
    """With exit code 0 and something to read, in at most 80 columns where it is a table."""
    words = shlex.split(command)
    if "serve" in words:  # it goes on until somebody ends it; tests/serve has the rest
        with live_page(*words[words.index("serve") + 1 :]) as page:
            code, said = page.end()
        assert code == 0, said
        return
    done = subprocess.run([sys.executable, *words[1:]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    if not {"--trace", "--error-log"} & set(words):
        assert max(map(len, done.stdout.splitlines())) <= 100


def test_the_python_of_the_readme_runs() -> None:
    """Line by line as it stands there."""
    for block in re.findall(r"^```python\n(.*?)^```", README, re.M | re.S):
        exec(block, {})


def test_the_scenario_of_the_readme_is_valid_and_true() -> None:
    """It may be copied as it stands."""
    from sim.engine.run import run
    from sim.scenario.load import parse_scenario

    (block,) = re.findall(r"^```yaml\n(.*?)^```", README, re.M | re.S)
    result = run(parse_scenario(block, "README.md"))
    assert result.expectations
    assert result.holds
