"""What docs/compare.md shows is what the commands print.

``python -m tests.docs.test_compare`` writes it anew.
"""

import io
import re
import shlex
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from sim.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "compare.md"
EXAMPLE = re.compile(
    r"(?<=^```sh\n)python -m sim (compare [^\n]*)\n```\n\n(<!-- [a-z]+ -->\n```text\n)(.*?)(?=```\n<!-- end)",
    re.M | re.S,
)


def printed(command: str) -> str:
    """What a command prints, without the spaces at the ends of lines."""
    out = io.StringIO()
    with redirect_stdout(out):
        assert main([*shlex.split(command), "--jobs", "1"]) == 0
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


@pytest.mark.parametrize("example", EXAMPLE.findall(PAGE.read_text()), ids=lambda example: example[0])
def test_an_example_is_what_the_command_prints(example: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """To the letter, at 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    command, _mark, text = example
    assert printed(command) == text


def test_the_page_names_every_option() -> None:
    """Of those that the command has of its own."""
    from sim.cli.compare import command

    names = [name for one in command.params for name in one.opts if name.startswith("--")]
    assert len(names) > 8
    assert [name for name in names if name not in PAGE.read_text()] == []


if __name__ == "__main__":
    PAGE.write_text(EXAMPLE.sub(lambda m: f"python -m sim {m[1]}\n```\n\n{m[2]}{printed(m[1])}", PAGE.read_text()))
