"""What is knowingly not modelled is called so, with why; only a misspelling is answered by another name."""

from pathlib import Path

import pytest

from sim.core.errors import ScenarioError
from sim.scenario.load import parse_scenario

HEAD = """title: Something else
question: Is it refused?
workload:
  - {queue: email, arrivals: {kind: constant, interval: 1s, count: 3}ENTRY}
"""


def problems(more: str = "", entry: str = "") -> list[str]:
    """What is wrong with a scenario of one queue."""
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(HEAD.replace("ENTRY", entry) + more, "s")
    return [str(problem) for problem in caught.value.args]


@pytest.mark.parametrize(
    "kind",
    ["handler-slow", "memory-leak", "clock-drift", "oom"],
)
def test_a_fault_that_is_not_modelled_is_called_so_with_all_that_are(kind: str) -> None:
    """And no other fault is passed off as what was meant."""
    (line,) = problems(f"faults: [{{kind: {kind}, at: 1s, duration: 1s}}]")
    assert line.startswith(f"s:5:17: faults[0].kind: '{kind}' is not modelled: ")
    assert "did you mean" not in line
    assert "; there are: clock-skew, database-failure, handler-error" in line


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("redis-hung", "a Redis that answers nothing while its connections stay is redis-hang"),
        ("latency", "a slow way to Redis is slow-redis, with `target:`"),
        ("sentinel-failover", "a failover is redis-failover: "),
        ("rolling-deploy", "a deploy is worker-shutdown with `stagger:`"),
        ("worker-cut-off", "who is cut off from what? redis-partition cuts"),
        ("redis-oom", "Redis is full when its jobs fill it: "),
        ("pool-exhausted", "it is no fault; limit Redis by `max_clients:`"),
    ],
)
def test_a_fault_that_is_modelled_otherwise_is_not_called_unmodelled(kind: str, how: str) -> None:
    """The line says how it is written."""
    (line,) = problems(f"faults: [{{kind: {kind}, at: 1s, duration: 1s}}]")
    assert line.startswith(f"s:5:17: faults[0].kind: there is no '{kind}': {how}")
    assert "not modelled" not in line
    assert "; there are: clock-skew, database-failure, handler-error" in line


@pytest.mark.parametrize(
    ("fault", "key", "how"),
    [
        ("kind: redis-outage, target: email-1, at: 1s, duration: 1s", "target", "write kind: redis-partition"),
        ("kind: redis-outage, lag: 1s, at: 1s, duration: 1s", "lag", "takes over in a redis-failover"),
        ("kind: worker-shutdown, target: email-1, at: 1s, signal: SIGTERM", "signal", "leave it out; a shutdown is "),
        ("kind: worker-crash, target: email-1, at: 1s, grace: 10s", "grace", "worker-shutdown gives time"),
    ],
)
def test_a_key_of_what_is_written_otherwise_is_not_called_unmodelled(fault: str, key: str, how: str) -> None:
    """A partition is modelled, and so is SIGTERM; the line says how they are written."""
    (line,) = problems(f"faults: [{{{fault}}}]")
    assert f" faults[0].{key}: " in line
    assert how in line
    assert "not modelled" not in line


@pytest.mark.parametrize(
    ("more", "entry", "place"),
    [
        ("queues: {email: {backoff: {type: fixed, delay: 1s, maxDelay: 5s}}}", "", "s:5:52: queues."),
        ("redis: {commandTimeout: 500}", "", "s:5:9: redis.commandTimeout: "),
        ("faults: [{kind: slow-database, target: email-1, at: 1s, duration: 1s}]", "", "s:5:32: faults[0].target: "),
    ],
)
def test_keys_and_options_that_are_not_modelled_are_called_so_where_they_stand(
    more: str, entry: str, place: str
) -> None:
    """One line, without the consequences of the same mistake, and without another key's name."""
    (line,) = problems(more, entry)
    assert line.startswith(place)
    assert "not modelled" in line
    assert "did you mean" not in line


def test_what_was_not_modelled_once_is_taken_and_another_name_of_it_is_answered_with_ours() -> None:
    """`timeout`, `service` of an entry and `commits_after` are keys now."""
    text = HEAD.replace("ENTRY", ", service: 14h, commits_after: 1s") + "queues: {email: {timeout: 100s}}"
    assert parse_scenario(text, "s").workload[0].commits_after == 1_000
    (line,) = problems("", ", committed_after: 1s")
    assert line.endswith("workload[0].committed_after: unknown key; did you mean `commits_after`?")


def test_a_missing_key_beside_what_is_not_modelled_is_not_asked_for() -> None:
    """Who writes `deduplication:` does not forget `arrivals:`."""
    text = HEAD.replace("arrivals: {kind: constant, interval: 1s, count: 3}ENTRY", "deduplication: {id: a}")
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text, "s")
    assert [str(problem).partition(" is not")[0] for problem in caught.value.args] == [
        "s:4:20: workload[0].deduplication: 'deduplication'"
    ]


@pytest.mark.parametrize(
    ("written", "ours"),
    [("maxStalledCount", "max_stalled"), ("lockRenewTime", "lock_renew"), ("lockDuration", "lock_duration")],
)
def test_options_of_bull_that_have_another_name_here_are_named(written: str, ours: str) -> None:
    """Whoever pastes a configuration learns what to write."""
    (line,) = problems(f"workers: {{email: {{{written}: 1}}}}")
    assert ours in line
    assert "not modelled" not in line


def test_the_documentation_names_what_is_not_modelled() -> None:
    """So that nobody has to try."""
    page = Path("docs/fidelity.md").read_text(encoding="utf-8")
    for word in ("sandboxed processors", "debounce", "Sentinel", "clocks that drift", "*not modelled*"):
        assert word in page, word
