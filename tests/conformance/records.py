"""What the real Bull answered, kept as JSON: for each case and step the reply and what changed in the keyspace."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from tests.conformance.arms import Arm
from tests.conformance.case import CATALOGUE, Case, Step
from tests.conformance.keyspace import Keyspace, apply, changes, differences

FOLDER = Path(__file__).parent / "recorded"


class Fact(NamedTuple):
    """What one step did: its reply, and the keys that it changed (None for deleted ones)."""

    reply: Any
    changed: dict[str, Any]


def observe(one: Case, arm: Arm) -> list[Fact]:
    """Carry a case out and note what every step did."""
    arm.begin(one.settings)
    before: Keyspace = arm.keyspace()
    facts = []
    for step in one.steps:
        reply = arm.do(step)
        after = arm.keyspace()
        facts.append(Fact(reply, changes(before, after)))
        before = after
    return facts


def load(group: str) -> dict[str, dict[str, Any]]:
    """Read the records of one group of cases; empty where there are none."""
    path = FOLDER / f"{group}.json"
    cases: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.exists() else {}
    return cases


def to_record(one: Case, facts: list[Fact]) -> dict[str, Any]:
    """Turn what was observed into what stands in the file; the steps stand beside the facts, for the reader."""
    steps = [
        {"step": _words(step), "reply": f.reply, "changed": f.changed} for step, f in zip(one.steps, facts, strict=True)
    ]
    return {"claim": one.claim, "steps": steps}


def save(group: str, records: dict[str, dict[str, Any]]) -> None:
    """Write the records of one group, a line a step, so that a change shows as a small difference."""
    FOLDER.mkdir(exist_ok=True)
    cases = []
    for name, record in records.items():
        steps = ",\n".join("      " + json.dumps(step, ensure_ascii=False) for step in record["steps"])
        claim = json.dumps(record["claim"], ensure_ascii=False)
        cases.append(f'  "{name}": {{\n    "claim": {claim},\n    "steps": [\n{steps}\n    ]\n  }}')
    (FOLDER / f"{group}.json").write_text("{\n" + ",\n".join(cases) + "\n}\n")


def disagreements(one: Case, record: dict[str, Any] | None, facts: list[Fact]) -> list[str]:
    """List where what was observed departs from the record, the first departing step only; empty where it agrees."""
    if record is None:
        return ["nothing is recorded for this case; record it with: python -m tests.conformance.record"]
    if [step["step"] for step in record["steps"]] != [_words(step) for step in one.steps]:
        return ["the record is of other steps; record the case again with: python -m tests.conformance.record"]
    expected: Keyspace = {}
    seen: Keyspace = {}
    loose = one.settings.limiter is not None
    for number, (step, recorded, fact) in enumerate(zip(one.steps, record["steps"], facts, strict=True), 1):
        expected = apply(expected, recorded["changed"])
        seen = apply(seen, fact.changed)
        lines = differences(expected, seen, loose_due_times=loose)
        if not _same_reply(recorded["reply"], fact.reply, loose):
            lines.insert(0, f"reply: expected {json.dumps(recorded['reply'])}, seen {json.dumps(fact.reply)}")
        if lines:
            return [f"step {number}, {_words(step)}:", *(f"  {line}" for line in lines)]
    return []


def groups() -> list[str]:
    """List the groups of the catalogue in order."""
    return list(dict.fromkeys(one.group for one in CATALOGUE.values()))


def _same_reply(expected: Any, seen: Any, loose: bool) -> bool:
    if loose and isinstance(expected, float | int) and isinstance(seen, float | int):
        return abs(expected - seen) < 2_000
    return bool(expected == seen)


def _words(step: Step) -> str:
    args = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in step.args.items())
    return f"{step.actor}: {step.verb}({args})"
