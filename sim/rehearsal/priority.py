"""Running ahead of everything else on the machine, so that a rehearsal's times are its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ahead_of_others() -> Iterator[bool]:
    """Run with real-time priority meanwhile, where that is allowed; so does every process that is started meanwhile.

    Yields:
        Whether it is: on Linux, for root or with CAP_SYS_NICE.
    """
    try:
        before, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(os.sched_get_priority_min(os.SCHED_RR)))
    except (AttributeError, PermissionError):
        yield False
        return
    try:
        yield True
    finally:
        os.sched_setscheduler(0, before, parameters)
