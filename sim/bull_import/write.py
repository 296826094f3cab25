"""A commented scenario from the options of Bull's queues."""

import json
import re
from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from sim.bull_import.answer import QUEUE, Setting
from sim.bull_import.read import Given, Queues, scenario_name

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./+-]*")
_WORDS = {"true", "false", "null", "on", "off", "yes", "no"}
_COLUMN = 44


def scenario_text(queues: Queues, source: str, program: str, file: str) -> str:
    """Write a scenario file; every option of ``queues`` stands in it, at its key or among what has none.

    Args:
        source: The file with the options.
        program: What the program is called.
        file: What the scenario's file will be called.
    """
    names = ", ".join(queues)
    title = f"{names[:90]}, as it is configured" if len(queues) == 1 else f"{names[:90]}, as they are configured"
    sections = [
        f"# From {source}: options of Bull as a scenario. Say below what jobs come and what breaks, and then:",
        f"#   {program} check {file}",
        f"#   {program} run {file}",
        *_without_a_place(queues),
        f"title: {json.dumps(title, ensure_ascii=False)}",
        "question: What happens to its jobs when a worker dies?",
        "semantics: [bull-4.16]",
        *(["duration: 2d                               # a schedule never ends by itself"] if _repeats(queues) else []),
        "",
        "queues:",
    ]
    for queue, given in queues.items():
        sections += _block(scenario_name(queue), _queue_lines(queue, given))
    sections += ["", "workload:"]
    for queue, given in queues.items():
        sections += _workload(scenario_name(queue), _found(given, "workload"))
    sections += ["", "workers:"]
    for queue, given in queues.items():
        workers = {("processes",): (1, "how many processes call process()")} | _found(given, "workers", QUEUE)
        sections += _block(
            scenario_name(queue), [_line(f"    {key}", one, said) for (key,), (one, said) in workers.items()]
        )
    redis = {key: one for given in queues.values() for key, one in _found(given, "redis").items()}
    if redis:
        sections += ["", "redis:", *(_line(f"  {key}", one, said) for (key,), (one, said) in redis.items())]
    first = scenario_name(next(iter(queues)))
    sections += ["", "faults:", f"  - {{kind: worker-crash, target: {first}-1, at: 10500ms, restart_after: 5s}}"]
    return "\n".join(sections) + "\n"


def _without_a_place(queues: Queues) -> Iterator[str]:
    """List the options that no key of a scenario stands for, each with why."""
    for modelled, heading in ((False, "Not modelled:"), (True, "Without a place in a scenario:")):
        told = [
            (option if len(queues) == 1 else f"{queue}: {option}", answer.why)
            for queue, given in queues.items()
            for option, _value, answer in given
            if not answer.settings and answer.modelled == modelled
        ]
        if told:
            yield "#"
            yield f"# {heading}"
        for option, why in told:
            yield from (
                f"# {line}" for line in wrap(f"{option}: {why}", 100, initial_indent="  ", subsequent_indent="    ")
            )


def _found(given: list[Given], *below: str) -> dict[tuple[str, ...], tuple[Any, str]]:
    """Return the values below a place of the scenario, with what stands beside each; `add()` comes before defaults."""
    found: dict[tuple[str, ...], tuple[Any, str]] = {}
    length = len(below)
    ordered = sorted(given, key=lambda one: one.option.startswith("add."))
    for option, _value, answer in ordered:
        for path, value in map(_pair, answer.settings):
            if path[:length] == below:
                found[path[length:]] = (value, f"{option}: {answer.why}" if answer.why else option)
    return found


def _pair(setting: Setting) -> tuple[tuple[str, ...], Any]:
    return setting.path, setting.value


def _queue_lines(queue: str, given: list[Given]) -> Iterator[str]:
    if scenario_name(queue) != queue:
        yield f"    # called {json.dumps(queue, ensure_ascii=False)} in the file"
    yield _line("    defaults", "bull", "what is not given is as in Bull: one attempt, no backoff, all jobs kept")
    yield _line(
        "    handler", {"effects": [{"name": "effect", "in": "outside", "idempotent": "off"}]}, "what a job does"
    )
    yield _line("    service", "1s", "how long a job takes")
    for (key,), (value, said) in _found(given, "queues", QUEUE).items():
        yield _line(f"    {key}", value, said)


def _repeats(queues: Queues) -> bool:
    return any(("repeat",) in _found(given, "workload") for given in queues.values())


def _workload(name: str, found: dict[tuple[str, ...], tuple[Any, str]]) -> Iterator[str]:
    yield f"  - queue: {name}"
    repeats = ("repeat",) in found
    if not repeats:
        arrivals = {"kind": "constant", "interval": "1s", "count": 100}
        yield _line("    arrivals", arrivals, "what comes")
    for (key,), (value, said) in found.items():
        if repeats and key == "delay":
            yield f"    # {said}: the schedule decides when a job is due"
        elif repeats and key == "job_id" and "{n}" in value:
            yield f"    # {said}; with a schedule it is one text, which tells it from others"
        else:
            yield _line(f"    {key}", value, said)


def _block(name: str, inner: Any) -> Iterator[str]:
    yield f"  {name}:"
    yield from inner


def _line(key: str, value: Any, comment: str) -> str:
    text = f"{key}: {flow(value)}"
    if len(text) + len(comment) > 115 and len(text) < 60:
        indent = " " * (len(key) - len(key.lstrip()))
        return "\n".join([*(f"{indent}# {part}" for part in wrap(comment, 90)), text])
    return f"{text.ljust(_COLUMN)}  # {comment}"


def flow(value: Any) -> str:
    """Write a value on one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS - {"on", "off"} and not value.isdigit()
        return value if plain else json.dumps(value, ensure_ascii=False)
    return f"{value}"
