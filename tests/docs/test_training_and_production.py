"""docs/training-and-production.md sets the two modes apart as the document and the program do."""

import inspect
import re
import shlex
from pathlib import Path

import click
import pytest

from sim.cli import main
from sim.cli.lazy_group import LazyGroup
from sim.engine.run import run
from sim.scenario.queues import DOCUMENTED_QUEUES
from sim.scenario.schema import RedisConfig, Scenario
from tests.conformance.case import CATALOGUE
from tests.conformance.catalogue import __all__ as groups

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "training-and-production.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.M | re.S) for line in block.splitlines()]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_works(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """And has something to say."""
    assert main(shlex.split(command)[3:]) == 0, capsys.readouterr().err
    assert capsys.readouterr().out.strip()


def test_the_rehearsal_could_be_typed() -> None:
    """Its scenario and its option are there; tests/rehearsal rehearses."""
    (command,) = re.findall(r"^python -m sim (rehearse .*)$", PAGE, re.M)
    words = shlex.split(command)
    assert Path(words[1]).exists()
    rehearse = LazyGroup().get_command(click.Context(LazyGroup()), "rehearse")
    assert rehearse is not None
    assert "--scale" in [name for option in rehearse.params for name in option.opts]


def test_both_aims_are_those_of_the_document() -> None:
    """Their focus and their use, by its words."""
    model = (DOCS / "reliability-model.md").read_text(encoding="utf-8").split("## Training vs Production")[1].lower()
    ours = PAGE.split("## What each uses")[0].lower()
    for words in ("understanding", "retry behavior", "failure scenarios", "reliable background processing"):
        assert words in model
        assert words in ours


def test_the_settings_of_training_mode_are_the_defaults_of_the_program() -> None:
    """Semantics, persistence, retention, dead letters, keys and store."""
    table = PAGE.split("<!-- settings -->")[1].split("<!-- end -->")[0]
    training = dict(re.findall(r"^\| ([a-z ,]+?) \| (.*?) \|", table, re.M))
    assert f"`{Scenario.model_fields['semantics'].default}` (the default)" in training["semantics"]
    assert f"`{RedisConfig().persistence}` (the default)" in training["persistence"]
    kept = [DOCUMENTED_QUEUES[name]["remove_on_fail"] for name in ("order", "email", "payment")]
    assert training["retention of failed jobs"].startswith("{} orders, {} emails, {} payments".format(*kept))
    assert training["store"].startswith(inspect.signature(run).parameters["store"].default)


def test_the_number_of_cases_is_that_of_the_catalogue() -> None:
    """And the pages that have the evidence are there."""
    assert groups
    assert f"{len(CATALOGUE)} conformance cases" in PAGE
    links = [link.split("#")[0] for link in re.findall(r"\]\(([\w./#-]+)\)", PAGE)]
    assert [link for link in links if not (DOCS / link).exists()] == []


def test_the_number_of_rehearsals_is_that_of_the_page_on_fidelity() -> None:
    """All of its table, and all agree, in outcomes and in times."""
    fidelity = (DOCS / "fidelity.md").read_text(encoding="utf-8")
    rows = fidelity.split("<!-- rehearsals -->")[1].split("<!-- end -->")[0].splitlines()
    agreeing = sum(row.endswith("| agree | agree |") for row in rows)
    assert agreeing >= 40
    assert agreeing == sum(row.startswith("| `") for row in rows)
    assert f"{agreeing} scenarios were rehearsed and agree, in outcomes and in times" in PAGE
