"""What a sweep varies."""

import re

import pytest

from sim.core.errors import ScenarioError
from sim.sweeps.points import VaryError, as_varies, check_points, grid, parse_vary, scenario_at

TEXT = """
title: Tiny
question: Does it run?
workload:
  - queue: email
    arrivals: {kind: constant, interval: 1s, count: 3}
faults:
  - {kind: redis-outage, at: 1s, duration: 2s}
  - {kind: worker-crash, at: 1s, target: email-1}
"""


@pytest.mark.parametrize(
    ("vary", "values"),
    [
        ("a.b=1,2,4", ("1", "2", "4")),
        (" a.b = 1 , 2 ", ("1", "2")),
        ("a.b=[1, 2],[3]", ("[1, 2]", "[3]")),
        ("a.b={kind: x, y: [1, 2]},30s", ("{kind: x, y: [1, 2]}", "30s")),
        ("a.b='x,y',z", ("'x,y'", "z")),
        ("a.b=null", ("null",)),
    ],
)
def test_commas_separate_values_outside_brackets_and_quotes(vary: str, values: tuple[str, ...]) -> None:
    """Values are written as a scenario file would write them."""
    assert parse_vary(vary) == ("a.b", values)


def test_entries_of_lists_may_be_written_with_brackets() -> None:
    """As errors write them."""
    assert parse_vary("faults[0].duration=1s").path == "faults.0.duration"


def test_every_combination_is_a_point_and_the_last_varies_fastest() -> None:
    """In the order in which they were given; nothing varied is one point."""
    points = grid([parse_vary("a=1,2"), parse_vary("b=x,y")])
    assert [tuple(value for _path, value in point) for point in points] == [
        ("1", "x"),
        ("1", "y"),
        ("2", "x"),
        ("2", "y"),
    ]
    assert grid([]) == [()]


@pytest.mark.parametrize(
    ("vary", "told"),
    [
        ("workers.email.processes", "expected PATH=VALUE"),
        ("=1", "expected PATH=VALUE"),
        ("workers.email.processes=", "expected PATH=VALUE"),
        ("workers.email.processes=1,,2", "value 2 is empty"),
        ("workers.email.processes=1,1", "1 is listed twice"),
        ("workers..processes=1", "a part of the path is empty"),
        ("seed=1,2", "--seed sets the one"),
        ("modes=[queue]", "--mode chooses"),
        ("workers.email.proceses=1", "unknown key; did you mean `processes`?"),
        ("workers.emial.processes=1", "there is no queue 'emial'; did you mean `email`?"),
        ("workers.email.processes=two", "expected a whole number"),
        ("redis.persistence=rbd", "did you mean `rdb`?"),
        ("database.latency=5", "which has no unit"),
        ("faults.2.duration=1s", "faults has 2 entries, faults.0 to faults.1; there is no faults.2"),
        ("faults.first.duration=1s", "there is no faults.first"),
        ("faults.0.kind.x=1", "is 'redis-outage' in the scenario, so it has no x"),
        ("workers.email.processes=0", "faults[1].target: there is no worker 'email-1'"),
        ("queues.email.attempts=[1", "not closed"),
        ("queues.email.attempts=*a", "aliases are not supported"),
    ],
)
def test_what_cannot_be_varied_is_named_with_its_vary_and_what_would_be_right(vary: str, told: str) -> None:
    """Before anything runs."""
    with pytest.raises(VaryError, match=re.escape(told)) as caught:
        check_points(TEXT, "tiny.yaml", grid([parse_vary(vary)]))
    assert all(line.startswith("--vary ") for line in str(caught.value).splitlines())


@pytest.mark.parametrize(
    "varies", [["redis.persistence=none", "redis.persistence=rdb"], ["redis={}", "redis.persistence=rdb"]]
)
def test_one_place_is_varied_once(varies: list[str]) -> None:
    """The same place, or a part of it."""
    with pytest.raises(VaryError, match="is already varied"):
        grid([parse_vary(vary) for vary in varies])


def test_too_many_combinations_are_refused() -> None:
    """Before they are made."""
    many = ",".join(map(str, range(1, 1001)))
    with pytest.raises(VaryError, match="more than 2,000 combinations"):
        grid([parse_vary(f"{name}={many}") for name in "abcdef"])


def test_a_broken_scenario_is_told_as_ever() -> None:
    """With its file and line, and without a word of what is varied."""
    with pytest.raises(ScenarioError, match=r"tiny\.yaml:2:7: title"):
        check_points(TEXT.replace("Tiny", ""), "tiny.yaml", grid([parse_vary("redis.persistence=rdb")]))


def test_values_that_only_fit_together_are_used_together() -> None:
    """A worker that is struck must be there: `email-3` with three processes."""
    points = grid([parse_vary("workers.email.processes=3"), parse_vary("faults.1.target=email-3,email-2")])
    check_points(TEXT, "tiny.yaml", points)
    assert scenario_at(TEXT, "tiny.yaml", points[0]).worker_names == ["email-1", "email-2", "email-3"]


def test_a_notebook_writes_values_as_python_does() -> None:
    """Numbers, switches, nothing and mappings become what a file would say."""
    (vary,) = as_varies({"queues.email.remove_on_fail": [True, 3, {"count": 2}]})
    values = [scenario_at(TEXT, "t", ((vary.path, value),)).queues["email"].remove_on_fail for value in vary.values]
    assert values[:2] == [True, 3]
    assert scenario_at(TEXT, "t", (("faults.0.duration", "90s"),)).faults[0].duration == 90_000
    with pytest.raises(VaryError, match="expected a list of values"):
        as_varies({"faults.0.duration": "90s"})
