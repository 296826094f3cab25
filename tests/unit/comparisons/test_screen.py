"""One screen of 80 columns explains a cure: what differs, what is clear, one job, two commands."""

import shlex
from collections.abc import Sequence
from io import StringIO

import pytest

import sim
from sim.cli import main
from sim.comparisons.comparison import Comparison
from sim.comparisons.screen import MAX_LINES, MAX_SETTINGS, command_lines, print_comparison
from sim.comparisons.words import ROWS, sentences
from sim.engine.run import run_modes
from sim.engine.run_options import RunOptions
from sim.reports.terminal import SafeConsole
from sim.results.result import Result
from sim.scenario.schema import Scenario
from sim.yaml_files.fields import ModeName
from tests.unit.comparisons.test_compare import CURED, ORDERS, incident


def screen(found: Comparison) -> list[str]:
    """What is printed, line by line."""
    out = StringIO()
    print_comparison(found, SafeConsole(file=out, width=80))
    return [line.rstrip() for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("name", ["deploys-cut-mails-off", "cut-off-for-a-minute", "the-limiter-drops-jobs"])
def test_a_cure_is_explained_on_one_screen(name: str) -> None:
    """The setting, the harm that is clearly less, a job with its story, and how to run both."""
    found = sim.compare(incident(name), f"{incident(name)}:cured", 8, jobs=1)
    lines = screen(found)
    text = "\n".join(lines)
    assert len(lines) <= MAX_LINES
    assert max(map(len, lines)) <= 80
    assert found.settings[0].path in text
    assert f"Clearly fewer in B: {CURED[name].replace('_', ' ')}" in text
    assert found.job is not None
    assert f"{found.job.a.job} shows it" in text
    assert text.count("python -m sim run") == 2


def test_the_commands_give_the_runs_that_are_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    """Copied from the screen, with their line ends."""
    name = incident("cut-off-for-a-minute")
    found = sim.compare(name, set_b={"workers.order.lock_duration": "5m"}, runs=8, jobs=1)
    text = "\n".join(screen(found)).split("Run 2 of each:\n")[1]
    assert found.looked_at is not None
    for command, result in zip(text.replace("A  ", "").split("B  "), found.looked_at, strict=True):
        words = shlex.split(command.replace("\\\n", " "))
        assert words[:4] == ["python", "-m", "sim", "run"]
        main([*words[3:], "--trace", "-"])
        assert capsys.readouterr().out.splitlines() == list(result.modes["queue"].trace.lines())


def test_a_command_says_what_the_file_does_not() -> None:
    """Modes and semantics that are not the first of the file, and changed values."""
    name = "scenarios/02-redis-failures/outage.yaml"
    changed = {"redis.persistence": "none"}
    found = sim.compare(name, set_b=changed, runs=1, modes=["queue"], semantics=("documented", "bull-4.16"), jobs=1)
    seed = f"--seed {found.a.arm.seed(1)}"
    assert found.a.command(1) == f"python -m sim run {name} {seed} --mode queue"
    assert found.b.command(1) == f"{found.a.command(1)} --semantics bull-4.16 --set redis.persistence=none"


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_a_command_is_broken_before_its_options(width: int) -> None:
    """What a shell makes of the lines is the command."""
    command = "python -m sim run a/b.yaml --mode queue --seed 2021340933837429789 --set 'a.b={c: 1, d: 2}'"
    lines = command_lines(command, width)
    assert max(map(len, lines)) <= width
    assert shlex.split("\n".join(lines).replace("\\\n", " ")) == shlex.split(command)
    assert (len(lines) == 1) is (width == 200)


def test_a_scenario_beside_itself_says_so() -> None:
    """No setting, no measure, no job."""
    text = "\n".join(screen(sim.compare(ORDERS, ORDERS, 5, jobs=1)))
    assert "What differs: nothing that changes a run." in text
    assert "queue: no difference in any measure (" in text
    assert "No job ends differently in run 1." in text


def test_what_is_not_paired_says_why() -> None:
    """And tells no job."""
    text = "\n".join(screen(sim.compare(ORDERS, ORDERS, 5, seed=(1, 2), jobs=1)))
    assert "Means of 5 runs each, documented, not paired: the seeds differ" in text
    assert "No job is told in both: the seeds differ." in text


def test_many_settings_are_counted() -> None:
    """A dozen stand there."""
    many = {f"queues.q{n}": {"handler": "email"} for n in range(16)}
    lines = screen(sim.compare(ORDERS, set_b=many, runs=2, jobs=1))
    assert sum(line.startswith("queues.q") for line in lines) == MAX_SETTINGS
    assert f"and {16 - MAX_SETTINGS} more settings" in lines


def test_one_run_of_each_says_that_it_says_little() -> None:
    """In place of intervals."""
    text = "\n".join(screen(sim.compare(ORDERS, set_b={"faults": []}, runs=1, jobs=1)))
    assert "One run each, documented" in text
    assert "One run of each has no interval, so no difference is clear; --runs 20 gives one." in text


def test_rows_add_up_and_sentences_name_every_row_that_differs() -> None:
    """Clear ones in their direction, the others as not clear; measures without a row are not spoken of."""
    mode = sim.compare(ORDERS, set_b={"queues.order.attempts": 1}, runs=12, jobs=1).modes["queue"]
    text = " ".join(sentences(mode))
    assert "Clearly fewer in B: delivered and attempts." in text
    assert "Clearly more in B: not delivered and failed-retained." in text
    assert {name for name in mode.clear if name in ROWS} >= {"delivered", "not_delivered"}


def test_a_run_that_cannot_be_finished_is_left_out_of_both_and_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its command; the others are compared, and exit code 3 says that the program broke."""
    name = incident("deploys-cut-mails-off")
    broken = sim.compare(name, name, 1, jobs=1).b.arm.seed(2)

    def fails(scenario: Scenario, options: RunOptions, modes: Sequence[ModeName] | None = None) -> Result:
        if options.seed == broken and scenario.variant == "cured":
            raise ZeroDivisionError
        return run_modes(scenario, options, modes)

    monkeypatch.setattr("sim.sweeps.worker.run_modes", fails)
    found = sim.compare(name, f"{name}:cured", 4, jobs=1)
    assert found.modes["queue"].runs == 3
    assert found.modes["queue"].measures["duplicated"].a.runs == 3
    assert found.modes["queue"].clear["duplicated"] < 0
    assert [(one["side"], one["replication"]) for one in found.as_dict()["failed_runs"]] == [("b", 2)]
    assert main(["compare", name, f"{name}:cured", "--runs", "4", "--jobs", "1"]) == 3
    out, err = capsys.readouterr()
    assert "duplicated" in out
    assert "run 2 of B could not be finished: ZeroDivisionError" in err
    assert f"replay: python -m sim run {name}:cured --mode queue --seed {broken}" in err
