"""A variant is the same scenario with some values changed, and what is wrong with it is said where it stands."""

from pathlib import Path

import pytest

from sim.core.errors import ScenarioError
from sim.engine.run import run
from sim.scenario.load import load_scenario, parse_scenario, read_text, split_variant
from sim.sweeps.points import scenario_at

TEXT = """title: A failing database
question: Do the retries outlast it?
modes: [queue]
queues:
  email: {service: 1s, attempts: 1}
workload:
  - {queue: email, arrivals: {kind: constant, interval: 1s, count: 20}}
faults:
  - {kind: database-failure, at: 5s, duration: 5s}
expect:
  queue: {not_delivered: 5}
variants:
  cured:
    about: Five attempts with pauses outlast it.
    set:
      queues.email.attempts: 5
      queues.email.backoff: {type: exponential, delay: 2s}
    expect:
      queue: {not_delivered: 0}
"""
SELECTED = f"{TEXT}variant: cured\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write the scenario into a file."""
    path = tmp_path / "database.yaml"
    path.write_text(TEXT)
    return path


def test_without_a_name_the_scenario_is_as_it_stands(file: Path) -> None:
    """Its variants change nothing."""
    plain = load_scenario(file)
    assert (plain.variant, plain.queues["email"].attempts, plain.title) == (None, 1, "A failing database")
    assert run(plain).holds


def test_a_variant_has_its_values_its_expectations_and_its_heading(file: Path) -> None:
    """All else is the scenario's."""
    cured = load_scenario(f"{file}:cured")
    assert cured.queues["email"].attempts == 5
    assert cured.queues["email"].service == 1_000
    assert (cured.title, cured.question) == ("A failing database (cured)", "Five attempts with pauses outlast it.")
    assert cured.expect.queue.total == {"not_delivered": "== 0"}
    assert run(cured).holds


def test_a_variant_without_expectations_has_none() -> None:
    """Those of the scenario speak of other values."""
    text = SELECTED.replace("    expect:\n      queue: {not_delivered: 0}\n", "")
    assert parse_scenario(text).expect.queue.total == {}


def test_a_long_title_is_shortened_for_its_variant() -> None:
    """The limit of 120 characters holds for both."""
    text = SELECTED.replace("A failing database", "x" * 120)
    title = parse_scenario(text).title
    assert len(title) == 120
    assert title.endswith("x… (cured)")


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (
            "attempts: 5",
            "attempts: 0",
            "s:16:30: queues.email.attempts: expected a whole number from 1 to 1,000, not the number 0",
        ),
        ("{not_delivered: 0}", "{lots: 0}", "s:19:15: expect.queue.lots: "),
        (
            "queues.email.attempts: 5",
            "faults.1.at: 5s",
            "s:16:7: variants.cured.set.faults.1.at: faults has 1 entry, faults.0; there is no faults.1",
        ),
        ("queues.email.attempts: 5", "title: Cured", "s:16:7: variants.cured.set.title: a variant cannot change title"),
        (
            "queues.email.attempts: 5",
            "variants.x: 5",
            "s:16:7: variants.cured.set.variants.x: a variant cannot change variants",
        ),
        ("variant: cured", "variant: curd", "s:20:10: variant: there is no variant 'curd'; did you mean `cured`?"),
        ("variant: cured", "variant: other", "s:20:10: variant: there is no variant 'other'; it has cured"),
        ("variant: cured", "variant: 5", "s:20:10: variant: there is no variant 5; it has cured"),
        ("    about: Five attempts with pauses outlast it.\n", "", "s:13:3: variants.cured.about: is missing"),
    ],
)
def test_what_is_wrong_with_a_variant_is_said_where_it_stands(old: str, new: str, error: str) -> None:
    """A changed value is found in the variant, under the path that it has in the scenario."""
    assert old in SELECTED
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(SELECTED.replace(old, new), "s")
    assert any(line.startswith(error) for line in caught.value.args), caught.value.args


def test_a_scenario_without_variants_says_so() -> None:
    """In place of a suggestion."""
    text = TEXT[: TEXT.index("variants:")] + "variant: cured\n"
    with pytest.raises(ScenarioError, match="there is no variant 'cured': this scenario has no variants"):
        parse_scenario(text)


def test_a_sweep_can_vary_the_variant_and_change_values_on_top_of_it() -> None:
    """In whichever order they are given."""
    for settings in (
        (("variant", "cured"), ("queues.email.attempts", "7")),
        (("queues.email.attempts", "7"), ("variant", "cured")),
    ):
        email = scenario_at(TEXT, "s", settings).queues["email"]
        assert email.attempts == 7
        assert email.backoff is not None


def test_a_file_whose_name_has_a_colon_is_that_file(tmp_path: Path) -> None:
    """A variant is only looked for where there is no such file."""
    odd = tmp_path / "a.yaml:cured"
    odd.write_text(TEXT)
    (tmp_path / "a.yaml").write_text(TEXT)
    assert split_variant(odd) == (odd, None)
    assert read_text(odd) == TEXT
    assert split_variant(tmp_path / "b.yaml:cured") == (tmp_path / "b.yaml:cured", None)
