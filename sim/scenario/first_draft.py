"""The text of a new scenario, with comments that say what each line does and what else could stand there."""

import json
from collections.abc import Sequence
from textwrap import wrap
from typing import NamedTuple

from sim.core.durations import format_duration, parse_duration
from sim.faults.registry import FAULTS
from sim.scenario.queues import DOCUMENTED_QUEUES

QUEUES = tuple(sorted(DOCUMENTED_QUEUES))
"""The queues whose handler, backoff and retention are documented, so that a draft need not say them."""


class Draft(NamedTuple):
    """What a new scenario says.

    Attributes:
        title: Its title.
        queue: The queue that everything happens to.
        jobs: How many are submitted.
        interval: How long after the one before each is submitted, as a duration.
        service: How long a job takes, as a duration.
        workers: Processes.
        concurrency: Jobs that each process runs at once.
        attempts: Starts that a job may use in all.
        faults: Kinds of faults, spread over the time in which jobs are submitted.
        seed: Of every random number.
    """

    title: str
    queue: str = "email"
    jobs: int = 30
    interval: str = "1s"
    service: str = "2s"
    workers: int = 2
    concurrency: int = 1
    attempts: int = 3
    faults: Sequence[str] = ()
    seed: int = 1


def draft_text(draft: Draft, program: str, file: str) -> str:
    """Write a scenario file.

    Args:
        program: What the program is called.
        file: What the file is called.
    """
    jobs = "1 job" if draft.jobs == 1 else f"{draft.jobs:,} jobs"
    what = f"What happens to {jobs} of the queue {draft.queue} with {_listed(draft.faults)}?"
    sections = [
        _comment(
            "A scenario: the jobs, the workers and the faults. Check it with",
            f"  {program} check {file}",
            "run it with",
            f"  {program} run {file}",
            "and let your editor complete it with the JSON Schema from",
            f"  {program} schema",
        ),
        f"title: {json.dumps(draft.title, ensure_ascii=False)}",
        f"question: {json.dumps(what, ensure_ascii=False)}",
        _line(f"seed: {draft.seed}", "all random numbers derive from it"),
        _line("semantics: [documented]", "or bull-4.16: the library as measured"),
        "",
        "queues:",
        _line(f"  {draft.queue}:", "settings that are not given here have their documented defaults"),
        _line(f"    attempts: {draft.attempts}", "maximum attempts, the first included"),
        _line(f"    service: {draft.service}", "how long a job takes"),
        "",
        "workload:",
        f"  - queue: {draft.queue}",
        _line(
            f"    arrivals: {{kind: constant, interval: {draft.interval}, count: {draft.jobs}}}",
            "kinds: constant, poisson, bursts, times",
        ),
        "",
        "workers:",
        _line(f"  {draft.queue}:", f"its processes are called {draft.queue}-1 and so on"),
        f"    processes: {draft.workers}",
        _line(f"    concurrency: {draft.concurrency}", "jobs that each process runs at once"),
        "",
        *_faults(draft),
        "",
        _comment(
            "Your claim, which `run` checks. Remove the # and write what you expect:",
            "expect:",
            f"  queue: {{delivered: {draft.jobs}, lost: 0, duplicated: 0}}",
        ),
    ]
    return "\n".join(sections) + "\n"


def _faults(draft: Draft) -> list[str]:
    if not draft.faults:
        return [_comment(f"Nothing breaks yet. Possible faults: {', '.join(FAULTS)}."), "faults: []"]
    lines = ["faults:"]
    whole_ms = parse_duration(draft.interval) * draft.jobs
    for place, kind in enumerate(draft.faults, 1):
        fault = FAULTS[kind]
        at = format_duration(whole_ms * place // (len(draft.faults) + 1))
        lines += [f"  # {line}" for line in wrap(fault.about, 76)]
        lines.append(f"  - kind: {kind}")
        lines += [f"    {line}" for line in fault.draft.format(queue=draft.queue, at=at).splitlines()]
    return lines


def _comment(*lines: str) -> str:
    return "\n".join(f"# {line}" for line in lines)


def _line(text: str, comment: str) -> str:
    return f"{text:<30}  # {comment}"


def _listed(kinds: Sequence[str]) -> str:
    words = [f"a {kind}" for kind in dict.fromkeys(kinds)]
    if not words:
        return "no faults"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
