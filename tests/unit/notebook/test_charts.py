"""The pictures of the lessons are drawn of any numbers."""

import pytest

import sim
from sim.notebook import changed
from sim.notebook.charts import bars, kept_and_failed, lifetimes, marks, moments, pairs


def test_bars_have_a_panel_for_each_heading_and_a_bar_for_each_row_and_series() -> None:
    """With the number beside each."""
    numbers = {"a": {"x": {"lost": 1, "twice": 2}, "y": {"lost": 0, "twice": 4}}}
    figure = bars({**numbers, "b": numbers["a"]}, "emails")
    assert [axes.get_title(loc="left") or axes.get_title() for axes in figure.axes] == ["a", "b"]
    assert [len(axes.patches) for axes in figure.axes] == [4, 4]
    assert sorted(text.get_text() for text in figure.axes[0].texts) == ["0", "1", "2", "4"]


def test_lifetimes_have_a_mark_for_each_job_and_the_line_to_reach() -> None:
    """Delivered jobs and failed ones apart."""
    scenario = changed("03-database-failures/longer-than-the-retries.yaml", {})
    jobs = sim.run(scenario, modes=["queue"]).modes["queue"].jobs
    (axes,) = lifetimes(jobs, 5, 65).axes
    delivered = sum(job.outcome == "delivered" for job in jobs)
    assert [len(one.get_offsets()) for one in axes.collections[:2]] == [delivered, len(jobs) - delivered]


@pytest.mark.parametrize(
    "figure",
    [
        kept_and_failed([0, 1, 2], [0, 3, 5], [0, 2, 2], (0.5, 1.5)),
        moments({"order": [0, 2, 6], "email": [0, 1]}, "Starts", "s"),
        marks({"patient": (2, 29), "hammer": (7, 29)}, "Costs", "attempts", "missing"),
        pairs([1, 2], [2, 1], "before", "after"),
    ],
)
def test_each_picture_has_one_panel_with_both_axes_named_or_rows_labelled(figure: object) -> None:
    """So that it can be read without the lesson."""
    (axes,) = figure.axes
    assert axes.get_xlabel()
    assert axes.get_ylabel() or [tick.get_text() for tick in axes.get_yticklabels()] == ["order", "email"]
