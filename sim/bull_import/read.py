"""What a file says of Bull's queues: their options, each answered or refused by its name."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sim.bull_import.answer import Answer
from sim.bull_import.options import GROUPS, OPTIONS
from sim.bull_import.values import Unfit
from sim.core.errors import ScenarioError, SimError
from sim.yaml_files.problems import Path, Problem, did_you_mean, lines
from sim.yaml_files.source import read_yaml


class ImportRefused(SimError):
    """A file that cannot be brought over; each argument is one problem, as ``file:line:column: path: what``."""

    def __str__(self) -> str:
        return "\n".join(self.args)


class Given(NamedTuple):
    """One option of a file.

    Attributes:
        option: Its path below its queue, such as ``settings.lockDuration``.
        value: What the file has there.
        answer: What happens to it.
    """

    option: str
    value: Any
    answer: Answer


def scenario_name(queue: str) -> str:
    """Return the name that a queue has in a scenario, where names are of letters, digits and underlines."""
    name = re.sub(r"[^A-Za-z0-9_]", "_", queue)[:40]
    return name if re.match(r"[A-Za-z]", name) else f"q{name}"[:40]


Queues = dict[str, list[Given]]
"""By queue: its options, in the order of the file."""
_ALSO = {"settings": "settings", "jobOptions": "add", "addOptions": "add", "jobOpts": "add", "opts": "add"}
"""Other names under which people write a group."""


def read_options(text: str, name: str) -> Queues:
    """Read options of Bull in JSON or YAML.

    Args:
        text: One queue's options, as `new Queue()` takes them, with its `name`, and what `add()` takes under `add`; or
            several under `queues`, by name.
        name: What problems call the file.

    Raises:
        ImportRefused: An option is none of Bull's, or its value is wrong.
        ScenarioError: It cannot be read.
    """
    source = read_yaml(_spaces(text))
    if source.problems:
        raise ScenarioError(*lines(name, source.marks, source.problems))
    data = source.data
    if not isinstance(data, dict) or not data:
        raise ImportRefused(
            f"{name}:1:1: expected what one passes to new Queue(), such as {{name: order, settings: ...}}"
        )
    several = data.get("queues")
    found: Queues = {}
    problems: list[Problem] = []
    if several == {}:
        problems.append(Problem(("queues",), "expected at least one queue"))
    if isinstance(several, dict) and len(data) == 1:
        called: dict[str, str] = {}
        for queue, said in several.items():
            other = called.setdefault(scenario_name(queue), queue)
            if other != queue:
                what = f"{other} and {queue} would both be called {scenario_name(queue)} in the scenario"
                problems.append(Problem(("queues", queue), what, at_key=True))
            found[queue] = _options(said, ("queues", queue), problems)
    else:
        own = {key: value for key, value in data.items() if key != "name"}
        found[str(data.get("name", "imported"))] = _options(own, (), problems)
    if problems:
        raise ImportRefused(*lines(name, source.marks, problems))
    return found


def _spaces(text: str) -> str:
    """Write spaces for the tabs that JSON may be indented with and YAML may not."""
    rows = text.split("\n")
    if not text.lstrip().startswith(("{", "[")):
        return text
    return "\n".join(row.replace("\t", "  ", len(row) - len(row.lstrip("\t"))) for row in rows)


def _options(said: Any, here: Path, problems: list[Problem]) -> list[Given]:
    if not isinstance(said, dict):
        problems.append(Problem(here, "expected the options of a queue"))
        return []
    found = []
    for place, option, value in _flat(said, here, problems):
        try:
            answer = OPTIONS[option](value)
        except Unfit as error:
            problems.append(Problem(place, str(error)))
        else:
            found.append(Given(option, value, answer))
    return found


def _flat(said: Mapping[str, Any], here: Path, problems: list[Problem]) -> Iterator[tuple[Path, str, Any]]:
    """Go through the options, and through those that hold options."""
    for key, value in said.items():
        place, group = (*here, key), _ALSO.get(key, key)
        if group == "redis" and isinstance(value, str):
            yield place, "redis.url", value
        elif group in GROUPS:
            if not isinstance(value, dict):
                problems.append(Problem(place, "expected an object with options"))
                continue
            for name, one in value.items():
                yield from _known((*place, name), f"{group}.{name}", one, problems)
        else:
            yield from _known(place, key, value, problems)


def _known(place: Path, option: str, value: Any, problems: list[Problem]) -> Iterator[tuple[Path, str, Any]]:
    if option in OPTIONS:
        yield place, option, value
        return
    group, dot, name = option.rpartition(".")
    there = [known.rpartition(".")[2] for known in OPTIONS if known.rpartition(".")[0] == group]
    near = did_you_mean(name, there)
    elsewhere = [known for known in OPTIONS if known.rpartition(".")[2] == name]
    if not near and elsewhere:
        near = f"; it belongs under {elsewhere[0].rpartition('.')[0] or 'the queue itself'}"
    what = f"{group} has no option {name}" if dot else f"a queue has no option {name}"
    problems.append(Problem(place, f"{what} in Bull 4.16.5{near}", at_key=True))
