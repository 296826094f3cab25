"""The same workload on bare SimPy: arrivals, workers and service times, and nothing of a queue's logic."""

import simpy


def run_bare_model(jobs: int, every_ms: int, service_ms: int, workers: int) -> int:
    """Serve so many jobs and return how many were served."""
    env = simpy.Environment()
    line = simpy.Resource(env, capacity=workers)
    served = 0

    def job() -> simpy.events.ProcessGenerator:
        nonlocal served
        with line.request() as place:
            yield place
            yield env.timeout(service_ms)
            served += 1

    def arrivals() -> simpy.events.ProcessGenerator:
        for _ in range(jobs):
            env.process(job())
            yield env.timeout(every_ms)

    env.process(arrivals())
    env.run()
    return served
