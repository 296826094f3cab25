"""Every notebook is a lesson of one form, runs from top to bottom, and is committed without output.

What its text says of its runs is held by ``claims/NN.txt``: code that is run after one of its cells, and that no
learner sees, as it would give the answer away.
"""

import ast
import os
import re
from functools import cache
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from sim.exercises.catalogue import exercise_names, find_exercise

NOTEBOOKS = sorted(Path("notebooks").glob("*.ipynb"))
HEADINGS = [
    "## Predict first",
    "## Run it",
    "## The picture",
    "## What happened",
    "## Change one thing",
    "## Exercise",
    "## In production",
]
CLAIMS = Path(__file__).parent / "claims"
MAX_LINES = 25
"""A cell of more is not read; what is longer is machinery and has a place in ``sim.notebook``."""
JOB = re.compile(r"\b(order|email|payment)-\d+\b(?!#)")
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_there_are_notebooks() -> None:
    """Otherwise the tests below would test nothing."""
    assert NOTEBOOKS


@pytest.mark.filterwarnings("ignore")  # Jupyter's own libraries warn
@each_notebook
def test_a_notebook_runs_to_its_end(path: Path) -> None:
    """In the folder where a learner opens it, each cell within a minute, and nothing in it warns."""
    notebook = executed(path)
    said = [output.text for cell in code_of(notebook) for output in cell.outputs if output.get("name") == "stderr"]
    assert said == []


@pytest.mark.filterwarnings("ignore")  # Jupyter's own libraries warn
@each_notebook
def test_a_notebook_shows_a_picture_and_a_table_and_says_in_words_what_a_picture_shows(path: Path) -> None:
    """Each table has a caption, and each picture stands in ``show``, which wants words for it."""
    shown = [output.get("data", {}) for cell in code_of(executed(path)) for output in cell.outputs]
    html = "\n".join(data.get("text/html", "") for data in shown)
    pictures = re.findall(r'<img alt="([^"]*)"', html)
    assert pictures
    assert all(len(words) >= 20 for words in pictures)
    assert "<table" in html
    assert html.count("<table") == html.count("<caption"), "every table has a caption"
    assert not any("image/png" in data for data in shown), "a bare picture has no words"


@each_notebook
def test_every_show_has_its_alternative_text(path: Path) -> None:
    """Also one that only a press of Run would reach."""
    calls = [
        node
        for cell in code_of(nbformat.read(path, as_version=4))
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "show"
    ]
    assert calls
    assert all("alt" in [keyword.arg for keyword in call.keywords] for call in calls)


@each_notebook
def test_a_notebook_has_the_form_of_a_lesson(path: Path) -> None:
    """One title with one question, then the same seven parts in the same order."""
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    headings = re.findall(r"^#{1,2} .*", text, re.M)
    assert headings[0].startswith("# ")
    assert headings[1:] == HEADINGS
    assert "?" in cells[0].source, "the first cell asks the question"


@each_notebook
def test_a_lesson_asks_for_a_guess_and_ends_in_a_task(path: Path) -> None:
    """The guess has to be made before the run; the task names the exercise of the course that goes on from it."""
    cells = nbformat.read(path, as_version=4).cells
    parts = re.split(r"^## (.*)", "\n".join(cell.source for cell in cells), flags=re.M)
    part = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert re.search(r"predict\(\s*\w+=None", part["Predict first"])
    assert ".compare(" in part["Run it"]
    assert "# Your turn" in part["Exercise"]


@each_notebook
def test_an_item_of_a_list_begins_a_line(path: Path) -> None:
    """Two items run together are shown as one sentence with a dash in it."""
    text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown")
    assert re.findall(r"[.;:] (?:-(?: [A-Z*`].*|$)|\d\. `.*)", text, re.M) == []


@each_notebook
def test_a_cell_is_short_enough_to_be_read(path: Path) -> None:
    """Whoever wants to know how something is done finds it in ``sim.notebook``."""
    long = {cell.id: len(cell.source.splitlines()) for cell in code_of(nbformat.read(path, as_version=4))}
    assert {name: lines for name, lines in long.items() if lines > MAX_LINES} == {}


@each_notebook
def test_nothing_runs_and_nothing_is_named_before_the_prediction(path: Path) -> None:
    """No output is there to read the answer from, and no code up to the comparison names a job or gives the reason."""
    cells = code_of(nbformat.read(path, as_version=4))
    asked = next(place for place, cell in enumerate(cells) if re.search(r"predict\(\s*\w+=None", cell.source))
    compared = next(place for place, cell in enumerate(cells) if ".compare(" in cell.source)
    assert asked < compared
    for cell in cells[: asked + 1]:
        assert not re.search(r"\b(sim\.run|sim\.World|sim\.sweep\w*|day_under|all_faults)\(", cell.source), cell.id
    for cell in cells[: compared + 1]:
        assert not JOB.search(cell.source), cell.id
        assert "why=" not in cell.source, cell.id


