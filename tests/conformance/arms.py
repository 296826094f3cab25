"""Who carries a case out: the project's queue or the real Bull, on a simulated or a real Redis, alone or mixed."""

import json
import subprocess
from functools import partial
from typing import Any, Protocol

from redis.exceptions import ResponseError

from sim.core.clock import ManualClock
from sim.core.errors import SimError
from sim.queue.backoff import Strategy
from sim.queue.clean import clean_jobs
from sim.queue.dequeue import LockParams, RateLimited, dequeue, lock_popped, pop_waiting
from sim.queue.drain import drain_queue
from sim.queue.errors import BackoffFailed, UnreadableOptions
from sim.queue.finish import ErrorText, FailureRules, complete_job, fail_job
from sim.queue.getters import get_job, job_counts, job_ids, job_state
from sim.queue.javascript import text
from sim.queue.job import Job, JobOptions
from sim.queue.keys import QueueKeys
from sim.queue.limiter import RateLimit, id_in_group
from sim.queue.locks import extend_lock
from sim.queue.manual_retry import retry_failed_jobs, retry_job
from sim.queue.pause import is_paused, pause_queue, resume_queue
from sim.queue.promote import promote_due_jobs, promote_job
from sim.queue.remove import remove_job
from sim.queue.repeat import add_repeatable_job, plan_next_job
from sim.queue.semantics import BULL
from sim.queue.stalled import check_stalled_jobs
from sim.queue.store import native_form
from sim.queue.submit import add_job
from sim.rehearsal.real_parts import RealParts
from sim.stores.memory_store import MemoryStore
from tests.conformance.case import HAND, OPERATOR, PRODUCER, TIME, Settings, Step
from tests.conformance.keyspace import PREFIX, Keyspace, at_once, read_keyspace

SCRIPT_DIED = "the script died"
"""What the driver says when a script of Bull ends in an error of Lua; its text names lines of the script."""
NO_JSON = "this is no JSON"
"""What the driver says when Bull meets text that is no JSON; JavaScript and Python word it differently."""
T0 = 1_767_225_600_000
"""When every case begins, epoch ms."""
GRACE_MS = 3_600_000
DRIVER = __file__.replace("arms.py", "driver.js")


class Implementation(Protocol):
    """A queue that carries out the steps of workers, producers, timers and operators."""

    def begin(self, settings: Settings) -> None:
        """Forget every worker and every job held in memory."""

    def do(self, step: Step, now_ms: int) -> Any:
        """Carry one step out and return its reply; ``{"error": text}`` where it was refused."""


