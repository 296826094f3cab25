"""The HTML report and the results folder."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sim.core.errors import OutputError
from sim.engine.run import run
from sim.reports.html import render_report
from sim.reports.pictures import Picture, draw_pictures
from sim.reports.results_folder import packed_trace, write_results
from sim.reports.tables import print_result
from sim.reports.terminal import Terminal
from sim.results.result import Result
from sim.results.trace import LINES_AT_ONCE, Event, Trace
from sim.scenario.load import load_scenario
from tests.unit.plots.test_timeline_plot import crashes, storm
from tests.unit.results.traces import large_result, small_result

FILES = ["result.json", "trace.ndjson.gz", "outcomes.png", "timeline.png", "jobs.png", "report.html"]
MAX_READINGS = 10
"""Trace, metrics, what was broken, losses (three), depth, what happened to the jobs, and single jobs (two)."""


class Outline(HTMLParser):
    """Collects the tags of a page with their attributes, and checks that they are closed in order."""

    VOID = frozenset({"meta", "img", "source", "br", "link"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that it closes the one that is open."""
        assert tag == self.open.pop()


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    """The pictures of the small result."""
    return draw_pictures(small_result())


@pytest.fixture(scope="module")
def page(pictures: list[Picture]) -> str:
    """The report of the small result."""
    return render_report(small_result(), pictures)


def test_page_is_well_formed_and_says_its_language(page: str) -> None:
    """Every tag is closed, in order."""
    outline = Outline(page)

    assert outline.open == []
    assert outline.tags[0] == ("html", {"lang": "en"})
    assert [tag for tag, _attrs in outline.tags].count("h1") == 1


def test_page_needs_nothing_from_elsewhere(page: str) -> None:
    """No script, no address, every picture inside the file."""
    outline = Outline(page)
    sources = [a.get("src") or a.get("srcset") or a.get("href") for tag, a in outline.tags if tag in ("img", "source")]

    assert "script" not in {tag for tag, _attrs in outline.tags}
    assert not re.search(r"https?://", page)
    assert len(sources) == 6
    assert all(source is not None and source.startswith("data:image/png;base64,") for source in sources)


def test_every_picture_has_words_with_its_numbers(page: str) -> None:
    """Who does not see a picture hears what it shows."""
    alts = [attrs["alt"] or "" for tag, attrs in Outline(page).tags if tag == "img"]

    assert "Of 6 emails, 4 were delivered, 2 of them twice" in alts[0]
    assert "4 of 6 delivered" in alts[1]
    assert "email-1 frozen from 10.5 s to 1 min 30 s" in alts[1]
    assert "2 of them with a second effect" in alts[2]


def test_every_picture_is_followed_by_a_table_of_its_numbers(page: str) -> None:
    """Tables have captions, and their headings say what they head."""
    outline = Outline(page)
    names = [tag for tag, _attrs in outline.tags]
    after = names[names.index("figure") :]

    assert names.count("table") == names.count("caption") >= 5
    assert all("scope" in attrs for tag, attrs in outline.tags if tag == "th")
    assert 3 == after.count("figure") == after.count("figcaption")
    assert all("table" in part.split(" ") for part in " ".join(after).split("figure ")[1:])


def test_numbers_of_the_tables_are_those_of_the_result(pictures: list[Picture]) -> None:
    """A table repeats its picture."""
    outcomes = {row[0]: row[1:] for row in pictures[0].tables[0].rows}
    broken = [row[0] for row in pictures[1].tables[-1].rows]

    assert outcomes["delivered"] == ["3", "4"]
    assert broken == ["application down", "email-1 down", "email-1 frozen", "Redis down (power-loss)"]
    assert len(pictures[2].tables[0].rows) == 12


def test_title_cannot_bring_markup_into_the_page(pictures: list[Picture]) -> None:
    """What a scenario says is text."""
    evil = '<script>alert("x")</script>'
    page = render_report(small_result(title=evil, question=evil, story=evil), pictures)

    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 4


def test_verdict_is_words_and_not_only_a_colour(page: str) -> None:
    """A violated expectation is called so."""
    assert "1 of 3 expectations is VIOLATED." in page
    assert ">VIOLATED<" in page


def test_folder_holds_the_named_files_and_nothing_else(tmp_path: Path) -> None:
    """Every run writes the same names, and leaves no half-written file."""
    written = write_results(small_result(), tmp_path / "new" / "folder")

    assert [path.name for path in written] == FILES
    assert sorted(FILES) == sorted(path.name for path in (tmp_path / "new" / "folder").iterdir())


