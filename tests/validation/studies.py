"""Every closed form with the experiment that it is held against: what the tests judge and what the page shows."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.validation import experiments, formulas
from tests.validation.intervals import Interval, mean_of_runs, share
from tests.validation.reruns import Recovery, ScaledRecovery, all_recoveries, all_scaled


@dataclass(frozen=True)
class Finding:
    """One closed form, and what the simulator gave.

    Attributes:
        runs: How the sample was made: independent runs, jobs.
        seeds: Seeds of the runs.
        wrong: What plausible mistakes in the formula would give; all of it must lie outside the interval.
        digits: Decimal places on the page.
    """

    name: str
    formula: str
    setting: str
    expected: float
    seen: Interval
    runs: str
    seeds: str
    wrong: dict[str, float]
    unit: str = ""
    digits: int = 4

    @property
    def agrees(self) -> bool:
        """Whether the formula's value lies in the interval."""
        return self.seen.holds(self.expected)

    def row(self) -> str:
        """Write the line of the page's table."""
        expected, seen, low, high = (
            f"{value * (100 if self.unit == '%' else 1):.{self.digits}f}" for value in (self.expected, *self.seen)
        )
        unit = f" {self.unit}" if self.unit not in ("", "%") else self.unit
        cells = [
            self.name,
            self.formula,
            self.setting,
            f"{expected}{unit}",
            f"{seen}{unit}",
            f"{low} to {high}{unit}",
            self.runs,
            self.seeds,
        ]
        return f"| {' | '.join(cells)} |"


@dataclass
class Results:
    """What one study found."""

    findings: list[Finding] = field(default_factory=list)
    recoveries: list[Recovery] = field(default_factory=list)
    scaled: list[ScaledRecovery] = field(default_factory=list)


def waiting(scale: int) -> Results:
    """M/M/c: waiting time and the chance to wait. One value a run, because waits within a run are correlated."""
    runs, jobs, warm_up = 20 * scale, 1_250, 250
    results = Results()
    for servers in (3, 4):
        seen = experiments.waiting_times(servers, runs, jobs, warm_up)
        setting = f"λ = .2/s, μ = .1/s, c = {servers}: {servers} processes"
        sample = f"{runs} runs, {jobs - warm_up} jobs each after {warm_up}"
        results.findings += [
            Finding(
                "mean wait, M/M/c",
                "C/(cμ − λ)",
                setting,
                formulas.mmc_wait(0.2, 0.1, servers),
                mean_of_runs(seen.mean),
                sample,
                f"1–{runs}",
                {
                    "constant service": formulas.mmc_wait(0.2, 0.1, servers) / 2,
                    "one server more": formulas.mmc_wait(0.2, 0.1, servers + 1),
                    "one fast server": formulas.mmc_wait(0.2, servers * 0.1, 1),
                },
                "s",
                3,
            ),
            Finding(
                "chance to wait, M/M/c",
                "Erlang C",
                setting,
                formulas.erlang_c(servers, 2),
                mean_of_runs(seen.share),
                sample,
                f"1–{runs}",
                {"Erlang B": erlang_b(servers, 2), "utilisation": 2 / servers},
            ),
        ]
    return results


def overload(scale: int) -> Results:
    """M/M/c/K: the share of calls that a database refuses, and how long the others take. One value a run."""
    runs, jobs, warm_up = 20 * scale, 2_200, 200
    results = Results()
    for cores, connections in ((2, 5), (2, 3)):
        seen = experiments.overloaded_database(cores, connections, runs, jobs, warm_up)
        setting = f"λ = 1/s, μ = .5/s, c = {cores} cores, K = {connections} connections"
        sample = f"{runs} runs, {jobs - warm_up} calls each after {warm_up}"
        results.findings += [
            Finding(
                "calls refused, M/M/c/K",
                "p_K",
                setting,
                formulas.mmck_loss(2, cores, connections),
                mean_of_runs(seen.share),
                sample,
                f"1–{runs}",
                {
                    "nobody waits (Erlang B)": formulas.mmck_loss(2, cores, cores),
                    "one place more": formulas.mmck_loss(2, cores, connections + 1),
                    "one place less": formulas.mmck_loss(2, cores, connections - 1),
                    "one fast core": formulas.mmck_loss(2 / cores, 1, connections),
                },
                "%",
                2,
            ),
            Finding(
                "mean time of an accepted call, M/M/c/K",
                "Lq/(λ(1 − p_K)) + 1/μ",
                setting,
                formulas.mmck_wait(1, 0.5, cores, connections) + 2,
                mean_of_runs(seen.mean),
                sample,
                f"1–{runs}",
                {
                    "no wait": 2.0,
                    "refused calls count": formulas.mmck_wait(1, 0.5, cores, connections)
                    * (1 - formulas.mmck_loss(2, cores, connections))
                    + 2,
                    "one place more": formulas.mmck_wait(1, 0.5, cores, connections + 1) + 2,
                    "one core more": formulas.mmck_wait(1, 0.5, cores + 1, connections) + 2,
                },
                "s",
                3,
            ),
        ]
    return results


