"""A person's own Bull processor in place of the project's handlers, with the real Bull."""

import json
from pathlib import Path

import pytest

from sim.cli import main
from sim.rehearsal.own_report import OwnReport, rehearse_own
from sim.rehearsal.real_parts import RealParts
from sim.rehearsal.scale import Scale

pytestmark = pytest.mark.real

SCENARIO = """
title: Own code
question: What does the real Bull make of it?
semantics: bull-4.16
queues: {email: {attempts: 2, backoff: {type: fixed, delay: 1s}}}
workload: [{queue: email, arrivals: {kind: constant, interval: 1s, count: 3, start: 500ms}}]
workers: {email: {processes: 2, lock_duration: 6s, stalled_interval: 5s}}
"""
EXPECTING = "expect: {queue: {delivered: 3}}\n"
FAILING = """module.exports = async job => {
  if (job.data.job === 'email-2' && job.attemptsMade === 0) {
    JSON.parse('{');
  }
  await job.effect('mail');
};
"""
CALLBACKS = """module.exports = (job, done) => {
  if (job.data.job === 'email-1') {
    throw new TypeError('thrown at once');
  }
  setTimeout(() => {
    done(job.data.job === 'email-3' ? new Error('handed to done') : null, job.scale);
    done(new Error('nobody hears the second call'));
  }, 10);
};
"""


def rehearsed(folder: Path, code: str, scenario: str = SCENARIO, name: str = "own.js") -> OwnReport:
    """Rehearse a processor at 1:10."""
    (folder / name).write_text(code)
    (folder / "scenario.yaml").write_text(scenario)
    return rehearse_own(folder / "scenario.yaml", folder / name, Scale(10))


def command(folder: Path, code: str | None, *more: str, scenario: str = SCENARIO) -> int:
    """Run the command on a processor and return its exit code."""
    if code is not None:
        (folder / "own.js").write_text(code)
    (folder / "scenario.yaml").write_text(scenario)
    own = ["--own", str(folder / "own.js")]
    return main(["rehearse", *own, str(folder / "scenario.yaml"), "--scale", "1:10", *more])


def test_what_a_processor_throws_is_tried_again_and_told_with_its_line(tmp_path: Path, real_parts: RealParts) -> None:
    """Outcomes are read from its effects, not from a prediction; Bull retries what it threw."""
    report = rehearsed(tmp_path, FAILING)
    counts = report.result.modes["queue"].totals
    assert (counts.delivered, counts.attempts, counts.duplicated) == (3, 4, 0)
    (thrown,) = report.thrown
    assert (thrown.line, thrown.times) == (3, 1)
    assert thrown.error.startswith("SyntaxError: ")


def test_a_processor_with_two_arguments_calls_done(tmp_path: Path, real_parts: RealParts) -> None:
    """As Bull's documentation has it; an error thrown at once is one handed to ``done``, a second call is none."""
    report = rehearsed(tmp_path, CALLBACKS)
    counts = report.result.modes["queue"].totals
    assert (counts.delivered, counts.failed_retained, counts.attempts) == (1, 2, 5)
    assert {(one.error, one.line, one.times) for one in report.thrown} == {
        ("TypeError: thrown at once", 3, 2),
        ("handed to done", 6, 2),
    }


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("export default async job => job.effect('mail');", "own.mjs"),
        ("module.exports = { email: async job => job.effect('mail') };", "own.js"),
        ("module.exports = job => 'an effect that was not told is the return';", "own.js"),
    ],
)
def test_a_processor_may_be_exported_in_several_ways(
    code: str, name: str, tmp_path: Path, real_parts: RealParts
) -> None:
    """An ES module, one for each queue, and one that tells no effect."""
    assert rehearsed(tmp_path, code, name=name).result.modes["queue"].totals.delivered == 3


