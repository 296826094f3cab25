"""Words that were given up for those of the field are gone from what people read, write and import."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.yaml_files.renamed import RENAMED

ROOT = Path(__file__).parents[2]
READ = ("README.md", "CONTRIBUTING.md", "docs", "scenarios", "notebooks", "sim")
SUFFIXES = (".md", ".py", ".yaml", ".ipynb", ".html", ".js")
TELLS_OF_OLD = {"upgrading.md", "bull-facts.md", "reliability-model.md", "renamed.py"}
"""Files whose matter is the old words, or the document and the facts as they were measured."""
PHRASES = (
    r"Redis is away",
    r"DatabaseAway",
    r"\bstands? still\b",
    r"\bunwell\b",
    r"\bwell again\b",
    r"What becomes of",
    r"nobody runs it",
    r"retry-herd",
    r"random part\b",
    r"brought to the disk",
    r"look(s)? like (a )?failures? to",
    r"lie over",
    r"Queue minus in-process",
    r"\b(effect-suppressed|worker-trouble)\b",
)
NAMES = frozenset(
    (
        "Breakable",
        "Controls",
        "Lease",
        "HeldBack",
        "timetable",
        "deeds",
        "Touched",
        "note_deed",
        "strike_times",
        "Struck",
        "tally",
        "readout",
        "showing",
        "handing_back",
        "Parked",
        "take_stock",
        "audit",
        "why_not_owner",
        "write_end",
        "WaitingRoom",
        "Line",
        "household",
        "keeper",
        "Staff",
        "wording",
        "looks",
        "canvas",
        "WrongIdea",
        "garbage",
        "canary",
        "free_ids",
        "poke",
        "learn",
        "Glance",
        "open_world",
        "one_point",
        "carry_on",
        "told",
        "telling",
        "witness",
    )
)
"""Modules, classes and functions; words such as ``offered`` are left out, which are also the name of an outcome."""


def texts() -> Iterator[Path]:
    """Every file that a person reads."""
    for top in READ:
        found = [ROOT / top] if (ROOT / top).is_file() else sorted((ROOT / top).rglob("*"))
        for path in found:
            if path.suffix in SUFFIXES and "node_modules" not in path.parts and path.name not in TELLS_OF_OLD:
                yield path


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_phrase_is_gone(phrase: str) -> None:
    """From the terminal, errors, reports, docs, notebooks, exercises and docstrings."""
    pattern = re.compile(phrase, re.IGNORECASE)
    assert [str(path.relative_to(ROOT)) for path in texts() if pattern.search(path.read_text())] == []


def test_a_percent_sign_follows_its_number_without_a_space() -> None:
    """``95%``, as English has it; a remainder in code such as ``37 % 9_500`` is none."""
    pattern = re.compile(r"[\d}] %(?! [\d(])")
    assert [str(path.relative_to(ROOT)) for path in texts() if pattern.search(path.read_text())] == []


def test_no_file_that_is_shipped_says_an_old_key() -> None:
    """Keys that are also words of prose are looked for at the beginning of an entry; ``repeat`` has ``every``."""
    old = "|".join(RENAMED)
    pattern = re.compile(rf"(?m)(^|[{{,]) *(- )?({old}):( |$)")
    shipped = [path for path in texts() if path.suffix in (".yaml", ".md", ".ipynb")]
    assert len(shipped) > 200
    said = {path: re.sub(r".*\brepeat: .*", "", path.read_text()) for path in shipped}
    assert [str(path.relative_to(ROOT)) for path, text in said.items() if pattern.search(text)] == []


def names(path: Path) -> Iterator[str]:
    """A module's name, and those that it defines at its top."""
    yield path.stem
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name.lstrip("_")


def test_a_name_is_gone() -> None:
    """From modules, classes and functions."""
    modules = sorted((ROOT / "sim").rglob("*.py"))
    assert [(path.name, name) for path in modules for name in names(path) if name in NAMES] == []
