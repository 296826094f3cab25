"""Nothing that a scenario or a file's name says acts on the terminal, whatever command prints it."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from rich.text import Text

from sim.cli import main
from sim.core.text import UNSAFE, one_line, printable
from sim.reports.terminal import SafeConsole

HARM = ["\x1b[31mred", "a\nb", "\x9b2J", "\x07", "\r", "\x7f", "x\u202ey", "\u2028", "\x00"]
GOOD: dict[str, Any] = {
    "title": "T",
    "question": "Q",
    "story": "S",
    "queues": {"late": {"handler": "email"}},
    "workload": [{"queue": "late", "arrivals": {"kind": "times", "at": ["1s"]}}],
    "workers": {"late": {"processes": 1}},
    "faults": [{"kind": "worker-crash", "target": "late-1", "at": "2s"}],
    "operator": [{"do": "remove", "at": "3s", "queue": "late", "id": "1"}],
    "alerts": [{"name": "A", "metric": "waiting", "when": "> 5"}],
    "expect": {"queue": {"lost": 0}},
}
UNSAFE_OUT = re.compile(f"[{UNSAFE}]")
STYLES = re.compile(r"\x1b\[[0-9;]*m")


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where a text stands, as a key or as a value."""
    found: list[tuple[Any, ...]] = []
    if isinstance(data, dict):
        for key, value in data.items():
            found += [(*path, key, "key"), *places(value, (*path, key))]
    elif isinstance(data, list):
        for number, value in enumerate(data):
            found += places(value, (*path, number))
    elif isinstance(data, str):
        found.append((*path, "value"))
    return found


def harmed(place: tuple[Any, ...], harm: str) -> str:
    """The good scenario with one text changed, as JSON, which is YAML with escapes."""
    data = json.loads(json.dumps(GOOD))
    *way, last, what = place
    node = data
    for part in way:
        node = node[part]
    if what == "value":
        node[last] += harm
    else:
        node[last + harm] = node.pop(last)
    return json.dumps(data)


@pytest.mark.parametrize("harm", HARM, ids=ascii)
def test_no_text_of_a_scenario_reaches_the_terminal_raw(
    harm: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At any place, as a key or as a value, in problems (one line each), tables and advice."""
    file = tmp_path / "s.yaml"
    for place in places(GOOD):
        file.write_text(harmed(place, harm))
        code = main(["check", str(file)])
        captured = capsys.readouterr()
        assert not UNSAFE_OUT.search(captured.out + captured.err), place
        if code:
            assert all(line.startswith(f"{file}:") for line in captured.err.splitlines()), place
            continue
        one_run = ["--runs", "1", "--jobs", "1"]
        for command in (
            *(["run"], ["advise"], ["alerts"], ["backoff"], ["sweep", "--runs", "2", "--jobs", "1"]),
            *(["compare", str(file), *one_run], ["compare", "outage", "--mode", "queue", *one_run]),
        ):
            assert main([command[0], str(file), *command[1:]]) in (0, 1, 2), place
            captured = capsys.readouterr()
            assert not UNSAFE_OUT.search(STYLES.sub("", captured.out) + captured.err), (place, command)


def test_a_title_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """However it is written in the file."""
    file = tmp_path / "s.yaml"
    file.write_text(json.dumps({**GOOD, "title": "One\nTwo  three\n", "question": "Why\n\nnot?"}))
    assert main(["run", str(file)]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert "One Two three" in lines
    assert "Why not?" in lines


@pytest.mark.parametrize("command", ["run", "check", "advise", "alerts", "sweep", "backoff", "serve", "rehearse"])
def test_a_pipe_is_refused_and_nobody_waits_for_its_writer(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever command is given it."""
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    arguments = [command, str(pipe)] + (["--port", "0", "--no-redis-port"] if command == "serve" else [])
    assert main(arguments) == 2
    assert capsys.readouterr().err.strip() == f"{pipe}: is a pipe; name one scenario file"


def test_a_name_of_a_file_is_written_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where it is right and where it is wrong."""
    file = tmp_path / "a\x1b[31m\nb.yaml"
    file.write_text(json.dumps(GOOD))
    assert main(["check", str(file), f"{file}.not"]) == 2
    captured = capsys.readouterr()
    assert not UNSAFE_OUT.search(captured.out + captured.err)
    assert len(captured.out.splitlines()) == len(captured.err.splitlines()) == 1


@pytest.mark.parametrize("harm", HARM, ids=ascii)
def test_a_console_prints_no_text_that_acts_on_it(harm: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever hands it over; styles of its own are there all the same."""
    console = SafeConsole(force_terminal=True, color_system="standard")
    console.print(Text(f"before {harm} after", style="bold"))
    out = capsys.readouterr().out
    assert not UNSAFE_OUT.search(STYLES.sub("", out.replace("\x1b[1m", "")))
    assert out.startswith("\x1b[1mbefore ")
    assert printable(f"a {harm}\n") == f"a {printable(harm)}\n"
    assert "\n" not in one_line(harm)
