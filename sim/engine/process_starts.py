"""When the worker processes of a queue start."""

from sim.engine.random_streams import Streams
from sim.scenario.schema import Workers

STAGGER_MS = 10


"""Time between the starts of two processes of a queue that all start with the run."""


def worker_starts(queue: str, settings: Workers, streams: Streams) -> list[int]:
    """Return when each process of a queue starts, ms since the run began; negative: it was there before.

    A scenario is a part of a deployment's life, so its processes were there before unless it says otherwise. Each
    started at a random moment of the last stalled interval, which is as good as any earlier one: its timers are at the
    same points of their rounds. Without stalled checks the guard interval takes their place.
    """
    names = [f"{queue}-{number}" for number in range(1, settings.processes + 1)]
    spread = settings.start_spread
    if spread is None:
        round_ms = settings.stalled_interval or settings.guard_interval
        return [-int(streams.unit("worker-age", name) * round_ms) for name in names]
    if spread:
        starts = streams.generator(f"worker-starts:{queue}")
        return [int(starts.integers(0, spread)) for _ in names]
    return [place * STAGGER_MS for place in range(len(names))]
