"""A small exercise to test the engine with: a database that is down for 5 s, and orders that are tried twice."""

from pathlib import Path

SCENARIO = """\
title: A short outage
question: Which orders outlast it?
seed: 1
semantics: bull-4.16
queues:
  order: {service: {kind: uniform, min: 50ms, max: 150ms}}
workload:
  - queue: order
    arrivals: {kind: poisson, interval: 400ms, count: 25}
workers:
  order: {processes: 2}
faults:
  - {kind: database-failure, at: 2s, duration: 5s}
"""
POLICY = """\
queues:
  order:
    attempts: 2
    backoff: {type: fixed, delay: 1s}
"""
SOLUTION = POLICY.replace("attempts: 2", "attempts: 4").replace("1s", "2s")
TOO_OFTEN = POLICY.replace("attempts: 2", "attempts: 99").replace("1s", "100ms")
TOO_LATE = POLICY.replace("1s", "30s")
EXERCISE = """\
title: Outlast five seconds
minutes: 5
concepts: [retry horizon]
source: {thread: "OptimalBits/bull#1234", symptom: Retries came at other times.}
task: Let every order outlast the outage.
editable: [queues.order.attempts, queues.order.backoff]
seeds: 3
predictions:
  - {name: failed, ask: How many orders fail?, measure: failed_retained, within: 2, why: The horizon is one second.}
  - name: fate
    ask: Is any order lost?
    measure: lost
    choices: {none: 0, some: "> 0"}
    why: A failed order is kept.
checks:
  - {name: every-order, measure: delivered, bound: 25, message: Orders failed for good.}
  - {name: in-time, measure: delivery_max, bound: "<= 20s", message: Some came too late.}
  - {name: not-too-often, measure: attempts_max, bound: "<= 5", message: The database is asked too often.}
  - {name: have-an-end, measure: attempts_limit, bound: "<= 99", message: It would never be given up.}
start_fails: every-order
distractors:
  - {policy: distractors/too-often.yaml, idea: Never give up., fails: not-too-often}
  - {policy: distractors/too-late.yaml, idea: Come back later., fails: in-time}
"""
FILES = {
    "scenario.yaml": SCENARIO,
    "policy.yaml": POLICY,
    "predict.yaml": "# A number; within 2 counts as right.\nfailed:\n# none or some\nfate:\n",
    "exercise.yaml": EXERCISE,
    "README.md": "# Outlast\n\n## What happened\n\nOptimalBits/bull#1234\n\n## The system\n\n.\n\n## Your task\n\n.\n",
    "hints.md": "## Hint 1\n\nLook.\n\n## Hint 2\n\nAdd delays up.\n\n## Hint 3\n\nattempts: 4 and 2s.\n",
    "solution/policy.yaml": SOLUTION,
    "solution/README.md": "## Why\n\n.\n\n## What it costs\n\n.\n",
    "distractors/too-often.yaml": TOO_OFTEN,
    "distractors/too-late.yaml": TOO_LATE,
}


def write_exercise(course: Path, name: str = "01-outlast", **changed: str) -> Path:
    """Write the exercise into a course and return its folder.

    Args:
        changed: Other texts for some of its files, by name with ``_`` for what Python does not allow.
    """
    files = {
        file: changed.get(file.replace("/", "_").replace("-", "_").partition(".")[0], text)
        for file, text in FILES.items()
    }
    folder = course / name
    for file, text in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text)
    return folder
