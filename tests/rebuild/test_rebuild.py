"""The comparison speaks new words of the old side, and sees what differs."""

from pathlib import Path
from typing import Any

import pytest

from tests.rebuild import names, translate
from tests.rebuild.comparing import compare
from tests.rebuild.keeping import Kept, pack


def event(kind: str, **more: Any) -> dict[str, Any]:
    """One line of a trace, read."""
    return {"t_ms": 7, "job": "email-1", "event": kind, "attempt": 1, "worker": "email-1", **more}


def test_a_key_is_renamed_everywhere_or_only_at_the_end_of_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest path that fits decides; entries of lists do not count."""
    monkeypatch.setattr(names, "YAML_KEYS", {"every": "interval", "metrics.every": "sampling", "faults.share": "rate"})
    old = {"share": 1, "metrics": {"every": "1s"}, "faults": [{"share": 0.5}], "workload": [{"arrivals": {"every": 2}}]}
    assert translate.scenario(old) == {
        "share": 1,
        "metrics": {"sampling": "1s"},
        "faults": [{"rate": 0.5}],
        "workload": [{"arrivals": {"interval": 2}}],
    }
    assert translate.dotted("workload.0.arrivals.every") == "workload.0.arrivals.interval"
    assert translate.dotted("faults.12.share") == "faults.12.rate"


def test_a_word_of_a_file_is_renamed_at_its_key_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that is called otherwise leaves a queue of that name alone."""
    monkeypatch.setattr(names, "YAML_VALUES", {"faults.step": {"take": "pop"}})
    assert translate.scenario({"faults": [{"step": "take", "target": "take"}]}) == {
        "faults": [{"step": "pop", "target": "take"}]
    }


def test_events_fields_words_and_sentences_are_renamed_in_the_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fields of an event go by its new name, and a sentence by its part."""
    monkeypatch.setattr(names, "EVENTS", {"refused": "ack-rejected"})
    monkeypatch.setattr(names, "EVENT_FIELDS", {"ack-rejected": {"error": "message"}, "*": {"worker": "process"}})
    monkeypatch.setattr(names, "WORDS", {"half": "whole"})
    monkeypatch.setattr(names, "TEXTS", {"is away": "is down"})
    old = {"queue trace": [event("refused", error="Redis is away now", step="half"), event("failed", error="half")]}
    first, second = translate.body(old)["queue trace"]
    assert (first["event"], first["message"], first["process"]) == ("ack-rejected", "Redis is down now", "email-1")
    assert (first["step"], second["event"], second["error"]) == ("whole", "failed", "whole")


def test_two_kinds_of_events_can_become_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is more than other names is rewritten, or left out."""

    def rewritten(old: dict[str, Any], _earlier: list[dict[str, Any]]) -> dict[str, Any] | None:
        return None if old["event"] == "gone" else {**old, "event": "fault-began", "kind": old["event"]}

    monkeypatch.setattr(names, "rewrite", rewritten)
    found = translate.body({"queue trace": [event("worker-frozen"), event("gone")]})["queue trace"]
    assert [(one["event"], one["kind"]) for one in found] == [("fault-began", "worker-frozen")]


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Kept, Kept]:
    """Two databases, still empty."""
    return Kept(tmp_path / "before"), Kept(tmp_path / "after")


def test_the_first_differing_event_is_shown(sides: tuple[Kept, Kept]) -> None:
    """Before the counts, which follow from it."""
    before, after = sides
    before.add("random", "1", True, pack({"queue counts": [1], "queue trace": [event("started"), event("effect")]}))
    after.add("random", "1", True, pack({"queue counts": [0], "queue trace": [event("started"), event("failed")]}))
    found = compare("random", before, after, quick=False)
    assert not found.is_same
    text = found.differences["1"]
    assert text.startswith("queue trace, line 2:")
    assert '"event":"effect"' in text.splitlines()[1]
    assert '"event":"failed"' in text.splitlines()[2]


@pytest.mark.parametrize("kept", [[event("started")], [event("started"), event("effect"), event("completed")]])
def test_a_trace_that_is_shorter_or_longer_differs(sides: tuple[Kept, Kept], kept: list[Any]) -> None:
    """By what only one side has."""
    before, after = sides
    before.add("random", "1", True, pack({"queue trace": [event("started"), event("effect")]}))
    after.add("random", "1", True, pack({"queue trace": kept}))
    assert "(nothing)" in compare("random", before, after, quick=False).differences["1"]


def test_only_a_new_field_that_is_named_is_left_out(sides: tuple[Kept, Kept], monkeypatch: pytest.MonkeyPatch) -> None:
    """Any other makes a difference."""
    before, after = sides
    monkeypatch.setattr(names, "NEW_FIELDS", {})
    before.add("random", "1", True, pack({"queue trace": [event("fault-began")]}))
    after.add("random", "1", True, pack({"queue trace": [event("fault-began", target="email")]}))
    assert not compare("random", before, after, quick=False).is_same
    monkeypatch.setattr(names, "NEW_FIELDS", {"fault-began": frozenset({"target"})})
    assert compare("random", before, after, quick=False).is_same


def test_only_the_start_of_the_application_in_queue_mode_is_left_out(sides: tuple[Kept, Kept]) -> None:
    """That of a worker, or in the other mode, makes a difference."""
    before, after = sides
    for number, (worker, mode, same) in enumerate(
        [("application", "queue", True), ("email-1", "queue", False), ("application", "in-process", False)]
    ):
        part = ("random", "shipped", "sweeps")[number]
        before.add(part, part, True, pack({"queue trace": [event("started")]}))
        told = [event("worker-started", worker=worker, mode=mode), event("started")]
        after.add(part, part, True, pack({"queue trace": told}))
        assert compare(part, before, after, quick=False).is_same is same, (worker, mode)


def test_a_unit_that_is_gone_or_broke_on_both_sides_is_no_proof(sides: tuple[Kept, Kept]) -> None:
    """Nor is a part in which nothing was run; a unit that only the new side has is counted and not held against it."""
    before, after = sides
    assert not compare("random", before, after, quick=False).is_same
    for side in sides:
        side.add("random", "1", True, pack({"queue trace": [event("started")]}))
        side.add("sweeps", "2", True, pack({"broke": ["TypeError"]}))
    before.add("exercises", "3", False, pack({"verdict": ["pass"]}))
    after.add("random", "4", True, pack({"queue trace": [event("started")]}))
    found = compare("random", before, after, quick=False)
    assert (found.is_same, found.units, found.new) == (True, 1, ["4"])
    assert not compare("sweeps", before, after, quick=False).is_same
    assert compare("exercises", before, after, quick=False).gone == ["3"]
