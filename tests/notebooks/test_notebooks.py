"""Every notebook is a lesson of one form, runs from top to bottom, and is committed without output."""

import ast
import os
import re
from functools import cache
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

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
    assert re.search(r"`python -m sim exercise start \d\d`", part["Exercise"])


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
    """Run a notebook with the package of this checkout, whatever is installed."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(path.parent)}})
    client.execute(env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    return notebook


def code_of(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The cells that hold code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]
