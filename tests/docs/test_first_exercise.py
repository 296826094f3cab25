"""A newcomer's path from the README to the first passed exercise."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

from sim.exercises.catalogue import find_exercise

README = Path("README.md").read_text()
PATH = re.search(r"<!-- first-exercise -->(.*?)<!-- end -->", README, re.S)
COMMANDS_BEFORE = 2
"""The README's first command, which installs and runs, and the activation of what it installed."""


def commands() -> list[list[str]]:
    """The commands of the path, a list for each block."""
    assert PATH is not None
    return [block.split("\n")[:-1] for block in re.findall(r"^```sh\n(.*?)^```", PATH[1], re.M | re.S)]


def test_the_path_takes_fewer_than_ten_commands() -> None:
    """From the first one of the README on."""
    assert 0 < sum(map(len, commands())) + COMMANDS_BEFORE < 10


def test_the_path_ends_in_a_passed_exercise(tmp_path: Path) -> None:
    """Typed as it stands, in an empty folder, with the two files edited where the README says so."""
    first = find_exercise("01")
    mine = tmp_path / "my-exercises" / first.name
    assert PATH is not None
    assert f"{mine.relative_to(tmp_path)}/predict.yaml" in PATH[1]

    def typed(lines: list[str]) -> list[tuple[int, str]]:
        done = []
        for line in lines:
            words = shlex.split(line)
            assert words[0] == "python"
            ran = subprocess.run(
                [sys.executable, *words[1:]], capture_output=True, text=True, check=False, cwd=tmp_path
            )
            assert ran.stderr == ""
            done.append((ran.returncode, ran.stdout))
        return done

    read, looked, judged = commands()
    assert [code for code, _ in typed(read)] == [0, 0, 0]
    (mine / "predict.yaml").write_text("failed: 20\nslowest: 30s\n")
    (ran, _), (checked, said) = typed(looked)
    assert (ran, checked) == (0, 1)
    assert said.startswith("NOT YET")
    assert "The story of order-" in said
    (mine / "policy.yaml").write_text(first.text("solution/policy.yaml"))
    (hinted, _), (checked, said) = typed(judged)
    assert (hinted, checked) == (0, 0)
    assert said.startswith("PASSED")
