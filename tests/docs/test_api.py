"""docs/api.md is what the code says, leaves nothing to guess, and what it shows runs."""

import re
from pathlib import Path

import pytest

import sim
from sim import exercises, notebook, plots
from tests.docs import api_page

TEXT = api_page.PAGE.read_text(encoding="utf-8")


def test_the_page_is_what_signatures_and_docstrings_say() -> None:
    """``python -m tests.docs.api_page`` writes it anew."""
    assert api_page.written() == api_page.page()


def test_a_reader_of_the_page_has_nothing_to_guess() -> None:
    """Every member has a sentence, and every parameter and field a line."""
    assert api_page.undocumented() == []


def test_every_public_name_is_on_the_page() -> None:
    """And is there: what ``__all__`` promises can be had."""
    on_the_page = {path for paths in api_page.SECTIONS.values() for path in paths}
    rooms = {"sim": sim, "sim.plots": plots, "sim.notebook": notebook, "sim.exercises": exercises}
    promised = {f"{room}.{name}" for room, module in rooms.items() for name in module.__all__}
    assert promised - on_the_page == {"sim.__version__", "sim.exercises", "sim.plots"}
    for room, module in rooms.items():
        assert list(module.__all__) == sorted(module.__all__), room
        for name in module.__all__:
            assert getattr(module, name) is not None


def test_links_within_the_page_lead_somewhere() -> None:
    """Anchors as Markdown makes them of headings: small letters, no ticks and dots, dashes for spaces."""
    headings = {
        re.sub(r"[^a-z0-9_ -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in TEXT.splitlines()
        if line.startswith(("## ", "### "))
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= headings
    for target in re.findall(r"\]\(([a-z-]+\.md)\)", TEXT):
        assert (api_page.PAGE.parent / target).is_file()


@pytest.mark.filterwarnings("ignore")  # of pandas
def test_what_the_page_begins_with_runs() -> None:
    """As it stands there, in the folder of the project."""
    blocks = re.findall(r"```python\n(.*?)```", TEXT.split(api_page.MARK)[0], re.S)
    assert len(blocks) == 2
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)
    assert Path("scenarios").is_dir()
    assert names["result"].outcomes["queue"]["duplicated"] == 1
