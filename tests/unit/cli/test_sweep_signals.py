"""A sweep in several processes that is asked to end: its processes go with it, at once, and what was done is kept."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOON_S = 20
"""Far below the minutes that the work which was handed out would take; the machine may be busy."""
TEXT = """
title: Long
question: Who ends it?
queues:
  email: {service: 100ms}
workload:
  - queue: email
    arrivals: {kind: poisson, interval: 200ms, count: 300}
"""


def children_of(group: int) -> list[int]:
    """The living processes of a group."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(place.parent.name))
    return found


def runs_in(path: Path) -> int:
    """How many runs a sweep has written so far."""
    if not path.exists():
        return 0
    connection = sqlite3.connect(path, timeout=60)
    try:
        count: int = connection.execute("SELECT count(*) FROM run").fetchone()[0]
        return count
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks /proc who is there")
@pytest.mark.parametrize(
    ("number", "code", "has_run"),
    [(signal.SIGTERM, 143, True), (signal.SIGINT, 130, True), (signal.SIGTERM, 143, False)],
)
def test_the_processes_of_a_sweep_end_with_it_and_hold_no_output(
    number: int, code: int, has_run: bool, tmp_path: Path
) -> None:
    """Though the signal reaches the sweep alone: who reads its output comes to the end of it, and nobody is left.

    Also of a sweep that has started its processes and is still being loaded.
    """
    scenario = tmp_path / "long.yaml"
    scenario.write_text(TEXT)
    out = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "sim",
        "sweep",
        str(scenario),
        "--runs",
        "100000",
        "--jobs",
        "2",
        "--mode",
        "queue",
    ]
    process = subprocess.Popen(
        [*command, "--out", str(out)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        start_new_session=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        until_s = time.monotonic() + 120
        while len(children_of(process.pid)) < 4 and time.monotonic() < until_s:
            time.sleep(0.05)
        assert len(children_of(process.pid)) >= 4, "the sweep, two workers and who tracks them"
        while has_run and not runs_in(out / "sweep.sqlite") and time.monotonic() < until_s:
            time.sleep(0.2)
        began_s = time.monotonic()
        process.send_signal(number)
        _stdout, told = process.communicate(timeout=SOON_S)
        assert time.monotonic() - began_s < SOON_S
        while children_of(process.pid) and time.monotonic() - began_s < SOON_S:
            time.sleep(0.05)
        assert children_of(process.pid) == []
    finally:
        for pid in children_of(process.pid):
            os.kill(pid, signal.SIGKILL)
    assert process.returncode == code
    assert "Traceback" not in told
    assert "Warning" not in told
    if has_run:
        assert "continue with the same command and --resume" in told
        assert runs_in(out / "sweep.sqlite") >= 1
