"""From the options of Bull to a scenario: every option is converted, or named with the reason why it is not."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.bull_import.answer import QUEUE
from sim.bull_import.options import OPTIONS
from sim.bull_import.read import ImportRefused, read_options, scenario_name
from sim.bull_import.report import became
from sim.bull_import.write import scenario_text
from sim.cli import main
from sim.engine.run import run
from sim.scenario.load import parse_scenario
from sim.scenario.schema import Scenario
from tests.docs.option_table import EXAMPLES

CONFIGURATIONS = sorted((Path(__file__).parent / "configurations").iterdir())


def text_of(options: dict[str, Any]) -> str:
    """The scenario that is written for options."""
    return scenario_text(read_options(json.dumps(options), "options.json"), "options.json", "python -m sim", "x.yaml")


def scenario_of(options: dict[str, Any]) -> Scenario:
    """The same, loaded."""
    return parse_scenario(text_of(options))


@pytest.mark.parametrize("file", CONFIGURATIONS, ids=lambda file: file.stem)
def test_configurations_of_public_repositories_come_through(file: Path) -> None:
    """Every option stands in the scenario by its name, and the scenario runs."""
    queues = read_options(file.read_text(), file.name)
    text = scenario_text(queues, file.name, "python -m sim", "x.yaml")
    (given_options,) = queues.values()
    assert [one.option for one in given_options if one.option not in text] == []
    assert run(parse_scenario(text), store="memory", max_steps=1_000_000).modes["queue"].totals.offered > 0


def test_every_option_has_an_example() -> None:
    """And so a row in the docs."""
    assert EXAMPLES.keys() == OPTIONS.keys()


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.sets(st.sampled_from(sorted(OPTIONS)), min_size=1))
def test_any_options_together_make_a_scenario_that_names_them_all(chosen: set[str]) -> None:
    """Whatever is given with what."""
    options: dict[str, Any] = {"name": "mixed"}
    for option in sorted(chosen):
        group, dot, name = option.rpartition(".")
        (options.setdefault(group, {}) if dot else options)[name if dot else option] = EXAMPLES[option]
    text = text_of(options)
    parse_scenario(text)
    overridden = {f"defaultJobOptions.{one.removeprefix('add.')}" for one in chosen if one.startswith("add.")}
    assert [option for option in sorted(chosen - overridden) if option not in text] == []


@pytest.mark.parametrize("option", ["removeOnComplete", "removeOnFail"])
def test_ages_and_drain_delays_are_seconds_and_all_else_milliseconds(option: str) -> None:
    """As Bull reads them."""
    scenario = scenario_of(
        {
            "name": "a",
            "settings": {"drainDelay": 7, "lockDuration": 7_000},
            "defaultJobOptions": {option: {"age": 7}, "timeout": 7_000},
        }
    )
    queue, workers = scenario.queues["a"], scenario.workers["a"]
    kept = queue.remove_on_complete if option == "removeOnComplete" else queue.remove_on_fail
    assert (getattr(kept, "age", None), workers.drain_delay, workers.lock_duration, queue.timeout) == (7_000,) * 4


def test_what_is_not_given_is_as_in_bull() -> None:
    """Also for a queue that has the name of a documented one."""
    order = scenario_of({"name": "order", "concurrency": 3}).queues["order"]
    assert (order.attempts, order.backoff, order.remove_on_fail) == (1, None, False)


def test_options_of_add_come_before_the_defaults() -> None:
    """As in Bull."""
    options = {"name": "a", "add": {"attempts": 2}, "defaultJobOptions": {"attempts": 9}}
    assert scenario_of(options).queues["a"].attempts == 2


def test_several_queues_stand_by_name() -> None:
    """Their names become what a scenario can have."""
    options = {"queues": {"pdf-render": {"concurrency": 2}, "2nd:mail": {"add": {"repeat": {"every": 60_000}}}}}
    scenario = scenario_of(options)
    assert list(scenario.queues) == ["pdf_render", "q2nd_mail"]
    assert scenario.workers["pdf_render"].concurrency == 2
    assert scenario_name("x" * 60) == "x" * 40


def test_arithmetic_in_quotes_is_multiplied_out() -> None:
    """As it stands in people's code."""
    kept = scenario_of({"add": {"removeOnFail": {"age": "7 * 24 * 3600"}}}).queues["imported"].remove_on_fail
    assert getattr(kept, "age", None) == 7 * 24 * 3_600_000