class ProjectQueue:
    """The project's queue, on any store."""

    def __init__(self, store: Any) -> None:
        self.store = store
        self.keys = QueueKeys("q")
        self.settings = Settings()
        self.held: dict[tuple[str, str], Job] = {}

    def begin(self, settings: Settings) -> None:
        """Forget every job held in memory."""
        self.settings = settings
        self.held = {}

    def do(self, step: Step, now_ms: int) -> Any:
        """Carry one step out."""
        try:
            return getattr(self, f"_{step.verb}")(step.actor, now_ms, **step.args)
        except (UnreadableOptions, ResponseError):
            return {"error": SCRIPT_DIED}
        except ValueError:
            return {"error": NO_JSON}
        except SimError as refusal:
            return {"error": str(refusal)}

    def _lease(self, actor: str) -> LockParams:
        return LockParams(actor, self.settings.lock_ms)

    def _limit(self) -> RateLimit | None:
        limiter = self.settings.limiter
        if limiter is None:
            return None
        by_group, bounce_back = "groupKey" in limiter, bool(limiter.get("bounceBack"))
        return RateLimit(limiter["max"], limiter["duration"], by_group, bounce_back)

    def _hold(self, actor: str, job: Job | RateLimited | None, now_ms: int) -> Any:
        if not isinstance(job, Job):
            return None
        if job.options.is_repeated:
            plan_next_job(self.store, self.keys, job.name, job.data, job.options.given(), now_ms=now_ms)
        self.held[actor, job.id] = job
        return _shown(job)

    def _job_of(self, actor: str, job_id: str) -> Job:
        job = self.held.get((actor, job_id)) or get_job(self.store, self.keys, job_id)
        assert job is not None, f"the case lets {actor} report job {job_id}, which does not exist"
        return job

    def _add(self, _actor: str, now_ms: int, data: Any, name: str | None, opts: dict[str, Any]) -> Any:
        named = {} if name is None else {"name": name}
        group_key = (self.settings.limiter or {}).get("groupKey")
        if group_key is not None:
            group = text(data[group_key]) if group_key in data else "undefined"
            opts = {**opts, "jobId": id_in_group(opts["jobId"], group)}
        if opts.get("repeat"):
            planned = add_repeatable_job(self.store, self.keys, data, opts, now_ms=now_ms, **named)
            return None if planned is None else planned.added.job_id
        options = JobOptions.from_json(json.dumps(opts))
        add = native_form(self.store, add_job)
        return add(self.store, self.keys, data, options, now_ms=now_ms, **named).job_id

    def _take(self, actor: str, now_ms: int) -> Any:
        taken = native_form(self.store, dequeue)(
            self.store, self.keys, self._lease(actor), now_ms=now_ms, limit=self._limit()
        )
        return self._hold(actor, taken, now_ms)

    def _pop(self, _actor: str, _now_ms: int) -> Any:
        return pop_waiting(self.store, self.keys)

    def _lock(self, actor: str, now_ms: int, id: str) -> Any:
        taken = native_form(self.store, lock_popped)(
            self.store, self.keys, id, self._lease(actor), now_ms=now_ms, limit=self._limit()
        )
        return self._hold(actor, taken, now_ms)

    def _complete(self, actor: str, now_ms: int, id: str, value: Any, fetch: bool) -> Any:
        done = native_form(self.store, complete_job)(
            self.store,
            self.keys,
            self._job_of(actor, id),
            self._lease(actor),
            now_ms=now_ms,
            return_value=value,
            fetch_next=fetch and self.settings.limiter is None,
        )
        return self._hold(actor, done.next_job, now_ms)

    def _fail(self, actor: str, now_ms: int, id: str, message: str) -> Any:
        job = self._job_of(actor, id)
        error = ErrorText(message, f"Error: {message}\n    at handler")
        rules = FailureRules(BULL, {type_: _strategy(delays) for type_, delays in self.settings.strategies.items()})
        fail_job(self.store, self.keys, job, self._lease(actor), error, rules, now_ms=now_ms)
        return job.attempts_made

    def _work(self, actor: str, now_ms: int, id: str, ms: int, raises: str | None, discards: bool) -> Any:
        job = self._job_of(actor, id)
        timeout = job.options.timeout
        late = timeout is not None and ms > timeout.after_ms
        if timeout is not None and late:
            reported = timeout.message
            self._fail(actor, now_ms, id, reported)
        if discards:
            job.discard()
        if not late:
            reported = raises or "done"
            if raises:
                self._fail(actor, now_ms, id, raises)
            else:
                self._complete(actor, now_ms, id, "done", fetch=False)
        return {"reported": reported, "goes_on": late, "attemptsMade": job.attempts_made}

    def _discard(self, actor: str, _now_ms: int, id: str) -> Any:
        self._job_of(actor, id).discard()

    def _extend(self, actor: str, _now_ms: int, id: str) -> Any:
        return extend_lock(self.store, self.keys, id, self._lease(actor))

    def _promote(self, _actor: str, now_ms: int) -> Any:
        return promote_due_jobs(self.store, self.keys, now_ms=now_ms).next_due_ms

    def _check(self, _actor: str, now_ms: int) -> Any:
        check = check_stalled_jobs(
            self.store,
            self.keys,
            now_ms=now_ms,
            max_stalled=float(self.settings.max_stalled),
            interval_ms=self.settings.stalled_interval_ms,
        )
        return {"failed": check.failed, "stalled": check.stalled}

    def _retry(self, _actor: str, now_ms: int, id: str) -> Any:
        retry_job(self.store, self.keys, id, now_ms=now_ms)

    def _retry_all(self, _actor: str, _now_ms: int, batch: int) -> Any:
        retry_failed_jobs(self.store, self.keys, batch=batch)

    def _promote_job(self, _actor: str, _now_ms: int, id: str) -> Any:
        promote_job(self.store, self.keys, id)

    def _remove(self, _actor: str, _now_ms: int, id: str) -> Any:
        remove_job(self.store, self.keys, id)

    def _clean(self, _actor: str, now_ms: int, state: Any, grace: int, limit: int) -> Any:
        return clean_jobs(self.store, self.keys, state, now_ms=now_ms, grace_ms=grace, limit=limit)

    def _empty(self, _actor: str, _now_ms: int) -> Any:
        drain_queue(self.store, self.keys)

    def _pause(self, _actor: str, _now_ms: int) -> Any:
        pause_queue(self.store, self.keys)

    def _resume(self, _actor: str, _now_ms: int) -> Any:
        resume_queue(self.store, self.keys)

    def _is_paused(self, _actor: str, _now_ms: int) -> Any:
        return is_paused(self.store, self.keys)

    def _counts(self, _actor: str, _now_ms: int) -> Any:
        return dict(job_counts(self.store, self.keys))

    def _jobs(self, _actor: str, _now_ms: int, state: Any) -> Any:
        found = job_ids(self.store, self.keys, state)
        return [job_id if self.store.exists(self.keys.job(job_id)) else None for job_id in found]

    def _state(self, _actor: str, _now_ms: int, id: str) -> Any:
        return job_state(self.store, self.keys, id)

    def _job(self, _actor: str, _now_ms: int, id: str) -> Any:
        return _shown(get_job(self.store, self.keys, id))


