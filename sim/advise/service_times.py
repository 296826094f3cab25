"""How long attempts take, and which part of it is spent on what."""

import math
from typing import Any

from sim.handlers.base import DATABASE, Effect, Handler, Instruction, JobInput, Query, Work
from sim.handlers.database import ApplicationDatabase
from sim.yaml_files.distributions import ExponentialTime, LognormalTime, TimeDistribution, UniformTime

ENOUGH_STOCK = 1_000


Service = int | TimeDistribution


def mean_ms(service: Service) -> float:
    """Return the mean."""
    if isinstance(service, UniformTime):
        return (service.min + service.max) / 2
    if isinstance(service, ExponentialTime):
        return service.mean
    if isinstance(service, LognormalTime):
        return service.median * math.exp(service.sigma**2 / 2)
    return service


def share_above(service: Service, limit_ms: float) -> float:
    """Return the share of attempts that take longer than a time, 0 to 1."""
    if isinstance(service, UniformTime):
        if service.max == service.min:
            return float(service.max > limit_ms)
        return min(1.0, max(0.0, (service.max - limit_ms) / (service.max - service.min)))
    if isinstance(service, ExponentialTime):
        return math.exp(-limit_ms / service.mean)
    if isinstance(service, LognormalTime):
        return math.erfc(math.log(limit_ms / service.median) / service.sigma / math.sqrt(2)) / 2 if limit_ms else 1.0
    return float(service > limit_ms)


def longest_ms(service: Service, jobs: int) -> int:
    """Return the longest of so many jobs: the bound where there is one, else what one of them is expected to exceed."""
    if isinstance(service, UniformTime):
        return service.max
    if isinstance(service, ExponentialTime | LognormalTime):
        low, high = 0.0, 400 * 86_400_000.0
        while high - low > 0.5:
            middle = (low + high) / 2
            low, high = (middle, high) if share_above(service, middle) * jobs > 1 else (low, middle)
        return round(high)
    return service


def database_calls(handler: Handler) -> int:
    """Count the calls to the database in one attempt that goes well."""
    return sum(
        isinstance(step, Query) or (isinstance(step, Effect) and step.system == DATABASE) for step in _steps(handler)
    )


def share_after_effect(handler: Handler) -> float:
    """Return which part of an attempt's work comes after its (first) effect, 0 to 1."""
    steps = _steps(handler)
    place = next(number for number, step in enumerate(steps) if isinstance(step, Effect))
    return sum(step.share for step in steps[place:] if isinstance(step, Work))


def _steps(handler: Handler) -> list[Instruction]:
    """Carry one attempt out on a database that nothing is wrong with, and list what the handler asked for."""
    database = ApplicationDatabase(ENOUGH_STOCK)
    attempt = handler.handle(JobInput("job-1", handler.sample_data(1, valid=True), False))
    steps: list[Instruction] = []
    answer: Any = None
    while True:
        try:
            step = attempt.send(answer)
        except StopIteration:
            database.hand_back()
            return steps
        steps.append(step)
        made = None if isinstance(step, Work) else database.run(step.body)
        answer = made if isinstance(step, Query) else None
