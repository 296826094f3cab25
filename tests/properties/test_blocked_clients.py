"""Who is served next is found without a look at everybody, and is whom a look at everybody finds."""

from typing import Any

import simpy
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.core.clock import ManualClock
from sim.engine.blocked_clients import BlockedClients
from sim.engine.clock import SimulatedTime
from sim.engine.process import Process
from sim.queue.keys import QueueKeys
from sim.stores.memory_store import MemoryStore

DRAIN_MS = 50
NUMBERS = st.integers(0, 5)
"""Of processes."""
STARTS = st.sampled_from([-100, -75, -50, -25, 0])
STEPS = st.one_of(
    st.tuples(st.just("enter"), NUMBERS),
    st.tuples(st.just("enter"), NUMBERS),
    st.tuples(st.just("job"), st.just(0)),
    st.tuples(st.just("job"), st.just(0)),
    st.tuples(st.just("wait"), st.sampled_from([1, 24, 25, 50])),
    st.tuples(st.just("freeze"), NUMBERS),
    st.tuples(st.just("thaw"), NUMBERS),
    st.tuples(st.just("die"), NUMBERS),
    st.tuples(st.just("break"), st.just(0)),
)


class Waiter:
    """The blocked pops of one process, as somebody sees them who looks at all of them every time."""

    def __init__(self, process: Process, since_ms: int) -> None:
        self.process = process
        self.since_ms = since_ms
        self.pops: list[simpy.Event] = []

    def blocked_since_ms(self, now_ms: int) -> int:
        """Return since when Redis has had the pop: every time-out puts it at the end again."""
        return self.since_ms + max(0, now_ms - self.since_ms - 1) // DRAIN_MS * DRAIN_MS


class Crowd:
    """All who wait, in the order in which they came, and the jobs that nobody could have yet.

    Attributes:
        handed_out: Which pop got which job.
    """

    def __init__(self, time: SimulatedTime) -> None:
        self.time = time
        self.waiters: list[Waiter] = []
        self.frozen_at: dict[str, int] = {}
        self.jobs: list[str] = []
        self.handed_out: dict[simpy.Event, str | None] = {}

    def enter(self, process: Process, pop: simpy.Event) -> None:
        """Give a pop the first job, or add it to those of its process."""
        if self.jobs and not self.able():
            self.handed_out[pop] = self.jobs.pop(0)
            return
        mine = [waiter for waiter in self.waiters if waiter.process is process]
        if not mine:
            mine = [Waiter(process, self.time.now or process.started_ms)]
            self.waiters += mine
        mine[0].pops.append(pop)

    def serve(self) -> None:
        """Hand jobs out as long as there are any and somebody can have one."""
        while self.jobs and (able := self.able()):
            first = min(able, key=lambda waiter: waiter.blocked_since_ms(self.time.now))
            self.waiters.remove(first)
            self.handed_out[first.pops.pop(0)] = self.jobs.pop(0)
            if first.pops:
                first.since_ms = self.time.now
                self.waiters.append(first)

    def able(self) -> list[Waiter]:
        """List whose pops Redis has."""
        return [waiter for waiter in self.waiters if not waiter.process.frozen or self.still_blocked(waiter)]

    def still_blocked(self, waiter: Waiter) -> bool:
        """Tell whether a frozen process has a pop with Redis that has not timed out."""
        frozen_at = self.frozen_at[waiter.process.name]
        rounds = max(0, frozen_at - waiter.since_ms) // DRAIN_MS + len(waiter.pops)
        return self.time.now < waiter.since_ms + rounds * DRAIN_MS

    def leave(self, process: Process) -> None:
        """Forget a process that died."""
        self.waiters = [waiter for waiter in self.waiters if waiter.process is not process]

    def break_connections(self) -> None:
        """Let everybody go empty-handed."""
        self.handed_out |= {pop: None for waiter in self.waiters for pop in waiter.pops}
        self.waiters = []


THAWED_BESIDE_OTHERS = [
    *[("enter", number) for number in range(3)],
    ("freeze", 0),
    *[("wait", 50)] * 2,
    ("job", 0),
    ("thaw", 0),
    *[("job", 0)] * 2,
]
"""The first of three that came together freezes, and goes on when its pop has long timed out."""


@settings(max_examples=1_000)
@example(starts=[0] * 6, steps=THAWED_BESIDE_OTHERS)
@given(starts=st.lists(STARTS, min_size=6, max_size=6), steps=st.lists(STEPS, max_size=60))
def test_whoever_has_been_blocked_longest_is_served(starts: list[int], steps: list[tuple[str, int]]) -> None:
    """Pops that time out together, frozen processes, slots that share a connection, dead and broken ones."""
    time = SimulatedTime()
    store: Any = MemoryStore(ManualClock(0))
    keys = QueueKeys("email")
    clients = BlockedClients(time, store, keys, DRAIN_MS)
    crowd = Crowd(time)
    pops: list[simpy.Event] = []
    processes = [Process(time, f"email-{number}") for number in range(6)]
    for process, started_ms in zip(processes, starts, strict=True):
        process.start()
        process.started_ms = started_ms
    for number, (step, what) in enumerate(steps):
        process = processes[what % 6]
        if step == "enter" and not process.frozen:
            pops.append(clients.enter(process))
            crowd.enter(process, pops[-1])
        elif step == "job":
            store.lpush(keys.wait, str(number))
            crowd.jobs.append(str(number))
            clients.serve()
            crowd.serve()
        elif step == "wait":
            time.skip_to(time.now + what)
        elif step == "freeze" and not process.frozen:
            crowd.frozen_at[process.name] = time.now
            clients.note_frozen(process)
            process.freeze()
        elif step == "thaw" and process.frozen:
            process.thaw()
            clients.note_thawed(process)
            clients.serve()
            crowd.serve()
        elif step == "die":
            clients.leave(process)
            crowd.leave(process)
        elif step == "break":
            clients.break_connections()
            crowd.break_connections()
        assert {pop: pop.value for pop in pops if pop.triggered} == crowd.handed_out
