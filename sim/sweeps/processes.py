"""Worker processes on this machine, which can be started before anything else is loaded: this imports little."""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import islice
from typing import Any, Self, TypeVar

from sim.core.errors import SimError

Given = TypeVar("Given")
Found = TypeVar("Found")
_IDLE_S = 10
"""Worker processes end after so many seconds without work; also those whose sweep was killed."""


class Processes:
    """So many processes of joblib's loky, which are shared by all that ask for the same number at a time.

    Attributes:
        jobs: How many there are.
    """

    def __init__(self, jobs: int) -> None:
        from joblib.externals.loky import get_reusable_executor

        self.jobs = jobs
        self._executor = get_reusable_executor(max_workers=jobs, timeout=_IDLE_S)

    def warm_up(self) -> Self:
        """Start them now and let them load what a run needs, while the caller goes on."""
        for _ in range(self.jobs):
            self._executor.submit(_load)
        return self

    def unordered(self, work: Callable[[Given], Found], given: Iterator[Given]) -> Generator[Found]:
        """Do the work for whatever is given; results come as they are ready, and none is kept here.

        A little more is taken from ``given`` than there are processes, so that none waits for the caller.
        """
        pending = {self._executor.submit(work, one) for one in islice(given, 2 * self.jobs)}
        while pending:
            ready, pending = wait(pending, return_when=FIRST_COMPLETED)
            while ready:
                yield ready.pop().result()
                pending |= {self._executor.submit(work, one) for one in islice(given, 1)}


@contextmanager
def processes(jobs: int) -> Iterator[Processes]:
    """Have so many processes, which are killed when something else than the end of the work ends it.

    Raises:
        SimError: One of them was killed from outside.
    """
    from joblib.externals.loky import reusable_executor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    try:
        yield Processes(jobs)
    except BaseException as error:
        executor: Any = reusable_executor._executor
        if executor is not None:
            executor.shutdown(wait=False, kill_workers=True)
        if isinstance(error, TerminatedWorkerError):
            raise SimError(
                "a worker process was killed from outside; if memory ran out, use fewer of them (--jobs)"
            ) from None
        raise


def started_ahead(jobs: int | None) -> AbstractContextManager[object]:
    """Start the processes of a sweep while it is still being read, where several are asked for."""
    return _started(jobs) if jobs is not None and jobs > 1 else nullcontext()


@contextmanager
def _started(jobs: int) -> Iterator[None]:
    with processes(jobs) as own:
        own.warm_up()
        yield


def _load() -> None:
    from sim.sweeps.worker import warm_up

    warm_up()
