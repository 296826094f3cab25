"""The page on one's own configuration says what is so."""

import re
from pathlib import Path

import pytest

from sim.cli import main
from tests.docs.option_table import PAGE, option_table, written


def test_the_table_of_options_is_what_is_converted() -> None:
    """``python -m tests.docs.option_table`` writes it anew."""
    assert written() == option_table()


def test_the_example_of_the_page_is_brought_over_and_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As its commands say."""
    text = PAGE.read_text()
    (options,) = re.findall(r"^```json\n(.*?)^```", text, re.M | re.S)
    (commands,) = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    monkeypatch.chdir(tmp_path)
    Path("invoices.json").write_text(options)
    for command in commands.strip().splitlines():
        assert main(command.removeprefix("python -m sim ").split()) == 0, command
