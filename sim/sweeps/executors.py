"""Who carries out the batches of a sweep: this process, others on this machine, or a Dask cluster.

All give the same rows; only the order in which they come differs.
"""

import time
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from itertools import islice
from typing import Any

from sim.core.errors import SimError
from sim.core.extras import need
from sim.sweeps.batches import Batches
from sim.sweeps.processes import processes
from sim.sweeps.worker import Batch, Done, carry_out

_CONNECT_S = 20
_ASK_EVERY_S = 5
"""How often a cluster is asked whether it has grown."""


def serially(batches: Iterable[Batch]) -> Generator[Done]:
    """Carry out the batches one after the other, in this process."""
    yield from map(carry_out, batches)


def on_this_machine(batches: Iterator[Batch], jobs: int) -> Generator[Done]:
    """Carry out the batches in so many processes; the results come as they are ready.

    Whoever closes this before the end also ends the processes, at once.

    Raises:
        SimError: A process was killed from outside.
    """
    with processes(jobs) as own:
        yield from own.unordered(carry_out, batches)


def on_a_cluster(batches: Batches, address: str) -> Generator[Done]:
    """Carry out the batches on the workers of a Dask scheduler; the results come as they are ready.

    Raises:
        SimError: The cluster cannot be used, or ends.
    """
    with _client(address) as client:
        distributed: Any = import_module("distributed")
        batches.at_once = _threads(client, address)
        submit = partial(client.submit, carry_out, pure=False)
        work: Any = distributed.as_completed(submit(one) for one in islice(batches, 2 * batches.at_once))
        asked_s = time.monotonic()
        for future in work:
            try:
                done = future.result()
            except (OSError, CancelledError, distributed.scheduler.KilledWorker) as error:
                why = " ".join(str(error).split()) or type(error).__name__
                raise SimError(f"--cluster {address}: the work was lost: {why}") from None
            del future
            yield done
            room = 1
            if time.monotonic() - asked_s > _ASK_EVERY_S:
                asked_s = time.monotonic()
                before, batches.at_once = batches.at_once, _threads(client, address)
                room += max(0, 2 * (batches.at_once - before))
            work.update([submit(one) for one in islice(batches, room)])


def _threads(client: Any, address: str) -> int:
    """Count how many batches the cluster can carry out at once; it may grow while a sweep runs."""
    threads: int = sum(client.nthreads().values())
    if not threads:
        raise SimError(f"--cluster {address}: the scheduler has no workers")
    return threads


@contextmanager
def _client(address: str) -> Iterator[Any]:
    need("--cluster", "cluster", "distributed")
    import distributed

    try:
        connect: Any = distributed.Client
        client = connect(address, timeout=_CONNECT_S, set_as_default=True)
    except (OSError, ValueError, TypeError) as error:
        why = str(error) or type(error).__name__
        raise SimError(f"--cluster {address}: cannot be reached: {why}") from None
    with client:
        yield client
