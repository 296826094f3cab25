"""Grading a class: every answer has a row that says what happened to it, and one bad answer never stops the rest."""

import csv
import io
import json
import os
from pathlib import Path

import pytest

from sim import exercises
from sim.cli import main
from sim.engine.attempt import AttemptRunner
from sim.exercises import grading, observation
from sim.exercises.grade_table import as_csv, as_table
from sim.exercises.grading import COLUMNS, NOT_HANDED_IN, Grade
from sim.reports.terminal import Terminal
from tests.exercises.tiny_course import ANSWERS, BLANK, FIRST, SECOND, SOLUTION, START, hand_in, write_course


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The tiny course."""
    return write_course(tmp_path / "course")


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    """The folder of submissions, with one good answer by ada."""
    hand_in(tmp_path / "in" / "ada" / FIRST)
    return tmp_path / "in"


def row_of(course: Path, folder: Path, student: str = "bob", **options: object) -> Grade:
    """Grade in this process and return a student's only row; ada's good answer must have passed beside it."""
    grades = exercises.grade(folder, course=course, jobs=1, **options)
    assert [one.verdict for one in grades if one.student == "ada" and one.exercise == FIRST] == ["pass"]
    (row,) = [one for one in grades if one.student == student]
    return row


def test_a_good_answer_passes_every_check_and_its_predictions_are_counted(course: Path, handed_in: Path) -> None:
    """Two checks, two predictions, nothing to say."""
    (row,) = exercises.grade(handed_in, course=course, jobs=1)
    assert (row.student, row.exercise, row.verdict) == ("ada", FIRST, "pass")
    assert (row.checks_passed, row.checks, row.first_failing, row.observed) == (2, 2, "", "")
    assert (row.predictions_right, row.predictions, row.message) == (2, 2, "")


def test_a_bad_policy_fails_with_what_the_check_measured_and_says(course: Path, handed_in: Path) -> None:
    """On one line, however the exercise breaks it."""
    hand_in(handed_in / "bob" / FIRST, policy=START, predict="failed: 3\nfate: no\n")
    row = row_of(course, handed_in)
    assert (row.verdict, row.checks_passed, row.first_failing, row.observed) == ("fail", 1, "every-order", "0")
    assert (row.predictions_right, row.predictions) == (1, 2)
    assert row.message == "An order failed. Look at the delays."


@pytest.mark.parametrize("name", ["01", "01-mine", "01_first", "01-first-one", "my-exercises/01-first-one"])
def test_an_answer_is_found_by_the_number_in_front(course: Path, handed_in: Path, name: str) -> None:
    """Also in the folder that `start` makes."""
    hand_in(handed_in / "bob" / name)
    assert row_of(course, handed_in).verdict == "pass"


@pytest.mark.parametrize("name", ["1-first-one", "012-first-one", "first-one", "solution/01-first-one"])
def test_a_folder_without_two_digits_in_front_is_no_answer(course: Path, handed_in: Path, name: str) -> None:
    """The student has a row that says so."""
    hand_in(handed_in / "bob" / name)
    row = row_of(course, handed_in)
    assert (row.exercise, row.verdict, row.message) == ("", NOT_HANDED_IN, "there is no exercise folder")


def test_two_answers_to_one_exercise_are_not_chosen_from(course: Path, handed_in: Path) -> None:
    """Both are named."""
    hand_in(handed_in / "bob" / FIRST)
    hand_in(handed_in / "bob" / "my-exercises" / FIRST)
    row = row_of(course, handed_in)
    assert row.verdict == "cannot tell"
    assert row.message == f"there are two of them, {FIRST} and my-exercises/{FIRST}; remove one"


def test_a_number_that_the_course_does_not_have_has_a_row(course: Path, handed_in: Path) -> None:
    """And no checks."""
    hand_in(handed_in / "bob" / "77-what")
    row = row_of(course, handed_in)
    assert (row.exercise, row.verdict, row.checks) == ("77-what", "cannot tell", 0)
    assert row.message == "there is no exercise 77 in this course"


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (None, "policy.yaml: there is no such file"),
        ("", "policy.yaml:1:1: is empty"),
        ("queues: [", "policy.yaml:"),
        ("queues:\n  order:\n    attempts: many\n", "policy.yaml:3:15: queues.order.attempts: "),
        ("seed: 3\n", "policy.yaml:1:1: seed: is locked in this exercise"),
    ],
)
def test_a_policy_that_cannot_be_used_is_named_with_its_place(
    course: Path, handed_in: Path, policy: str | None, says: str
) -> None:
    """By the file's name in the answer, wherever the answers are; the predictions are scored all the same."""
    hand_in(handed_in / "bob" / FIRST, policy=policy)
    row = row_of(course, handed_in)
    assert row.verdict == "cannot tell"
    assert row.message.startswith(says)
    assert (row.checks_passed, row.predictions_right) == (0, 2)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x00\x01\xff\xfe" * 40, "policy.yaml:1:3: the byte 0xff is not UTF-8 text"),
        (b"# " + b"x" * 10_000_000, "policy.yaml:1:1: the file is larger than 1 MiB"),
        (b"# " + b"x" * (1_048_576 - 1), "policy.yaml:1:1: the file is larger than 1 MiB"),
        (b"# " + b"x" * (1_048_576 - 2), "policy.yaml:1:1: is empty"),
    ],
)
def test_what_is_no_text_or_too_large_is_not_judged(course: Path, handed_in: Path, content: bytes, says: str) -> None:
    """One byte decides."""
    (hand_in(handed_in / "bob" / FIRST) / "policy.yaml").write_bytes(content)
    row = row_of(course, handed_in)
    assert row.verdict == "cannot tell"
    assert row.message.startswith(says)


