"""A reader who has seen enough, as ``head`` has."""

import subprocess
import sys
from pathlib import Path

import pytest

SCENARIO = "scenarios/01-worker-crashes/crash-after-effect.yaml"


@pytest.mark.parametrize("lines", [0, 1])
def test_what_was_asked_for_is_written_although_nobody_reads_the_table(lines: int, tmp_path: Path) -> None:
    """With the exit code of the run, and nothing on standard error but what was written."""
    command = [sys.executable, "-m", "sim", "run", SCENARIO, "--out", str(tmp_path / "out"), "--no-plots"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for _ in range(lines):
            process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(60) == 0
    assert (tmp_path / "out" / "result.json").exists()
    assert [line for line in said.splitlines() if not line.startswith("wrote ")] == []
