"""The lesson plans of docs/teaching.md add up, and what it says of commands is so."""

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from sim import exercises
from sim.cli import main
from sim.exercises.catalogue import exercise_names
from sim.exercises.grading import COLUMNS
from sim.exercises.notebook import CHECK_POINTS, HIDDEN_POINTS
from tests.docs.course_tables import DOCS
from tests.exercises.tiny_course import ANSWERS, FIRST, SOLUTION, hand_in, write_course

PAGE = (DOCS / "teaching.md").read_text(encoding="utf-8")
PLANS = {
    name: re.findall(r"^\| (\d+:\d\d) \| (\d+:\d\d) \| (.*?) \|", plan, re.M)
    for name, plan in re.findall(r"^<!-- plan: (.*?) -->\n(.*?)^<!-- end -->", PAGE, re.M | re.S)
}
DAYS = ("day one", "day two", "third morning")
ALL_DAYS = [row for name in DAYS for row in PLANS[name]]
COMMANDS = re.findall(r"^python -m sim exercise (?:grade|notebook) .*$", PAGE, re.M)


def minutes(clock: str) -> int:
    """Turn 9:20 into minutes."""
    hours, rest = clock.split(":")
    return int(hours) * 60 + int(rest)


@pytest.mark.parametrize("name", ["ninety minutes", *DAYS])
def test_a_plan_leaves_no_gap_and_gives_every_exercise_its_minutes(name: str) -> None:
    """Each row begins where the one before ends."""
    plan = PLANS[name]
    for (_, end, _), (begin, _, _) in pairwise(plan):
        assert begin == end
    for begin, end, what in plan:
        for exercise in re.findall(r"exercise (\S+)", what):
            assert minutes(end) - minutes(begin) >= exercises.find_exercise(exercise).description.minutes, exercise


def test_the_short_plan_takes_ninety_minutes_and_no_stretch_without_a_break_is_longer_than_two_hours() -> None:
    """People have to stand up."""
    assert [minutes(PLANS["ninety minutes"][0][0]), minutes(PLANS["ninety minutes"][-1][1])] == [0, 90]
    for name in DAYS:
        since = minutes(PLANS[name][0][0])
        for _, end, what in PLANS[name]:
            if what in ("Break", "Lunch"):
                since = minutes(end)
            assert minutes(end) - since <= 120, what


@pytest.mark.parametrize("name", ["ninety minutes", "all days"])
def test_no_exercise_comes_before_those_that_it_needs(name: str) -> None:
    """In the order of the plan."""
    done: list[str] = []
    for _, _, what in ALL_DAYS if name == "all days" else PLANS[name]:
        for exercise in re.findall(r"exercise (\S+)", what):
            found = exercises.find_exercise(exercise)
            assert set(found.description.prerequisites) <= set(done), exercise
            done.append(found.number)


def test_two_days_and_a_morning_have_every_exercise_and_every_notebook_once() -> None:
    """By their names, and by the numbers in front of theirs."""
    named = [name for _, _, what in ALL_DAYS for name in re.findall(r"exercise (\S+)", what)]
    assert sorted(named) == exercise_names()
    numbers = [number for _, _, what in ALL_DAYS for number in re.findall(r"notebook (\d\d)", what)]
    assert sorted(numbers) == sorted(path.name[:2] for path in Path("notebooks").glob("*.ipynb"))


def test_the_commands_of_the_page_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On what one student has handed in."""
    monkeypatch.chdir(tmp_path)
    first = exercises.find_exercise("01")
    hand_in(Path("handed-in/ada/my-exercises") / first.name, first.text("solution/policy.yaml"), "")
    assert len(COMMANDS) == 3
    for command in COMMANDS:
        assert main(shlex.split(command)[3:]) == 0, capsys.readouterr().err
    assert Path("grades.csv").read_text().splitlines()[1].startswith(f"ada,{first.name},pass,")
    assert "### BEGIN SOLUTION" in Path("01-outlast-the-outage.ipynb").read_text()
    assert "### BEGIN SOLUTION" not in Path("01-for-learners.ipynb").read_text()


def test_the_columns_and_points_are_those_of_the_program() -> None:
    """In their order."""
    table = PAGE.split("| column | what it says |")[1].split("\n\n")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \|", table, re.M)) == COLUMNS
    assert f"a visible check ({CHECK_POINTS} point)" in PAGE
    assert f"one on other seeds ({HIDDEN_POINTS} points)" in " ".join(PAGE.split())


def test_a_check_needs_neither_solution_nor_hints(tmp_path: Path) -> None:
    """So they may be kept off the machines of an exam."""
    course = write_course(tmp_path)
    for file in (
        "hints.md",
        "solution/policy.yaml",
        "solution/README.md",
        "distractors/more.yaml",
        "distractors/always.yaml",
    ):
        (course / FIRST / file).unlink()
    assert exercises.check("01", course=course, folder=hand_in(tmp_path / "mine", SOLUTION, ANSWERS)).passed


def test_no_link_of_the_page_leads_nowhere() -> None:
    """To other pages and folders."""
    links = re.findall(r"\]\(([\w./-]+)\)", PAGE)
    assert links
    assert [link for link in links if not (DOCS / link).exists()] == []
