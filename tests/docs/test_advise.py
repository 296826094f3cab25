"""What docs/advise.md shows is what the command says."""

import re
import shlex
from pathlib import Path

import pytest

from sim.advise.advise import CHECKS
from sim.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "advise.md"


def between(name: str) -> str:
    """The part of the page between two marks."""
    return PAGE.read_text().split(f"<!-- {name} -->\n")[1].split("<!-- end -->")[0]


def test_the_example_is_what_the_command_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first finding, to the letter, at 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    (command,) = re.findall(r"^python -m sim (advise .*)$", PAGE.read_text(), re.M)
    main(shlex.split(command))
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    first = lines[lines.index("WILL LOSE") : next(n for n, line in enumerate(lines) if line.startswith("         2"))]
    assert between("example") == "```text\n" + "\n".join(first).rstrip() + "\n```\n"


def test_the_table_names_every_check_in_its_order() -> None:
    """As many rows as there are checks, and every name is one that the code uses."""
    names = re.findall(r"^\| `([a-z-]+)`", between("checks"), re.M)
    assert len(names) == len(CHECKS)
    code = "".join(path.read_text() for path in sorted(Path("sim/advise").glob("*.py")))
    assert [name for name in names if f'"{name}"' not in code] == []
