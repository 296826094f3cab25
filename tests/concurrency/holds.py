"""From the journals: who certainly held which job, and when.

A hold's interval is a lower bound of the time in which its lock was valid, in microseconds of the Redis server:

- It begins when the server's time *after* the take was read, so the lock was there already.
- It ends at the server's time *before* the worker began to end the job (the lock was still there then), or when the
  lock would run out that was set after the time *before* the take or the last successful extension, whichever comes
  first. Redis counts whole milliseconds, so that time is rounded down to one.

Two holds of one job that overlap are therefore proof of two valid locks.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.concurrency.journal import read_journal
from tests.concurrency.workload import LOCK_MS, STALLED_INTERVAL_MS


@dataclass
class Hold:
    """One worker's hold of one job.

    Attributes:
        begin_us: From when on its lock was certainly there.
        expires_us: When its lock runs out at the earliest.
        late: It was locked so long after it was popped that a stalled check may have given it to somebody else; like
            Bull, the queue lets the late lock overwrite the other's.
        ending_us: When the worker had not yet begun to end it.
        ends: How the worker began to end it: ``complete``, ``fail``, or both when the first was refused.
        ended: What the queue answered: ``completed``, ``retry``, ``delayed`` or ``failed``; None without an answer.
        refused_us: When it had been refused.
    """

    queue: str
    job: str
    token: str
    begin_us: int
    expires_us: int
    late: bool
    ending_us: int | None = None
    ends: list[str] = field(default_factory=list)
    ended: str | None = None
    refused_us: int | None = None

    @property
    def end_us(self) -> int:
        """Until when the lock was certainly valid."""
        return self.expires_us if self.ending_us is None else min(self.expires_us, self.ending_us)

    @property
    def is_unanswered(self) -> bool:
        """Whether the worker was killed while it ended the job."""
        return bool(self.ends) and self.ended is None and self.refused_us is None

    @property
    def of(self) -> tuple[str, str]:
        """Queue and job."""
        return self.queue, self.job


def _expiry_us(before_us: int) -> int:
    return (before_us // 1_000 + LOCK_MS) * 1_000


@dataclass
class Journals:
    """Everything that the workers and producers wrote down.

    Attributes:
        added: Each call of a producer.
        holds: Each hold, worker by worker.
        effects: Queue and job of each effect.
        stalls: How many jobs the checks said to have recovered or given up.
    """

    added: list[dict[str, Any]] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    effects: set[tuple[str, str]] = field(default_factory=set)
    stalls: int = 0

    @classmethod
    def read(cls, folder: Path) -> "Journals":
        """Read all journals of a run."""
        journals = cls()
        for path in sorted(folder.glob("producer-*.journal")):
            journals.added += read_journal(path)
        for path in sorted(folder.glob("worker-*.journal")):
            journals._read_worker(path)
        return journals

    def _read_worker(self, path: Path) -> None:
        for entry in read_journal(path):
            event = entry["event"]
            if event == "stalled":
                self.stalls += len(entry["stalled"]) + len(entry["failed"])
                continue
            if event == "taken":
                gap_us = entry["after"] - entry["before"]
                late = entry["how"] == "pop" and gap_us >= STALLED_INTERVAL_MS * 1_000
                expiry_us = _expiry_us(entry["before"])
                hold = Hold(entry["queue"], entry["job"], entry["token"], entry["after"], expiry_us, late)
                self.holds.append(hold)
                continue
            hold = self.holds[-1]
            assert hold.of == (entry["queue"], entry["job"]), f"{path.name} mixes its jobs up: {entry}"
            if event == "extended":
                hold.expires_us = _expiry_us(entry["before"])
            elif event == "effect":
                self.effects.add(hold.of)
            elif event == "ending":
                hold.ends.append(entry["how"])
                hold.ending_us = hold.ending_us or entry["before"]
            elif event == "ended":
                hold.ended = entry["how"]
            elif hold.refused_us is None:
                hold.refused_us = entry["after"]