@each_notebook
def test_the_code_of_a_notebook_has_no_answer_in_it(path: Path) -> None:
    """Alternative texts are made of what the run gave, and claims are held elsewhere."""
    for cell in code_of(nbformat.read(path, as_version=4)):
        tree = ast.parse(cell.source)
        assert not any(isinstance(node, ast.Assert) for node in ast.walk(tree)), cell.id
        for text in alternative_texts(tree):
            assert not re.search(r"\d", text), (cell.id, text)


def alternative_texts(tree: ast.AST) -> list[str]:
    """What is written out in the alternative texts of a cell, without what a run gives."""
    given = [
        keyword.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "alt"
    ]
    return [
        part.value
        for value in given
        for part in written_out(value)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]


def written_out(value: ast.AST) -> list[ast.AST]:
    """The parts of a text that stand in it as they are."""
    if isinstance(value, ast.FormattedValue):
        return []
    return [value, *(part for child in ast.iter_child_nodes(value) for part in written_out(child))]


@each_notebook
def test_a_notebook_has_something_to_turn(path: Path) -> None:
    """Under *Change one thing*: at least one knob."""
    source = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
    changing = source.split("## Change one thing")[1].split("## Exercise")[0]
    assert re.search(r"^knobs\(", changing, re.M)
    assert re.search(r"=(slider|choice)\(", changing)


def test_each_notebook_says_what_comes_next_and_no_exercise_comes_before_those_that_it_needs() -> None:
    """From the first notebook to the last, and past every exercise of the course."""
    done: list[str] = []
    for path, following in zip(NOTEBOOKS, [*NOTEBOOKS[1:], None], strict=True):
        (line,) = re.findall(r"^\*\*Next:\*\* .*$", nbformat.read(path, as_version=4).cells[-1].source, re.M)
        links = re.findall(r"\]\((.*?\.ipynb)\)", line)
        assert links == ([] if following is None else [following.name])
        for number in re.findall(r"`python -m sim exercise start (\d\d)`", line):
            assert set(find_exercise(number).description.prerequisites) <= set(done), (path.name, number)
            done.append(number)
    assert sorted(done) == [name[:2] for name in exercise_names()]


@each_notebook
def test_the_list_of_notebooks_names_the_exercises_that_come_next(path: Path) -> None:
    """The same as the notebook itself."""
    line = next(row for row in Path("notebooks/README.md").read_text().splitlines() if f"]({path.name})" in row)
    last = nbformat.read(path, as_version=4).cells[-1].source
    listed = [number for number in line.rsplit("|", 2)[1].strip().split(", ") if number]
    assert listed == re.findall(r"`python -m sim exercise start (\d\d)`", last)


@each_notebook
def test_a_notebook_is_committed_without_output(path: Path) -> None:
    """So that changes can be read: no outputs, no counts, nothing of the machine that it was written on."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in notebook.cells)
    assert all(not cell.metadata for cell in notebook.cells)
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    ids = [cell.id for cell in notebook.cells]
    assert ids == [f"cell-{number:02d}" for number in range(len(ids))]


@each_notebook
def test_the_list_of_notebooks_has_it(path: Path) -> None:
    """With a link."""
    assert f"]({path.name})" in Path("notebooks/README.md").read_text()


@cache
def executed(path: Path) -> nbformat.NotebookNode:
    """Run a notebook, and its claims after the cells that they are about, with the package of this checkout."""
    notebook = nbformat.read(path, as_version=4)
    claims = claims_of(path)
    assert set(claims) <= {cell.id for cell in code_of(notebook)}
    notebook.cells = [
        one
        for cell in notebook.cells
        for one in [cell, *([nbformat.v4.new_code_cell(claims[cell.id])] if cell.id in claims else [])]
    ]
    client = NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(path.parent)}})
    client.execute(env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    return notebook


def code_of(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The cells that hold code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def claims_of(path: Path) -> dict[str, str]:
    """What is claimed after which cell of a notebook."""
    file = CLAIMS / f"{path.name[:2]}.txt"
    if not file.exists():
        return {}
    parts = re.split(r"^# %% after (cell-\d+)\n", file.read_text(), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))
