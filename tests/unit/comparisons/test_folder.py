"""The folder of a comparison: the same numbers as JSON, and pictures on the same axes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

import sim
from sim.comparisons.comparison import Comparison
from sim.comparisons.folder import write_comparison
from sim.plots.two_versions import Heading, outcomes_of_two, timelines_of_two
from tests.unit.comparisons.test_compare import incident

HEADING = Heading(("Orders as they are", "Orders " * 60), "20 runs")


@pytest.fixture(scope="module")
def found() -> Comparison:
    """An incident and its cure."""
    name = incident("the-limiter-drops-jobs")
    return sim.compare(name, f"{name}:cured", 3, jobs=1)


def test_the_folder_has_the_json_and_a_picture_for_each_mode(found: Comparison, tmp_path: Path) -> None:
    """Equal comparisons give equal bytes; without pictures those of before go."""
    written = [path.name for path in write_comparison(found, tmp_path)]
    assert written == ["compare.json", "outcomes.png", "timeline-queue.png"]
    assert json.loads((tmp_path / "compare.json").read_text()) == found.as_dict()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write_comparison(found, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    write_comparison(found, tmp_path, plots=False)
    assert [path.name for path in tmp_path.iterdir()] == ["compare.json"]


def test_both_are_drawn_over_time_on_the_same_axes(found: Comparison) -> None:
    """The same ends of time and the same numbers of jobs, each under its letter."""
    assert found.looked_at is not None
    figure = timelines_of_two([result.modes["queue"] for result in found.looked_at], HEADING)
    panels = [ax for ax in figure.axes if ax.get_ylim()[1] > 1]
    assert figure.axes[0].get_xlim()[1] == max(result.modes["queue"].simulated_ms for result in found.looked_at)
    left, right = panels[: len(panels) // 2], panels[len(panels) // 2 :]
    assert left
    for one, other in zip(left, right, strict=True):
        assert one.get_xlim() == other.get_xlim()
        assert one.get_ylim() == other.get_ylim()
    titles = [ax.get_title(loc="left") for ax in figure.axes if ax.get_title(loc="left")]
    assert titles == ["A: queue", "B: queue"]


def test_the_bars_are_the_means_of_each_side(
    found: Comparison, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Per run, as in the table."""
    seen = {}

    def kept(means: Mapping[str, Mapping[str, float]], *rest: Any) -> Figure:
        seen.update(means)
        return outcomes_of_two(means, *rest)

    monkeypatch.setattr("sim.plots.two_versions.outcomes_of_two", kept)
    write_comparison(found, tmp_path)
    delivered = found.modes["queue"].measures["delivered"]
    assert delivered.a.mean != delivered.b.mean
    assert {name: counts["delivered"] for name, counts in seen.items()} == {
        "A queue": delivered.a.mean,
        "B queue": delivered.b.mean,
    }


def test_outcomes_stand_beside_each_other_with_their_numbers() -> None:
    """Duplicated ones are a hatched part; a picture is read without colour."""
    counts = dict.fromkeys(("delivered", "duplicated", "late", "lost", "rejected", "pending"), 0.0)
    counts |= dict.fromkeys(("ignored", "failed_reported", "failed_retained", "failed_evicted", "dead_lettered"), 0.0)
    means = {"A queue": counts | {"delivered": 60.0, "duplicated": 2.5}, "B queue": counts | {"delivered": 57.5}}
    figure = outcomes_of_two(means, HEADING, "{:g}".format)
    (ax,) = figure.axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["A queue", "B queue"] * 2
    assert {text.get_text() for text in ax.texts} >= {"60 (2.5 duplicated)", "57.5", "0"}
    assert [patch.get_hatch() for patch in ax.patches] == ["////", "", ""]


def test_a_heading_names_both_and_is_no_wider_than_the_picture() -> None:
    """A long title is shortened, what follows it is not."""
    first, second = HEADING.lines(10.0).splitlines()
    assert first == "A: Orders as they are · 20 runs"
    assert second.startswith("B: Orders")
    assert second.endswith("… · 20 runs")
    assert len(second) < 180
