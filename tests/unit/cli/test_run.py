"""``run``: exit codes, and what goes where."""

import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main

TINY = """
title: Tiny
question: Does it run?
workload:
  - queue: email
    arrivals: {kind: constant, interval: 1s, count: 3}
expect:
  queue: {delivered: EXPECTED}
"""


def write(folder: Path, expected: str = "3") -> str:
    """Write a tiny scenario and return its path."""
    path = folder / "tiny.yaml"
    path.write_text(TINY.replace("EXPECTED", expected))
    return str(path)


@pytest.mark.parametrize(("expected", "code"), [("3", 0), ('">= 3"', 0), ("2", 1), ('"> 3"', 1)])
def test_the_exit_code_tells_whether_expectations_hold(
    tmp_path: Path, expected: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 when all hold, 1 when one is violated; then it names what was expected and what was seen."""
    assert main(["run", write(tmp_path, expected)]) == code
    out = capsys.readouterr().out
    assert ("VIOLATED" in out) == (code == 1)


def test_json_on_standard_output_stands_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also when an expectation is violated; and it has the keys that others rely on."""
    assert main(["run", write(tmp_path, "2"), "--json", "-"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert list(result) == [
        "scenario",
        "seed",
        "semantics",
        "store",
        "simulated_ms",
        "modes",
        "expectations",
        "trace_sha256",
    ]
    counts = [
        "offered",
        "rejected",
        "ignored",
        "delivered",
        "not_delivered",
        "failed_reported",
        "failed_retained",
        "failed_evicted",
        "dead_lettered",
        "lost",
        "pending",
        "duplicated",
        "late",
        "extra_effects",
        "suppressed_duplicates",
        "partial",
        "false_failures",
        "indeterminate",
        "stalled",
        "attempts",
        "delivery_mean_ms",
        "delivery_p50_ms",
        "delivery_p95_ms",
        "delivery_p99_ms",
        "delivery_max_ms",
    ]
    assert list(result["modes"]) == ["in-process", "queue"]
    for mode in result["modes"].values():
        assert list(mode) == [*counts, "queues", "ended"]
        assert list(mode["queues"]["email"]) == counts
    assert result["expectations"][0]["expected"] == "== 2"
    assert result["expectations"][0]["seen"] == 3


def test_the_trace_has_the_hash_that_the_result_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON object a line, with the fields and events of the contract."""
    path = write(tmp_path)
    assert main(["run", path, "--mode", "queue", "--trace", "-"]) == 0
    trace = capsys.readouterr().out
    assert main(["run", path, "--mode", "queue", "--json", "-"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["trace_sha256"] == {"queue": hashlib.sha256(trace.encode()).hexdigest()}
    lines: list[dict[str, Any]] = [json.loads(line) for line in trace.splitlines()]
    assert {"t_ms", "mode", "queue", "job", "event", "attempt", "worker"} <= set(lines[0])
    assert {"offered", "enqueued", "started", "effect", "completed"} <= {line["event"] for line in lines}


def test_a_results_folder_holds_everything_and_is_the_same_twice(tmp_path: Path) -> None:
    """Six files, byte for byte."""
    path = write(tmp_path)
    for folder in ("a", "b"):
        assert main(["run", path, "--out", str(tmp_path / folder)]) == 0
    names = ["jobs.png", "outcomes.png", "report.html", "result.json", "timeline.png", "trace.ndjson.gz"]
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == names
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    trace = gzip.decompress((tmp_path / "a" / "trace.ndjson.gz").read_bytes())
    assert {json.loads(line)["mode"] for line in trace.splitlines()} == {"in-process", "queue"}


def test_without_plots_the_folder_holds_the_numbers(tmp_path: Path) -> None:
    """No pictures and no report."""
    assert main(["run", write(tmp_path), "--out", str(tmp_path / "o"), "--no-plots"]) == 0
    assert sorted(p.name for p in (tmp_path / "o").iterdir()) == ["result.json", "trace.ndjson.gz"]


@pytest.mark.parametrize(("expected", "code"), [("3", 0), ("2", 1)])
def test_without_the_trace_everything_but_its_hash_is_the_same(
    tmp_path: Path, expected: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code, the tables and the JSON, in which the hash of each mode is null."""
    path = write(tmp_path, expected)
    results, tables = [], []
    for more in ([], ["--no-trace"]):
        assert main(["run", path, "--json", "-", *more]) == code
        results.append(json.loads(capsys.readouterr().out))
        assert main(["run", path, *more]) == code
        tables.append(capsys.readouterr().out)
    hashes = [result.pop("trace_sha256") for result in results]
    assert results[0] == results[1]
    assert tables[0] == tables[1]
    assert list(hashes[0]) == list(hashes[1])
    assert list(hashes[1].values()) == [None, None]


@pytest.mark.parametrize("asked", ["--trace", "--out"])
def test_what_would_write_events_does_not_go_with_no_trace(
    tmp_path: Path, asked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is wrong usage, said before anything runs or is written."""
    assert main(["run", write(tmp_path), "--no-trace", asked, str(tmp_path / "new")]) == 2
    seen = capsys.readouterr()
    assert f"--no-trace keeps no events, and {asked} needs them; use --json for the counts" in seen.err
    assert not seen.out
    assert not (tmp_path / "new").exists()


def test_a_trace_in_a_file_is_the_one_on_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Byte for byte."""
    path = write(tmp_path)
    assert main(["run", path, "--trace", "-"]) == 0
    trace = capsys.readouterr().out
    assert main(["run", path, "--trace", str(tmp_path / "trace.ndjson")]) == 0
    assert (tmp_path / "trace.ndjson").read_bytes() == trace.encode()


@pytest.mark.parametrize(
    "arguments",
    [
        ["nowhere.yaml"],
        ["."],
        ["TINY", "--seed", "-1"],
        ["TINY", "--mode", "both ways"],
        ["TINY", "--json", "-", "--trace", "-"],
        ["TINY", "--out", "TINY"],
        ["TINY", "--json", "nowhere/at/all.json"],
    ],
)
def test_bad_usage_and_input_end_with_two_and_a_sentence(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Never a traceback."""
    path = write(tmp_path)
    assert main(["run", *[path if word == "TINY" else word for word in arguments]]) == 2
    err = capsys.readouterr().err
    assert err.strip()
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("semantics", "never"),
    [
        ("documented", {"order": [8000], "email": [16000], "payment": []}),
        ("bull-4.16", {"order": [], "email": [], "payment": []}),
    ],
)
def test_backoff_names_the_listed_delays_that_never_happen(
    semantics: str, never: dict[str, list[int]], capsys: pytest.CaptureFixture[str]
) -> None:
    """The document lists one delay for each attempt; the last of each exponential list cannot occur."""
    assert main(["backoff", "--semantics", semantics, "--json"]) == 0
    tables = json.loads(capsys.readouterr().out)
    assert {queue: both[semantics]["never_ms"] for queue, both in tables.items()} == never


def test_backoff_lists_attempt_delay_and_time_since_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    """The documented email queue: 1, 2, 4 and 8 s, fifteen seconds in all."""
    assert main(["backoff", "--queue", "email", "--semantics", "documented", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["email"]["documented"]["attempts"]
    assert [(row["number"], row["delay_ms"], row["since_first_ms"]) for row in rows] == [
        (1, 0, 0),
        (2, 1000, 1000),
        (3, 2000, 3000),
        (4, 4000, 7000),
        (5, 8000, 15000),
    ]


FAILING = "scenarios/03-database-failures/paid-twice.yaml"


def test_the_error_log_on_standard_output_stands_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON object a line, both modes."""
    assert main(["run", FAILING, "--error-log", "-"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["mode"] for line in lines] == ["in-process", "queue"]


def test_the_error_log_goes_to_a_file_beside_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same bytes as on standard output; without errors the file is empty."""
    assert main(["run", FAILING, "--error-log", "-"]) == 0
    text = capsys.readouterr().out
    assert main(["run", FAILING, "--error-log", str(tmp_path / "e"), "--no-trace"]) == 0
    assert "delivered" in capsys.readouterr().out
    assert (tmp_path / "e").read_text() == text
    assert main(["run", write(tmp_path), "--error-log", str(tmp_path / "e")]) == 0
    assert (tmp_path / "e").read_text() == ""


def test_a_results_folder_holds_errors_only_where_there_are_any(tmp_path: Path) -> None:
    """Those of an earlier run do not stay."""
    out = tmp_path / "o"
    assert main(["run", FAILING, "--out", str(out), "--no-plots", "--error-log-omit", "data"]) == 0
    lines = [json.loads(line) for line in (out / "errors.ndjson").read_text().splitlines()]
    assert len(lines) == 2
    assert all("data" not in line for line in lines)
    assert main(["run", write(tmp_path), "--out", str(out), "--no-plots"]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["result.json", "trace.ndjson.gz"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--error-log", "-", "--json", "-"], "--json - and --error-log -"),
        (["--error-log", "-", "--trace", "-"], "--trace - and --error-log -"),
        (
            ["--error-log", "-", "--error-log-omit", "adress"],
            "no field of the error log called 'adress'; there are",
        ),
        (["--error-log-omit", "data"], "add --error-log or --out"),
        (["--error-log", "nowhere/at/all.ndjson"], "nowhere/at/all.ndjson: cannot be written"),
    ],
)
def test_an_error_log_that_cannot_be_had_ends_with_two_and_a_sentence(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Never a traceback."""
    assert main(["run", FAILING, *arguments]) == 2
    err = " ".join(capsys.readouterr().err.split())
    assert says in err
    assert "Traceback" not in err


def test_a_run_without_a_folder_says_how_to_have_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In its last line; not where a folder is written, or where JSON stands alone."""
    path = write(tmp_path)
    hint = "--out results/"
    main(["run", path])
    assert hint in capsys.readouterr().out.splitlines()[-1]
    for more in (["--out", str(tmp_path / "out"), "--no-plots"], ["--json", "-"]):
        main(["run", path, *more])
        assert hint not in capsys.readouterr().out


def test_an_error_log_on_a_terminal_is_summed_up_and_elsewhere_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By message, with counts that add up to the lines that a pipe or a file gets."""
    scenario = "scenarios/03-database-failures/longer-than-the-retries.yaml"
    assert main(["run", scenario, "--error-log", "-"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 400
    assert all(json.loads(line)["error"] for line in lines)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert main(["run", scenario, "--error-log", "-"]) == 0
    told = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert len(told) < 60
    assert max(map(len, told)) <= 80
    assert f"--error-log FILE writes all {len(lines):,} failed attempts, one per line." in "\n".join(told)


def test_the_timetable_has_bounds_where_chance_has_a_part_and_a_table_for_each_kind_of_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a strategy draws is no single time; and an error that will come again may end the job."""
    file = tmp_path / "waits.yaml"
    transient = "{type: exponential, delay: 2s, jitter: 0.5}"
    file.write_text(
        "title: Waits\nquestion: When?\n"
        "workload: [{queue: email, arrivals: {kind: constant, interval: 1s, count: 1}}]\n"
        f"queues: {{email: {{attempts: 3, backoff: {{type: custom, by_error: {{transient: {transient}, "
        "permanent: never}}}}\n"
    )
    assert main(["backoff", str(file), "--semantics", "bull-4.16"]) == 0
    printed = capsys.readouterr().out
    assert "1s to 2s" in printed
    assert "gives up 4s to 8s after the first attempt." in printed
    assert printed.index("transient errors") < printed.index("permanent errors")
    assert "gives up 0ms after the first attempt." in printed
    assert main(["backoff", str(file), "--semantics", "bull-4.16", "--json"]) == 0
    tables = json.loads(capsys.readouterr().out)
    last = tables["email, transient errors"]["bull-4.16"]["attempts"][-1]
    assert last == {
        "number": 3,
        "delay_ms": 6_000,
        "since_first_ms": 8_000,
        "jitter_ms": 3_000,
        "since_jitter_ms": 4_000,
    }
