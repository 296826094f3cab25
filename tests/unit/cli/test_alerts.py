"""``alerts`` and ``run --metrics``: what they print, write, and refuse."""

from pathlib import Path

import pytest

from sim.cli import main
from tests.unit.results.promtool import promtool

SCENARIO = """
title: Tiny
question: Who notices?
modes: [queue]
workload:
  - queue: email
    arrivals: {kind: constant, interval: 1s, count: 20}
workers:
  email: {processes: 2}
faults: [{kind: worker-crash, target: email-1, at: 5500ms, restart_after: 10s}]
"""
ALERTS = 'alerts: [{name: WorkerDown, metric: workers_down, when: "> 0", for: 2s}]\n'


def write(folder: Path, more: str = "") -> str:
    """Write a tiny scenario and return its path."""
    path = folder / "tiny.yaml"
    path.write_text(SCENARIO + more)
    return str(path)


@pytest.mark.parametrize(
    ("expected", "code"),
    [("fires within 2500ms", 0), ("fires within 2499ms", 1), ("fires", 0), ("quiet", 1), ("false-alarm", 1)],
)
def test_the_exit_code_tells_whether_what_is_expected_of_alerts_holds(
    tmp_path: Path, expected: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """For ``alerts`` as for ``run``; both name what is violated."""
    path = write(tmp_path, f"{ALERTS}expect: {{alerts: {{WorkerDown: {expected}}}}}")
    for command in ("alerts", "run"):
        assert main([command, path]) == code
        assert ("VIOLATED" in capsys.readouterr().out) == (code == 1)


def test_the_table_says_who_noticed_after_how_long(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Health at the next sample, the alert when it has held for 2 s; all well at the sample after the restart."""
    assert main(["alerts", write(tmp_path, ALERTS)]) == 0
    out = capsys.readouterr().out
    row = next(line for line in out.splitlines() if "email-1 down" in line)
    assert row.split() == ["email-1", "down", "5.5s", "15.5s", "500ms", "500ms", "2.5s", "WorkerDown"]
    assert "The only fault was detected; there was no false alarm." in out
    assert max(map(len, out.splitlines())) <= 80


def test_without_alerts_there_is_still_the_health_of_workers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the default thresholds."""
    assert main(["alerts", write(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "process not running" in out
    assert "Alerts" not in out


def test_exported_rules_go_to_a_file_or_to_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same text, which Prometheus accepts; the run itself is left out."""
    path, rules = write(tmp_path, ALERTS), tmp_path / "rules.yml"
    assert main(["alerts", path, "--export", str(rules)]) == 0
    assert capsys.readouterr().out == ""
    assert main(["alerts", path, "--export", "-"]) == 0
    assert capsys.readouterr().out == rules.read_text()
    promtool("check", "rules", str(rules))


def test_without_alerts_there_is_nothing_to_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and nothing is written."""
    path = write(tmp_path)
    assert main(["alerts", path, "--export", str(tmp_path / "rules.yml")]) == 2
    assert capsys.readouterr().err == f"{path}: has no alerts to export; add them under 'alerts:'\n"
    assert not (tmp_path / "rules.yml").exists()


def test_a_scenario_that_does_not_load_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As everywhere, with file, line and column."""
    path = write(tmp_path, 'alerts: [{name: A, metric: wating, when: "> 0"}]')
    assert main(["alerts", path]) == 2
    assert capsys.readouterr().err.startswith(f"{path}:11:28: alerts[0].metric: expected waiting, active,")


def test_run_writes_the_metrics_at_the_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To a file beside the usual tables, or alone to standard output; also where the scenario asks for no samples."""
    path, file = write(tmp_path), tmp_path / "metrics.prom"
    assert main(["run", path, "--metrics", str(file)]) == 0
    assert "Tiny" in capsys.readouterr().out
    assert main(["run", path, "--metrics", "-"]) == 0
    assert capsys.readouterr().out == file.read_text()
    assert 'jobqueue_jobs{queue="email",state="completed"} 20.0\n' in file.read_text()


def test_metrics_of_in_process_mode_are_written_where_it_is_the_only_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It keeps no completed jobs, but it has run them."""
    assert main(["run", write(tmp_path), "--mode", "in-process", "--metrics", "-"]) == 0
    out = capsys.readouterr().out
    assert 'jobqueue_jobs{queue="email",state="completed"} 0.0\n' in out
    assert "jobqueue_completions_total" in out


def test_two_things_cannot_both_have_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One of them needs a file."""
    assert main(["run", write(tmp_path), "--metrics", "-", "--json", "-"]) == 2
    assert "--json - and --metrics - write to standard output; give all but one a file" in capsys.readouterr().err
