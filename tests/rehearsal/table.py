"""Rehearse the chosen scenarios and write the table of docs/fidelity.md: python -m tests.rehearsal.table --write.

What each came to is kept as JSON under results/rehearsals, so that it can be broken off: what is there, of the same
scenario file and scale, is not done again unless asked for by name. Of what is not there (somebody else rehearsed it),
the row that the page already has stays.
"""

import hashlib
import json
import platform
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

import click

from sim.rehearsal.rehearse import rehearse
from sim.rehearsal.scale import Scale
from sim.rehearsal.tables import HEAD, row

KEPT = Path("results/rehearsals")
PAGE = Path("docs/fidelity.md")
BEGIN, END = "<!-- rehearsals -->\n", "<!-- end -->"
LATE_MS = 25.0
TRIES = 3
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_LATE = re.compile(r"at most (\d+) real ms late")
OWN = Path("tests/rehearsal/scenarios")
TOO_COARSE = {"closed-by-force"}
"""Those in this folder whose times a rehearsal cannot hold; docs/fidelity.md says why."""
LONG = 20
"""The scale of shipped scenarios that take more than ninety seconds of their own time."""
VERY_LONG = 60
"""The scale of those that take more than an hour."""
SHIPPED = {
    "01-worker-crashes/blocked-event-loop": LONG,
    "01-worker-crashes/crash-after-effect": 10,
    "01-worker-crashes/crash-after-effect-with-key": 10,
    "01-worker-crashes/crash-between-take-and-lock": 10,
    "01-worker-crashes/crash-in-progress": 10,
    "01-worker-crashes/deploy-with-enough-time": LONG,
    "01-worker-crashes/deploy-with-too-little-time": LONG,
    "01-worker-crashes/frozen-worker": LONG,
    "01-worker-crashes/poison-job": LONG,
    "02-redis-failures/clients-that-never-give-up": LONG,
    "02-redis-failures/crash-with-append-only-file": 10,
    "02-redis-failures/crash-with-every-write-synced": 10,
    "02-redis-failures/crash-without-persistence": 10,
    "02-redis-failures/failover-with-lag": LONG,
    "02-redis-failures/long-outage": LONG,
    "02-redis-failures/one-worker-cut-off": LONG,
    "02-redis-failures/outage": 10,
    "02-redis-failures/read-only": LONG,
    "02-redis-failures/restart-from-snapshot": LONG,
    "03-database-failures/longer-than-the-retries": LONG,
    "03-database-failures/paid-twice": 10,
    "03-database-failures/retries-that-outlast-it": LONG,
    "03-database-failures/short-outage": 10,
    "03-database-failures/status-not-saved": 10,
    "04-retries-and-retention/every-attempt-fails": 10,
    "04-retries-and-retention/flaky-network": LONG,
    "04-retries-and-retention/invalid-data": LONG,
    "04-retries-and-retention/invalid-data-discarded": LONG,
    "04-retries-and-retention/listed-delays": LONG,
    "06-operations/paused-during-the-outage": LONG,
    "06-operations/retry-all-after-the-outage": LONG,
    "06-operations/retry-all-pays-twice": 10,
    "06-operations/retry-all-too-early": LONG,
    "06-operations/retry-all-with-a-key": 10,
    "06-operations/retry-while-redis-is-away": 10,
    "08-handlers/batch-sent-twice": 10,
    "08-handlers/never-returns": VERY_LONG,
    "08-handlers/sent-and-no-answer": LONG,
    "09-ids-limits-and-schedules/bounced-jobs-vanish": 10,
    "09-ids-limits-and-schedules/one-failure-blocks-the-account": LONG,
    "09-ids-limits-and-schedules/the-second-update-vanishes": LONG,
    "10-incidents/a-failover-takes-seconds-back": LONG,
    "10-incidents/backoff-is-not-what-was-worked-out": 10,
    "10-incidents/cut-off-for-a-minute": LONG,
    "10-incidents/everything-gone-after-a-restart": 10,
    "10-incidents/fails-although-attempts-are-left": LONG,
    "10-incidents/failures-nobody-kept": LONG,
    "10-incidents/faster-than-the-transaction": LONG,
    "10-incidents/more-handlers-than-slots": LONG,
    "10-incidents/one-bank-is-down": LONG,
    "10-incidents/the-batch-starts-from-the-beginning": LONG,
    "10-incidents/the-client-comes-back-late": 10,
    "10-incidents/the-limiter-drops-jobs": 10,
    "10-incidents/the-second-run-of-a-frozen-job": LONG,
}


