"""Tables on a notebook's page."""

import re
from typing import Any, NamedTuple

import pytest

from sim.core.errors import SimError
from sim.engine.run import run
from sim.notebook import example, table
from sim.results.outcomes import Counts


class Row(NamedTuple):
    """A row with names."""

    job: str
    at_ms: int


def test_a_table_has_a_caption_and_headings_with_their_scope() -> None:
    """So that a screen reader can say which number is read."""
    html = table([Row("a", 1)], caption="Jobs")._repr_html_()
    assert ">Jobs</caption>" in html
    assert html.count('<th scope="col"') == 2
    assert html.count('<th scope="row"') == 1
    assert html.count("<td") == 1


def test_words_and_numbers_stay_whole_on_a_narrow_page() -> None:
    """Text goes on in a new line at a space, and a table that is too wide scrolls within itself."""
    html = table([["order-7", "64,011 ms after it", 64_011]], columns=["job", "in words", "at"]).html
    assert html.startswith('<div style="overflow-x: auto"><table')
    assert html.endswith("</table></div>")
    assert "anywhere" not in html
    whole = [
        text for text in ("job", "in words", "at", "order-7", "64,011 ms after it", "64,011") if is_whole(html, text)
    ]
    assert whole == ["job", "at", "order-7", "64,011"]


def test_the_name_of_a_field_may_break_between_its_words() -> None:
    """Columns of numbers are not as wide as what heads them."""
    html = table([{"first_effect_ms": 10_200}]).html
    assert ">first_<wbr>effect_<wbr>ms</th>" in html
    assert "nowrap" not in html.partition("<tbody>")[0]


@pytest.mark.parametrize(("text", "may_break"), [("x" * 24, False), ("x" * 25, True)])
def test_only_a_very_long_word_is_broken(text: str, may_break: bool) -> None:
    """Such as the data of a job, which would push everything else out of the page."""
    assert ("overflow-wrap: anywhere" in table([["data", text]]).html) is may_break


@pytest.mark.parametrize(("text", "whole"), [("no guess yet 1", True), ("no guess yet 12", False)])
def test_a_short_text_stands_on_one_line(text: str, whole: bool) -> None:
    """A moment is not parted from its unit."""
    assert is_whole(table([[text]]).html, text) is whole


def is_whole(html: str, text: str) -> bool:
    """Whether the cell with a text keeps it on one line."""
    (style,) = re.findall(rf'style="([^"]*)">{text}<', html)
    return "white-space: nowrap" in style


def test_everything_in_a_table_is_escaped() -> None:
    """A job's data may hold anything."""
    html = table([["<b>", "&"]], caption="<i>", columns=["<u>", '"'])._repr_html_()
    assert "<b>" not in html
    assert "<i>" not in html
    assert "<u>" not in html
    assert "&lt;b&gt;" in html
    assert "&quot;" in html


@pytest.mark.parametrize(
    ("data", "columns", "text"),
    [
        ([Row("a", 1200), Row("bc", 5)], None, "job  at_ms\na    1,200\nbc       5"),
        ([Row("a", 1200)], ["at_ms"], "at_ms\n1,200"),
        ([Row("a", 1200)], {"at_ms": "at, ms", "job": "job"}, "at, ms  job\n 1,200  a"),
        ([{"x": 1}, {"y": True}], None, "x  y\n1  –\n–  yes"),
        ([["a", 1.5], ["b", None]], ["", "s"], "     s\na  1.5\nb    –"),
        (["a", "b"], ["job"], "job\na\nb"),
        ({"lost": 3, "delivered": 27}, None, "lost        3\ndelivered  27"),
        (
            {"queue": {"lost": 0}, "in-process": {"lost": 3}},
            None,
            "            lost\nqueue          0\nin-process     3",
        ),
        ([], ["job", "at"], "job  at\nnone"),
    ],
)
def test_rows_and_mappings_of_every_kind_become_rows_and_columns(data: Any, columns: Any, text: str) -> None:
    """Numbers stand on the right, nothing is a dash, and columns can be chosen, ordered and named."""
    assert repr(table(data, columns=columns)) == text


def test_counts_alone_are_a_row_for_each_count() -> None:
    """A dataclass is a mapping of its fields."""
    assert repr(table(Counts(offered=3))).splitlines()[0].split() == ["offered", "3"]


def test_a_frame_has_its_columns_and_an_index_that_says_something() -> None:
    """The row numbers that pandas makes by itself say nothing."""
    pandas = pytest.importorskip("pandas", reason="frames need the extra notebook")
    frame = pandas.DataFrame({"lost": [1, 2]})
    assert repr(table(frame)) == "lost\n   1\n   2"
    assert repr(table(frame.set_index(pandas.Index(["a", "b"], name="mode")))) == "mode  lost\na        1\nb        2"


def test_a_result_shows_both_modes_and_what_each_number_counts() -> None:
    """What nobody has is left out; delivered, duplicated and lost are always there."""
    text = repr(table(run(example("01-worker-crashes/crash-in-progress.yaml")), caption="Outcomes"))
    lines = [line.split() for line in text.splitlines()]
    assert lines[0] == ["Outcomes"]
    assert lines[1] == ["in-process", "queue", "what", "it", "counts"]
    assert ["lost", "3", "0", "accepted,", "then", "vanished"] in lines
    assert not any(line[0] == "pending" for line in lines)


@pytest.mark.parametrize(
    ("data", "columns", "says"),
    [
        ([Row("a", 1)], ["when"], "no column called 'when'; there are: 'job', 'at_ms'"),
        ([[1, 2]], ["a"], "1 headings for 2 columns"),
        ([[1, 2], [1]], None, "row 2 has 1 of 2 cells"),
        ("text", None, "takes a result, a frame, a mapping or rows, not a str"),
        (3, None, "not a int"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(data: Any, columns: Any, says: str) -> None:
    """In one line."""
    with pytest.raises(SimError, match=says):
        table(data, columns=columns)


def test_a_narrow_column_breaks_no_word_that_has_room() -> None:
    """Beside a long sentence; `anywhere` would let a browser make the column narrower than its longest word."""
    html = table([{"queue": "payment", "what": "a long sentence " * 20}]).html
    assert "anywhere" not in html
