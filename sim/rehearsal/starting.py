"""Starting a rehearsal's processes: those that were there before the run, and those that start with it."""

import asyncio
from functools import partial

from sim.engine.process_starts import worker_starts
from sim.engine.random_streams import Streams
from sim.rehearsal.fault_injector import RealFaults, Stage
from sim.rehearsal.processes import RealProcess

LOADED_WITHIN_S = 60.0


async def start_everyone(stage: Stage, injector: RealFaults, streams: Streams) -> None:
    """Start who is there when the run begins, each as long before as it has been running by then, and return then.

    The application and the operator come first. Workers that start with the run start one after the other, so that
    they stand in line for jobs in their order; later ones are left to ``injector``.

    Raises:
        TimeoutError: A process does not get ready.
    """
    early: list[tuple[int, RealProcess]] = []
    prompt: list[RealProcess] = []
    for queue, workers in stage.workers.items():
        settings = stage.scenario.workers_of(queue)
        for worker, start_ms in zip(workers, worker_starts(queue, settings, streams), strict=True):
            if start_ms < 0:
                early.append((start_ms, worker))
            elif settings.start_spread:
                injector.at(start_ms, partial(stage.process_pool.start, worker))
            else:
                prompt.append(worker)
    await _start(stage, stage.producer)
    if stage.scenario.operator:
        await _start(stage, stage.operator)
    await _start_early(stage, sorted(early, key=lambda start: start[0]))
    for worker in prompt:
        await _start(stage, worker)


async def _start_early(stage: Stage, early: list[tuple[int, RealProcess]]) -> None:
    """Start processes at moments before the run, ms and the earliest first, and wait until it is to begin."""
    now, real_ms = asyncio.get_running_loop().time, stage.clock.scale.real_ms
    begin_s = now() - real_ms(early[0][0]) / 1_000 if early else now()
    for start_ms, worker in early:
        await asyncio.sleep(begin_s + real_ms(start_ms) / 1_000 - now())
        stage.process_pool.start(worker)
    for _start_ms, worker in early:
        await asyncio.wait_for(worker.ready.wait(), LOADED_WITHIN_S)
    await asyncio.sleep(begin_s - now())


async def _start(stage: Stage, process: RealProcess) -> None:
    stage.process_pool.start(process)
    await asyncio.wait_for(process.ready.wait(), LOADED_WITHIN_S)