def test_faults_strike_own_code_at_its_effect_and_at_its_end(tmp_path: Path, real_parts: RealParts) -> None:
    """Killed before the effect nothing happened; killed after it the effect happens twice, unless the code sees it."""
    faults = (
        "faults:\n"
        "  - {kind: worker-crash, jobs: [email-1], step: before-effect}\n"
        "  - {kind: worker-crash, jobs: [email-2], step: after-effect-before-ack}\n"
    )
    report = rehearsed(tmp_path, "module.exports = async job => job.effect('mail');", SCENARIO + faults)
    jobs = {job.job: (job.effects, job.stalls) for job in report.result.modes["queue"].jobs}
    assert jobs == {"email-1": (1, 1), "email-2": (2, 1), "email-3": (1, 0)}
    careful = (
        "const fs = require('fs');\n"
        "module.exports = async job => {\n"
        f"  const sent = '{tmp_path}/' + job.data.job;\n"
        "  if (fs.existsSync(sent)) return job.effect.skipped('mail');\n"
        "  fs.writeFileSync(sent, '');\n"
        "  await job.effect('mail');\n"
        "};\n"
    )
    report = rehearsed(tmp_path, careful, SCENARIO + faults.replace("[email-1]", "[email-3]"))
    counts = report.result.modes["queue"].totals
    assert (counts.duplicated, counts.suppressed_duplicates) == (0, 2)


def test_the_command_exits_with_what_the_scenario_expects(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], real_parts: RealParts
) -> None:
    """0 where it holds, 1 where it does not; the JSON has no verdict, the trace what really happened."""
    targets = ["--json", str(tmp_path / "r.json"), "--trace", str(tmp_path / "t.jsonl")]
    assert command(tmp_path, FAILING, *targets, scenario=SCENARIO + EXPECTING) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "own.js:3 threw once: SyntaxError" in printed
    assert "there is no prediction for code that the simulator does not know" in printed
    told = json.loads((tmp_path / "r.json").read_text())
    assert (told["verdict"], told["modes"]["queue"]["delivered"]) == (None, 3)
    assert told["thrown"][0]["line"] == 3
    assert '"attempt-failed"' in (tmp_path / "t.jsonl").read_text()
    assert command(tmp_path, "module.exports = async () => { throw 1; };", scenario=SCENARIO + EXPECTING) == 1


WRONG = [
    ("const x = 1;\nmodule.exports = async job => {\n  await foo(;\n};\n", "own.js:3: SyntaxError: Unexpected token"),
    ("module.exports = async job => 1;\n\nrequire('not-there');\n", "own.js:3: Cannot find module 'not-there'"),
    ("\nundefinedThing();\n", "own.js:2: ReferenceError: undefinedThing is not defined"),
    ("const x = 1;\n", "own.js: exports no processor for the queue email; write module.exports = async job"),
    ("module.exports = { order: async job => 1 };\n", "own.js: exports no processor for the queue email"),
    ("process.exit(3);\n", "own.js: ends the process that loads it"),
    (
        "module.exports = async job => {\n  setTimeout(() => {\n    throw new Error('late');\n  }, 5);\n"
        "  await new Promise(end => setTimeout(end, 500));\n};\n",
        "own.js:3: late; it was not caught and ended the process email-",
    ),
]


@pytest.mark.parametrize(("code", "problem"), WRONG)
def test_a_file_that_cannot_be_used_is_told_with_its_line(
    code: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], real_parts: RealParts
) -> None:
    """Exit code 2 and one line, before anything was started where that can be seen."""
    assert command(tmp_path, code) == 2
    assert problem in capsys.readouterr().err.splitlines()[-1]


def test_what_own_code_would_not_feel_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], real_parts: RealParts
) -> None:
    """Faults of the project's handlers and database, a file that is not there, and a table of verdicts."""
    faults = "faults: [{kind: handler-error, rate: 0.5}]\n"
    assert command(tmp_path, FAILING, scenario=SCENARIO + faults) == 2
    assert "faults[0]: handler-error affects only the built-in handlers, not own.js" in capsys.readouterr().err
    (tmp_path / "own.js").unlink()
    assert command(tmp_path, None) == 2
    assert "own.js: no such file" in capsys.readouterr().err
    assert command(tmp_path, FAILING, "--markdown", "-") == 2
    assert "--markdown writes verdicts" in capsys.readouterr().err
