"""Idle workers wait for a job as blocked clients of Redis do: the one that has waited longest is served first."""

from bisect import bisect_left, insort
from collections import deque

import simpy
from redis.exceptions import ResponseError

from sim.engine.clock import SimulatedTime
from sim.engine.process import Process
from sim.queue.dequeue import pop_waiting
from sim.queue.keys import QueueKeys
from sim.queue.store import Store

FOREVER_MS = 2**53
"""A blocked pop without a time-out waits until a job comes."""


class BlockedClient:
    """The blocked pops of one process: all of its slots share one connection, on which one pop is served after another.

    Attributes:
        since_ms: When the pop at the head was sent, ms since the run began.
        number: Which of all clients it was that came, in their order.
        arrivals: Where the ids go, the head first; None means the connection broke.
    """

    __slots__ = ("arrivals", "number", "process", "since_ms")

    def __init__(self, process: Process, since_ms: int) -> None:
        self.process = process
        self.since_ms = since_ms
        self.number = 0
        self.arrivals: deque[simpy.Event] = deque()


class BlockedClients:
    """The blocked pops on one queue's ``wait`` list.

    Redis serves whom it has had longest, and has a pop anew after each time-out. So what counts of the moment at which
    a pop was sent is how far it lies from a time-out: clients stand by that, and choosing one costs nothing, however
    many there are.

    Args:
        drain_ms: A pop that found nothing returns after so long, and the worker asks again; 0 means never.

    Source: BULL_FACTS 15, 26.
    """

    def __init__(self, env: SimulatedTime, store: Store, keys: QueueKeys, drain_ms: int) -> None:
        self.env = env
        self.store = store
        self.keys = keys
        self._drain_ms = drain_ms or FOREVER_MS
        self._clients: dict[Process, BlockedClient] = {}
        self._numbers = 0
        self._phases: list[int] = []
        """At which ms of each ``drain_ms`` there are pops that time out, sorted."""
        self._at_phase: dict[int, deque[BlockedClient]] = {}
        """Those that time out there, in the order in which they came."""
        self._timed_out: dict[Process, BlockedClient] = {}
        """Clients that are frozen processes that have none of their pops in Redis any more."""
        self._frozen_at: dict[str, int] = {}

    @property
    def drain_ms(self) -> int:
        """After how long a pop that found nothing is sent again."""
        return self._drain_ms

    @drain_ms.setter
    def drain_ms(self, drain_ms: int) -> None:
        self._drain_ms = drain_ms
        self._phases, self._at_phase, self._timed_out = [], {}, {}
        for client in self._clients.values():
            self._put(client)

    def enter(self, process: Process) -> simpy.Event:
        """Block until a job comes; the event's value is its id, or None when the connection breaks.

        A job that is already waiting is handed out at once. Who was there before the run began has waited since then.

        Raises:
            redis.ResponseError: Something else than a list stands in the place of one.
        """
        arrival = self.env.event()
        if not self._phases or self._next() is None:
            job_id = pop_waiting(self.store, self.keys)
            if job_id is not None:
                return arrival.succeed(job_id)
        client = self._clients.get(process)
        if client is None:
            client = BlockedClient(process, self.env.now or process.started_ms)
            self._join(client)
        client.arrivals.append(arrival)
        return arrival

    def serve(self) -> None:
        """Hand waiting jobs to those who wait; call it after anything that may have put a job in line."""
        while self._phases:
            client = self._next()
            if client is None:
                return
            try:
                job_id = pop_waiting(self.store, self.keys)
            except ResponseError:  # something else stands in the place of a list: Redis wakes nobody for that
                return
            if job_id is None:
                return
            del self._clients[client.process]
            self._take(client)
            client.arrivals.popleft().succeed(job_id)
            if client.arrivals:
                client.since_ms = self.env.now
                self._join(client)

    def leave(self, process: Process) -> None:
        """Take away the blocked pops of a process that died."""
        client = self._clients.pop(process, None)
        if client is not None and self._timed_out.pop(process, None) is None:
            self._take(client)
        self._frozen_at.pop(process.name, None)

    def note_frozen(self, process: Process) -> None:
        """Remember when a process begins to be frozen: Redis serves its blocked pops until they time out.

        Call it before the process freezes; one that does so already did not begin to just now.
        """
        if not process.frozen:
            self._frozen_at[process.name] = self.env.now

    def note_thawed(self, process: Process) -> None:
        """Let Redis have the blocked pops of a process again that goes on."""
        client = self._timed_out.pop(process, None)
        if client is not None:
            self._put(client)

    def is_blocked(self, process: Process) -> bool:
        """Tell whether a process has any blocked pop."""
        return process in self._clients

    def times_out_ms(self, process: Process) -> int:
        """Return when the pop at the head of a process that is blocked times out next, ms since the run began."""
        return self.timed_out_ms(process) + self._drain_ms

    def timed_out_ms(self, process: Process) -> int:
        """Return when it did so last, or was sent."""
        since_ms = self._clients[process].since_ms
        return since_ms + (self.env.now - since_ms) // self._drain_ms * self._drain_ms

    def time_out(self, process: Process) -> None:
        """Answer the pop at the head empty-handed; the next of the process takes its place."""
        client = self._clients.pop(process)
        if self._timed_out.pop(process, None) is None:
            self._take(client)
        client.arrivals.popleft().succeed(None)
        if client.arrivals:
            client.since_ms = self.env.now
            self._join(client)

    def break_connection(self, process: Process) -> None:
        """Wake one process empty-handed: its connection is gone."""
        client = self._clients.get(process)
        self.leave(process)
        for arrival in client.arrivals if client is not None else ():
            arrival.succeed(None)

    def break_connections(self) -> None:
        """Wake everyone empty-handed: Redis is gone."""
        clients, self._clients = self._clients, {}
        self._phases, self._at_phase, self._timed_out = [], {}, {}
        for client in clients.values():
            for arrival in client.arrivals:
                arrival.succeed(None)

    # -- who is served ------------------------------------------------------------------------------------------------

    def _next(self) -> BlockedClient | None:
        """Choose who is served: who has been blocked longest; frozen processes whose pops have timed out are not."""
        while self._phases:
            client = self._longest_blocked()
            if not client.process.frozen or self._still_blocked(client):
                return client
            self._take(client)
            self._timed_out[client.process] = client
        return None

    def _longest_blocked(self) -> BlockedClient:
        """Return the client whose next time-out comes first, as from this moment; who came only now comes last."""
        now_ms, phases = self.env.now, self._phases
        if len(phases) == 1 and now_ms:
            return self._at_phase[phases[0]][0]
        phase = now_ms % self._drain_ms
        place = bisect_left(phases, phase) % len(phases)
        clients = self._at_phase[phases[place]]
        if phases[place] != phase or clients[0].since_ms != now_ms:
            return clients[0]
        if not now_ms:  # here alone an older line may stand behind one that came now
            for client in clients:
                if client.since_ms:
                    return client
        return self._at_phase[phases[(place + 1) % len(phases)]][0]

    def _still_blocked(self, client: BlockedClient) -> bool:
        frozen_at = self._frozen_at.get(client.process.name, self.env.now)
        rounds = (max(0, frozen_at - client.since_ms)) // self._drain_ms + len(client.arrivals)
        return self.env.now < client.since_ms + rounds * self._drain_ms

    def _join(self, client: BlockedClient) -> None:
        """Put a client behind all others."""
        self._numbers += 1
        client.number = self._numbers
        self._clients[client.process] = client
        self._put(client)

    def _put(self, client: BlockedClient) -> None:
        phase = client.since_ms % self._drain_ms
        clients = self._at_phase.get(phase)
        if clients is None:
            self._at_phase[phase] = deque((client,))
            insort(self._phases, phase)
        elif clients[-1].number < client.number:
            clients.append(client)
        else:
            insort(clients, client, key=_number)

    def _take(self, client: BlockedClient) -> None:
        phase = client.since_ms % self._drain_ms
        clients = self._at_phase[phase]
        if len(clients) == 1:
            del self._at_phase[phase], self._phases[bisect_left(self._phases, phase)]
        elif clients[0] is client:
            clients.popleft()
        else:
            clients.remove(client)


def _number(client: BlockedClient) -> int:
    return client.number
