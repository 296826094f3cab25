"""What experiments say, letter by letter: commands that give a run again, and errors with what would be right."""

import sqlite3
from typing import Any

import pytest

from sim.core.errors import OutputError, SimError
from sim.core.replay import options_of
from sim.engine.run import run
from sim.scenario.load import parse_scenario
from sim.sweeps.plan import Plan
from sim.sweeps.points import Vary, VaryError, as_varies, grid, parse_setting, parse_vary, scenario_at
from sim.sweeps.store import _SCHEMA
from sim.sweeps.store_soundness import DamageError, check_soundness, why_unusable
from sim.sweeps.sweep import sweep_result
from sim.sweeps.worker import Recipe, replay_command, seed_of

TEXT = """
title: Tiny
question: Does it run?
workload:
  - queue: email
    arrivals: {kind: constant, interval: 1s, count: 3}
faults: []
"""


@pytest.mark.parametrize(
    ("modes", "semantics", "settings", "command"),
    [
        (("queue",), None, (), "python -m sim run 'a file.yaml' --mode queue --seed 7 --store memory"),
        (
            ("in-process", "queue"),
            "bull-4.16",
            (("a.b", "{x: 1}"), ("c", "2")),
            "python -m sim run 'a file.yaml' --mode both --seed 7 --store memory --semantics bull-4.16 "
            "--set 'a.b={x: 1}' --set c=2",
        ),
    ],
)
def test_the_command_that_gives_a_run_again_can_be_pasted_into_a_shell(
    modes: Any, semantics: Any, settings: Any, command: str
) -> None:
    """With everything that the run depends on, and quoted."""
    assert replay_command(Recipe(TEXT, "a file.yaml", modes, semantics, 1), settings, 7) == command


def test_a_seed_of_a_run_is_the_same_on_every_machine_for_ever() -> None:
    """Rows of old sweeps can be run again; below 2^63, so that SQLite can hold it."""
    assert [seed_of(1, 1), seed_of(1, 2), seed_of(2, 1)] == [
        2_021_340_933_837_429_789,
        637_987_770_806_161_565,
        6_597_276_115_184_917_555,
    ]
    assert all(0 <= seed_of(3, n) < 2**63 for n in range(1, 200))


@pytest.mark.parametrize("text", ["a.b", "=1", " =1", "a.b=", "a.b=  ", ""])
def test_a_setting_without_a_path_or_a_value_is_refused_with_an_example(text: str) -> None:
    """As a vary is."""
    with pytest.raises(VaryError) as caught:
        parse_setting(text)
    assert str(caught.value) == f"--vary '{text}': expected PATH=VALUE such as workers.email.processes=2"
    with pytest.raises(VaryError) as caught:
        parse_vary(text)
    expected = "expected PATH=VALUE,VALUE such as workers.email.processes=1,2,4"
    assert str(caught.value) == f"--vary '{text}': {expected}"


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("a.b=1", ("a.b", "1")),
        (" a.b = 1,2 ", ("a.b", "1,2")),
        ("a[0].b==x=y", ("a.0.b", "=x=y")),
        ("a[0][12]=x", ("a.0.12", "x")),
    ],
)
def test_a_setting_is_one_path_and_one_value(text: str, setting: tuple[str, str]) -> None:
    """Commas and later signs of equality belong to the value."""
    assert parse_setting(text) == setting


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("a=1,,2", "--vary a=1,,2: value 2 is empty; write null for no value"),
        ("a=1,2,1", "--vary a=1,2,1: 1 is listed twice"),
        (
            "a..b=1",
            "--vary a..b=1: a part of the path is empty; expected names separated by dots, such as faults.0.at",
        ),
        (
            "seed=1",
            "--vary seed=1: every run of a sweep has its own seed; --seed sets the one that they derive from",
        ),
        (
            "modes.0=queue",
            "--vary modes.0=queue: --mode chooses the modes, and every run covers all of them",
        ),
    ],
)
def test_a_vary_that_makes_no_sense_says_why(asked: str, told: str) -> None:
    """Before the scenario is read."""
    with pytest.raises(VaryError) as caught:
        parse_vary(asked)
    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("faults.0.at", "1s", "faults is empty in the scenario, so there is no faults.0"),
        ("workload.1.queue", "x", "workload has 1 entry, workload.0; there is no workload.1"),
        ("title.x", "1", "title is 'Tiny' in the scenario, so it has no x"),
        (
            "workload.0.arrivals.count.x",
            "1",
            "workload[0].arrivals.count is 3 in the scenario, so it has no x",
        ),
    ],
)
def test_a_place_that_is_not_there_is_told_with_those_that_are(path: str, value: str, told: str) -> None:
    """In the words of the scenario."""
    with pytest.raises(VaryError) as caught:
        scenario_at(TEXT, "t", ((path, value),))
    assert str(caught.value) == f"--vary {path}={value}: {told}"


