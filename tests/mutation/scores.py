"""Which changes are tried, and what happened to them."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sim.results.intervals import share_interval

SURVIVED = {0: "survived", 5: "no test runs it", 33: "no test runs it"}
"""Exit codes of mutmut for a change that no test noticed."""
NOT_TRIED = (None, 2, 34)
"""Exit codes of mutmut for a change that was not tried, was interrupted, or is to be left out."""
TIMEOUTS = (36, 24, -24, 152, 255)
"""Exit codes of mutmut for a change that no test came to an end with: it was noticed."""


class Score(NamedTuple):
    """What happened to the changes of one room.

    Attributes:
        changes: How many there are.
        tried: How many of them were tried.
        timeouts: How many were noticed because the tests did not end.
        survivors: Those that no test noticed, by name, and why mutmut says so.
    """

    changes: int
    tried: int
    timeouts: int
    survivors: dict[str, str]

    @property
    def noticed(self) -> int:
        """How many made a test fail or not end."""
        return self.tried - len(self.survivors)

    @property
    def interval(self) -> tuple[float, float]:
        """The share of all changes that are noticed, from 0 to 1: 95% of samples say so truly."""
        if self.tried == self.changes:
            return (self.noticed / self.tried,) * 2
        return share_interval(self.noticed, self.tried)

    def keeps(self, least: float) -> bool:
        """Whether so large a share may be noticed, for all that this sample says."""
        return self.interval[1] >= least

    def line(self, room: str, least: float) -> str:
        """The score in one line."""
        low, high = self.interval
        between = f" ({low:.1%} to {high:.1%})" if low < high else ""
        unended = f", {self.timeouts} of them by tests that did not end" if self.timeouts else ""
        verdict = "kept" if self.keeps(least) else "BROKEN"
        return (
            f"{room:<12} {self.changes:>5} changes, {self.tried:>5} tried, {self.noticed:>5} noticed{unended}: "
            f"{self.noticed / self.tried:.1%}{between}, promised {least:.0%}: {verdict}"
        )


def choose(changes: Iterable[str], sample: int) -> list[str]:
    """Choose so many changes by their names alone, all of them where ``sample`` is 0 or more than there are.

    The same ones each time; a larger sample holds the smaller one, and code elsewhere changes nothing of it.
    """
    mixed = sorted(changes, key=lambda name: hashlib.sha256(name.encode()).digest())
    return sorted(mixed[:sample] if sample else mixed)


def score_of(codes: Mapping[str, int | None], chosen: Iterable[str]) -> Score:
    """Count what happened to the chosen changes.

    Args:
        codes: mutmut's exit code of every change.
    """
    tried = [name for name in chosen if codes[name] not in NOT_TRIED]
    survivors = {name: SURVIVED[code] for name in tried if (code := codes[name]) in SURVIVED}
    return Score(len(codes), len(tried), sum(codes[name] in TIMEOUTS for name in tried), survivors)


def place_of(change: str) -> str:
    """Name the function of a change as people do: ``sim.results.trace.Trace.since, change 3``.

    mutmut writes ``sim.results.trace.xǁLedgerǁsince__mutmut_3``, and ``x_line_of__mutmut_1`` for a function.
    """
    where, _, number = change.rpartition("__mutmut_")
    module, _, name = where.rpartition(".x")
    return f"{module}.{name.strip('ǁ').replace('ǁ', '.') if name.startswith('ǁ') else name[1:]}, change {number}"
