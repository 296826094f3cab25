"""An exercise as a notebook: nbgrader can use it, the instructor's passes, the student's has no solution and fails."""

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from sim.cli import main
from sim.exercises.catalogue import find_exercise
from sim.exercises.notebook import as_text, instructor_notebook, student_notebook
from sim.exercises.prediction import as_guesses
from tests.exercises.tiny_course import FIRST, write_course

ALLOWED = {"schema_version", "grade", "locked", "solution", "task", "grade_id", "points", "checksum", "cell_type"}


@pytest.fixture(autouse=True)
def _kernels_run_what_is_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are processes of their own, with a path of their own."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The tiny course."""
    return write_course(tmp_path / "course")


@pytest.fixture
def instructors(course: Path) -> Any:
    """The instructor's notebook of its first exercise."""
    return instructor_notebook(find_exercise("01", course), course=course, salt="secret")


def executed(notebook: Any, tmp_path: Path) -> dict[str, list[str]]:
    """Run every cell, also after an error, and return the kinds of errors of each by its id."""
    client = NotebookClient(notebook, timeout=60, allow_errors=True, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    return {
        cell.id: [output.ename for output in cell.outputs if output.output_type == "error"]
        for cell in notebook.cells
        if cell.cell_type == "code"
    }


def test_the_metadata_of_every_cell_are_as_nbgrader_wants_them(instructors: Any) -> None:
    """The rules of its format version 3: types, keys, ids, points, and what a Markdown cell may be."""
    nbformat.validate(instructors)
    for cell in instructors.cells:
        about = cell.metadata.nbgrader
        assert set(about) <= ALLOWED
        assert about.schema_version == 3
        assert all(isinstance(about[key], bool) for key in ("grade", "locked", "solution", "task"))
        assert re.fullmatch(r"[a-zA-Z0-9_\-]+", about.grade_id)
        assert about.cell_type == cell.cell_type
        assert ("points" in about) == about.grade
        assert about.get("points", 0) >= 0
        if cell.cell_type == "markdown":
            assert not about.grade
            assert not about.solution
    ids = [cell.metadata.nbgrader.grade_id for cell in instructors.cells]
    assert len(set(ids)) == len(ids)


def test_marks_stand_only_in_cells_that_nbgrader_takes_them_from(instructors: Any) -> None:
    """Solutions in solution cells, hidden tests in graded ones that nobody edits; no other mark."""
    kinds = {cell.id: cell.metadata.nbgrader for cell in instructors.cells}
    for cell in instructors.cells:
        marks = re.findall(r"^### (BEGIN|END) (SOLUTION|HIDDEN TESTS)$", cell.source, re.MULTILINE)
        if kinds[cell.id].solution:
            assert marks == [("BEGIN", "SOLUTION"), ("END", "SOLUTION")]
        elif cell.id == "hidden-check":
            assert marks == [("BEGIN", "HIDDEN TESTS"), ("END", "HIDDEN TESTS")]
        else:
            assert marks == []
    graded = [name for name, about in kinds.items() if about.grade]
    assert graded == ["check", "hidden-check"]
    assert all(kinds[name].locked and not kinds[name].solution for name in graded)


def test_it_is_the_same_file_every_time(course: Path, instructors: Any) -> None:
    """Also its cells' ids, so that a change to an exercise can be read."""
    again = instructor_notebook(find_exercise("01", course), course=course, salt="secret")
    assert as_text(again) == as_text(instructors)
    assert [cell.id for cell in again.cells] == ["story", "scenario", "predictions", "policy", "check", "hidden-check"]


@pytest.mark.filterwarnings("ignore")  # Jupyter's own libraries warn
def test_the_instructors_notebook_passes_both_checks(instructors: Any, tmp_path: Path) -> None:
    """And writes nothing to stderr and no value, which nbgrader would take for no points, or for points."""
    assert executed(instructors, tmp_path) == {"predictions": [], "policy": [], "check": [], "hidden-check": []}
    outputs = [output for cell in instructors.cells if cell.cell_type == "code" for output in cell.outputs]
    assert {output.output_type for output in outputs} == {"stream"}
    assert {output.name for output in outputs} == {"stdout"}
    assert "PASSED" in outputs[0].text


@pytest.mark.filterwarnings("ignore")  # Jupyter's own libraries warn
def test_the_students_notebook_runs_and_fails_the_check(instructors: Any, tmp_path: Path) -> None:
    """No other cell fails, and the hidden one does nothing yet."""
    students = student_notebook(instructors)
    assert executed(students, tmp_path) == {
        "predictions": [],
        "policy": [],
        "check": ["AssertionError"],
        "hidden-check": [],
    }


@pytest.mark.filterwarnings("ignore")  # Jupyter's own libraries warn
def test_an_untouched_policy_fails_the_hidden_check_too(instructors: Any, tmp_path: Path) -> None:
    """That is what is graded: the student's cells beside the instructor's tests."""
    students = {cell.id: cell.source for cell in student_notebook(instructors).cells}
    for cell in instructors.cells:
        if cell.metadata.nbgrader.solution:
            cell.source = students[cell.id]
    assert executed(instructors, tmp_path)["hidden-check"] == ["AssertionError"]


def test_nothing_of_solution_and_hidden_tests_is_left_for_students(instructors: Any) -> None:
    """Neither the values nor the salt; the instructor's notebook stays whole."""
    text = as_text(student_notebook(instructors))
    assert "attempts: 2" in text
    for hidden in ("attempts: 6", "secret", "SOLUTION", "HIDDEN TESTS"):
        assert hidden not in text
        assert hidden in as_text(instructors)


def test_the_predictions_of_the_solution_are_what_the_start_gives(course: Path, instructors: Any) -> None:
    """Measured, not written down."""
    (source,) = [cell.source for cell in instructors.cells if cell.id == "predictions"]
    names: dict[str, Any] = {}
    exec(source, names)
    assert names["predict"] == {"failed": 12, "fate": "no"}
    assert as_guesses(find_exercise("01", course), names["predict"]) == {"failed": 12, "fate": "no"}


def test_the_command_writes_the_notebook_where_it_is_told_to(
    course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By default under the exercise's name; to standard output alone; for students without the solution."""
    monkeypatch.chdir(tmp_path)
    command = ["exercise", "--course", str(course), "notebook", "01"]
    assert main(command) == 0
    assert capsys.readouterr().out == f"wrote {FIRST}.ipynb\n"
    written = (tmp_path / f"{FIRST}.ipynb").read_text()
    assert main([*command, "-o", "-"]) == 0
    assert capsys.readouterr().out == written
    assert main([*command, "--student", "-o", "students.ipynb"]) == 0
    assert "attempts: 6" in written
    assert "attempts: 6" not in (tmp_path / "students.ipynb").read_text()
    assert main([*command, "-o", "no/where.ipynb"]) == 2
    assert "no/where.ipynb: cannot be written" in capsys.readouterr().err