class RealBull:
    """The real Bull in a Node process of its own, on a real Redis."""

    def __init__(self, parts: RealParts, socket: str) -> None:
        self._process = subprocess.Popen(
            [parts.node, DRIVER, socket],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"NODE_PATH": str(parts.node_modules)},
            text=True,
        )

    def begin(self, settings: Settings) -> None:
        """Forget every queue object and every job held in memory."""
        self._ask({"begin": settings.__dict__})

    def do(self, step: Step, now_ms: int) -> Any:
        """Carry one step out."""
        answer = self._ask({"now_ms": now_ms, **step._asdict()})
        return {"error": answer["error"]} if "error" in answer else answer["reply"]

    def close(self) -> None:
        """End the Node process."""
        self._process.communicate()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the Node driver ended with {self._process.wait()}"
        answer: dict[str, Any] = json.loads(line)
        return answer


class Mixed:
    """Some actors are the project's queue, the others the real Bull, on the same Redis.

    A worker keeps to one of them, because its jobs live in its memory.
    """

    def __init__(self, project: Implementation, bull: Implementation, *, swapped: bool) -> None:
        self._project = project
        self._bull = bull
        self._swapped = swapped

    def begin(self, settings: Settings) -> None:
        """Begin in both."""
        self._project.begin(settings)
        self._bull.begin(settings)

    def do(self, step: Step, now_ms: int) -> Any:
        """Let the one whose part it is carry the step out."""
        by_project = step.actor in (PRODUCER, OPERATOR, "b") or step.verb == "pop"
        one = self._project if by_project != self._swapped else self._bull
        return one.do(step, now_ms)


