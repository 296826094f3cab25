"""Closed forms: what theory says of the systems that the simulator simulates. Pure functions; times in seconds."""

import math


def erlang_c(servers: int, load: float) -> float:
    """Return the chance that a job of M/M/c has to wait.

    Args:
        servers: c.
        load: a = λ/μ in erlangs, below ``servers``.

    Source: Erlang 1917. C = T / (sum of a^k/k! for k < c, plus T) with T = a^c/c! · c/(c − a).
    """
    tail = load**servers / math.factorial(servers) * servers / (servers - load)
    return tail / (sum(load**k / math.factorial(k) for k in range(servers)) + tail)


def mmc_wait(arrival_rate: float, service_rate: float, servers: int) -> float:
    """Return the mean time from a job's arrival to its start in M/M/c, s: C / (cμ − λ)."""
    return erlang_c(servers, arrival_rate / service_rate) / (servers * service_rate - arrival_rate)


def mmck_states(load: float, servers: int, places: int) -> list[float]:
    """Return the chances that 0 to K calls are in M/M/c/K.

    Args:
        load: a = λ/μ in erlangs.
        servers: c.
        places: K: calls that are served or wait.

    Source: birth and death. p_k is in proportion to a^k/k! up to c, and from there on each is a/c of the one before.
    """
    weights = [load**k / math.factorial(k) for k in range(servers + 1)]
    for _ in range(servers, places):
        weights.append(weights[-1] * load / servers)
    return [weight / sum(weights) for weight in weights]


def mmck_loss(load: float, servers: int, places: int) -> float:
    """Return the share of calls that M/M/c/K refuses: p_K, as Poisson arrivals see time averages."""
    return mmck_states(load, servers, places)[-1]


def mmck_wait(arrival_rate: float, service_rate: float, servers: int, places: int) -> float:
    """Return the mean wait of an accepted call of M/M/c/K, s: by Little's law, those in line over λ(1 − p_K)."""
    states = mmck_states(arrival_rate / service_rate, servers, places)
    in_line = sum((k - servers) * chance for k, chance in enumerate(states) if k > servers)
    return in_line / (arrival_rate * (1 - states[-1]))


def delivery(failure: float, attempts: int) -> float:
    """Return the chance that one of n independent attempts succeeds, each failing with chance p: 1 − p^n."""
    return 1 - failure**attempts


def mean_attempts(failure: float, attempts: int) -> float:
    """Return how many attempts are used on average until success or the n-th failure: (1 − p^n) / (1 − p).

    The k-th attempt takes place with chance p^(k−1); this is the sum of those.
    """
    return (1 - failure**attempts) / (1 - failure)


def total_backoff(base: float, attempts: int, semantics: str) -> float:
    """Return the sum of the delays of a job that always fails with exponential backoff, in the unit of ``base``.

    N attempts have N − 1 delays. documented: base · 2^(k−1) after failure k, so base · (2^(N−1) − 1) in all.
    bull-4.16: base · (2^k − 1), so base · (2^N − N − 1) in all.
    """
    if semantics == "documented":
        return base * (2 ** (attempts - 1) - 1)
    return base * (2**attempts - attempts - 1)


def lock_expiry(pause: float, lock: float = 30, renew: float = 15) -> float:
    """Return the chance that a process frozen for ``pause`` s loses the lock of the job it is running.

    The lock was renewed U before the pause, U uniform in 0..renew, and has lock − U left. It is lost when that is
    shorter than the pause; else it is renewed as soon as the process goes on. So P(U > lock − D), with Bull's defaults
    clamp((D − 15) / 15, 0, 1).
    """
    return min(max((pause - (lock - renew)) / renew, 0.0), 1.0)


