"""Who carries out the batches of a sweep: this process, others on this machine, or a Dask cluster.

All give the same rows; only the order in which they come differs.
"""

import warnings
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sim.core.errors import SimError
from sim.core.extras import need
from sim.sweeps.worker import Batch, Done, carry_out

_IDLE_S = 10
"""Worker processes end after so many seconds without work; also those whose sweep was killed."""
_CONNECT_S = 20


def serially(batches: Iterable[Batch]) -> Generator[Done]:
    """Carry out the batches one after the other, in this process."""
    yield from map(carry_out, batches)


def on_this_machine(batches: Iterable[Batch], jobs: int) -> Generator[Done]:
    """Carry out the batches in so many processes; the results come as they are ready.

    Whoever closes this before the end also ends the processes, at once.

    Raises:
        SimError: A process was killed from outside.
    """
    with processes(jobs):
        yield from _parallel(batches)


@contextmanager
def processes(jobs: int) -> Iterator[None]:
    """Have joblib work in so many processes, which are killed when something else than the end of the work ends it.

    Raises:
        SimError: One of them was killed from outside.
    """
    from joblib import parallel_config
    from joblib.externals.loky import reusable_executor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    try:
        with parallel_config("loky", n_jobs=jobs, idle_worker_timeout=_IDLE_S):
            yield
    except BaseException as error:
        executor = reusable_executor._executor
        if executor is not None:
            executor.shutdown(wait=False, kill_workers=True)
        if isinstance(error, TerminatedWorkerError):
            raise SimError(
                "a worker process was killed from outside; where memory was short, fewer of them would fit (--jobs)"
            ) from None
        raise


def on_a_cluster(batches: Iterable[Batch], address: str) -> Generator[Done]:
    """Carry out the batches on the workers of a Dask scheduler; the results come as they are ready.

    Raises:
        SimError: The cluster cannot be used.
    """
    from joblib import parallel_config

    with _client(address) as client:
        if not client.scheduler_info(n_workers=-1)["workers"]:
            raise SimError(f"--cluster {address}: the scheduler has no workers")
        with parallel_config("dask"):
            yield from _parallel(batches)


def _parallel(batches: Iterable[Batch]) -> Iterator[Done]:
    from joblib import Parallel, delayed

    work = Parallel(return_as="generator_unordered", batch_size=1)
    results: Generator[Done] = work(delayed(carry_out)(batch) for batch in batches)
    # joblib's warning that work is given up: whoever ends a sweep wants that
    warnings.filterwarnings("ignore", message=".*tasks which were still being processed", category=UserWarning)
    yield from results


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