class Arm:
    """An implementation on a Redis whose time the case moves.

    A real Redis goes by the wall clock. There no key is left to expire by itself: after each step the harness looks
    which keys were given an expiry, adds an hour to it, and deletes them itself when the case's clock has passed it. So
    a slow machine changes nothing. The rate limiter's key gets no hour, because its script reads what is left of it.

    Args:
        clock: The clock that a simulated Redis reads; None on a real one.
    """

    def __init__(self, implementation: Implementation, store: Any, clock: ManualClock | None = None) -> None:
        self.implementation = implementation
        self.store = store
        self.clock = clock or ManualClock(T0)
        self.is_simulated = clock is not None
        self._settings = Settings()
        self._expires_at_ms: dict[str, int] = {}

    def begin(self, settings: Settings) -> None:
        """Empty the Redis and start at T0."""
        self.store.flushall()
        self.clock.now_ms = T0
        self._settings = settings
        self._expires_at_ms = {}
        self.implementation.begin(settings)

    def do(self, step: Step) -> Any:
        """Carry out one step of a case and return its reply."""
        if step.actor == TIME:
            self.clock.now_ms += step.args["ms"]
            reply = None
        elif step.actor == HAND:
            args = [arg.replace("{q}", PREFIX) if isinstance(arg, str) else arg for arg in step.args["args"]]
            answer = _send(self.store, step.args["command"], args)
            reply = int(answer) if isinstance(answer, bool | int) else answer
        else:
            reply = self.implementation.do(step, self.clock.now_ms)
        if not self.is_simulated:
            self._set_lives(notice=step.actor != TIME)
        return reply

    def keyspace(self) -> Keyspace:
        """Read every key, with what is left of its life by the case's clock."""
        if self.is_simulated:
            return read_keyspace(self.store, self.store.pttl)
        return read_keyspace(self.store, lambda key: self._expires_at_ms.get(key, T0 - 1) - self.clock.now_ms)

    def _set_lives(self, *, notice: bool) -> None:
        """Give every key with an expiry the life that it has by the case's clock, and an hour on top.

        Args:
            notice: Whether the step may have given a key a new life; the passing of time gives none.
        """
        now_ms = self.clock.now_ms
        lives: dict[str, int] = {}
        keys = self.store.keys("*")
        left = at_once(self.store, [partial(_life, key=key) for key in keys])
        for key, left_ms in zip(keys, left, strict=True):
            if left_ms < 0:
                continue
            full_ms = self._full_life_ms(key)
            grace_ms = 0 if is_limiter(key) else GRACE_MS
            known_ms = self._expires_at_ms.get(key)
            is_new = left_ms <= full_ms if grace_ms else known_ms is None or left_ms > known_ms - now_ms
            if known_ms is None or (notice and is_new):
                assert full_ms - 20_000 < left_ms <= full_ms, f"{key} lives {left_ms} ms, not {full_ms}"
                known_ms = now_ms + full_ms
            if known_ms < now_ms:
                self.store.delete(key)
                continue
            lives[key] = known_ms
            self.store.pexpire(key, known_ms - now_ms + grace_ms)
        self._expires_at_ms = lives

    def _full_life_ms(self, key: str) -> int:
        if key.endswith(":lock"):
            return self._settings.lock_ms
        if key.endswith(":stalled-check"):
            return self._settings.stalled_interval_ms
        assert is_limiter(key), f"{key} has an expiry, and this harness does not know why"
        assert self._settings.limiter is not None
        return self._settings.limiter["duration"]


def is_limiter(key: str) -> bool:
    """Tell whether a key counts the starts in one window of the rate limiter, of the queue or of one group."""
    return key == f"{PREFIX}limiter" or key.startswith(f"{PREFIX}limiter:")


def _life(client: Any, key: str) -> Any:
    return client.pttl(key)


def _send(store: Any, command: str, args: list[Any]) -> Any:
    """Send a plain command; a store that has no wire is called by redis-py's method of that name."""
    if not isinstance(store, MemoryStore):
        return store.execute_command(command, *args)
    name = command.lower()
    if name == "hset":
        key, *pairs = args
        return store.hset(key, mapping=dict(zip(pairs[::2], pairs[1::2], strict=True)))
    if name == "zadd":
        key, score, member = args
        return store.zadd(key, {member: score})
    if name == "set" and len(args) == 4:
        key, value, _px, px_ms = args
        return store.set(key, value, px=px_ms)
    if name == "del":
        return store.delete(*args)
    return getattr(store, name)(*args)


def _strategy(said: Any) -> Strategy:
    """Make a strategy of what the settings say of it."""

    def decide(failures: int, message: str, options: Any) -> Any:
        if isinstance(said, list):
            return said[min(failures, len(said)) - 1]
        if "answer" in said:
            return said["answer"]
        if "by_message" in said:
            return said["by_message"].get(message, said["else"])
        if "option" in said:
            return options[said["option"]] * failures if options else said["else"]
        raise BackoffFailed(said.get("throws", said.get("rejects")))

    return decide


def _shown(job: Job | None) -> Any:
    if job is None:
        return None
    return {
        "id": job.id,
        "name": job.name,
        "data": job.data,
        "attempts": job.options.attempts,
        "delay": job.delay_ms,
        "timestamp": job.timestamp_ms,
        "attemptsMade": job.attempts_made,
        "failedReason": job.failed_reason,
        "stacktrace": list(job.stacktrace),
        "returnvalue": job.return_value,
        "processedOn": job.processed_on_ms,
        "finishedOn": job.finished_on_ms,
    }
