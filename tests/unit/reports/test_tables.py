"""The result in a terminal, and in plain words."""

import io
import re
import subprocess
import sys

import pytest
from rich.console import Console

from sim.reports.tables import print_result
from sim.results.outcomes import Outcome
from sim.results.result import Result
from sim.results.text import duration_in_words, mode_sentence, verdict
from sim.results.trace import EventKind
from tests.unit.results.traces import Tape, large_result, scenario, small_result


def printed(result: Result, *, colour: bool = False, width: int = 80) -> str:
    """What the terminal shows."""
    stream = io.StringIO()
    print_result(result, Console(file=stream, width=width, force_terminal=colour, no_color=not colour))
    return stream.getvalue()


def delivered_only(count: int, effects: int) -> Result:
    """So many emails, each with so many effects."""
    tape = Tape("queue")
    for number in range(1, count + 1):
        tape.arrival(0, f"email-{number}")
        tape.job(0, f"email-{number}", EventKind.STARTED, 1, "email-1")
        for _ in range(effects):
            tape.job(10, f"email-{number}", EventKind.EFFECT, 1, "email-1")
        tape.job(20, f"email-{number}", EventKind.COMPLETED, 1, "email-1")
    return Result(scenario(), 1, "documented", "fakeredis", {"queue": tape.result(100, {}, ["email"])})


def test_nothing_is_wider_than_80_columns() -> None:
    """Lines fit where the terminal is narrow."""
    for result in (small_result(), large_result(400)):
        assert max(len(line) for line in printed(result).splitlines()) <= 80


def test_both_modes_stand_side_by_side() -> None:
    """Delivered, duplicated and lost are always shown, other outcomes where they occur."""
    rows = rows_of(printed(small_result()))

    assert (rows["delivered"], rows["duplicated"], rows["lost"]) == (["3", "4"], ["0", "2"], ["1", "1"])
    assert "dead-lettered" not in rows


def rows_of(text: str) -> dict[str, list[str]]:
    """The numbers of the table of outcomes, by the name of the row."""
    table = text.split("Outcomes")[1].split("Expectations")[0]
    found = re.finditer(r"^ +([a-z-]+(?: [a-z-]+)*) +([\d,]+) +([\d,]+)", table, re.MULTILINE)
    return {match[1]: [match[2], match[3]] for match in found}


def test_what_is_not_delivered_is_a_total_before_its_reasons() -> None:
    """Lost 0 beside many jobs that are gone deceives nobody: the total stands first, and the reasons add up to it."""
    rows = rows_of(printed(small_result()))
    reasons = list(rows)[list(rows).index("not delivered") + 1 :]
    reasons = [name for name in reasons if name.replace("-", "_") in {outcome.field for outcome in Outcome}]

    assert rows["not delivered"] == ["3", "2"]
    for mode in (0, 1):
        assert sum(int(rows[name][mode]) for name in reasons) == int(rows["not delivered"][mode])
        assert int(rows["delivered"][mode]) + int(rows["not delivered"][mode]) == int(rows["offered"][mode])


def test_violated_expectation_is_told_in_words() -> None:
    """Who sees no colour reads the same."""
    text = printed(small_result())

    assert "VIOLATED" in next(line for line in text.splitlines() if "<= 0" in line)
    assert "1 of 3 expectations is VIOLATED." in text
    assert "\x1b" not in text
    assert "\x1b[" in printed(small_result(), colour=True)


def test_header_names_what_is_needed_to_run_it_again() -> None:
    """Title, question, seed, semantics and simulated time are there."""
    text = printed(small_result())

    for part in ("Crash, freeze, retry", "Which of six emails", "seed 1", "documented", "1 min 40 s"):
        assert part in text


def test_title_in_square_brackets_is_text_and_not_markup() -> None:
    """A scenario cannot change how the terminal looks."""
    assert "[red]boo[/red]" in printed(small_result(title="[red]boo[/red]"))


def test_queues_are_listed_one_by_one_where_there_are_several() -> None:
    """One queue needs no second table."""
    assert "Queue by queue" in printed(large_result(400))
    assert "Queue by queue" not in printed(small_result())


def test_sentence_says_what_happened() -> None:
    """Each mode is one sentence."""
    result = small_result()

    assert (
        mode_sentence(result, result.modes["queue"])
        == "Of 6 emails, 4 were delivered, 2 of them twice; 2 were not delivered: "
        "1 lost; 1 failed, with no record kept."
    )


@pytest.mark.parametrize(
    ("count", "effects", "expected"),
    [
        (1, 1, "The email was delivered, once."),
        (1, 2, "The email was delivered twice."),
        (3, 1, "All 3 emails were delivered, each of them once."),
        (3, 2, "All 3 emails were delivered, each twice."),
        (3, 3, "All 3 emails were delivered, each more than once (6 extra effects)."),
    ],
)
def test_sentence_counts_repetitions(count: int, effects: int, expected: str) -> None:
    """Once, twice and more often read differently."""
    result = delivered_only(count, effects)

    assert expected == mode_sentence(result, result.modes["queue"])


def test_verdict_without_expectations_says_so() -> None:
    """No expectation is not the same as all of them holding."""
    assert "states no expectations" in verdict(small_result(expect={}))


def test_time_spans_are_written_in_two_units() -> None:
    """People read minutes and seconds."""
    assert [duration_in_words(ms) for ms in (0, 1_500, 133_500, 3_600_000, 90_000_000)] == [
        "0 s",
        "1.5 s",
        "2 min 14 s",
        "1 h",
        "1 d 1 h",
    ]


def test_importing_the_tables_loads_no_matplotlib() -> None:
    """The terminal does not wait for what draws pictures."""
    code = "import sys, sim.reports, sim.reports.tables; sys.exit('matplotlib' in sys.modules or 'rich' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