def rerun_cdf(t: float) -> float:
    """Return the chance that a killed worker's job runs again within t s, were checks exactly every 30 s.

    Time 0 is the kill. The lock expires at E, uniform in 15..30 s (30 s after a renewal that lies 0..15 s back). The
    first check comes at V, uniform in 0..30 s, the next at V + 30 s. The job is taken back by the first check that
    finds no lock and whose predecessor marked the job after its last renewal. If V > E, the check at V finds no lock,
    and the one at V − 30 s came after the renewal at E − 30 s: back at V. If V <= E, the lock still holds at V: back
    at V + 30 s. So the density rises in 15..30 s, is 1/30 in 30..45 s and falls in 45..60 s, symmetric about 37.5 s.
    """
    if t <= 15:
        return 0.0
    if t <= 30:
        return (t - 15) ** 2 / 900
    if t <= 45:
        return 0.25 + (t - 30) / 30
    return 1 - (60 - t) ** 2 / 900 if t < 60 else 1.0


RERUN_MEAN = 37.5
"""Mean of ``rerun_cdf``, s: E[V] + 30 · P(V <= E) = 15 + 30 · E[E]/30 = 15 + 22.5."""


def interrupted_one_at_a_time(arrival_rate: float, service_rate: float, crash_rate: float) -> float:
    """Return the share of jobs that a crash takes, of an application that runs one job at a time (M/M/1 in memory).

    A crash (Poisson, rate ξ, instant restart) takes the job in service and all that wait: M/M/1 with catastrophes. For
    n >= 1 the balance (λ + μ + ξ) p(n) = λ p(n−1) + μ p(n+1) has the solution p(n) = (1 − r) r^n, with r the smaller
    root of μ r² − (λ + μ + ξ) r + λ = 0; the balance of n = 0, λ p(0) = μ p(1) + ξ (1 − p(0)), holds with it. A crash
    takes r / (1 − r) jobs on average, so the share is ξ / λ · r / (1 − r). With λ = .8, μ = 1, ξ = .01: r = .7671,
    share 4.12%.
    """
    r = busy_share(arrival_rate, service_rate, crash_rate)
    return crash_rate / arrival_rate * r / (1 - r)


def busy_share(arrival_rate: float, service_rate: float, crash_rate: float) -> float:
    """Return r of ``interrupted_one_at_a_time``: the share of time in which the application has a job."""
    total = arrival_rate + service_rate + crash_rate
    return (total - math.sqrt(total**2 - 4 * arrival_rate * service_rate)) / (2 * service_rate)


def interrupted_unlimited(service_rate: float, crash_rate: float) -> float:
    """Return the same share when every job runs at once (M/M/∞): a crash comes before the end, ξ / (ξ + μ).

    Independent of λ, because no job waits for another.
    """
    return crash_rate / (crash_rate + service_rate)


def spared_after_effect(service_rate: float, crash_rate: float, effect_at: float) -> float:
    """Return, of the jobs that start, the share that a crash takes after their effect.

    The effect comes when ``effect_at`` of the service is done.

    E[exp(−ξ f S) − exp(−ξ S)] for exponential S. Such a job is interrupted, and yet it is delivered.
    """
    return service_rate / (service_rate + effect_at * crash_rate) - service_rate / (service_rate + crash_rate)


def lost_one_at_a_time(arrival_rate: float, service_rate: float, crash_rate: float, effect_at: float) -> float:
    """Return the share of jobs without an effect, one job at a time.

    Those that are interrupted, less those that are interrupted after their effect. Jobs start at the rate r (μ + ξ):
    while there is one, it ends at the rate μ or is taken at the rate ξ.
    """
    starts = busy_share(arrival_rate, service_rate, crash_rate) * (service_rate + crash_rate) / arrival_rate
    interrupted = interrupted_one_at_a_time(arrival_rate, service_rate, crash_rate)
    return interrupted - starts * spared_after_effect(service_rate, crash_rate, effect_at)


def lost_unlimited(service_rate: float, crash_rate: float, effect_at: float) -> float:
    """Return the share of jobs without an effect when every job runs at once: f ξ / (f ξ + μ)."""
    return effect_at * crash_rate / (effect_at * crash_rate + service_rate)


def power_loss_adds(add_rate: float, fsync: float = 1) -> float:
    """Return how many adds a power loss at a random moment takes on average with ``aof-everysec``.

    The log was last fsynced W ago, W uniform in 0..fsync; the adds since then are gone: rate · fsync / 2,
    and never those of more than ``fsync`` s.
    """
    return add_rate * fsync / 2
