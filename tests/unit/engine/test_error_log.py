"""The error log as a part of standard logging: who hears of it, and what of it is left out."""

import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pythonjsonlogger.json import JsonFormatter

from sim.core.errors import UnknownName
from sim.engine.error_fields import FIELDS, Omission
from sim.engine.error_log import LOGGER
from sim.engine.run import run
from sim.engine.stack_trace import calls_of, short_path, short_stack
from sim.engine.world import World
from sim.results.error_lines import ErrorLines, ErrorLogDiskFull, ErrorsNotKept
from sim.scenario.load import load_scenario

FLAKY = load_scenario("scenarios/04-retries-and-retention/flaky-network.yaml")
INVALID = load_scenario("scenarios/04-retries-and-retention/invalid-data.yaml")


class Hearer(logging.Handler):
    """Keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.records.append(record)


@pytest.fixture(params=[LOGGER, "sim"])
def hearer(request: pytest.FixtureRequest) -> Iterator[Hearer]:
    """A handler attached to the logger, or to the one above it."""
    handler = Hearer()
    logger = logging.getLogger(request.param)
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


def test_nothing_is_logged_unless_somebody_asks(caplog: pytest.LogCaptureFixture) -> None:
    """A handler of the whole program does not ask; it has errors of its own."""
    result = run(FLAKY)
    assert caplog.records == []
    assert result.error_count == 0
    with pytest.raises(ErrorsNotKept, match="error_log=True"):
        _ = result.errors


def test_an_attached_handler_is_enough(hearer: Hearer) -> None:
    """It hears of every failed attempt, and no lines are kept."""
    result = run(FLAKY)
    kept = run(FLAKY, error_log=True)
    assert result.error_count == 0
    assert kept.error_count == 95
    assert len(hearer.records) == 2 * 95
    assert [record.getMessage() for record in hearer.records[: kept.error_count]] == [
        line["message"] for line in kept.errors
    ]


def test_a_handler_can_be_attached_in_the_middle(hearer: Hearer) -> None:
    """A notebook looks at a part of a run; it hears what happens from there on."""
    logger = logging.getLogger(LOGGER)
    hearer.setLevel(logging.CRITICAL)
    world = World(FLAKY)
    world.run_until("20s")
    assert hearer.records == []
    hearer.setLevel(logging.ERROR)
    world.run()
    assert min(vars(record)["t_ms"] for record in hearer.records) >= 20_000
    assert logger.isEnabledFor(logging.ERROR)


@pytest.mark.parametrize("how", ["level", "filter", "disabled", "logging.disable"])
def test_the_ways_to_silence_a_logger_work_and_the_lines_stay(hearer: Hearer, how: str) -> None:
    """What standard logging offers is for handlers; the kept log is asked for by name."""
    logger = logging.getLogger(LOGGER)
    deaf = logging.Filter("elsewhere")
    try:
        if how == "level":
            logger.setLevel(logging.CRITICAL)
        elif how == "filter":
            logger.addFilter(deaf)
        elif how == "disabled":
            logger.disabled = True
        else:
            logging.disable(logging.CRITICAL)
        result = run(FLAKY, error_log=True)
    finally:
        logger.setLevel(logging.NOTSET)
        logger.removeFilter(deaf)
        logger.disabled = False
        logging.disable(logging.NOTSET)
    assert hearer.records == []
    assert result.error_count == 95


def test_a_record_knows_nothing_of_the_real_clock_process_and_thread(hearer: Hearer) -> None:
    """Two runs give the same records, and a format with time and process shows simulated ones."""
    run(FLAKY)
    half = len(hearer.records)
    run(FLAKY)
    assert [vars(record) for record in hearer.records[:half]] == [vars(record) for record in hearer.records[half:]]
    shown = logging.Formatter("%(asctime)s %(processName)s/%(process)d %(levelname)s %(filename)s %(funcName)s")
    shown.converter = time.gmtime
    first = next(record for record in hearer.records if vars(record)["mode"] == "queue")
    fields = vars(first)
    text = shown.format(first)
    assert text.startswith(fields["time"].replace("T", " ").replace(".", ",").removesuffix("Z"))
    assert f" {fields['worker']}/0 ERROR " in text


def test_a_formatter_of_one_s_own_sees_every_field(hearer: Hearer) -> None:
    """python-json-logger's writes them all without being told."""
    run(FLAKY, modes=["queue"])
    line = json.loads(JsonFormatter().format(hearer.records[0]))
    assert set(FIELDS) == set(line)


def test_a_record_has_what_standard_logging_gives_every_record(hearer: Hearer) -> None:
    """So that any handler and formatter can use it."""
    run(FLAKY, modes=["queue"])
    standard = set(vars(logging.makeLogRecord({})))
    assert standard <= set(vars(hearer.records[0]))


def test_the_log_changes_nothing_else() -> None:
    """The trace is the same with and without it."""
    on, off = run(FLAKY, error_log=True), run(FLAKY)
    assert on.as_dict() == off.as_dict()


