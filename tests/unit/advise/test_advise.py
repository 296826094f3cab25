"""Advice as a whole: its order, its sources, its JSON, and that following it helps."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sim.advise import sources
from sim.advise.advise import Advice, advise, advise_text
from sim.advise.finding import SEVERITIES, Finding, Severity
from sim.engine.run import run
from sim.scenario.load import load_scenario, validated
from sim.yaml_files.problems import Marks
from sim.yaml_files.source import read_yaml
from tests.unit.advise.given import advice_on, email, findings, order

SHIPPED = sorted(Path("scenarios").glob("*/*.yaml"))
KNOW = Severity.KNOW
STORIES = {
    "blocked-event-loop": {"no-idempotency-key", "lock-runs-out"},
    "crash-after-effect": {"no-idempotency-key", "crash-recovery"},
    "crash-after-effect-with-key": {"crash-recovery"},
    "crash-between-take-and-lock": {"no-idempotency-key", "crash-recovery"},
    "crash-in-progress": {"crash-recovery"},
    "frozen-worker": {"no-idempotency-key", "frozen-past-lock"},
    "poison-job": {"stalled-limit", "crash-recovery"},
    "crash-with-append-only-file": {"no-idempotency-key"},
    "crash-with-every-write-synced": {"submits-while-redis-is-down", "utilisation"},
    "crash-without-persistence": {"redis-persistence", "no-idempotency-key"},
    "long-outage": {"submits-while-redis-is-down", "no-idempotency-key"},
    "lost-replies": {"lost-replies", "submits-while-redis-is-down", "no-idempotency-key"},
    "outage": {"submits-while-redis-is-down", "no-idempotency-key"},
    "power-loss": {"redis-persistence", "submits-while-redis-is-down", "no-idempotency-key", "utilisation"},
    "restart-from-snapshot": {"redis-persistence", "no-idempotency-key", "utilisation"},
    "longer-than-the-retries": {"retry-horizon", "retention"},
    "paid-twice": {"no-idempotency-key"},
    "retries-that-outlast-it": set(),
    "short-outage": set(),
    "status-not-saved": {"no-idempotency-key"},
    "flaky-network": {"no-idempotency-key", "as-it-stands"},
    "invalid-data": {"permanent-errors", "no-idempotency-key"},
    "invalid-data-discarded": {"no-idempotency-key"},
}
"""What is found in each shipped scenario beside what is merely worth knowing."""


@cache
def advised(path: Path) -> Advice:
    """Advise on a shipped scenario, once."""
    return advise(path)


def found_in(path: Path) -> list[Finding]:
    """What is found in a shipped scenario."""
    return advised(path).findings


ALL = [pytest.param(path, id=path.stem) for path in SHIPPED]
OWN = [pytest.param(path, id=path.stem) for path in SHIPPED if path.stem in STORIES]


@pytest.mark.parametrize("path", OWN)
def test_a_shipped_scenario_gets_the_findings_of_its_story(path: Path) -> None:
    """And no other that says something will hurt."""
    assert {one.check for one in found_in(path) if one.severity is not KNOW} == STORIES[path.stem]


def test_every_story_is_that_of_a_shipped_scenario() -> None:
    """A scenario that was renamed takes its line with it."""
    assert STORIES.keys() <= {path.stem for path in SHIPPED}


@pytest.mark.parametrize("path", ALL)
def test_the_scenario_itself_does_what_was_found_in_it(path: Path) -> None:
    """What a finding says of the scenario's own faults is seen in its run, under one of its semantics.

    Without its operator, who may mend by hand what the settings lose.
    """
    alone = load_scenario(path).model_copy(update={"operator": []})
    totals = [
        run(alone, modes=["queue"], semantics=name, store="memory").modes["queue"].totals
        for name in advised(path).scenario.profiles
    ]
    for one in found_in(path):
        if one.severity is KNOW or one.trial is None or not one.trial.setup.startswith("What the scenario offers"):
            continue
        trial = one.trial.counts
        assert any(
            all(
                getattr(seen, name) or not getattr(trial, name)
                for name in ("lost", "rejected", "duplicated", "failed_evicted", "failed_retained")
            )
            for seen in totals
        ), one.check


@pytest.mark.parametrize("path", ALL)
def test_every_finding_has_its_evidence(path: Path) -> None:
    """A number with its arithmetic, a source, what would be right; and the scenario that it names is there."""
    for one in found_in(path):
        assert one.numbers
        assert one.arithmetic
        assert one.why
        assert one.fix
        assert one.see is None or Path(one.see).is_file()


@pytest.mark.parametrize("path", ALL)
def test_advice_that_is_followed_is_not_given_again(path: Path) -> None:
    """The setting, laid over the file, is valid, and silences the finding or takes what hurts out of it."""
    data = read_yaml(path.read_text()).data
    for one in found_in(path):
        if one.setting is None:
            continue
        mended = laid_over(data, one.setting)
        scenario, problems = validated(mended, Marks())
        assert scenario is not None, (one.check, one.setting, problems)
        assert problems == []
        if one.severity is KNOW:
            continue  # it may be said again
        again = [other for other in findings(mended, one.check) if other.queue == one.queue]
        assert [other for other in again if SEVERITIES.index(other.severity) <= SEVERITIES.index(one.severity)] == []


def laid_over(data: Any, setting: Any) -> Any:
    """Put the parts of a setting into the plain data of a file."""
    if not isinstance(setting, dict) or not isinstance(data, dict):
        return setting
    return {**data, **{key: laid_over(data.get(key), own) for key, own in setting.items()}}


@pytest.mark.parametrize("source", sources.SOURCES, ids=lambda one: one.says[:40])
def test_sources_are_quoted_word_for_word(source: Any) -> None:
    """Each line stands in its file under docs, below its section's heading."""
    file, section = source.where.split(", ", 1)
    text = (Path("docs") / file).read_text().replace("**", "")
    (below,) = text.split(f"# {section}\n")[1:]
    assert source.says in below.split("\n#")[0]