def test_folders_pipes_and_files_in_the_wrong_places_are_said_to_be_such(course: Path, handed_in: Path) -> None:
    """A pipe would be waited for, for ever."""
    place = hand_in(handed_in / "bob" / FIRST, policy=None)
    (place / "policy.yaml").mkdir()
    assert row_of(course, handed_in).message == "policy.yaml: is a folder; expected a file"
    (place / "policy.yaml").rmdir()
    os.mkfifo(place / "policy.yaml")
    assert row_of(course, handed_in).message == "policy.yaml: is not a regular file; it is not read"
    (handed_in / "eve").mkdir()
    (handed_in / "eve" / "01-first.zip").write_bytes(b"PK")
    row = row_of(course, handed_in, "eve")
    assert row.message == "is a file; expected a folder with policy.yaml and predict.yaml"


def test_a_link_is_followed_only_within_the_students_own_folder(course: Path, handed_in: Path, tmp_path: Path) -> None:
    """Not to a neighbour, not to anything else, not in a circle; a student's whole folder is no link either."""
    refused = "is a link that leaves the student's folder; it is not read"
    place = hand_in(handed_in / "bob" / FIRST, policy=None)
    link = place / "policy.yaml"
    (handed_in / "bob" / "mine.yaml").write_text(SOLUTION)
    link.symlink_to("../mine.yaml")
    assert row_of(course, handed_in).verdict == "pass"
    for target in (handed_in / "ada" / FIRST / "policy.yaml", course / FIRST / "solution/policy.yaml", link):
        link.unlink()
        link.symlink_to(target)
        row = row_of(course, handed_in)
        assert (row.verdict, row.message) == ("cannot tell", f"policy.yaml: {refused}")
    (handed_in / "eve").mkdir()
    (handed_in / "eve" / FIRST).symlink_to(handed_in / "ada" / FIRST)
    assert row_of(course, handed_in, "eve").message == refused
    (handed_in / "sly").symlink_to(handed_in / "ada")
    assert row_of(course, handed_in, "sly").message == "is a link; expected a folder"


