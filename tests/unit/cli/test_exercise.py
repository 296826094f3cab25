"""``exercise``: what a learner types, sees, and gets back."""

import json
from pathlib import Path

import pytest

from sim.cli import main
from sim.exercises.catalogue import COURSE, find_exercise

FIRST = find_exercise("01")
MINE = Path("my-exercises") / FIRST.name
SOLUTION = (COURSE / FIRST.name / "solution" / "policy.yaml").read_text()


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's folder, with the predictions filled in and the policy untouched."""
    monkeypatch.chdir(tmp_path)
    assert main(["exercise", "start", "01"]) == 0
    (MINE / "predict.yaml").write_text("failed: 38\nslowest: 45s\n")
    return tmp_path / MINE


def test_start_copies_what_a_learner_needs_and_never_writes_over_it(
    started: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither the solution nor the hints are among it."""
    assert sorted(path.name for path in started.iterdir()) == [
        "README.md",
        "policy.yaml",
        "predict.yaml",
        "scenario.yaml",
    ]
    (started / "policy.yaml").write_text("mine")
    assert main(["exercise", "start", "01"]) == 2
    assert "use that one, or restore the original: python -m sim exercise reset 01" in capsys.readouterr().err
    assert (started / "policy.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("policy", "code", "verdict"),
    [(None, 1, "fail"), (SOLUTION, 0, "pass"), ("queues: {order: {attempts: 0}}", 2, "cannot tell")],
)
def test_check_answers_by_exit_code_and_by_a_file_for_a_grader(
    started: Path, policy: str | None, code: int, verdict: str
) -> None:
    """0 every check holds, 1 one does not, 2 it cannot be told; a learner's files stay as they are."""
    if policy is not None:
        (started / "policy.yaml").write_text(policy)
    before = {path: path.read_bytes() for path in started.iterdir()}
    assert main(["exercise", "check", "01"]) == code
    assert json.loads((started / "results.json").read_text())["verdict"] == verdict
    assert {path: path.read_bytes() for path in before} == before


def test_who_has_passed_is_told_where_it_says_why(started: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And who has not is not."""
    main(["exercise", "check", "01"])
    assert "exercise why" not in capsys.readouterr().out
    (started / "policy.yaml").write_text(SOLUTION)
    main(["exercise", "check", "01"])
    assert "  python -m sim exercise why 01" in capsys.readouterr().out.splitlines()
    assert main(["exercise", "why", "01"]) == 0
    assert "What it costs" in capsys.readouterr().out


def test_why_gives_the_solution_away_only_to_who_has_passed_or_asks_for_it(
    started: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pass counts in its own folder and for its own exercise, and a later failure does not take it back."""
    main(["exercise", "check", "01"])
    capsys.readouterr()
    assert main(["exercise", "why", "01"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "  python -m sim exercise why 01 --spoil" in err.splitlines()
    assert main(["exercise", "why", "01", "--spoil"]) == 0
    (started / "policy.yaml").write_text(SOLUTION)
    main(["exercise", "check", "01", "--results", "elsewhere.json"])
    (started / "policy.yaml").write_text(FIRST.text("policy.yaml"))
    main(["exercise", "check", "01"])
    assert main(["exercise", "why", "01"]) == 0
    assert main(["exercise", "why", "01", "--folder", "another"]) == 1
    assert main(["exercise", "why", "02", "--folder", str(started)]) == 1


def test_check_and_run_want_predictions_first(started: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the place of the first that is missing."""
    (started / "predict.yaml").write_text("failed: 38\nslowest:\n")
    for command in ("run", "check"):
        assert main(["exercise", command, "01"]) == 2
        told = capsys.readouterr()
        assert f"{MINE / 'predict.yaml'}:2:9: slowest: is still empty" in told.out + told.err


def test_the_command_that_replays_a_failure_runs(started: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As it is printed, with the seed that broke the check; it shows so many orders."""
    main(["exercise", "check", "01", "--results", "-"])
    data = json.loads(capsys.readouterr().out)
    words = data["replay"].split()
    assert words[:3] == ["python", "-m", "sim"]
    assert main([*words[3:], "--mode", "queue"]) == 0
    assert f"Of 200 orders, {data['tests'][0]['observed']} were delivered" in capsys.readouterr().out


def test_what_is_printed_fits_eighty_columns(started: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A classroom's terminals are small."""
    for words in (
        ["list"],
        ["show", "01"],
        ["check", "01"],
        ["hint", "01", "--level", "3"],
        ["why", "01"],
        ["why", "01", "--spoil"],
        ["run", "01"],
    ):
        main(["exercise", *words])
        assert max(map(len, "".join(capsys.readouterr()).splitlines())) <= 80


def test_a_run_tells_what_the_checks_measure_and_how_to_be_judged(
    started: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this one run, of the queue only; it is not the judgement."""
    assert main(["exercise", "run", "01"]) == 0
    told = capsys.readouterr().out
    assert "FAILS  every-order           200    here: 187" in told
    assert "holds  not-too-often         <= 8   here: 3" in told
    assert "holds  attempts-have-an-end  <= 10  set: 3" in told
    assert told.endswith("  python -m sim exercise check 01\n")
    assert "in-process" not in told


def test_a_run_tells_the_story_of_a_job(started: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of any job that is asked for; a name of none is refused with the names there are."""
    assert main(["exercise", "run", "01", "--job", "order-30"]) == 0
    assert "The story of order-30 (" in capsys.readouterr().out
    assert main(["exercise", "run", "01", "--job", "order-201"]) == 2
    assert "no job 'order-201' in this run; there are order-1 to order-200" in capsys.readouterr().err


def test_list_shows_what_was_passed(started: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the file of the last pass, which a later failure leaves."""
    (started / "policy.yaml").write_text(SOLUTION)

    def row() -> str:
        capsys.readouterr()
        main(["exercise", "list"])
        return next(line for line in capsys.readouterr().out.splitlines() if " 01 " in line)

    assert "yes" not in row()
    main(["exercise", "check", "01"])
    assert "yes" in row()


def test_reset_puts_the_start_back_and_keeps_what_was_there(started: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside it, also a second time."""
    for text in ("one", "two"):
        (started / "policy.yaml").write_text(text)
        assert main(["exercise", "reset", "01"]) == 0
    kept = {path.name: path.read_text() for path in started.glob("policy.yaml*")}
    assert kept == {
        "policy.yaml": FIRST.text("policy.yaml"),
        "policy.yaml.before-reset-1": "one",
        "policy.yaml.before-reset-2": "two",
    }
    capsys.readouterr()
    main(["exercise", "reset", "01"])
    assert capsys.readouterr().out == "nothing to restore\n"


def test_a_changed_scenario_does_not_make_an_exercise_easier(started: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A check uses the exercise's own, and says so."""
    scenario = started / "scenario.yaml"
    scenario.write_text(scenario.read_text().replace("duration: 45s", "duration: 1s"))
    assert main(["exercise", "check", "01"]) == 1
    assert "scenario.yaml: has changed; checks use the exercise's own" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "99"], "no exercise '99'; there are: 01-"),
        (["hint", "01", "--level", "4"], "4 is not in the range 1<=x<=3"),
        (["check", "02"], "there is no such folder; `python -m sim exercise start 02` makes one"),
        (["reset", "02"], "there is no such folder"),
        (["run", "01", "--folder", "nowhere"], "nowhere: there is no such folder"),
        (["verify", "nowhere"], "nowhere: an exercise's folder is called NN-some-words"),
    ],
)
def test_wrong_usage_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    """With exit code 2, and without a traceback."""
    monkeypatch.chdir(tmp_path)
    assert main(["exercise", *words]) == 2
    told = capsys.readouterr()
    assert said in told.out + told.err


def test_a_notebook_asks_the_same_engine(started: Path) -> None:
    """The same verdict as on the command line, from files or from a policy at hand."""
    import sim

    (started / "policy.yaml").write_text(SOLUTION)
    main(["exercise", "check", "01"])
    from_files = sim.exercises.check("01")
    assert from_files.json() == (started / "results.json").read_text()
    assert sim.exercises.check("01", policy=SOLUTION).passed
    assert not sim.exercises.check("01", policy={"queues": {"order": {"attempts": 2}}}).passed
    asked = sim.exercises.check("01", policy=SOLUTION, predict={"failed": 17, "slowest": "40s"})
    assert [one.right for one in asked.predictions] == [True, True]
    assert 'aria-label="Verdict: pass"' in asked._repr_html_()
