"""What the table of docs/fidelity.md is made of; nothing is started here."""

from pathlib import Path

import pytest

from sim.rehearsal.rehearse import load_rehearsable
from sim.rehearsal.scale import Scale
from tests.rehearsal import table


def test_what_is_chosen_can_be_rehearsed_at_its_scale() -> None:
    """At least forty at 1:10 or slower, each file once."""
    chosen = table.chosen()
    for one in chosen:
        load_rehearsable(one.path, Scale(one.scale))
    names = [one.path.stem for one in chosen]
    assert len(names) == len(set(names))
    assert sum(one.scale <= 10 for one in chosen) >= 40


def test_a_result_is_kept_for_one_file_and_one_scale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another scale, or a changed scenario, is another rehearsal."""
    monkeypatch.setattr(table, "KEPT", tmp_path)
    path = tmp_path / "calm.yaml"
    path.write_text("title: Calm")
    one = table.Chosen(path, 10)
    one.kept.write_text(f'{{"key": "{one.key}"}}')
    assert table.done(one) == {"key": one.key}
    assert table.done(table.Chosen(path, 20)) is None
    path.write_text("title: Other")
    assert table.done(one) is None


def test_rows_of_what_others_rehearsed_stay_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the same scale; what was rehearsed again replaces its row, and the line below counts both."""
    mine, others, slower = (
        table.Chosen(tmp_path / f"{name}.yaml", scale) for name, scale in (("a", 10), ("b", 20), ("c", 5))
    )
    monkeypatch.setattr(table, "chosen", lambda: [mine, others, slower])
    page = (
        f"before\n{table.BEGIN}| `a` | 1:10 | old | agree | agree |\n| `b` | 1:20 | stays | agree | DISAGREE |\n"
        f"| `c` | 1:20 | of another scale | agree | agree |\n\n2026-01-01; events at most 50 real ms late.\n{table.END}"
    )
    versions = {"bull": "4", "node": "20", "redis": "7"}
    kept = {"row": "| `a` | 1:10 | new | agree | agree |", "versions": versions, "date": "2026-01-03", "late_ms": 7.0}
    text = table.table({mine.path: kept}, page)
    assert [line for line in text.splitlines() if line.startswith("| `")] == [
        "| `a` | 1:10 | new | agree | agree |",
        "| `b` | 1:20 | stays | agree | DISAGREE |",
    ]
    assert "2 scenarios, 1 of them at 1:10 or slower: 2 agree in outcomes, 1 in times." in text
    assert "2026-01-01 and 2026-01-03; events at most 50 real ms late." in text


def test_the_page_has_a_row_for_everything_that_is_chosen() -> None:
    """In that order, at its scale; and the line below says how many they are and how many of them agree."""
    lines = table.PAGE.read_text().partition(table.BEGIN)[2].partition(table.END)[0].splitlines()
    rows = [line for line in lines if line.startswith("| `")]
    assert [row.split(" | ")[:2] for row in rows] == [
        [f"| `{one.path.stem}`", f"1:{one.scale}"] for one in table.chosen()
    ]
    outcomes, times = (sum(row.split(" | ")[place].startswith("agree") for row in rows) for place in (-2, -1))
    slow = sum(one.scale <= 10 for one in table.chosen())
    counted = f"{len(rows)} scenarios, {slow} of them at 1:10 or slower: {outcomes} agree in outcomes, {times} in"
    assert any(line.startswith(f"{counted} times.") for line in lines)