def test_what_may_not_be_read_has_a_row(course: Path, handed_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file, and a student's whole folder."""
    opened, listed = Path.open, Path.iterdir
    place = hand_in(handed_in / "bob" / FIRST)

    def open_(path: Path, *more: object) -> object:
        if path == place / "policy.yaml":
            raise PermissionError(13, "Permission denied")
        return opened(path, *more)

    def iterdir(path: Path) -> object:
        if path.name == "eve":
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(Path, "open", open_)
    monkeypatch.setattr(Path, "iterdir", iterdir)
    (handed_in / "eve").mkdir()
    assert row_of(course, handed_in).message == "policy.yaml: cannot be read: Permission denied"
    row = row_of(course, handed_in, "eve")
    assert row.verdict == "cannot tell"
    assert row.message == "the student's folder cannot be read: Permission denied"


def test_a_policy_that_needs_too_many_steps_is_given_up(
    course: Path, handed_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says so; the others have their own steps."""
    hand_in(handed_in / "bob" / FIRST, policy=SOLUTION.replace("attempts: 6", "attempts: 8").replace("6s", "1ms"))
    monkeypatch.setattr(observation, "MAX_STEPS", 300)
    row = row_of(course, handed_in)
    assert row.verdict == "cannot tell"
    assert row.message.startswith("policy.yaml: with this policy a run takes more than 300 simulation steps")


def test_an_error_of_the_program_itself_costs_one_row(
    course: Path, handed_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever somebody has found, the others are graded."""
    judge = grading.judge

    def fragile(exercise: object, policy: str, **more: object) -> object:
        if "attempts: 7" in policy:
            raise RecursionError("too deep")
        return judge(exercise, policy, **more)

    monkeypatch.setattr(grading, "judge", fragile)
    hand_in(handed_in / "bob" / FIRST, policy=SOLUTION.replace("6", "7"))
    row = row_of(course, handed_in)
    assert row.message.startswith("the simulator failed on this answer: RecursionError: too deep")
    assert row.details is not None
    assert row.details.broke


@pytest.mark.parametrize(
    ("predict", "right", "says"),
    [
        (ANSWERS, 2, ""),
        ("failed: 12\nfate:\n", 1, "predict.yaml:2:6: fate: is still empty"),
        (BLANK, 0, "predict.yaml:2:8: failed: is still empty"),
        ("failed: [\n", 0, "predict.yaml:"),
        (None, 0, "predict.yaml: there is no such file"),
    ],
)
def test_a_blank_prediction_is_not_right_and_keeps_no_policy_from_being_judged(
    course: Path, handed_in: Path, predict: str | None, right: int, says: str
) -> None:
    """Those that are there count."""
    hand_in(handed_in / "bob" / FIRST, predict=predict)
    row = row_of(course, handed_in)
    assert (row.verdict, row.checks_passed, row.predictions_right, row.predictions) == ("pass", 2, right, 2)
    assert row.message.startswith(says)
    assert bool(row.message) == bool(says)


def test_a_strict_teacher_judges_no_answer_with_a_blank_prediction(course: Path, handed_in: Path) -> None:
    """As a learner's own check does."""
    hand_in(handed_in / "bob" / FIRST, predict="failed: 12\nfate:\n")
    row = row_of(course, handed_in, strict=True)
    assert (row.verdict, row.checks_passed, row.predictions_right) == ("cannot tell", 0, 1)
    assert row.message.startswith("predict.yaml:2:6: fate: is still empty")


def test_who_lacks_an_exercise_has_a_row_only_where_the_exercises_are_named(course: Path, handed_in: Path) -> None:
    """Rows are sorted by student and exercise; others than the named have none."""
    hand_in(handed_in / "bob" / SECOND)

    def rows(**options: object) -> list[tuple[str, str, str]]:
        grades = exercises.grade(handed_in, course=course, jobs=1, **options)
        return [(one.student, one.exercise, one.verdict) for one in grades]

    assert rows() == [("ada", FIRST, "pass"), ("bob", SECOND, "pass")]
    assert rows(exercises=["02", "1", "01"]) == [
        ("ada", FIRST, "pass"),
        ("ada", SECOND, NOT_HANDED_IN),
        ("bob", FIRST, NOT_HANDED_IN),
        ("bob", SECOND, "pass"),
    ]
    assert rows(exercises=["02"]) == [("ada", SECOND, NOT_HANDED_IN), ("bob", SECOND, "pass")]


def test_the_same_answers_give_the_same_rows_in_one_process_and_in_two(course: Path, handed_in: Path) -> None:
    """To the byte."""
    for number, policy in enumerate([START, SOLUTION, "queues: ["]):
        hand_in(handed_in / f"s{number}" / FIRST, policy=policy)
    alone, together = (as_csv(exercises.grade(handed_in, course=course, jobs=jobs)) for jobs in (1, 2))
    assert alone == together
    assert [line.split(",")[0] for line in alone.splitlines()[1:]] == ["ada", "s0", "s1", "s2"]


def test_equal_answers_are_judged_once(course: Path, handed_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A class where many hand in the same one takes no longer."""
    judged: list[str] = []
    judge = grading.judge
    monkeypatch.setattr(grading, "judge", lambda *more, **options: judged.append("") or judge(*more, **options))
    for number in range(5):
        hand_in(handed_in / f"s{number}" / FIRST)
    assert {one.verdict for one in exercises.grade(handed_in, course=course, jobs=1)} == {"pass"}
    assert len(judged) == 1


def test_salt_and_number_choose_the_seeds(course: Path, handed_in: Path) -> None:
    """Without them they are those of a learner's own check."""

    def seeds(**options: object) -> tuple[int, int]:
        (row,) = exercises.grade(handed_in, course=course, jobs=1, **options)
        assert row.details is not None
        return row.details.seeds, row.details.checks[0].seed

    own = exercises.check("01", course=course, folder=handed_in / "ada" / FIRST)
    assert seeds() == (3, own.checks[0].seed)
    assert seeds(seeds=5)[0] == 5
    assert seeds(salt="my word")[1] != seeds()[1]


@pytest.mark.parametrize("name", ["=1+2", "+cmd", "-2", "@sum", " =1", "＝1", "\t=1"])
def test_no_cell_is_a_formula_for_a_spreadsheet(name: str) -> None:
    """What begins like one has an apostrophe before it."""
    (row,) = csv.DictReader(io.StringIO(as_csv([Grade(name, FIRST, "pass", message=name)])))
    assert (row["student"], row["message"]) == (f"'{name}", f"'{name}")


@pytest.mark.parametrize("name", ["ada", "o'neill", "a=b", "Jürgen, Ω", "1-2"])
def test_ordinary_names_stay_as_they_are(name: str) -> None:
    """Also with signs inside, and in UTF-8."""
    (row,) = csv.DictReader(io.StringIO(as_csv([Grade(name, FIRST, "pass")])))
    assert row["student"] == name
    assert tuple(row) == COLUMNS


def test_a_name_of_bytes_that_are_no_text_is_written_with_escapes(course: Path, handed_in: Path) -> None:
    """Every program can read the table."""
    os.makedirs(os.fsencode(handed_in) + b"/\xff\xe4-\xe2\x80\xae" + b"/nothing")
    text = as_csv(exercises.grade(handed_in, course=course, jobs=1))
    assert "\\xff\\xe4-\\u202e,," in text
    assert text.encode().decode() == text


def grade(course: Path, *words: object) -> int:
    """Run the command."""
    return main(["exercise", "--course", str(course), "grade", *map(str, words)])


def test_the_command_writes_the_table_and_sums_the_class_up(
    course: Path, handed_in: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 0 whatever the verdicts; how far it is goes to stderr."""
    hand_in(handed_in / "bob" / FIRST, policy=START, predict=BLANK)
    hand_in(handed_in / "cid" / FIRST, policy="queues: [")
    target = tmp_path / "grades.csv"
    assert grade(course, handed_in, "--csv", target, "--exercises", "01,02", "--jobs", "1") == 0
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"))))
    assert [(row["student"], row["verdict"]) for row in rows if row["exercise"] == FIRST] == [
        ("ada", "pass"),
        ("bob", "fail"),
        ("cid", "cannot tell"),
    ]
    out, err = capsys.readouterr()
    (line,) = [line.split() for line in out.splitlines() if line.startswith(" 01 first one")]
    assert line == ["01", "first", "one", "1", "1", "1", "0", "67%", "every-order"]
    (line,) = [line.split() for line in out.splitlines() if line.startswith(" bob") and "first one" in line]
    assert line == ["bob", "01", "first", "one", "fail", "1/2", "0/2", "every-order"]
    assert max(map(len, out.splitlines())) <= 80
    assert "3 of 3 answers" in err


def test_the_printed_table_fits_eighty_columns_whatever_names_are_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long names fold, and what looks like markup is text; nothing is cut off."""
    monkeypatch.setenv("COLUMNS", "80")
    grades = [
        Grade("a-student-whose-folder-has-a-long-name-[bold]" * 2, "16-your-own-policy", verdict, first_failing=check)
        for verdict, check in (("cannot tell", ""), ("fail", "nothing-in-the-failed-set"), ("not handed in", ""))
    ]
    console = Terminal(file=io.StringIO(), width=80)
    console.print(as_table(grades))
    printed = console.file.getvalue()
    assert max(map(len, printed.splitlines())) <= 80
    assert "…" not in printed
    assert all(word in "".join(printed.split()) for word in ("[bold]", "cannottell", "nothing-in"))


def test_a_fault_of_the_program_ends_the_command_with_3_when_all_are_graded(
    course: Path, handed_in: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its row and standard error say what failed, and the options that give the run again."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError("seven")

    monkeypatch.setattr(AttemptRunner, "_apply", fail)
    hand_in(handed_in / "bob" / FIRST, policy=SOLUTION)
    assert grade(course, handed_in, "--csv", "-", "--exercises", "01", "--jobs", "1") == 3
    out, err = capsys.readouterr()
    assert [row["verdict"] for row in csv.DictReader(io.StringIO(out))] == ["cannot tell", "cannot tell"]
    assert "bob, 01-" in err
    assert "the simulator failed on this answer: ZeroDivisionError: seven" in err
    assert "the run was --mode queue --seed" in err
    assert "bug in the program" in err
    (handed_in / "bob" / FIRST / "results.json").mkdir()
    counted = grade(course, handed_in, "--results", "--csv", "-", "--exercises", "01", "--jobs", "1")
    assert counted == 3, "the highest code counts: a result cannot be written as well, which alone is 2"


def test_a_dash_writes_the_table_alone_to_standard_output(
    course: Path, handed_in: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For a pipe."""
    assert grade(course, handed_in, "--csv", "-") == 0
    assert capsys.readouterr().out == f"{','.join(COLUMNS)}\nada,{FIRST},pass,2,2,,,2,2,\n"


def test_results_are_handed_back_beside_each_answer_and_through_no_link(
    course: Path, handed_in: Path, tmp_path: Path
) -> None:
    """A link in its place is replaced; what it leads to stays as it was."""
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    target = handed_in / "ada" / FIRST / "results.json"
    target.symlink_to(outside)
    assert grade(course, handed_in, "--results", "--jobs", "1") == 0
    assert json.loads(target.read_text())["verdict"] == "pass"
    assert outside.read_text() == "mine"


def test_a_result_that_cannot_be_written_is_told_when_all_else_is_done(
    course: Path, handed_in: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With exit code 2."""
    (handed_in / "ada" / FIRST / "results.json").mkdir()
    hand_in(handed_in / "bob" / FIRST)
    assert grade(course, handed_in, "--results", "--csv", tmp_path / "grades.csv", "--jobs", "1") == 2
    assert f"ada/{FIRST}/results.json: cannot be written" in capsys.readouterr().err
    assert (tmp_path / "grades.csv").exists()
    assert (handed_in / "bob" / FIRST / "results.json").exists()


def test_a_folder_or_file_that_cannot_be_used_ends_with_2_before_anything_is_judged(
    course: Path, handed_in: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each says what would be right."""
    monkeypatch.setattr(grading, "judge", lambda *more, **options: pytest.fail("judged"))
    (tmp_path / "empty").mkdir()
    for words, says in {
        (tmp_path / "nowhere",): "nowhere: cannot be read: No such file or directory",
        (tmp_path / "empty",): "has no folders in it; expected one for each student",
        (handed_in / "ada",): "contains exercises, not students; give its parent folder",
        (handed_in, "--csv", tmp_path): "is a folder; give a file",
        (handed_in, "--csv", tmp_path / "no" / "grades.csv"): "there is no folder",
        (handed_in, "--exercises", "09"): "no exercise '09'; there are: 01-first-one, 02-second-one",
    }.items():
        assert grade(course, *words) == 2
        assert says in capsys.readouterr().err
    assert grade(tmp_path / "empty", handed_in) == 2
    assert "has no exercises" in capsys.readouterr().err