def test_a_strategy_without_its_answers_is_not_modelled() -> None:
    """It says how to say what it answers, and no other backoff takes its place."""
    (given_options,) = read_options('{"add": {"backoff": {"type": "mine"}}}', "o.json").values()
    assert became(given_options[0]).startswith("not modelled: mine: a custom strategy is your own code")
    assert scenario_of({"add": {"backoff": {"type": "mine"}}}).queues["imported"].backoff is None


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            '{"settings": {"lockDuraton": 5}}',
            "o:1:15: settings.lockDuraton: settings has no option lockDuraton in Bull 4.16.5; "
            "did you mean `lockDuration`?",
        ),
        (
            '{"attempts": 5}',
            "o:1:2: attempts: a queue has no option attempts in Bull 4.16.5; it belongs under defaultJobOptions",
        ),
        (
            '{"settings": {"lockDuration": "30s"}}',
            "o:1:31: settings.lockDuration: expected a number of milliseconds, not the text '30s'",
        ),
        (
            '{"settings": {"lockDuration": -1}}',
            "o:1:31: settings.lockDuration: expected a number of milliseconds of at least 0, not -1",
        ),
        ('{"settings": 5}', "o:1:14: settings: expected an object with options"),
        ('{"add": {"attempts": 1.5}}', "o:1:22: add.attempts: expected a whole number, not 1.5"),
        ('{"add": {"lifo": 1}}', "o:1:18: add.lifo: expected true or false, not 1"),
        ('{"add": {"removeOnFail": {"days": 1}}}', "o:1:26: add.removeOnFail: has no days; it has age and count"),
        (
            '{"add": {"repeat": {"cron": "* * * * *", "every": 5}}}',
            "o:1:20: add.repeat: expected every or cron, and not both",
        ),
        ('{"limiter": {"max": 5}}', "o:1:13: limiter: expected max and duration; Bull accepts no limiter without both"),
        ("[]", "o:1:1: expected what one passes to new Queue(), such as {name: order, settings: ...}"),
        ('{"queues": {}}', "o:1:12: queues: expected at least one queue"),
        (
            '{"queues": {"a-b": {}, "a:b": {}}}',
            "o:1:24: queues.a:b: a-b and a:b would both be called a_b in the scenario",
        ),
        ('{"queues": {"a": 5}}', "o:1:18: queues.a: expected the options of a queue"),
    ],
)
def test_what_bull_does_not_know_is_refused_where_it_stands(text: str, error: str) -> None:
    """With what would be right; nothing is guessed."""
    with pytest.raises(ImportRefused) as caught:
        read_options(text, "o")
    assert str(caught.value) == error


def test_the_command_writes_a_scenario_and_says_what_became_of_each_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It overwrites nothing, and what it says fits 80 columns."""
    monkeypatch.chdir(tmp_path)
    Path("mine.json").write_text('{"name": "mail", "redis": {"host": "r", "retryStrategy": "f"}, "concurrency": 4}')
    assert main(["import", "mine.json"]) == 0
    told = capsys.readouterr().out
    assert "3 options: 1 not modelled." in told
    assert "wrote mine.yaml" in told
    assert max(map(len, told.splitlines())) <= 80
    assert main(["check", "mine.yaml"]) == 0
    assert main(["import", "mine.json"]) == 2
    assert "mine.yaml: already exists" in capsys.readouterr().err
    Path("own.yaml").write_text("name: mail\n")
    assert main(["import", "own.yaml"]) == 0
    assert Path("own-scenario.yaml").exists()
    assert QUEUE not in Path("own-scenario.yaml").read_text()


@pytest.mark.parametrize("text", ["", "{", "a: 1\n\tb: 2", '{"name": 5}', '{"queues": {}}', '{"name": ""}'])
def test_no_file_ends_in_a_traceback(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bad input is exit code 2."""
    (tmp_path / "o.json").write_text(text)
    assert main(["import", str(tmp_path / "o.json"), str(tmp_path / "x")]) in (0, 2)
    assert "Traceback" not in capsys.readouterr().err
