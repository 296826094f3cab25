"""Tables on a notebook's page, with headings that a screen reader can follow, and as plain text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

from sim.core.errors import SimError
from sim.notebook.markup import Shown, escaped
from sim.results.result import Result
from sim.results.text import MEANINGS, in_words, table_rows

Columns = Sequence[str] | Mapping[str, str] | None
_CELL = "padding: 0.2em 0.6em; vertical-align: top; "
_SHORT = 14
"""Text of so many characters stands on one line, whatever spaces and hyphens are in it."""
_LONG_WORD = 24
"""A word of more characters, such as a job's data, is broken where the page ends."""
_NOTHING = "–"


def table(data: Any, *, caption: str = "", columns: Columns = None) -> Shown:
    """Lay things out in rows and columns; the first column names the rows.

    Args:
        data: A ``Result`` (what happened to its jobs in each mode, and what each number counts), a pandas frame, a
            mapping (a row for each key; values that are mappings have a column for each of their keys), or rows:
            mappings, named tuples, dataclasses, sequences or single values.
        caption: What the table shows.
        columns: Which columns, in which order; a mapping gives each its heading. For rows that have no names of their
            own these are the headings.

    Raises:
        SimError: There is no such column, or rows and headings do not fit each other.
    """
    if isinstance(data, Result):
        headings, rows = _of_result(data)
    elif hasattr(data, "itertuples"):
        headings, rows = _of_frame(data)
    elif isinstance(data, Mapping):
        headings, rows = _of_mapping(data)
    else:
        headings, rows = _of_rows(data)
    headings, rows = _chosen(headings, rows, columns)
    return laid_out(headings, rows, caption)


def laid_out(headings: Sequence[str], rows: Sequence[Sequence[Any]], caption: str, below: str = "") -> Shown:
    """Write headings and rows as HTML and as text; all of them are escaped.

    On a narrow page words and numbers stay whole, and a table that is too wide scrolls within itself.

    Args:
        below: A sentence under the table.
    """
    numeric = [
        bool(rows) and all(_is_number(row[place]) or row[place] is None for row in rows)
        for place in range(len(headings))
    ]
    html = ['<div style="overflow-x: auto"><table style="border-collapse: collapse; margin: 0.5em 0">']
    if caption:
        html.append(f'<caption style="text-align: left; font-weight: bold">{escaped(caption)}</caption>')
    if any(headings):
        cells = "".join(
            f'<th scope="col" style="{_CELL}{_breaks(heading, is_heading=True)}{_side(right)}">{_heading(heading)}</th>'
            for heading, right in zip(headings, numeric, strict=True)
        )
        html.append(f"<thead><tr>{cells}</tr></thead>")
    html.append("<tbody>")
    for row in rows:
        texts = [_cell(value) for value in row]
        styles = [f"{_CELL}{_breaks(text)}{_side(right)}" for text, right in zip(texts, numeric, strict=True)]
        cells = "".join(
            f'<th scope="row" style="{style}; font-weight: normal">{_indented(text)}</th>'
            if place == 0
            else f'<td style="{style}">{escaped(text)}</td>'
            for place, (text, style) in enumerate(zip(texts, styles, strict=True))
        )
        html.append(f"<tr>{cells}</tr>")
    if not rows:
        html.append(f'<tr><td colspan="{max(len(headings), 1)}">none</td></tr>')
    html.append("</tbody></table></div>")
    if below:
        html.append(f"<p>{escaped(below)}</p>")
    return Shown("\n".join(html), _as_text(headings, rows, numeric, caption, below))


def _as_text(
    headings: Sequence[str], rows: Sequence[Sequence[Any]], numeric: Sequence[bool], caption: str, below: str
) -> str:
    cells = [list(headings)] if any(headings) else []
    cells += [[_cell(value) for value in row] for row in rows]
    widths = [max((len(row[place]) for row in cells), default=0) for place in range(len(headings))]
    lines = [
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in cells
    ]
    return "\n".join(
        [*([caption] if caption else []), *lines, *([] if rows else ["none"]), *([below] if below else [])]
    )


