"""The picture of monitoring: what is drawn, read back from the axes."""

import pytest
from matplotlib.figure import Figure

from sim.engine.run import run
from sim.plots.runs.monitoring import HEALTH_LOOKS, MAX_STRIPS, monitoring_figure
from sim.reports.pictures import draw_pictures
from sim.results.health import Status
from sim.results.result import Result
from sim.scenario.load import parse_scenario
from tests.unit.results.traces import small_result

SCENARIO = "scenarios/07-monitoring/away-and-it-looks-empty.yaml"


@pytest.fixture(scope="module")
def result() -> Result:
    """Redis is down for three minutes."""
    return run(SCENARIO, store="memory")


@pytest.fixture(scope="module")
def figure(result: Result) -> Figure:
    """Its picture."""
    return monitoring_figure(result.modes["queue"])


def texts(figure: Figure) -> list[str]:
    """Everything that is written in the strips."""
    return [text.get_text() for axes in figure.axes[:-2] for text in axes.texts]


def test_faults_workers_and_alerts_have_a_strip_each(figure: Figure) -> None:
    """Those alerts that were ever pending."""
    assert texts(figure) == ["Redis unreachable", "payment-1", "payment-2", "RedisDown", "SubmitsFail"]


def test_a_worker_s_strip_changes_when_its_health_does(figure: Figure) -> None:
    """Down from 5 s after Redis went until it is back."""
    down = [bar for bar in figure.axes[1].patches if bar.get_hatch() == HEALTH_LOOKS[Status.DOWN].hatch]
    boxes = [box for bar in down for box in bar.get_path().to_polygons()]
    spans = [(box[:, 0].min(), box[:, 0].max()) for box in boxes]
    assert spans == [(125_000, 300_000)] * 2


def test_the_lines_have_a_gap_while_nobody_can_read_the_queue(figure: Figure) -> None:
    """And not a zero."""
    (line,) = figure.axes[-2].lines
    t_ms, depth = line.get_data()
    missing = [int(t) for t, value in zip(t_ms, depth, strict=True) if value != value]
    assert (missing[0], missing[-1]) == (120_000, 295_000)


def test_many_workers_share_a_strip_for_their_queue() -> None:
    """There is no room for all of them."""
    from sim.scenario.load import parse_scenario

    scenario = parse_scenario(
        "title: t\nquestion: q\nmetrics: {}\nworkload: [{queue: email, arrivals: {kind: times, at: [0s]}}]\n"
        f"workers: {{email: {{processes: {MAX_STRIPS + 1}}}}}"
    )
    assert "queue email" in texts(monitoring_figure(run(scenario, store="memory").modes["queue"]))


def test_the_report_has_the_picture_only_where_samples_were_taken(result: Result) -> None:
    """With its tables, its words for those who do not see it, and a narrow version."""
    picture = draw_pictures(result)[-1]
    assert picture.name == "monitoring"
    assert [table.caption for table in picture.tables] == [
        "Faults and what detected them",
        "Alerts",
        "Health of workers",
    ]
    assert "The only fault was detected; there was no false alarm." in picture.alt
    assert picture.narrow_png.startswith(b"\x89PNG")
    assert [one.name for one in draw_pictures(small_result())] == ["outcomes", "timeline", "jobs"]


def test_the_legend_names_what_is_in_the_picture_and_nothing_else(figure: Figure) -> None:
    """Nobody was degraded in this run, and where nobody works there is no health at all."""
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "healthy",
        "down",
        "alert pending",
        "alert firing",
    ]
    nobody = monitoring_figure(run(parse_scenario(NOBODY_FOR_TEN_DAYS), store="memory").modes["queue"])
    assert [text.get_text() for text in nobody.legends[0].get_texts()] == ["alert firing"]


NOBODY_FOR_TEN_DAYS = """\
title: Nobody works
question: How old is the oldest?
modes: [queue]
duration: 240h
workload: [{queue: email, arrivals: {kind: constant, interval: 6h, count: 40}}]
workers: {email: {processes: 0}}
alerts: [{name: Backlog, metric: waiting, when: "> 5"}]
metrics: {interval: 1h}
"""


def test_ages_are_read_in_the_unit_that_people_use() -> None:
    """Ten days are no 860,000 seconds."""
    figure = monitoring_figure(run(parse_scenario(NOBODY_FOR_TEN_DAYS), store="memory").modes["queue"])
    figure.draw_without_rendering()
    age = figure.axes[-1]
    assert age.get_ylabel() == "oldest's age (d)"
    assert {"0", "5"} < {text.get_text() for text in age.get_yticklabels()}
