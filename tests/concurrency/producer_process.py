"""A producer in a process of its own: ``python -m tests.concurrency.producer_process SOCKET JOURNAL WHICH JOBS``.

Of two producers number 0 adds the even jobs and number 1 the odd ones; both add the jobs that bring their own id.
"""

import sys
import time

import redis

from sim.queue.submit import add_job
from tests.concurrency.journal import Journal
from tests.concurrency.workload import plan_of


def main(socket: str, journal_path: str, which: int, jobs: int) -> None:
    """Add the jobs and write down under which ids."""
    client = redis.Redis(unix_socket_path=socket, decode_responses=True)
    journal = Journal(journal_path)
    for n in range(jobs):
        plan = plan_of(n)
        if n % 2 != which and not plan.own_id:
            continue
        now_ms = time.time_ns() // 1_000_000
        added = add_job(client, plan.queue, {"n": n}, plan.options, now_ms=now_ms)
        journal.write("added", queue=plan.queue.name, job=added.job_id, n=n, duplicate=added.duplicate)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
