"""What an engineer writes first of an incident runs as it is, or after exactly what its error messages ask for.

The files under ``incidents_as_first_written`` were written before the language had most of their words. They stay as
they were; here stands what each message says, what one then writes instead, and what comes of it.
"""

from pathlib import Path
from typing import NamedTuple

import pytest

from sim.core.errors import ScenarioError
from sim.engine.run import run
from sim.scenario.load import parse_scenario

FOLDER = Path(__file__).parent / "incidents_as_first_written"


class Mend(NamedTuple):
    """What a message says, and what is changed for it."""

    says: str
    old: str
    new: str


class Case(NamedTuple):
    """One file: what is mended in it, all in one round, and its outcome.

    Attributes:
        outcome: Measures of queue mode, as ``expect`` calls them.
    """

    mends: list[Mend]
    outcome: dict[str, int]


EVERY = Mend("arrivals.every: is now called `interval`", "every:", "interval:")
CASES = {
    "before-the-commit": Case(
        [
            Mend("committed_after: unknown key; did you mean `commits_after`?", "committed_after", "commits_after"),
            EVERY,
        ],
        {"delivered": 0, "not_delivered": 100},
    ),
    "clock-skew": Case([EVERY], {"delivered": 20}),
    "config-jitter": Case(
        [
            Mend("such as 500ms, 30s, 2m or 1h30m, not the number 500, which has no unit", "500}", "500ms}"),
            Mend(
                "between which bounds it draws a wait, by min: and max:",
                "{type: jitter}",
                "{type: jitter, min: 1s, max: 10s}",
            ),
            EVERY,
        ],
        {"delivered": 600, "attempts": 1_688},
    ),
    "config-listed-delays": Case([EVERY], {"delivered": 10, "failed_retained": 50, "attempts": 160}),
    "config-number-backoff": Case([EVERY], {"delivered": 60, "attempts": 60}),
    "config-retries-null": Case([EVERY], {"delivered": 73, "rejected": 47}),
    "connection-pool": Case([EVERY], {"delivered": 500, "attempts": 500}),
    "cron-entry": Case(
        [Mend("so the run needs a duration:", "modes: [queue]\n", "modes: [queue]\nduration: 1h\n")],
        {"offered": 12, "delivered": 11, "pending": 1},
    ),
    "failover-with-lag": Case([EVERY], {"delivered": 55, "rejected": 5, "lost": 0}),
    "fails-after-the-effect": Case([EVERY], {"delivered": 20, "duplicated": 1}),
    "handler-never-returns": Case([EVERY], {"delivered": 9, "pending": 591}),
    "job-timeout": Case([], {"delivered": 1, "false_failures": 1, "suppressed_duplicates": 1}),
    "one-long-job": Case([EVERY], {"delivered": 201}),
    "one-worker-cut-off": Case(
        [Mend("to cut one off, write kind: redis-partition", "redis-outage", "redis-partition")],
        {"delivered": 1, "duplicated": 1, "stalled": 1},
    ),
    "sigterm-with-grace": Case(
        [EVERY, Mend("signal: leave it out; a shutdown is always SIGTERM", " signal: SIGTERM,", "")],
        {"delivered": 60, "duplicated": 3, "stalled": 5},
    ),
    "slow-redis": Case([EVERY], {"delivered": 1_000, "stalled": 30, "suppressed_duplicates": 30}),
    "thundering-herd": Case(
        [
            EVERY,
            Mend("needs latency:, such as latency: 50ms", "{connections: 100", "{latency: 50ms, connections: 100"),
        ],
        {"delivered": 1_000, "attempts": 3_000},
    ),
}


def first_written(name: str) -> str:
    """The text as it was written at first."""
    return (FOLDER / f"{name}.yaml").read_text()


def test_every_file_has_its_case() -> None:
    """Seventeen of them."""
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(CASES)


@pytest.mark.parametrize("name", sorted(CASES))
def test_after_one_round_of_what_the_messages_say_it_runs_and_tells_its_incident(name: str) -> None:
    """No message asks for more than is needed, none takes a second round, and none says *not modelled* of what is."""
    case, text = CASES[name], first_written(name)
    if case.mends:
        with pytest.raises(ScenarioError) as caught:
            parse_scenario(text, name)
        said = [str(problem) for problem in caught.value.args]
        assert len(said) == sum(text.count(mend.old) if mend is EVERY else 1 for mend in case.mends), said
        assert not [line for line in said if "not modelled" in line]
        for mend in case.mends:
            assert any(mend.says in line for line in said), (mend.says, said)
            assert mend.old in text
            text = text.replace(mend.old, mend.new)
    totals = run(parse_scenario(text, name), store="memory").modes["queue"].totals
    assert {measure: getattr(totals, measure) for measure in case.outcome} == case.outcome