def test_equal_results_give_equal_files(tmp_path: Path) -> None:
    """All six files are the same byte for byte."""
    first = write_results(small_result(), tmp_path / "a")
    second = write_results(small_result(), tmp_path / "b")

    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_trace_holds_both_modes_and_no_time_of_writing(tmp_path: Path) -> None:
    """The packed trace is the traces' lines, in-process first."""
    result = small_result()
    packed = write_results(result, tmp_path, plots=False)[1].read_bytes()
    lines = gzip.decompress(packed).decode().splitlines()

    assert packed[4:8] == b"\0\0\0\0"
    assert packed[3] == 0
    assert [line for one in result.modes.values() for line in one.trace.lines()] == lines


def test_result_file_is_the_json_contract(tmp_path: Path) -> None:
    """Keys keep their order, and the file ends with a newline."""
    text = write_results(small_result(), tmp_path, plots=False)[0].read_text()

    assert json.dumps(small_result().as_dict(), indent=2) + "\n" == text


def test_without_plots_only_data_is_written(tmp_path: Path) -> None:
    """Pictures and report are left out together."""
    assert FILES[:2] == [path.name for path in write_results(small_result(), tmp_path, plots=False)]


def test_file_in_place_of_the_folder_is_a_clear_error(tmp_path: Path) -> None:
    """The error names the path."""
    target = tmp_path / "taken"
    target.write_text("here first")

    with pytest.raises(OutputError, match="taken"):
        write_results(small_result(), target)
    assert target.read_text() == "here first"


def test_every_table_scrolls_within_a_box_of_its_own(page: str) -> None:
    """A box can be reached with the keyboard, has a name, and shows a shade where the table goes on."""
    tags = Outline(page).tags
    before = [tags[place - 1] for place, (tag, _attrs) in enumerate(tags) if tag == "table"]

    assert len(before) >= 5
    for tag, attrs in before:
        assert (tag, attrs["class"], attrs["tabindex"], attrs["role"]) == ("div", "scroll", "0", "region")
        assert attrs["aria-label"]
    assert "local," in page[page.index(".scroll {") : page.index(".scroll::")]


@pytest.mark.parametrize("make", [large_result, storm, crashes])
def test_a_report_lists_a_bounded_number_of_rows_and_steps(make: Callable[[], Result]) -> None:
    """However many jobs, starts or crashes there were; it says where the others are."""
    result = make()
    page = render_report(result, draw_pictures(result))
    words = re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "", page)

    assert words.count("<tr>") < 200
    assert len(words) < 60_000
    assert "trace.ndjson.gz" in words


def test_a_packed_trace_is_the_same_however_long_it_is() -> None:
    """It is written in pieces of some thousand lines."""
    result = large_result(1_000)
    lines = [line for one in result.modes.values() for line in one.trace.lines()]

    assert len(lines) > 2 * LINES_AT_ONCE
    assert gzip.decompress(packed_trace(result)).decode() == "".join(f"{line}\n" for line in lines)


def test_thousands_of_jobs_make_a_report_of_reasonable_size() -> None:
    """A report of 5,000 jobs is still easy to send."""
    result = large_result()

    assert len(render_report(result, draw_pictures(result))) < 3_000_000


def test_a_report_goes_through_each_ledger_a_few_times_however_much_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reading costs a part of the run: what several readers need, such as what was broken when, is read once."""
    scenario = load_scenario(Path("scenarios/02-redis-failures/crash-without-persistence.yaml"))
    result = run(scenario, store="memory", metrics="1s")
    assert any(one.totals.lost for one in result.modes.values())
    readings: list[Trace] = []
    whole, since = Trace.__iter__, Trace.since

    def count(trace: Trace) -> Iterator[Event]:
        readings.append(trace)
        return whole(trace)

    def count_new(trace: Trace, place: int) -> Iterator[Event]:
        if place < len(trace):
            readings.append(trace)
        return since(trace, place)

    monkeypatch.setattr(Trace, "__iter__", count)
    monkeypatch.setattr(Trace, "since", count_new)
    print_result(result, Terminal())
    write_results(result, tmp_path)

    for one in result.modes.values():
        assert sum(trace is one.trace for trace in readings) <= MAX_READINGS