def test_a_world_shows_its_errors_so_far() -> None:
    """Step by step, and in its result."""
    world = World(FLAKY, error_log=True)
    world.run_until("20s")
    before = list(world.errors)
    world.run()
    lines = world.result().error_lines
    assert lines is not None
    assert 0 < len(before) < len(lines)
    assert [json.loads(line) for line in lines][: len(before)] == before


def test_errors_that_nobody_keeps_cannot_be_read() -> None:
    """The error says how to keep them."""
    with pytest.raises(ErrorsNotKept):
        _ = World(FLAKY).errors


def test_a_path_is_written_to(tmp_path: Path) -> None:
    """Both modes, in-process first; the same lines as the result has."""
    path = tmp_path / "errors.ndjson"
    result = run(FLAKY, error_log=path)
    text = path.read_text()
    assert [json.loads(line) for line in text.splitlines()] == list(result.errors)
    modes = [line["mode"] for line in result.errors]
    assert modes == sorted(modes)
    assert set(modes) == {"in-process", "queue"}
    assert text.endswith("}\n")


# -- what is left out ------------------------------------------------------------------------------------------------


def errors_of(*omit: str) -> list[dict[str, Any]]:
    """The errors of a run in which data is invalid, without some fields."""
    return list(run(INVALID, modes=["queue"], error_log=True, error_log_omit=omit).errors)


def test_nothing_is_left_out_by_default() -> None:
    """A simulation has no secrets."""
    assert set(errors_of()[0]) == set(FIELDS)


def test_a_field_is_left_out_of_the_lines_and_of_the_records(hearer: Hearer) -> None:
    """Whoever listens does not get it either."""
    assert all("data" not in line and "options" in line for line in errors_of("data"))
    assert not any(hasattr(record, "data") for record in hearer.records)


def test_a_key_of_the_data_is_left_out_and_the_job_keeps_it() -> None:
    """Other keys stay; a key that a job does not have is no error."""
    found = errors_of("data.to", "data.nothing.like.this")
    assert {tuple(line["data"]) for line in found} == {("notification", "job")}
    assert len(found) == len(errors_of())


def test_a_key_within_a_key_is_left_out() -> None:
    """What is not on the path stays, and so does the job's own data."""
    data = {"customer": {"email": "a@b.c", "number": 7}, "order": 1}
    fields = {"data": data}
    Omission(["data.customer.email"]).apply(fields)
    assert fields["data"] == {"customer": {"number": 7}, "order": 1}
    assert data["customer"] == {"email": "a@b.c", "number": 7}


def test_a_message_that_is_left_out_does_not_stand_in_the_stack() -> None:
    """Messages quote what was wrong, and that may be an address."""
    found = errors_of("message", "data.to")
    text = json.dumps(found)
    assert "example.com" not in text
    assert {line["stack"].splitlines()[0] for line in found} == {"InvalidData"}


@pytest.mark.parametrize("name", ["adress", "data.", "data..to", "DATA", ""])
def test_a_field_that_there_is_not_is_an_error(name: str) -> None:
    """Otherwise a slip of the pen would let a secret out."""
    with pytest.raises(UnknownName, match="field of the error log"):
        errors_of(name)


# -- stacks ----------------------------------------------------------------------------------------------------------


def test_a_path_of_this_package_begins_with_its_name_and_any_other_is_a_bare_name() -> None:
    """Wherever both are installed."""
    import sim

    inside = Path(sim.__file__).parent / "engine" / "attempt.py"
    assert short_path(str(inside)) == "sim/engine/attempt.py"
    assert short_path("/home/me/sim/secret/own.py") == "own.py"
    assert short_path("<string>") == "<string>"


def test_a_stack_lists_the_innermost_call_first() -> None:
    """As Node does."""

    def inner() -> None:
        raise ValueError("so it goes")

    with pytest.raises(ValueError, match="so it goes") as caught:
        inner()
    first = calls_of(caught.value)[0]
    assert (first.function, first.file) == ("inner", "test_error_log.py")
    assert short_stack(caught.value).splitlines()[:2] == [
        "ValueError: so it goes",
        f"    at inner (test_error_log.py:{first.line})",
    ]


def test_an_error_that_was_never_raised_has_a_headline_only() -> None:
    """There is no call to name."""
    assert short_stack(ValueError("no")) == "ValueError: no"


# -- long logs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("max_in_memory", [1, 2, 3, 99, 100])
def test_lines_on_disk_are_read_as_if_they_were_in_memory(max_in_memory: int) -> None:
    """Same lines, same number, as often as one likes."""
    lines = ErrorLines(max_in_memory=max_in_memory)
    texts = [json.dumps({"n": n, "text": "ü\n\u2028"}, ensure_ascii=False) for n in range(100)]
    for text in texts:
        lines.add(text)
    assert len(lines) == 100
    assert [list(lines), list(lines)] == [texts, texts]
    assert [line["n"] for line in lines.read()] == list(range(100))


def test_a_full_disk_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the error log and what to do."""

    def full(**_options: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    lines = ErrorLines(max_in_memory=1)
    lines.add("{}")
    with pytest.raises(ErrorLogDiskFull, match=r"error log of this run is long.*No space left"):
        lines.add("{}")