class Chosen(NamedTuple):
    """A scenario and the scale to rehearse it at."""

    path: Path
    scale: int

    @property
    def kept(self) -> Path:
        """Where its result is kept."""
        return KEPT / f"{self.path.stem}.json"

    @property
    def key(self) -> str:
        """What the result belongs to: the file's content and the scale."""
        return f"{hashlib.sha256(self.path.read_bytes()).hexdigest()[:16]} 1:{self.scale}"


def chosen() -> list[Chosen]:
    """List what is rehearsed: shipped scenarios, then those that break several things at once."""
    shipped = [Chosen(Path("scenarios") / f"{name}.yaml", scale) for name, scale in SHIPPED.items()]
    return [*shipped, *(Chosen(path, 10) for path in sorted(OWN.glob("*.yaml")) if path.stem not in TOO_COARSE)]


def done(one: Chosen) -> dict[str, Any] | None:
    """Return what was kept of a rehearsal of this very file at this scale."""
    if not one.kept.is_file():
        return None
    kept: dict[str, Any] = json.loads(one.kept.read_text())
    return kept if kept["key"] == one.key else None


def carry_out(one: Chosen) -> dict[str, Any]:
    """Rehearse, again where the machine was too busy to tell, and keep what came of it."""
    number = 0
    while True:
        number += 1
        report = rehearse(one.path, Scale(one.scale))
        if report.verdict.agrees or report.late_ms < LATE_MS or number == TRIES:
            break
    kept = {"key": one.key, "row": row(report), "tries": number, **report.as_dict()}
    KEPT.mkdir(parents=True, exist_ok=True)
    one.kept.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    return kept


def rows_of(page: str) -> dict[str, str]:
    """Return the rows that the page has, each by the name and scale that it begins with."""
    lines = page.partition(BEGIN)[2].partition(END)[0].splitlines()
    return {_beginning(line): line for line in lines if line.startswith("| `")}


def table(results: dict[Path, dict[str, Any]], page: str) -> str:
    """Write the table, and under it what it was done with and how many agree.

    Args:
        results: What was kept of each scenario.
        page: The page as it is; rows of what was not kept stay, and so do their days and their latest event.
    """
    there = rows_of(page)
    rows = []
    for one in chosen():
        row_now = (
            results[one.path]["row"] if one.path in results else there.get(f"| `{one.path.stem}` | 1:{one.scale} ")
        )
        if row_now is not None:
            rows.append(row_now)
    outcomes, times = (sum(line.split(" | ")[place].startswith("agree") for line in rows) for place in (-2, -1))
    slow = sum(int(line.split(" | 1:")[1].split(" ")[0]) <= 10 for line in rows)
    versions = next(iter(results.values()))["versions"]
    said = page.partition(BEGIN)[2].partition(END)[0]
    days = sorted({kept["date"] for kept in results.values()} | set(_DAY.findall(said)))
    late = max([kept["late_ms"] for kept in results.values()] + [float(ms) for ms in _LATE.findall(said)])
    lines = [
        *HEAD,
        *rows,
        "",
        f"{len(rows)} scenarios, {slow} of them at 1:10 or slower: {outcomes} agree in outcomes, {times} in times. "
        f"Bull {versions['bull']}, Node {versions['node']}, Redis {versions['redis']}, {platform.system()},",
        f"{' and '.join(dict.fromkeys((days[0], days[-1])))}; events at most {late:.0f} real ms late.",
        "",
    ]
    return "\n".join(lines)


def _beginning(row_text: str) -> str:
    return "|".join(row_text.split("|")[:3])


@click.command()
@click.argument("names", nargs=-1)
@click.option("--again", is_flag=True, help="Also what has been done before.")
@click.option("--write", is_flag=True, help="Write the table into docs/fidelity.md.")
def main(names: tuple[str, ...], again: bool, write: bool) -> None:
    """Rehearse the chosen scenarios, or those NAMED, and print or write the table. Exit code 1: one disagrees."""
    results: dict[Path, dict[str, Any]] = {}
    for one in chosen():
        kept = done(one)
        if one.path.stem in names or (not names and (again or kept is None)):
            kept = carry_out(one)
            click.echo(
                f"{one.path.stem} 1:{one.scale}: outcomes {kept['outcomes']}, times {kept['times']}, "
                f"{kept['late_ms']:.0f} ms late, {kept['tries']} tries",
                err=True,
            )
        if kept is not None:
            results[one.path] = kept
    if not results:
        raise click.UsageError(f"nothing was done of {', '.join(names)}")
    page = PAGE.read_text()
    text = table(results, page)
    if write:
        begin = page.index(BEGIN) + len(BEGIN)
        PAGE.write_text(page[:begin] + text + page[page.index(END, begin) :])
    else:
        click.echo(text)
    sys.exit(0 if all(kept["verdict"] == "agree" for kept in results.values()) else 1)


if __name__ == "__main__":
    main()
