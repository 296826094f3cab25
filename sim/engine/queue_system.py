"""Building the queue's side of a world: its store, its queues, the producer and the worker processes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from sim.engine.blocked_clients import BlockedClients
from sim.engine.command_count import CommandCount
from sim.engine.operator import Operator
from sim.engine.process import Process
from sim.engine.producer import QueueProducer
from sim.engine.promoter import Promoter
from sim.engine.queue_parts import QueueParts, ServiceTimes
from sim.engine.queue_worker import QueueWorker
from sim.engine.random_streams import worker_starts
from sim.engine.redis_server import RedisServer
from sim.queue.keys import QueueKeys
from sim.queue.limiter import RateLimit
from sim.queue.store import Store
from sim.stores.open_store import open_store

if TYPE_CHECKING:
    from sim.engine.simulation import Simulation


def build_queue_mode(world: "Simulation", *, count_commands: bool) -> QueueProducer:
    """Open the store, build every queue, and start the producer, the operator and the workers; return the producer.

    Args:
        world: Gets the parts; its clock, recorder, runner, controls and streams are there already.
        count_commands: Whether to count what the queue asks of Redis. Who looks at the keys from outside uses
            ``world.redis``, which is not counted.
    """
    world.redis, connect, world.sizes = open_store(world.store_name, world.clock)
    world.server = RedisServer(world.env, world.redis, world.clock, connect)
    if count_commands:
        world.commands = CommandCount(world.redis)
    store = cast(Store, world.commands or world.redis)
    for name in world.scenario.queues:
        world.queues[name] = _queue(world, name, store)
    world.producer = QueueProducer(
        world.env,
        world.queues,
        store=store,
        clock=world.clock,
        server=world.server,
        semantics=world.semantics,
        recorder=world.recorder,
    )
    world.producer.start()
    world.operator = Operator(
        world.env,
        world.queues,
        store=world.redis,
        clock=world.clock,
        server=world.server,
        semantics=world.semantics,
        recorder=world.recorder,
    )
    world.operator.start()
    for name, parts in world.queues.items():
        starts = worker_starts(name, parts.settings, world.streams)
        _remember_last_check(world.redis, parts, world.clock.now_ms, min(starts, default=0))
        world.workers[name] = list(_workers(world, world.server, parts, store, starts))
    return world.producer


def _queue(world: "Simulation", name: str, store: Store) -> QueueParts:
    config = world.scenario.queues[name]
    settings = world.scenario.workers_of(name)
    keys = QueueKeys(name)
    blocked_clients = BlockedClients(world.env, store, keys)
    promoter = Promoter(
        world.env,
        store,
        keys,
        world.clock,
        world.recorder,
        serve=blocked_clients.serve,
        guard_ms=settings.guard_interval,
    )
    promoter.someone_can = lambda: _able_worker(world, name)
    limit = None if config.limiter is None else RateLimit(config.limiter.max, config.limiter.duration)
    times = ServiceTimes()
    times.default_ms = config.service if isinstance(config.service, int) else 200
    dead = keys.dead_letters() if config.dead_letter else None
    return QueueParts(name, keys, config, settings, blocked_clients, promoter, limit, times, dead)


def _remember_last_check(redis: Store, parts: QueueParts, now_ms: int, started_ms: int) -> None:
    """Leave the key that the first of the processes set at its start, if that was before the run."""
    if started_ms < 0:
        left_ms = parts.settings.stalled_interval + started_ms
        redis.set(parts.keys.stalled_check, now_ms + started_ms, px=left_ms)


def _workers(
    world: "Simulation", server: RedisServer, parts: QueueParts, store: Store, starts: list[int]
) -> Iterator[Process]:
    for number, start_ms in enumerate(starts, 1):
        worker = QueueWorker(
            world.env,
            f"{parts.name}-{number}",
            parts,
            store=store,
            clock=world.clock,
            server=server,
            semantics=world.semantics,
            recorder=world.recorder,
            runner=world.runner,
            hooks=world.injector,
            streams=world.streams,
            errors=world.errors,
        )
        if start_ms > 0:
            world.injector.at(start_ms, worker.start)
        else:
            worker.start(age_ms=-start_ms)
        yield worker


def _able_worker(world: "Simulation", queue: str) -> str | None:
    """Name a process of the queue that can move a due job at this moment."""
    for worker in world.workers.get(queue, ()):
        if isinstance(worker, QueueWorker) and worker.can_promote:
            return worker.name
    return None
