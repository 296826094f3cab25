"""Shells complete the command: subcommands, options, shipped scenarios and exercises."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from sim.cli import main
from sim.cli.completion import VARIABLE
from sim.cli.lazy_group import COMMANDS

SHELLS = ("bash", "zsh", "fish")
START = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}
LOAD = {
    "bash": 'PS1="> "; eval "$(jobworker-sim completion bash)"',
    "zsh": 'PS1="> "; autoload -U compinit; compinit -u -D; eval "$(jobworker-sim completion zsh)"',
}
TYPED = [
    ("jobworker-sim exer", "exercise"),
    ("jobworker-sim run frozen-w", "frozen-worker"),
    ("jobworker-sim sweep --mode que", "queue"),
    ("jobworker-sim exercise start 03", "03-twice-the-same-email"),
    ("jobworker-sim check mine", "mine-own.yaml"),
]
"""What is typed before the tab, and the word that comes of it."""
Complete = Callable[[str], list[str]]


@pytest.fixture
def where(tmp_path: Path) -> dict[str, str]:
    """An environment with the command on its path, as an installation brings it."""
    script = tmp_path / "bin" / "jobworker-sim"
    script.parent.mkdir()
    script.write_text(f"#!{sys.executable}\nimport sys\nfrom sim.cli import main\nsys.exit(main())\n")
    script.chmod(0o755)
    (tmp_path / "mine-own.yaml").write_text("")
    path = os.pathsep.join((str(script.parent), os.environ["PATH"]))
    kept = {name: value for name, value in os.environ.items() if name in ("PYTHONPATH", "LANG")}
    kept.setdefault("PYTHONPATH", str(Path.cwd()))
    return kept | {"PATH": path, "HOME": str(tmp_path), "TERM": "dumb"}


def needs(shell: str) -> str:
    """The shell's program; the test is skipped where there is none."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"no {shell} on this machine")
    return program


@pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")
@pytest.mark.parametrize(("typed", "word"), TYPED)
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_tab_in_a_real_shell_completes_the_word(
    shell: str, typed: str, word: str, where: dict[str, str], tmp_path: Path
) -> None:
    """At a terminal, with the script that the documents tell to load."""
    child = pexpect.spawn(needs(shell), START[shell], env=where, cwd=str(tmp_path), encoding="utf-8", timeout=60)
    try:
        child.sendline(f"{LOAD[shell]}; echo lo''aded")
        child.expect_exact("loaded")
        child.expect_exact("> ")
        child.send(f"{typed}\t")
        child.expect_exact(word)
    finally:
        child.close(force=True)


@pytest.mark.parametrize(("typed", "word"), TYPED)
def test_fish_completes_the_word(typed: str, word: str, where: dict[str, str], tmp_path: Path) -> None:
    """Fish tells what it would offer."""
    script = 'jobworker-sim completion fish | source; complete -C "$argv[1]"'
    command = [needs("fish"), "--no-config", "-c", script, typed]
    done = subprocess.run(command, env=where, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert word in [line.split("\t")[0] for line in done.stdout.splitlines()]


def offered(words: list[str], monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> list[str]:
    """What the program tells a shell, by click's protocol for bash."""
    with monkeypatch.context() as patch:
        patch.setenv(VARIABLE, "bash_complete")
        patch.setenv("COMP_WORDS", "\n".join(["jobworker-sim", *words]))
        patch.setenv("COMP_CWORD", str(len(words)))
        main([])
    return capfdbinary.readouterr().out.decode().split()


def test_all_subcommands_scenarios_and_exercises_are_offered(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Where nothing is typed yet; for a scenario the shell also looks for files."""
    assert offered([""], monkeypatch, capfdbinary) == [f"plain,{name}" for name in COMMANDS]
    stems = sorted(f"plain,{file.stem}" for file in Path("scenarios").rglob("*.yaml"))
    for command in ("run", "serve", "rehearse", "alerts", "sweep", "advise", "check", "backoff"):
        first, *names = offered([command, ""], monkeypatch, capfdbinary)
        assert first == "file,"
        assert sorted(names) == stems
    exercises = sorted(file.parent.name for file in Path("sim/exercises/course").glob("*/exercise.yaml"))
    for verb in ("show", "start", "run", "check", "hint", "why", "reset", "notebook"):
        names = offered(["exercise", verb, ""], monkeypatch, capfdbinary)
        assert names == [f"plain,{name}" for name in exercises]


def test_exercises_of_a_course_of_ones_own_are_offered_in_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Also where there is no such folder."""
    (tmp_path / "01-mine").mkdir()
    (tmp_path / "01-mine" / "exercise.yaml").write_text("")
    words = ["exercise", "--course", str(tmp_path), "start", ""]
    assert offered(words, monkeypatch, capfdbinary) == ["plain,01-mine"]
    assert offered([*words[:2], "nowhere", "start", ""], monkeypatch, capfdbinary) == []


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_for_the_installed_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """However it is printed, as no shell completes `python -m`."""
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"{VARIABLE}={shell}_complete" in script
    assert "jobworker-sim" in script
    assert "python" not in script