def erlang_b(servers: int, load: float) -> float:
    """Return the blocking chance of M/M/c/c, which is easily taken for Erlang C."""
    c = formulas.erlang_c(servers, load)
    rho = load / servers
    return c * (1 - rho) / (1 - rho * c)


def attempts(scale: int) -> Results:
    """Retries of independent attempts: jobs are independent, so the interval is the exact one."""
    results = Results()
    jobs = 2_000 * scale
    for failure, most in ((0.5, 3), (0.3, 2)):
        seen = experiments.retries(failure, most, jobs)
        setting = f"p = {failure}, n = {most}"
        results.findings += [
            Finding(
                "delivered",
                "1 − pⁿ",
                setting,
                formulas.delivery(failure, most),
                share(seen.delivered, jobs),
                f"{jobs} jobs",
                "1",
                {
                    "one attempt more": formulas.delivery(failure, most + 1),
                    "one attempt less": formulas.delivery(failure, most - 1),
                },
            ),
            Finding(
                "attempts of a job, mean",
                "(1 − pⁿ)/(1 − p)",
                setting,
                formulas.mean_attempts(failure, most),
                mean_of_runs(seen.used),
                f"{jobs} jobs",
                "1",
                {
                    "without a limit": 1 / (1 - failure),
                    "one attempt more": formulas.mean_attempts(failure, most + 1),
                },
            ),
        ]
    return results


def backoff(_scale: int) -> Results:
    """Total backoff: no chance in it. Each of the N − 1 delays may end up to 1 ms late, and never early."""
    results = Results()
    formula = {"documented": "b(2ᴺ⁻¹ − 1)", "bull-4.16": "b(2ᴺ − N − 1)"}
    for semantics in ("documented", "bull-4.16"):
        for base, tries in ((2, 3), (1, 5)):
            seen = experiments.total_delay(base, tries, semantics)
            other = "bull-4.16" if semantics == "documented" else "documented"
            results.findings.append(
                Finding(
                    f"total backoff, {semantics}",
                    formula[semantics],
                    f"b = {base} s, N = {tries}",
                    formulas.total_backoff(base, tries, semantics),
                    Interval(seen, seen - (tries - 1) / 1_000, seen),
                    "1 job",
                    "1",
                    {
                        "N delays": formulas.total_backoff(base, tries + 1, semantics),
                        "the other semantics": formulas.total_backoff(base, tries, other),
                    },
                    "s",
                    3,
                )
            )
    return results


def locks(scale: int) -> Results:
    """Lock expiry of a pause."""
    results = Results()
    runs, jobs = 5 * scale, 200
    for pause in (15, 20, 25, 30):
        lost = experiments.locks_lost(pause * 1_000, runs, jobs)
        wrong = {"never renewed": pause / 30, "lock without renewals": float(pause > 30)}
        expected = formulas.lock_expiry(pause)
        results.findings.append(
            Finding(
                "lock lost in a pause",
                "clamp((D − 15)/15, 0, 1)",
                f"D = {pause} s",
                expected,
                share(lost, runs * jobs),
                f"{runs} runs, {jobs} jobs each",
                f"1–{runs}",
                {name: value for name, value in wrong.items() if value != expected},
            )
        )
    return results


