"""A course of two small exercises whose every order fails at the start, for tests of what a class hands in."""

from pathlib import Path

from tests.exercises import tiny

DESCRIPTION = """
title: {title}
minutes: 5
concepts: [retry horizon]
source: {{thread: OptimalBits/bull#1234, symptom: Retries came at other times.}}
task: Outlast the outage.
editable: [queues.order.attempts, queues.order.backoff]
seeds: 3
predictions:
  - {{name: failed, ask: How many of the 12 fail?, measure: failed_retained, within: 0, why: Two attempts are too few.}}
  - name: fate
    ask: Is any order lost?
    measure: lost
    choices: {{"yes": "> 0", "no": "0"}}
    why: None was.
checks:
  - {{name: every-order, measure: delivered, bound: 12, message: "An order failed.\\n\\nLook at the delays."}}
  - {{name: not-too-often, measure: attempts_limit, bound: "<= 8", message: It was tried too often.}}
start_fails: every-order
distractors:
  - {{policy: distractors/more.yaml, idea: More., fails: every-order}}
  - {{policy: distractors/always.yaml, idea: Always., fails: not-too-often}}
"""
SCENARIO = """
title: {title}
question: Which orders outlast it?
seed: 1
queues:
  order: {{service: {{kind: uniform, min: 100ms, max: 300ms}}}}
workload:
  - {{queue: order, arrivals: {{kind: poisson, interval: 500ms, count: 12}}}}
faults:
  - {{kind: database-failure, at: 0s, duration: 20s}}
"""
START = "queues:\n  order:\n    attempts: 2\n    backoff: {type: fixed, delay: 1s}\n"
SOLUTION = "queues:\n  order:\n    attempts: 6\n    backoff: {type: fixed, delay: 6s}\n"
ANSWERS = "failed: 12\nfate: no\n"
BLANK = "# How many, exactly?\nfailed:\n# Any lost, yes or no?\nfate:\n"
FILES = {
    "policy.yaml": START,
    "predict.yaml": BLANK,
    **{file: tiny.FILES[file] for file in ("README.md", "hints.md", "solution/README.md")},
    "solution/policy.yaml": SOLUTION,
    "distractors/more.yaml": START.replace("attempts: 2", "attempts: 3"),
    "distractors/always.yaml": START.replace("attempts: 2", "attempts: 90"),
}
FIRST, SECOND = "01-first-one", "02-second-one"


def write_course(folder: Path) -> Path:
    """Write both exercises and return their folder."""
    for name in (FIRST, SECOND):
        files = FILES | {
            "exercise.yaml": DESCRIPTION.format(title=name),
            "scenario.yaml": SCENARIO.format(title=name),
        }
        for file, text in files.items():
            path = folder / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return folder


def hand_in(folder: Path, policy: str | None = SOLUTION, predict: str | None = ANSWERS) -> Path:
    """Write an answer and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in {"policy.yaml": policy, "predict.yaml": predict}.items():
        if text is not None:
            (folder / file).write_text(text)
    return folder
