"""What docs/error-log.md shows is what a run writes."""

import json
import re
import shlex
from pathlib import Path

import pytest

from sim.cli import main
from sim.engine.error_fields import FIELDS
from sim.engine.run import run

TEXT = Path("docs/error-log.md").read_text()
SHOWN = re.findall(r"^<!-- line: (\S+) -->\n```json\n(.*?)^```\n<!-- end -->$", TEXT, re.M | re.S)
COMMANDS = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```", TEXT, re.M | re.S)
    for line in block.splitlines()
    if line.startswith("python -m sim")
]


def without_line_numbers(text: str) -> str:
    """Where in a file something stands changes with every line above it."""
    return re.sub(r"\.py:\d+\)", ".py)", text)


def test_the_page_shows_lines_and_commands() -> None:
    """Otherwise the tests below would test nothing."""
    assert len(SHOWN) == 2
    assert len(COMMANDS) == 3


@pytest.mark.parametrize(("path", "shown"), SHOWN)
def test_a_line_of_the_page_is_the_only_one_of_its_run(path: str, shown: str) -> None:
    """Field by field and in order, but for the numbers of lines of code."""
    (written,) = run(path, modes=["queue"], error_log=True).error_lines()
    assert list(json.loads(shown)) == list(json.loads(written))
    assert json.loads(without_line_numbers(shown)) == json.loads(without_line_numbers(written))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_writes_an_error_log(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard output or in the file."""
    words = [word.replace("results", str(tmp_path)) for word in shlex.split(command)[3:]]
    assert main(words) == 0
    target = words[words.index("--error-log") + 1]
    text = capsys.readouterr().out if target == "-" else Path(target).read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines
    left_out = {words[n + 1] for n, word in enumerate(words) if word == "--error-log-omit"}
    assert all(set(FIELDS) - left_out == set(line) for line in lines)


def test_the_python_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Its handler hears of both modes."""
    (block,) = re.findall(r"^```python\n(.*?)^```", TEXT, re.M | re.S)
    exec(block, {})
    heard = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["mode"] for line in heard] == ["in-process", "queue"]


def test_the_page_explains_every_field() -> None:
    """Each has a place in the table."""
    (table,) = re.findall(r"^\| field \| what it says \|\n(.*?)\n\n", TEXT, re.M | re.S)
    named = re.findall(r"`(\w+)`", "\n".join(row.split("|")[1] for row in table.splitlines()))
    assert sorted(named) == sorted(FIELDS)
