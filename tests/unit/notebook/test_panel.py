"""Knobs and their Run button."""

from typing import Any

import nbformat
import pytest
from matplotlib.figure import Figure
from nbclient import NotebookClient

from sim.core.errors import SimError
from sim.notebook import choice, knobs, slider, table


def panel_of(function: Any) -> Any:
    """A panel with two knobs."""
    return knobs(
        function,
        lock_duration=slider("Lock duration", 5, 60, step=5, value=30, unit="s"),
        mode=choice("Mode", ["queue", "in-process"]),
    )


def test_turning_a_knob_runs_nothing_and_run_runs_once() -> None:
    """A run takes seconds; only who presses Run wants one."""
    seen: list[tuple[int, str]] = []
    panel = panel_of(lambda lock_duration, mode: seen.append((lock_duration, mode)))
    panel.controls["lock_duration"].value = 10
    panel.controls["mode"].value = "in-process"
    assert seen == []
    panel.run_button.click()
    assert seen == [(10, "in-process")]
    assert panel.run_button.description == "Run"
    assert not panel.run_button.disabled


def test_a_result_says_which_values_it_belongs_to() -> None:
    """A knob may have been turned since."""
    panel = panel_of(lambda lock_duration, mode: table({"lost": 3}))
    panel.run_button.click()
    panel.controls["lock_duration"].value = 5
    assert repr(panel.result) == "Run with Lock duration: 30 s, Mode: queue\nlost  3"
    assert "Lock duration: 30 s" in panel.result.html
    assert "<table" in panel.result.html


def test_several_things_are_shown_one_below_the_other() -> None:
    """A tuple of what tables, pictures and texts give; what has no HTML is shown as text, escaped."""
    panel = panel_of(lambda lock_duration, mode: (table({"lost": 3}), "a < b", 7))
    panel.run_button.click()
    assert panel.result.html.index("<table") < panel.result.html.index("<pre>a &lt; b</pre>")
    assert panel.result.html.endswith("<pre>7</pre>")


def test_what_is_wrong_with_the_values_is_shown_as_its_message() -> None:
    """And not as a traceback."""

    def function(lock_duration: int, mode: str) -> None:
        raise SimError("the lock <is> too short")

    panel = panel_of(function)
    panel.run_button.click()
    assert '<pre role="alert">the lock &lt;is&gt; too short</pre>' in panel.result.html


def test_a_mistake_in_the_function_is_shown_with_its_traceback_and_run_can_be_pressed_again() -> None:
    """Else a button would seem to do nothing."""

    def function(lock_duration: int, mode: str) -> None:
        raise ZeroDivisionError

    panel = panel_of(function)
    panel.run_button.click()
    assert "ZeroDivisionError" in panel.result.html
    assert not panel.run_button.disabled


def test_a_bare_picture_is_refused_in_favour_of_one_with_words() -> None:
    """Knobs do not show what nobody can read out."""
    panel = panel_of(lambda lock_duration, mode: Figure())
    panel.run_button.click()
    assert "return show(picture, alt=" in panel.result.text


def test_what_the_function_prints_is_shown_too() -> None:
    """Who looks for a mistake prints something."""
    panel = panel_of(lambda lock_duration, mode: print("lock", lock_duration))
    panel.run_button.click()
    assert "<pre>lock 30\n</pre>" in panel.result.html


def test_every_knob_has_its_label_unit_and_bounds() -> None:
    """The label belongs to the control, so that it is read out with it."""
    panel = panel_of(lambda lock_duration, mode: None)
    knob = panel.controls["lock_duration"]
    assert (knob.description, knob.min, knob.max, knob.step, knob.value) == ("Lock duration (s)", 5, 60, 5, 30)
    assert not knob.continuous_update
    assert panel.controls["mode"].description == "Mode"
    assert panel.controls["mode"].options == (("queue", "queue"), ("in-process", "in-process"))
    assert knobs(lambda x: None, x=slider("Share", 0, 1, step=0.25)).controls["x"].step == 0.25


def test_a_choice_can_have_words_for_its_values() -> None:
    """What people read and what the function gets may differ."""
    panel = knobs(lambda key: f"key is {key}", key=choice("Key", {"with": True, "without": False}, value=False))
    panel.run_button.click()
    assert repr(panel.result) == "Run with Key: without\nkey is False"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: slider("Lock", 5, 5), "the least value 5 is not below the greatest 5"),
        (lambda: slider("Lock", 5, 9, step=0), "the step is 0"),
        (lambda: slider("Lock", 5, 9, value=10), "starts at 10, which is not between 5 and 9"),
        (lambda: choice("Mode", []), "nothing to choose from"),
        (lambda: choice("Mode", ["queue"], value="que"), "'que' is none of the options; there are: queue"),
        (lambda: knobs(print), "at least one knob"),
        (lambda: knobs(lambda x: None, x=3), r"x is a int; make a knob with slider\(...\) or choice\(...\)"),
        (lambda: knobs(lambda x: None, y=slider("Y", 0, 1)), "does not take these knobs: .*; it takes: x"),
    ],
)
def test_knobs_that_cannot_be_are_refused_with_what_would_be_right(make: Any, says: str) -> None:
    """Before anything is shown."""
    with pytest.raises(SimError, match=says):
        make()


@pytest.mark.filterwarnings("ignore")  # Jupyter's own libraries warn
def test_in_a_notebook_the_starting_values_run_once_and_run_replaces_their_result() -> None:
    """The result is the cell's own output, so that a saved notebook shows it without any widget."""
    cells = [
        "from sim.notebook import knobs, slider\n"
        "panel = knobs(lambda attempts: f'{attempts} times', attempts=slider('Attempts', 1, 8, value=3))\n"
        "panel",
        "panel.controls['attempts'].value = 5\npanel.run_button.click()",
    ]
    started = _execute(cells[:1])
    assert "<pre>3 times</pre>" in started
    pressed = _execute(cells)
    assert "<pre>5 times</pre>" in pressed
    assert "3 times" not in pressed


def _execute(cells: list[str]) -> str:
    """Run the cells and return the HTML below the first."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=60).execute()
    shown = [output.get("data", {}).get("text/html", "") for output in notebook.cells[0].outputs]
    return "".join("".join(html) for html in shown)