def test_the_worst_comes_first() -> None:
    """And within one severity the order of the checks."""
    faults = [{"kind": "database-failure", "at": "5s", "duration": "60s"}]
    advice = advice_on(order(faults=faults, queues={"order": {"idempotency_key": "off"}}))
    severities = [SEVERITIES.index(one.severity) for one in advice.findings]
    assert severities == sorted(severities)
    assert [one.check for one in advice.findings][:3] == ["retry-horizon", "retention", "no-idempotency-key"]


def test_the_same_file_gets_the_same_advice() -> None:
    """To the byte, trials and all."""
    text = Path("scenarios/03-database-failures/status-not-saved.yaml").read_text()
    assert json.dumps(advise_text(text).as_dict()) == json.dumps(advise_text(text).as_dict())


def test_a_trial_can_be_run_by_whoever_doubts_it() -> None:
    """Its scenario is one that a file could hold, and comes to the same counts."""
    for path in SHIPPED[:3]:
        for one in found_in(path):
            if one.trial is not None:
                scenario, problems = validated(dict(one.trial.scenario), Marks())
                assert problems == []
                assert scenario is not None
                result = run(scenario, semantics=one.trial.semantics)
                assert result.modes["queue"].totals == one.trial.counts


def test_a_workload_too_large_for_a_trial_is_advised_on_by_arithmetic() -> None:
    """2,001 jobs: no run, the same finding."""
    workload = [{"queue": "order", "arrivals": {"kind": "constant", "interval": "500ms", "count": 2_001}}]
    faults = [{"kind": "database-failure", "at": "5s", "duration": "60s"}]
    (one,) = findings(order(workload=workload, faults=faults), "retry-horizon")
    assert one.trial is None
    assert one.numbers["jobs_failing"] == 108


def test_jobs_that_take_no_time_are_advised_on() -> None:
    """Nothing is divided by zero, and every number is one that JSON has."""
    text = json.dumps(advice_on(email(queues={"email": {"service": "0s"}})).as_dict(), allow_nan=False)
    assert '"findings"' in text


def test_the_json_contract_has_these_keys() -> None:
    """Documented in docs/advise.md."""
    advice = advise("scenarios/03-database-failures/longer-than-the-retries.yaml").as_dict()
    assert list(advice) == ["scenario", "semantics", "counts", "findings"]
    assert advice["semantics"] == ["documented"]
    assert advice["counts"] == {"lose": 2, "duplicate": 0, "delay": 0, "know": 4}
    first = advice["findings"][0]
    assert list(first) == [
        "check", "severity", "queue", "what", "numbers", "arithmetic", "why", "fix", "setting", "see", "trial",
    ]  # fmt: skip
    assert first["numbers"] == {
        "attempts": 3,
        "horizon_documented_ms": 6_000,
        "outage_ms": 60_000,
        "jobs_failing": 108,
    }
    assert list(first["trial"]) == ["setup", "scenario", "semantics", "seed", "counts"]
    assert [list(source) for source in first["why"]] == [["where", "says"]] * 2
