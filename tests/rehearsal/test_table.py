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


def test_the_page_has_a_row_for_everything_that_is_chosen() -> None:
    """In that order, at its scale; and the line below says how many they are and how many of them agree."""
    lines = table.PAGE.read_text().partition(table.BEGIN)[2].partition(table.END)[0].splitlines()
    rows = [line for line in lines if line.startswith("| `")]
    assert [row.split(" | ")[:2] for row in rows] == [
        [f"| `{one.path.stem}`", f"1:{one.scale}"] for one in table.chosen()
    ]
    outcomes, times = (sum(row.split(" | ")[place].startswith("agree") for row in rows) for place in (-2, -1))
    slow = sum(one.scale <= 10 for one in table.chosen())
    counted = f"{len(rows)} scenarios, {slow} of them at 1:10: {outcomes} agree in outcomes, {times} in times."
    assert any(line.startswith(counted) for line in lines)
