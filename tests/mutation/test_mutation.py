"""The driver of mutations: which changes it tries, how it counts them, and a room of two functions for real."""

import subprocess
from pathlib import Path

import pytest

from tests.mutation import __main__ as driver
from tests.mutation.copies import Copy, MutmutFailed
from tests.mutation.rooms import ROOMS, Room
from tests.mutation.scores import Score, choose, place_of, score_of

NAMES = [f"sim.room.x_f__mutmut_{number}" for number in range(1, 201)]
CODE = """
def larger(a, b):
    return a if a > b else b


def untested(a):
    return a + 1
"""
TEST = """
from sim.room.code import larger


def test_the_larger_one():
    assert larger(1, 2) == 2
    assert larger(2, 1) == 2
"""
BROKEN = "\n\ndef test_fails():\n    assert larger(1, 2) == 1\n"
ROOM = Room(("sim/room/*",), ("tests",), "", 0.9)


def test_a_sample_is_the_same_each_time_and_part_of_a_larger_one() -> None:
    """Chosen by the names alone: what comes or goes elsewhere moves at most its own place."""
    sample = choose(NAMES, 20)
    assert sample == choose(reversed(NAMES), 20) == sorted(sample)
    assert len(sample) == 20
    assert set(sample) < set(choose(NAMES, 60))
    assert len({*sample} - {*choose([*NAMES, "sim.other.x_g__mutmut_1"], 20)}) <= 1
    assert choose(NAMES, 0) == choose(NAMES, 999) == sorted(NAMES)


def test_what_became_of_a_change_is_counted_by_mutmuts_exit_code() -> None:
    """A test that fails or does not end notices; passing tests and no tests do not; the rest was not tried."""
    codes = dict(zip("abcdefghij", (1, 3, 36, -24, 0, 5, 33, None, 2, 34), strict=True))
    score = score_of(codes, "abcdefghij")
    assert score == Score(10, 7, 2, {"e": "survived", "f": "no test runs it", "g": "no test runs it"})
    assert score.noticed == 4
    assert score_of(codes, "ah").tried == 1


def test_a_promise_is_broken_when_no_sample_of_that_size_explains_the_score() -> None:
    """17 of 25 may be 85% of all and cannot be 90%; where all were tried there is nothing to explain."""
    some = Score(1_000, 25, 0, dict.fromkeys("abcdefgh", "survived"))
    assert some.interval == pytest.approx((0.484, 0.828), abs=0.005)
    assert (some.keeps(0.80), some.keeps(0.90)) == (True, False)
    every = Score(25, 25, 1, dict.fromkeys("abc", "survived"))
    assert every.interval == (0.88, 0.88)
    assert (every.keeps(0.88), every.keeps(0.881)) == (True, False)
    assert every.line("room", 0.9) == (
        "room            25 changes,    25 tried,    22 noticed, 1 of them by tests that did not end: 88.0%, "
        "promised 90%: BROKEN"
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("sim.results.trace.xǁTraceǁsince__mutmut_3", "sim.results.trace.Trace.since, change 3"),
        ("sim.results.trace.x_line_of__mutmut_12", "sim.results.trace.line_of, change 12"),
        ("sim.results.trace.x__fields__mutmut_1", "sim.results.trace._fields, change 1"),
    ],
)
def test_a_change_is_named_by_its_function(change: str, told: str) -> None:
    """As people write it."""
    assert place_of(change) == told


def test_the_tests_of_every_room_are_there() -> None:
    """And its code; a path that has moved would leave all of it unnoticed."""
    for room in ROOMS.values():
        assert all(list(Path().glob(modules)) for modules in room.modules)
        assert all(Path(name).exists() for name in room.tests)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one module and its test."""
    root = tmp_path / "root"
    for name, text in (
        ("sim/__init__.py", ""),
        ("sim/room/__init__.py", ""),
        ("sim/room/code.py", CODE),
        ("tests/test_code.py", TEST),
        ("pyproject.toml", '[tool.pytest.ini_options]\nmarkers = ["browser: x", "real: x", "slow: x"]\n'),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return root


def test_a_room_is_measured_and_gone_on_with(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Survivors are shown as what was changed; what was tried is not tried again until something changes."""
    score = driver.measure(project, tmp_path / "work", "room", ROOM, sample=0, jobs=2)
    survivors = {place_of(name).partition(",")[0]: why for name, why in score.survivors.items()}
    assert survivors["sim.room.code.untested"] == "no test runs it"
    assert survivors["sim.room.code.larger"] == "survived"
    assert score.tried == score.changes > score.noticed > 0
    out = capsys.readouterr().out
    assert "    -    return a if a > b else b\n    +    return a if a >= b else b\n" in out
    assert "promised 90%: BROKEN" in out
    monkeypatch.setattr(Copy, "_run", lambda *_: pytest.fail("it was tried already"))
    assert driver.measure(project, tmp_path / "work", "room", ROOM, sample=0, jobs=2) == score
    assert driver.measure(project, tmp_path / "work", "room", ROOM, sample=3, jobs=2).tried == 3
    assert "interrupted" not in capsys.readouterr().out


def test_an_interrupted_room_tells_what_was_tried(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the driver ends as interrupted programs do, with how to go on."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Copy, "_run", interrupted)
    monkeypatch.setattr(Copy, "codes", lambda _: dict.fromkeys(NAMES) | {NAMES[0]: 1, NAMES[1]: 1})
    monkeypatch.setattr(driver, "ROOT", project)
    assert driver.main(["--room", "outcomes", "--folder", str(tmp_path / "work")]) == 130
    told = capsys.readouterr()
    assert told.out.startswith("interrupted: outcomes       200 changes,     2 tried,     2 noticed: 100.0% (")
    assert "outcomes: interrupted; the same command goes on" in told.err


def test_mutmut_is_asked_again_as_long_as_it_gets_on(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gives up now and then; where it tries nothing more it has failed."""
    codes: dict[str, int | None] = dict.fromkeys(NAMES)
    asked: list[int] = []

    def tries(_copy: Copy, names: list[str], _jobs: int) -> None:
        asked.append(len(names))
        for name in names[:2] if len(asked) < 4 else []:
            codes[name] = 2 if name == NAMES[0] and len(asked) == 1 else 1

    monkeypatch.setattr(Copy, "_run", tries)
    monkeypatch.setattr(Copy, "codes", lambda _: codes)
    copy = Copy(project, tmp_path, ROOM)
    copy.attempt(NAMES[:4], 1)
    assert asked == [4, 3, 1]
    copy.attempt(NAMES[:4], 1)
    assert asked == [4, 3, 1]
    copy.log.write_text("it fails")
    with pytest.raises(MutmutFailed, match="it fails"):
        copy.attempt(NAMES[:5], 1)
    assert asked == [4, 3, 1, 1]


def test_a_room_whose_tests_fail_as_they_stand_has_no_score(project: Path, tmp_path: Path) -> None:
    """Every change would look noticed; mutmut's last words say which test it is."""
    with (project / "tests" / "test_code.py").open("a") as file:
        file.write(BROKEN)
    with pytest.raises(MutmutFailed, match="test_fails"):
        driver.measure(project, tmp_path / "work", "room", ROOM, sample=0, jobs=1)