def _of_result(result: Result) -> tuple[list[str], list[list[Any]]]:
    counts = [one.totals for one in result.modes.values()]
    outcomes, overlays = table_rows(counts)
    shown = [("offered", "offered"), *outcomes, *((name, in_words(name)) for name in overlays)]
    rows = [[label, *(getattr(one, name) for one in counts), MEANINGS[name]] for name, label in shown]
    return ["", *result.modes, "what it counts"], rows


def _of_frame(frame: Any) -> tuple[list[str], list[list[Any]]]:
    named = frame if list(frame.index) == list(range(len(frame))) else frame.reset_index()
    return [str(name) for name in named.columns], [list(row) for row in named.itertuples(index=False, name=None)]


def _of_mapping(data: Mapping[Any, Any]) -> tuple[list[str], list[list[Any]]]:
    if data and all(isinstance(value, Mapping) for value in data.values()):
        inner = list(dict.fromkeys(name for value in data.values() for name in value))
        rows = [[key, *(value.get(name) for name in inner)] for key, value in data.items()]
        return ["", *map(str, inner)], rows
    return ["", ""], [[key, value] for key, value in data.items()]


def _of_rows(data: Any) -> tuple[list[str], list[list[Any]]]:
    if isinstance(data, str | bytes) or not (isinstance(data, Iterable) or _fields(data) is not None):
        raise SimError(f"table() takes a result, a frame, a mapping or rows, not a {type(data).__name__}")
    alone = _fields(data)
    if alone is not None:
        return _of_mapping(alone)
    items = list(data)
    fields = [_fields(item) for item in items]
    named = [own for own in fields if own is not None]
    if named and len(named) == len(items):
        names = list(dict.fromkeys(name for own in named for name in own))
        return [str(name) for name in names], [[own.get(name) for name in names] for own in named]
    rows = [
        list(item) if isinstance(item, Sequence) and not isinstance(item, str | bytes) else [item] for item in items
    ]
    width = max(map(len, rows), default=0)
    for number, row in enumerate(rows, 1):
        if len(row) != width:
            raise SimError(f"row {number} has {len(row)} of {width} cells; give every row the same number")
    return [""] * width, rows


def _fields(item: Any) -> Mapping[Any, Any] | None:
    if isinstance(item, Mapping):
        return item
    if hasattr(item, "_asdict"):
        own: Mapping[Any, Any] = item._asdict()
        return own
    return asdict(item) if is_dataclass(item) and not isinstance(item, type) else None


def _chosen(headings: list[str], rows: list[list[Any]], columns: Columns) -> tuple[list[str], list[list[Any]]]:
    if columns is None:
        return headings, rows
    names = list(columns)
    titles = list(columns.values()) if isinstance(columns, Mapping) else names
    if not rows and not any(headings):
        return titles, rows
    if not any(headings):
        if len(names) != len(headings):
            raise SimError(f"{len(names)} headings for {len(headings)} columns; give one for each column")
        return titles, rows
    missing = [name for name in names if name not in headings]
    if missing:
        there = ", ".join(repr(name) for name in headings)
        raise SimError(f"there is no column called {missing[0]!r}; there are: {there}")
    places = [headings.index(name) for name in names]
    return titles, [[row[place] for place in places] for row in rows]


def _side(right: bool) -> str:
    return "text-align: right" if right else "text-align: left"


def _heading(text: str) -> str:
    """Escape a heading, and let the name of a field go on in a new line after each of its words."""
    return escaped(text).replace("_", "_<wbr>")


def _indented(text: str) -> str:
    """Escape a row's name and keep the spaces before it."""
    bare = text.lstrip(" ")
    return "&nbsp;" * (len(text) - len(bare)) + escaped(bare)


def _breaks(text: str, *, is_heading: bool = False) -> str:
    """Say where a cell's text may go on in a new line: at a space, within a very long word, or nowhere."""
    longest = max(map(len, text.split()), default=0)
    if longest > _LONG_WORD:
        return "overflow-wrap: anywhere; min-width: 14em; "
    is_whole = longest == len(text) and "_" not in text if is_heading else len(text) <= _SHORT
    return "white-space: nowrap; " if is_whole else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(value: Any) -> str:
    """Write a value as people read it."""
    if value is None:
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.10g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