def test_a_change_leaves_the_text_and_all_other_places_alone() -> None:
    """What the file leaves out is made on the way, and several changes add up."""
    changed = scenario_at(TEXT, "t", (("queues.email.attempts", "5"), ("workload.0.arrivals.count", "4")))
    assert changed.queues["email"].attempts == 5
    assert changed.workload[0].arrivals.count == 4
    plain = scenario_at(TEXT, "t", ())
    assert plain.workload[0].arrivals.count == 3
    assert changed.title == plain.title


@pytest.mark.parametrize("values", ["1,2", [], 7, None])
def test_what_a_notebook_varies_is_a_list(values: Any) -> None:
    """A text is no list of its letters."""
    with pytest.raises(VaryError) as caught:
        as_varies({"a.b": values})
    assert str(caught.value) == "--vary a.b: expected a list of values such as [1, 2, 4]"
    assert as_varies({"a[1].b": [1, "x", None, True, 2.5]}) == [("a.1.b", ("1", "x", "null", "true", "2.5"))]


def test_a_grid_of_2_000_points_is_the_largest() -> None:
    """At the limit it is made; one more is refused with the vary that is too much."""
    assert len(grid([Vary("a", tuple("12345")), Vary("b", tuple(map(str, range(400))))])) == 2_000
    with pytest.raises(VaryError) as caught:
        grid([Vary("a", tuple("123")), Vary("b", tuple(map(str, range(667))))])
    assert str(caught.value) == "--vary b: this makes more than 2,000 combinations, the limit of a sweep"


@pytest.mark.parametrize(("one", "other"), [("a.b", "a.b"), ("a.b", "a"), ("a", "a.b.c")])
def test_one_place_is_varied_once_and_the_error_names_the_first(one: str, other: str) -> None:
    """A part of a place counts; a name that only begins alike does not."""
    with pytest.raises(VaryError) as caught:
        grid([Vary(one, ("1",)), Vary(other, ("2",))])
    assert str(caught.value) == f"--vary {other}: {one} is already varied; give all its values in one place"
    assert len(grid([Vary("a.b", ("1",)), Vary("a.bc", ("2",))])) == 1


DAMAGED = "s: is damaged ({}); restore a copy of it, or move it away and run the sweep again"
FOREIGN = "s: is not the database of a sweep; choose another --out"
LOCKED = "s: another process is writing to it; wait until it has ended, or choose another --out"


