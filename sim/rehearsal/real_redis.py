"""What happens to Redis in a rehearsal, written to the trace: unreachable, killed, restarted, snapshots saved."""

import asyncio
import json
from typing import Any

import redis

from sim.engine.final_state import job_places
from sim.engine.recorder import Recorder
from sim.faults.injector import FaultId
from sim.queue.getters import has_unfinished_jobs, state_by_id
from sim.queue.keys import QueueKeys
from sim.rehearsal.redis_process import RedisProcess
from sim.rehearsal.scale import ScaledClock
from sim.results.outcomes import Place
from sim.results.trace import EventKind
from sim.scenario.schema import RedisConfig


class RealRedis:
    """Takes Redis down and gives it back, as often as faults that overlap ask for.

    Attributes:
        is_up: Whether clients can reach it.
        lost_data_ms: When it was last killed with a policy that loses data, ms since the run began; or None.
    """

    def __init__(
        self,
        server: RedisProcess,
        config: RedisConfig,
        queues: list[str],
        recorder: Recorder,
        clock: ScaledClock,
    ) -> None:
        self.server = server
        self.is_up = False
        self.lost_data_ms: int | None = None
        self._config = config
        self._keys = [QueueKeys(name) for name in queues]
        self._recorder = recorder
        self._clock = clock
        self._stops = 0
        self._fault: FaultId | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Wait until it serves commands, and let clients reach it."""
        await self.server.until_it_answers()
        self.server.publish()
        self.is_up = True

    def stop(self, fault: FaultId, why: str) -> None:
        """Put it out of reach; it lives on."""
        self._stops += 1
        if self._stops == 1:
            self._begin(fault, why)
            self.is_up = False
            self.server.hide()

    def _begin(self, fault: FaultId, why: str) -> None:
        self._fault = fault
        self._recorder.world(EventKind.FAULT_BEGAN, None, **fault.as_event(why=why))

    def crash(self, fault: FaultId, why: str) -> None:
        """Kill it; another one starts on the same folder, out of reach until ``give_back``."""
        before = self.places()
        self._stops += 1
        if self._stops == 1:
            self._begin(fault, why)
        self.is_up = False
        self.server.kill()
        if self._config.persistence in ("none", "rdb"):
            self.lost_data_ms = int(self._clock.now)
        self._do(self._note_what_changed(before))

    def give_back(self) -> None:
        """Let clients reach it, once as many calls as stops and crashes have come."""
        self._stops = max(0, self._stops - 1)
        if not self._stops:
            self._do(self._give_back())

    async def _give_back(self) -> None:
        await self.server.until_it_answers()
        if not self._stops:
            self.server.publish()
            self.is_up = True
            if self._fault is not None:
                self._recorder.world(EventKind.FAULT_ENDED, None, **self._fault.as_event())

    async def _note_what_changed(self, before: dict[str, Place]) -> None:
        await self.server.until_it_answers()
        after = self.places()
        queue_of = {name: queue for queue, _job_id, name in self._recorder.ids()}
        for name, place in before.items():
            now = after.get(name, Place.NOWHERE)
            if now is place or name not in queue_of:
                continue
            event = EventKind.DATA_LOST if now is Place.NOWHERE else EventKind.RESTORED
            shown = place if now is Place.NOWHERE else now
            self._recorder.job(queue_of[name], name, event, None, {"place": shown.value})

    def save(self) -> None:
        """Save a snapshot, in a thread of its own so that the director's clock goes on."""
        if self.is_up:
            self._do(asyncio.to_thread(self.server.save))

    def places(self) -> dict[str, Place]:
        """Say where the queues hold each job; what the job's own data says comes before what was reported."""
        client: Any = self.server.client
        for keys in self._keys:
            ids = list(state_by_id(client, keys))
            pipeline = client.pipeline(transaction=False)
            for job_id in ids:
                pipeline.hget(keys.job(job_id), "data")
            for job_id, data in zip(ids, pipeline.execute(), strict=True):
                job = _job_named_in(data)
                if job is not None and self._recorder.is_known(job):
                    self._recorder.map_id(keys.name, job_id, job)
        return job_places(client, self._keys, self._recorder)

    def name_of(self, queue: str, job_id: str) -> str:
        """Return the offer behind an id: what the job's data says, for its submit may not have been reported yet."""
        client: Any = self.server.client
        try:
            job = _job_named_in(client.hget(QueueKeys(queue).job(job_id), "data"))
        except redis.RedisError:  # it is being started again
            job = None
        if job is not None and self._recorder.is_known(job):
            self._recorder.map_id(queue, job_id, job)
        return self._recorder.name_of(queue, job_id)

    def is_drained(self) -> bool:
        """Whether no job waits, runs or is delayed."""
        client: Any = self.server.client
        return not any(has_unfinished_jobs(client, keys) for keys in self._keys)

    def _do(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            asyncio.get_running_loop().call_exception_handler({"message": "Redis", "exception": error})


def _job_named_in(data: str | None) -> str | None:
    try:
        job = json.loads(data or "null")["job"]
    except (ValueError, TypeError, KeyError):
        return None
    return job if isinstance(job, str) else None