def recovery(scale: int) -> Results:
    """Kill to re-run: with exact checks by formula, with Bull's timers beside what was measured."""
    runs = 800 * scale
    exact = experiments.rerun_with_exact_checks(runs)
    seeds = f"1–{runs}"
    findings = [
        Finding(
            "kill to re-run, mean",
            "15 + 22.5",
            "checks exactly every 30 s",
            formulas.RERUN_MEAN,
            mean_of_runs(exact),
            f"{runs} runs",
            seeds,
            {"lock not renewed while running": 45.0, "taken back at expiry": 22.5},
            "s",
            2,
        )
    ]
    for t, at, uniform in (
        (30, "(30 − 15)²/900", 1 / 3),
        (45, "1/4 + (45 − 30)/30", 2 / 3),
        (52.5, "1 − 7.5²/900", 5 / 6),
    ):
        findings.append(
            Finding(
                f"kill to re-run within {t} s",
                at,
                "checks exactly every 30 s",
                formulas.rerun_cdf(t),
                share(sum(time <= t for time in exact), runs),
                f"{runs} runs",
                seeds,
                {"even between 15 and 60 s": uniform},
            )
        )
    return Results(findings, all_recoveries(scale), all_scaled(scale))


def losses(scale: int) -> Results:
    """In-process jobs lost to crashes, one at a time and all at once."""
    rate, service, crash, effect_at = 0.8, 1.0, 0.01, 0.8
    runs, jobs, margin = 20 * scale, 3_300, 250
    sample = f"{runs} runs, {jobs - 2 * margin} jobs each"
    one = experiments.in_process_losses("1", runs, jobs, margin)
    every = experiments.in_process_losses("unlimited", runs, jobs, margin)
    interrupted_one = formulas.interrupted_one_at_a_time(rate, service, crash)
    interrupted_all = formulas.interrupted_unlimited(service, crash)
    queue_without_crashes = crash / rate * rate / (service - rate)
    rows = [
        (
            "interrupted, one at a time",
            "ξ/λ · r/(1 − r)",
            interrupted_one,
            one.interrupted,
            {"all at once": interrupted_all, "queue length without crashes": queue_without_crashes},
        ),
        (
            "lost, one at a time",
            "the same, less those after their effect",
            formulas.lost_one_at_a_time(rate, service, crash, effect_at),
            one.lost,
            {"all at once": interrupted_all, "queue length without crashes": queue_without_crashes},
        ),
        (
            "interrupted, all at once",
            "ξ/(ξ + μ)",
            interrupted_all,
            every.interrupted,
            {"one at a time": interrupted_one, "twice": 2 * interrupted_all},
        ),
        (
            "lost, all at once",
            "fξ/(fξ + μ), f = .8",
            formulas.lost_unlimited(service, crash, effect_at),
            every.lost,
            {"one at a time": interrupted_one, "half": interrupted_all / 2},
        ),
    ]
    setting = "λ = .8/s, μ = 1/s, ξ = .01/s"
    return Results(
        [
            Finding(name, formula, setting, expected, mean_of_runs(seen), sample, f"1–{runs}", wrong, "%", 2)
            for name, formula, expected, seen, wrong in rows
        ]
    )


def power(scale: int) -> Results:
    """Adds lost at a power loss; the oldest lies evenly in 0..1 s, so the bound is known from above as well."""
    runs = 150 * scale
    seen = experiments.power_losses(runs)
    oldest = max(seen.oldest)
    setting = "aof-everysec, 50 adds/s"
    return Results(
        [
            Finding(
                "adds lost at a power loss, mean",
                "rate · 1 s / 2",
                setting,
                formulas.power_loss_adds(50),
                mean_of_runs(seen.adds),
                f"{runs} runs",
                f"1–{runs}",
                {"always a whole second": 50.0, "none": 0.0},
                "",
                2,
            ),
            Finding(
                "oldest add lost, at most",
                "1 s",
                setting,
                1.0,
                Interval(oldest, oldest, (oldest + 0.02) * 0.001 ** (-1 / runs)),
                f"{runs} runs",
                f"1–{runs}",
                {"2 s": 2.0, "half a second": 0.5},
                "s",
                3,
            ),
        ]
    )


STUDIES: dict[str, Callable[[int], Results]] = {
    "waiting": waiting,
    "overload": overload,
    "attempts": attempts,
    "backoff": backoff,
    "locks": locks,
    "recovery": recovery,
    "losses": losses,
    "power": power,
}
"""By name; the argument multiplies the number of runs."""
