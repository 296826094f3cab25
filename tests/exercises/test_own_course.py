"""A teacher adds an exercise by adding a folder, and a course by naming one."""

from pathlib import Path

import pytest

from sim import exercises
from sim.cli import main
from sim.exercises.catalogue import COURSE, command_for, exercise_names, find_exercise
from sim.exercises.exercise import load_exercise
from sim.exercises.skeleton import TEMPLATE
from sim.exercises.verifying import verify
from tests.exercises.tiny_course import FIRST, SECOND, SOLUTION, hand_in, write_course

NEW = "03-a-new-one"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny course, in the folder where commands run."""
    monkeypatch.chdir(tmp_path)
    return write_course(Path("mine"))


def exercise(*words: str) -> int:
    """Run a command of the group on the tiny course."""
    return main(["exercise", "--course", "mine", *words])


def test_a_folder_that_is_added_is_an_exercise(course: Path) -> None:
    """It takes nothing else."""
    assert exercise_names(course) == [FIRST, SECOND]
    assert exercise("new", f"mine/{NEW}") == 0
    assert exercise_names(course) == [FIRST, SECOND, NEW]


def test_every_command_works_on_another_course_and_names_it(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it tells people to type can be typed."""
    assert exercise("list") == 0
    assert "Begin with: python -m sim exercise --course mine start 01" in capsys.readouterr().out
    assert exercise("show", "01") == 0
    assert exercise("check", "02") == 2
    assert "`python -m sim exercise --course mine start 02` makes one" in capsys.readouterr().out
    assert exercise("start", "02") == 0
    assert "  python -m sim exercise --course mine check 02\n" in capsys.readouterr().out
    hand_in(Path("my-exercises") / SECOND)
    assert exercise("run", "02", "--mode", "queue") == 0
    assert exercise("check", "02") == 0
    assert exercise("hint", "02") == 0
    assert "More: python -m sim exercise --course mine hint 02 --level 2" in capsys.readouterr().out
    assert exercise("reset", "02") == 0
    assert exercise("verify", "--seeds", "2") == 0
    told = capsys.readouterr().out
    assert FIRST in told
    assert SECOND in told


def test_python_takes_a_course_too(course: Path) -> None:
    """For every function."""
    assert exercises.check("1", course=course, policy=SOLUTION).passed
    assert exercises.hint("01", 3, course="mine") == "attempts: 4 and 2s."
    assert next(path.name for path in exercises.start("02", "here", course="mine")) == "README.md"
    with pytest.raises(exercises.UnknownExercise, match="no exercise '07'; there are: 01-first-one, 02-second-one"):
        exercises.check("07", course=course)


def test_another_salt_gives_other_seeds(course: Path) -> None:
    """In Python as in grading."""
    seeds = [exercises.check("01", course=course, policy=SOLUTION, salt=salt).checks[0].seed for salt in ("a", "b")]
    assert seeds[0] != seeds[1]


def test_commands_name_a_course_or_folder_only_where_it_is_not_the_usual_one(course: Path) -> None:
    """With quotes where a shell needs them."""
    found = find_exercise("01", course)
    assert command_for(found, "run") == "python -m sim exercise --course mine run 01"
    assert command_for(found, "run", Path("my-exercises") / FIRST) == "python -m sim exercise --course mine run 01"
    assert command_for(found, "run", Path("a b")).endswith("run 01 --folder 'a b'")
    shipped = exercises.Exercise(FIRST, COURSE / FIRST, found.description)
    assert command_for(shipped, "run") == "python -m sim exercise run 01"


def test_a_folder_without_exercises_is_no_course(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rather than an empty list."""
    Path("empty").mkdir()
    assert main(["exercise", "--course", "empty", "list"]) == 2
    assert "empty: has no exercises; expected folders with an exercise.yaml" in capsys.readouterr().err
    assert main(["exercise", "--course", "nowhere", "list"]) == 2
    assert "nowhere: cannot be read" in capsys.readouterr().err


def test_a_new_exercise_holds_everything_that_verify_asks(course: Path) -> None:
    """So that whoever writes one begins with what works, and sees what each change breaks."""
    assert exercise("new", f"mine/{NEW}") == 0
    assert [claim for claim in verify(load_exercise(course / NEW)) if not claim.holds] == []
    assert exercise("verify", f"mine/{NEW}", "--seeds", "2") == 0


@pytest.mark.parametrize("name", ["new-one", "3-new", "03", "03-New", "003-new"])
def test_a_new_exercise_needs_a_name_that_sorts(course: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Two digits and some words."""
    assert exercise("new", f"mine/{name}") == 2
    assert "is called NN-some-words, such as 03-twice-the-same-email" in capsys.readouterr().err
    assert not (course / name).exists()


def test_nothing_that_is_there_is_written_over(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither an exercise nor anything else."""
    assert exercise("new", f"mine/{FIRST}") == 2
    assert f"mine/{FIRST}: already exists" in capsys.readouterr().err
    Path("file").write_text("")
    assert exercise("new", f"file/{NEW}") == 2
    assert f"file/{NEW}: cannot be written" in capsys.readouterr().err


def test_the_template_is_part_of_the_package(course: Path) -> None:
    """Every file of it arrives."""
    assert exercise("new", f"mine/{NEW}") == 0
    arrived = sorted(path.relative_to(course / NEW) for path in (course / NEW).rglob("*"))
    assert arrived == sorted(path.relative_to(TEMPLATE) for path in TEMPLATE.rglob("*"))
