"""Writes ``docs/validation.md``: ``python -m tests.validation.report``."""

from pathlib import Path

from tests.validation.studies import STUDIES, Results

PAGE = Path(__file__).parents[2] / "docs" / "validation.md"
PAGE_ROWS = 48
"""How many lines the studies add."""

INTRO = """\
# Validation: the simulator against closed forms

The simulator has to reproduce what theory predicts. Each line has a formula (`tests/validation/formulas.py`, with
derivations), an experiment (`tests/validation/experiments.py`) and the interval that the experiment gives for the true
value. `python -m pytest tests/validation` runs all of it. It requires that the expected value is in the interval, that
the values of plausible wrong formulas are outside, and that this page has the results.
`python -m tests.validation.report` writes the page. `VALIDATION_SCALE=10` makes ten times the runs.

Intervals are 99.9%. Seeds are fixed, so the numbers are the same everywhere. Shares of independent jobs or runs have
the exact binomial interval (Clopper-Pearson). Waits and losses within a run are correlated, so each run gives one
value, its mean, and the interval is Student's over independent runs.

"""

HEADER = """\
| what | formula | setting | expected | simulated | interval | sample | seeds |
|---|---|---|---:|---:|---|---|---|
"""

NOTES = """
- **M/M/c.** From ENQUEUED to STARTED, in whole ms. A run starts empty; its first 250 jobs are left out.
- **M/M/c/K.** A database with `cores: c`, `connections: K` and exponential latency, in-process, one call a job. From
  STARTED to EFFECT; a run starts empty, and its first 200 calls are left out.
- **Backoff.** From each failure to the next start. A delayed job moves in the millisecond after it is due, so a sum of
  N − 1 delays is up to N − 1 ms longer than the formula's, and never shorter.
- **Lock.** The lock lasts 30 s and is renewed every 15 s. The process freezes at a time that is unrelated to the
  renewals, then resumes; a job whose lock is gone by then is found stalled, or its completion is refused.
- **In-process losses.** λ is the rate of arrivals, μ of service, ξ of crashes. 4.12% is the share for an application
  that runs *one job at a time*: a crash takes the running job and all that wait in memory (M/M/1 with catastrophes; r
  is the smaller root of μr² − (λ + μ + ξ)r + λ = 0). By default the simulator runs all jobs at once; then the share is
  0.99%, whatever λ is. *Interrupted* jobs are those that a crash took. *Lost* jobs are those without an effect, which
  is what the outcomes count: the email goes out at 80% of the service, so a job that is interrupted later is
  delivered.
- **Power loss.** With `aof-everysec` Redis goes back to the last whole second. This follows from what the setting
  promises; it was not measured. The upper end of the interval assumes that the age of the oldest lost add is uniform
  from 0 to 1 s.

## A killed worker's job: from kill to re-run

There are two workers with Bull's defaults (lock 30 s, checks every 30 s); the one that has the job is killed. Times are
in seconds.

| | n | mean | min | p10 | p25 | median | p75 | p90 | max | p | p of max |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
"""

BETWEEN = """ The real values are five samples of Bull 4.16.5 (`tests/validation/kill_to_rerun.json` has their designs).
Each is simulated under the same conditions: two workers that started at independent random times within a minute, the
same number of queues per process, and each kill after the job had been running for as long as the measured one, so that
the time since the last renewal is the same. Queues of a process that were started together tick together; of three such
queues one value counts.

**p** is that of the Kolmogorov-Smirnov two-sample test, **p of max** the probability that as many measured times exceed
all simulated ones. The test requires that both are at least 0.01 for Bull's timers as they are simulated, and p < 0.01
for wrong rules: every other check is skipped, all workers started together, a process with 120 queues is as punctual as
one with a single queue. The rule that *no* check is ever skipped cannot be refuted by p, as few checks fall between a
kill and the re-run. It is refuted by the longest times: under this rule none is longer than 90 s (less than 60 s from
the dead worker's last check to the survivor's first, and 30 s more to its second), but the real Bull took up to 96 s
with one queue per process and up to 99 s with three.

The formula for checks exactly every 30 s, by any worker, is not what Bull does. All workers share one throttle key of
30 s, so after a kill the dead worker's last check often blocks the other worker's first tick, and the job waits for the
next tick. Sometimes a check that ticks on time finds its own key and is skipped too; with 120 queues in a process this
is frequent.

An earlier sample of 24 has longer times (31.4 to 83.5 s, median 60.2 s). Its procedure was not recorded, so it is not
simulated here; the samples above are not like it either.

### With shorter times

Lock and stalled interval are in ms. For these samples only the smallest and the largest time are known and, for two,
the median. The number of values (20) is recorded for the last one and assumed for the others. How long a job had been
running is not known, so it is random, 0.6 to 3 s. The test requires p >= 0.01 for each.

| lock / interval | real min | median | max | simulated min | median | max | p of min | p of median | p of max |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
"""


def page(results: dict[str, Results]) -> str:
    """Write the page; without results, all of it but the rows of the studies."""
    findings = [finding.row() for result in results.values() for finding in result.findings]
    theory = "| formula: checks exactly every 30 s |  | 37.5 | 15.0 | 24.5 | 30.0 | 37.5 | 45.0 | 50.5 | 60.0 |  |  |"
    recoveries = [row for result in results.values() for recovery in result.recoveries for row in recovery.rows()]
    scaled = [recovery.row() for result in results.values() for recovery in result.scaled]
    return INTRO + HEADER + _lines(findings) + NOTES + _lines([theory, *recoveries]) + BETWEEN + _lines(scaled)


def rows(result: Results) -> list[str]:
    """Write the lines that one study adds to the page."""
    recoveries = [row for recovery in result.recoveries for row in recovery.rows()]
    return [*(finding.row() for finding in result.findings), *recoveries, *(one.row() for one in result.scaled)]


def _lines(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(page({name: study(1) for name, study in STUDIES.items()}), encoding="utf-8")