@pytest.mark.parametrize(
    ("error", "kind", "told"),
    [
        (
            sqlite3.DatabaseError("file is not a database"),
            SimError,
            "s: is not the database of a sweep; choose another --out",
        ),
        (sqlite3.OperationalError("database is locked"), SimError, LOCKED),
        (sqlite3.OperationalError("the file is busy"), SimError, LOCKED),
        (sqlite3.OperationalError("disk is full"), OutputError, "s: cannot be written: disk is full"),
        (sqlite3.OperationalError("malformed page"), SimError, DAMAGED.format("malformed page")),
        (sqlite3.OperationalError("could not decode"), SimError, DAMAGED.format("could not decode")),
        (sqlite3.DatabaseError("disk is full"), SimError, DAMAGED.format("disk is full")),
        (MemoryError(), SimError, DAMAGED.format("MemoryError")),
        (DamageError("odd"), SimError, DAMAGED.format("odd")),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_what_to_do(error: Exception, kind: type, told: str) -> None:
    """Damaged, locked, full and foreign ones differ in what a person does next."""
    found = why_unusable("s", error)
    assert type(found) is kind
    assert str(found) == told


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("ALTER TABLE point ADD COLUMN more", "the table point does not have the columns of a sweep"),
        ("INSERT INTO point VALUES (0, 1.5, 'x')", None),
        ("INSERT INTO point VALUES (0, x'00', 'x')", "the table point has values of a type that no sweep writes"),
        (
            "INSERT INTO failed_run VALUES (1, 1, 'x', 'y', 1, 'z')",
            "the table failed_run has values of a type that no sweep writes",
        ),
        (
            "INSERT INTO run (point, replication, mode) VALUES (1, 1, 'queue')",
            "the table run has values of a type that no sweep writes",
        ),
    ],
)
def test_a_table_that_no_sweep_writes_is_named(harm: str, told: str | None) -> None:
    """Its columns, and the kind of each value; SQLite itself makes a text of a number."""
    connection = sqlite3.connect(":memory:")
    for statement in _SCHEMA:
        connection.execute(statement.replace("NOT NULL", ""))
    check_soundness(connection)
    connection.execute(harm)
    if told is None:
        check_soundness(connection)
    else:
        with pytest.raises(DamageError) as caught:
            check_soundness(connection)
        assert str(caught.value) == told
    connection.close()


def test_seeds_go_where_they_are_given() -> None:
    """To a run, its result, a sweep and each of its rows; left out, the scenario's counts."""
    scenario = parse_scenario(TEXT.replace("faults: []", "seed: 5"), "t")
    assert [run(scenario, seed=seed, store="memory").seed for seed in (None, 0, 7)] == [5, 0, 7]
    for seed in (3, 4):
        rows = sweep_result(TEXT, 2, modes=["queue"], seed=seed, jobs=1).rows
        assert [row.seed for row in rows] == [seed_of(seed, 1), seed_of(seed, 2)]


def test_metrics_need_a_trace_and_say_so() -> None:
    """In one sentence."""
    with pytest.raises(SimError) as caught:
        run(parse_scenario(TEXT, "t"), trace=False, metrics="1s")
    assert str(caught.value) == "metrics are counted from the events of the run; run it with the trace"


def test_semantics_are_given_once() -> None:
    """For the whole sweep, or as what it varies."""
    varied = [parse_vary("semantics=bull-4.16,documented")]
    assert Plan(TEXT, "t", varied).semantics == ("bull-4.16", "documented")
    assert Plan(TEXT, "t", semantics="documented").semantics == ("documented",)
    with pytest.raises(VaryError) as caught:
        Plan(TEXT, "t", varied, semantics="documented")
    assert str(caught.value) == "--vary semantics: --semantics is given too; give only one of them"


@pytest.mark.parametrize("seed", [None, 9])
def test_an_error_of_the_program_itself_carries_the_options_of_its_run(
    seed: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the world could not even be made."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("broken")

    monkeypatch.setattr("sim.engine.simulation.QueueSystem.__init__", broken)
    scenario = parse_scenario(TEXT.replace("faults: []", "seed: 5"), "t")
    with pytest.raises(ZeroDivisionError) as caught:
        run(scenario, modes=["queue"], seed=seed, semantics="bull-4.16", store="memory")
    assert options_of(caught.value) == f"--mode queue --seed {seed or 5} --semantics bull-4.16 --store memory"
