"""The verbs for a Redis that hangs, is slow to reach, or whose replies get lost, done to real ones."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from sim.engine.recorder import Recorder
from sim.faults.injector import HANG, LOSS, SLOWNESS, FaultId
from sim.rehearsal.processes import RealProcess
from sim.rehearsal.real_redis import RealRedis
from sim.rehearsal.redis_proxies import RedisProxies
from sim.rehearsal.redis_way import RedisWay
from sim.rehearsal.scale import ScaledClock
from sim.results.trace import EventKind


class Network(Protocol):
    """What stands between processes and Redis."""

    clock: ScaledClock
    recorder: Recorder
    redis: RealRedis
    proxies: RedisProxies


class RealNetworkFaults:
    """What is done to the way between real processes and a real Redis while connections stay."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def hang_redis(self, fault: FaultId = HANG) -> None:
        """Freeze redis-server, with SIGSTOP."""
        self._network.redis.hang(fault)

    def resume_redis(self, fault: FaultId = HANG) -> None:
        """Let redis-server go on, with SIGCONT."""
        self._network.redis.resume(fault)

    def slow_redis(
        self,
        latency: Callable[[str], Callable[[], int]],
        process: RealProcess | None = None,
        fault: FaultId = SLOWNESS,
    ) -> None:
        """Pass everything on later that a process, or everybody, sends to Redis, and what comes back."""
        self._way_began(process, fault)
        real_ms = self._network.clock.scale.real_ms
        for name, way in self._ways(process):
            way.latencies[str(fault)] = partial(_seconds, real_ms, latency(name))

    def restore_redis_speed(self, process: RealProcess | None = None, fault: FaultId = SLOWNESS) -> None:
        """Pass everything on at once again."""
        self._way_ended(process, fault)
        for _name, way in self._ways(process):
            way.latencies.pop(str(fault), None)

    def begin_losing_replies(
        self,
        loses: Callable[[str], Callable[[str], bool]],
        process: RealProcess | None = None,
        fault: FaultId = LOSS,
    ) -> None:
        """Break the connection where a reply should be passed on."""
        self._way_began(process, fault)
        for name, way in self._ways(process):
            way.losses[str(fault)] = loses(name)

    def end_losing_replies(self, process: RealProcess | None = None, fault: FaultId = LOSS) -> None:
        """Pass every reply on again."""
        ways = [way for _name, way in self._ways(process) if str(fault) in way.losses]
        if ways:
            self._way_ended(process, fault)
        for way in ways:
            del way.losses[str(fault)]

    def _ways(self, process: RealProcess | None) -> list[tuple[str, RedisWay]]:
        return list(self._network.proxies.ways(None if process is None else process.name).items())

    def _way_began(self, process: RealProcess | None, fault: FaultId) -> None:
        struck = None if process is None else process.name
        self._network.recorder.world(EventKind.FAULT_BEGAN, struck, **fault.as_event())

    def _way_ended(self, process: RealProcess | None, fault: FaultId) -> None:
        struck = None if process is None else process.name
        self._network.recorder.world(EventKind.FAULT_ENDED, struck, **fault.as_event())


def _seconds(real_ms: Callable[[float], float], draw: Callable[[], int]) -> float:
    """Draw a time of the scenario, and return it in real seconds."""
    return real_ms(draw()) / 1_000
