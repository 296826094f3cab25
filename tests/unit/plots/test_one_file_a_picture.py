"""A picture is one file: whatever a report and a results folder need of it stands there."""

import re
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from sim import plots
from sim.engine.run import run
from sim.plots import runs, sweeps
from sim.plots.runs import picture_names, run_pictures
from sim.plots.sweeps import sweep_picture_kinds
from sim.reports.results_folder import file_names, write_results
from sim.results.result import Result
from tests.unit.results.traces import small_result

THROW_AWAY = '''
"""Picture: a throw-away."""

from sim.plots.figure_style import new_figure
from sim.plots.picture import Content, NumberTable, RunPicture


def _content(result):
    table = NumberTable("Modes, counted", ["", "modes"], [["of the run", str(len(result.modes))]])
    return Content(new_figure(2, 1), new_figure(1, 1), "Nothing is drawn here.", "How to read nothing.", [table])


PICTURE = RunPicture("A picture of nothing", 15, _content)
'''


@pytest.fixture
def throw_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more file in the folder of pictures."""
    (tmp_path / "empty_frame.py").write_text(THROW_AWAY)
    monkeypatch.setattr(runs, "__path__", [*runs.__path__, str(tmp_path)])


@pytest.mark.usefixtures("throw_away")
def test_one_more_file_is_one_more_picture_in_folder_and_report(tmp_path: Path) -> None:
    """With its title, its words and its numbers, in its place; nothing else has to know of it."""
    folder = tmp_path / "out"
    write_results(small_result(), folder)

    assert (folder / "empty-frame.png").read_bytes().startswith(b"\x89PNG")
    report = (folder / "report.html").read_text()
    headings = re.findall(r"<h2>(.*?)</h2>", report)
    assert [one for one in headings if one in ("Outcomes", "A picture of nothing", "Jobs over time")] == [
        "Outcomes",
        "A picture of nothing",
        "Jobs over time",
    ]
    for words in ('alt="Nothing is drawn here."', "How to read nothing.", "Modes, counted", "of the run", "<td>2</td>"):
        assert words in report


@pytest.mark.usefixtures("throw_away")
def test_one_more_picture_of_an_earlier_run_is_replaced_too(tmp_path: Path) -> None:
    """A run without pictures leaves none of another run behind."""
    folder = tmp_path / "out"
    write_results(small_result(), folder)
    write_results(small_result(), folder, plots=False)
    assert [path.name for path in folder.glob("*.png")] == []


@pytest.fixture(scope="module")
def sampled() -> Result:
    """A run that every picture has something to show of."""
    return run("scenarios/07-monitoring/away-and-it-looks-empty.yaml", store="memory")


@pytest.mark.parametrize("name", picture_names())
def test_every_picture_is_complete(name: str, sampled: Result) -> None:
    """A heading, two widths, words, how to read it, numbers, and a function of its name that returns axes."""
    content = run_pictures()[name].content(sampled)
    assert content is not None
    assert content.wide.get_figwidth() > content.narrow.get_figwidth()
    assert len(content.alt) > 40
    assert content.caption.endswith(".")
    for table in content.tables:
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.headings)}
    figure = getattr(plots, name.replace("-", "_"))(sampled).figure
    assert isinstance(figure, Figure)


@pytest.mark.parametrize("name", picture_names())
def test_every_picture_can_be_drawn_into_axes_of_somebody_else(name: str, sampled: Result) -> None:
    """It stays in their place and returns them."""
    figure = Figure(figsize=(10, 6), layout="constrained")
    left, right = figure.subplots(1, 2)
    assert getattr(plots, name.replace("-", "_"))(sampled, left) is left
    figure.savefig("/dev/null", format="png")
    assert all(ax.get_position().x1 <= right.get_position().x0 for ax in figure.axes if ax is not right)


def test_pictures_have_a_place_and_a_title_of_their_own() -> None:
    """So that their order in a report is said by nobody else."""
    found = run_pictures().values()
    assert len({picture.place for picture in found}) == len({picture.title for picture in found}) == len(found)
    order = ["outcomes", "timeline", "jobs", "monitoring"]
    assert [name for name in run_pictures() if name in order] == order
    assert [picture.name for picture in sweep_picture_kinds()] == ["outcomes", "heat-map", "distribution"]


def test_every_picture_of_the_package_can_be_called_by_its_name() -> None:
    """Those of runs and of sweeps are all that ``sim.plots`` offers."""
    stems = {path.stem for room in (runs, sweeps) for path in Path(room.__path__[0]).glob("[a-z]*.py")}
    assert set(plots.__all__) == stems


def test_the_results_folder_knows_the_name_of_every_picture() -> None:
    """They are what an earlier run may have left there."""
    pictures = {name for name in file_names() if name.endswith(".png")}
    assert pictures == {f"{name}.png" for name in picture_names()}
