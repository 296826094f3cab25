"""``compare``: how the two sides are named, what goes where, and exit codes."""

import json
import os
from pathlib import Path

import pytest

from sim.cli import main
from tests.unit.comparisons.test_compare import ORDERS

OUTAGE = "scenarios/02-redis-failures/outage.yaml"


@pytest.fixture
def orders(tmp_path: Path) -> str:
    """The path of a small scenario."""
    path = tmp_path / "orders.yaml"
    path.write_text(ORDERS)
    return str(path)


def compared(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    """What a comparison of two runs of each says as JSON; that is all that stands on standard output."""
    assert main(["compare", *arguments, "--runs", "2", "--jobs", "1", "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_the_sides_are_files_variants_values_semantics_or_seeds(
    orders: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name of a shipped scenario does, too."""
    (tmp_path / "others.yaml").write_text(ORDERS.replace("attempts: 3", "attempts: 4"))
    files = compared(capsys, orders, str(tmp_path / "others.yaml"))
    assert files["different_settings"] == [{"path": "queues.order.attempts", "a": "3", "b": "4"}]
    variant = compared(capsys, "the-limiter-drops-jobs", "the-limiter-drops-jobs:cured")
    assert variant["paired"] is True
    values = compared(capsys, orders, "--set-a", "queues.order.attempts=5", "--set-b", "queues.order.attempts=6")
    assert values["different_settings"] == [{"path": "queues.order.attempts", "a": "5", "b": "6"}]
    semantics = compared(capsys, OUTAGE, "--semantics", "documented,bull-4.16", "--mode", "queue")
    assert semantics["different_settings"] == [{"path": "semantics", "a": "documented", "b": "bull-4.16"}]
    assert list(semantics["modes"]) == ["queue"]  # type: ignore[call-overload]
    seeds = compared(capsys, orders, "--seed", "1,2")
    assert seeds["not_paired_because"] == "the seeds differ"


def test_the_screen_has_eighty_columns_and_progress_stands_beside_it(
    orders: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also with files beside it; they are named on standard error."""
    monkeypatch.setenv("COLUMNS", "80")
    out_folder, file = tmp_path / "out", tmp_path / "c.json"
    more = ["--set-b", "faults=[]", "--out", str(out_folder), "--json", str(file), "--jobs", "1"]
    assert main(["compare", orders, *more]) == 0
    out, err = capsys.readouterr()
    assert max(map(len, out.split("Run 1 of each")[0].splitlines())) <= 80
    assert "Means of 20 runs each, documented, seed 1, compared run by run" in out
    assert "40 of 40 runs" in err
    for name in ("compare.json", "outcomes.png", "timeline-queue.png"):
        assert f"wrote {out_folder / name}" in err
    assert json.loads(file.read_text()) == json.loads((out_folder / "compare.json").read_text())


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ([], "there is nothing to compare: name a second scenario"),
        (["--seed", "1,2,3"], "expected one value, or two with a comma between, got 3"),
        (["--seed", "x"], "'x' is not a valid integer"),
        (["--semantics", "documented,bul"], "'bul' is not one of 'documented', 'bull-4.16'"),
        (["--set-b", "queues.order.attempts"], "--set-b 'queues.order.attempts': expected PATH=VALUE"),
        (
            ["--set-b", "queues.order.attempts=x"],
            "--set-b queues.order.attempts=x: queues.order.attempts: expected a whole number",
        ),
        (["--set-b", "queues.order.tries=1"], "queues.order.tries: unknown key"),
        (["--set-b", "seed=1"], "--set-b seed=1:"),
        (["no-such-file.yaml"], "no-such-file.yaml: there is no such file"),
        (["--runs", "0"], "0 is not in the range"),
    ],
)
def test_what_cannot_be_compared_ends_with_2(
    orders: str, arguments: list[str], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what is wrong, and nothing on standard output."""
    assert main(["compare", orders, *arguments]) == 2
    out, err = capsys.readouterr()
    assert what in err
    assert "Traceback" not in err
    assert out == ""


def test_a_pipe_is_refused_on_either_side(orders: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And nobody waits for its writer."""
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    for arguments in ([orders, str(pipe)], [str(pipe), orders]):
        assert main(["compare", *arguments]) == 2
        assert capsys.readouterr().err.strip() == f"{pipe}: is a pipe; name one scenario file"


def test_what_is_wrong_with_both_files_is_said_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By file, line and column."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(ORDERS.replace("attempts: 3", "attempts: none"))
    assert main(["compare", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")]) == 2
    err = capsys.readouterr().err
    assert f"{tmp_path / 'a.yaml'}:5:28" in err
    assert f"{tmp_path / 'b.yaml'}:5:28" in err


def test_an_interruption_says_that_nothing_is_kept(
    orders: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And ends as Ctrl-C does everywhere."""

    def interrupted(*_arguments: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.comparisons.compare.run_arms", interrupted)
    assert main(["compare", orders, "--seed", "1,2"]) == 130
    assert "interrupted; finished runs are not kept" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_ends_with_2(orders: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What was found is printed all the same."""
    assert main(["compare", orders, "--set-b", "faults=[]", "--runs", "2", "--out", f"{orders}/out"]) == 2
    out, err = capsys.readouterr()
    assert "attempts" in out
    assert "cannot be written" in err
