"""What docs/exercises.md says of commands, files and keys is so."""

import re
import shlex
from pathlib import Path

import pytest

from sim import exercises
from sim.cli import main
from sim.exercises.exercise import Check, Description, Distractor, Prediction, Source
from sim.exercises.measures import MEASURES
from sim.exercises.skeleton import TEMPLATE
from tests.docs import measure_table
from tests.docs.course_tables import BLOCKS, DOCS, written

PAGE = (DOCS / "exercises.md").read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.M | re.S) for line in block.splitlines() if line.strip()
]
EXIT_CODES = {"check": 1}
"""Of the untouched start; all others end with 0."""


@pytest.mark.parametrize(("file", "name"), list(BLOCKS))
def test_what_the_pages_say_of_the_course_is_what_the_course_is(file: str, name: str) -> None:
    """After a change to an exercise, ``python -m tests.docs.course_tables`` writes it anew."""
    assert written((DOCS / file).read_text(encoding="utf-8"), name) == BLOCKS[file, name]()


def test_the_commands_of_the_page_work_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the predictions filled in when the page says so."""
    monkeypatch.chdir(tmp_path)
    assert len(COMMANDS) >= 10
    for command in COMMANDS:
        words = shlex.split(command)
        assert words[:4] == ["python", "-m", "sim", "exercise"]
        expected = next((code for verb, code in EXIT_CODES.items() if verb in words), 0)
        assert main(words[3:]) == expected, (command, capsys.readouterr())
        if "start" in words:
            (predict,) = tmp_path.glob("my-exercises/01-*/predict.yaml")
            predict.write_text("".join(f"{one.name}: {_guess(one)}\n" for one in _first().description.predictions))


def test_the_python_of_the_page_runs_and_fails_a_check() -> None:
    """As a learner's first try does."""
    (block,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)
    names: dict[str, exercises.Verdict] = {}
    exec(block, names)
    assert names["verdict"].first_failing is not None
    assert len(names["verdict"].predictions) == 2


def test_every_measure_is_in_the_table_in_its_order() -> None:
    """As ``python -m tests.docs.measure_table`` writes it."""
    assert measure_table.page() == PAGE
    rows = re.findall(r"^\| (`.*?`) \|", measure_table.table(), re.M)
    assert [name for names in rows for name in re.findall(r"`(\w+)`", names)] == list(MEASURES)


def test_every_key_of_results_json_is_in_its_table() -> None:
    """In their order."""
    guesses = {one.name: _guess(one) for one in _first().description.predictions}
    result = exercises.check("01", policy=_first().text("policy.yaml"), predict=guesses).as_dict()
    keys: list[str] = []
    for key, value in result.items():
        keys.append(key)
        if key in ("tests", "predictions"):
            keys += [f"{key}[].{inner}" for inner in value[0]]
    table = PAGE.split("### `results.json`")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(.*?)` \|", table, re.M) == keys


def test_every_key_and_file_of_an_exercise_is_explained() -> None:
    """Also those of predictions, checks, sources and wrong ideas."""
    table = PAGE.split("| key of `exercise.yaml` |")[1].split("`verify` proves")[0]
    named = set(re.findall(r"`([a-z_]+)`", table))
    for model in (Description, Prediction, Check, Source, Distractor):
        assert set(model.model_fields) <= named
    files = PAGE.split("## Writing one")[1]
    for path in TEMPLATE.rglob("*"):
        if path.is_file() and path.parent.name != "distractors":
            assert f"| `{path.relative_to(TEMPLATE)}` |" in files


def _first() -> exercises.Exercise:
    return exercises.find_exercise("01")


def _guess(prediction: Prediction) -> str:
    return next(iter(prediction.choices), "1s" if prediction.is_time else "1")
