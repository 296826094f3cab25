"""What was done to a run by hand, and when: enough to do it all again."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.core.durations import format_duration, parse_duration
from sim.core.errors import SimError
from sim.core.files import read_ordinary
from sim.yaml_files.fields import SemanticsName

FROM_OUTSIDE = "keys-changed-from-outside"
"""Written when a program at the Redis port changed keys: that cannot be done again from the log."""


_MAX_BYTES = 16 << 20


class LogUnusable(SimError):
    """A log that cannot be read.

    Args:
        place: The file.
        why: What is wrong, and where in it.
    """

    def __str__(self) -> str:
        return f"{self.args[0]}: {self.args[1]}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done.

    Attributes:
        at_ms: When, ms since the run began.
        said: What it came to, in words; not needed to do it again.
    """

    at_ms: int
    verb: str
    arguments: dict[str, str] = field(default_factory=dict)
    said: str = ""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")
    at: str
    do: str
    arguments: dict[str, str] = Field(default_factory=dict, alias="with")
    said: str = ""


class _Log(BaseModel):
    model_config = ConfigDict(extra="forbid")
    scenario: str = ""
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    semantics: SemanticsName
    stands_at: str
    done: list[_Entry] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RunLog:
    """A run, as far as people made it what it is.

    Attributes:
        scenario: The scenario's title.
        stands_at_ms: How far the run has come, ms since it began.
    """

    scenario: str
    seed: int
    semantics: SemanticsName
    stands_at_ms: int
    done: tuple[Entry, ...] = ()

    def as_yaml(self) -> str:
        """Write it out."""
        done = [
            {"at": format_duration(entry.at_ms), "do": entry.verb}
            | ({"with": dict(entry.arguments)} if entry.arguments else {})
            | ({"said": entry.said} if entry.said else {})
            for entry in self.done
        ]
        whole: dict[str, Any] = {
            "scenario": self.scenario,
            "seed": self.seed,
            "semantics": self.semantics,
            "stands_at": format_duration(self.stands_at_ms),
            "done": done,
        }
        text: str = yaml.safe_dump(whole, sort_keys=False, allow_unicode=True, width=120)
        return text


def read_log(path: Path) -> RunLog:
    """Read a log that ``as_yaml`` wrote.

    Raises:
        LogUnusable: It cannot be read, or it says what no log says.
    """
    try:
        raw = read_ordinary(path, _MAX_BYTES + 1)
        if len(raw) > _MAX_BYTES:
            raise LogUnusable(path, "is larger than 16 MiB, so it is not the log of a run")
        found = yaml.safe_load(raw.decode())
        log = _Log.model_validate(found)
        done = tuple(Entry(parse_duration(one.at), one.do, one.arguments, one.said) for one in log.done)
        stands_at_ms = parse_duration(log.stands_at)
    except OSError as error:
        raise LogUnusable(path, error.strerror or str(error)) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise LogUnusable(path, f"{place}: {first['msg']}") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise LogUnusable(path, f"not YAML: {' '.join(str(error).split())[:200]}") from None
    except LogUnusable:
        raise
    except SimError as error:
        raise LogUnusable(path, str(error)) from None
    times = [entry.at_ms for entry in done]
    if times != sorted(times) or (times and times[-1] > stands_at_ms):
        raise LogUnusable(path, "its entries must be in order of time, none later than stands_at")
    return RunLog(log.scenario, log.seed, log.semantics, stands_at_ms, done)
