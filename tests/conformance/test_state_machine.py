"""Random histories: the same operations, time, crashes and zombies on several arms, compared after every step.

`STATE_MACHINE_EXAMPLES` sets how many histories are tried; above the default they are new ones each time.
"""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.conformance.arms import Arm
from tests.conformance.case import HAND, OPERATOR, PRODUCER, TIME, TIMER, Settings, Step
from tests.conformance.conftest import make_arm
from tests.conformance.keyspace import differences

DEFAULT_EXAMPLES = 40
EXAMPLES = int(os.environ.get("STATE_MACHINE_EXAMPLES", DEFAULT_EXAMPLES))

KEEP = st.sampled_from([None, False, True, 0, 1, 2, {"count": 1}, {"count": 2}, {"age": 5}, {"age": 5, "count": 1}])
BACKOFF = st.sampled_from([None, 1_000, {"type": "fixed", "delay": 5_000}, {"type": "exponential", "delay": 500}])
TICKS = st.sampled_from([1, 1_700, 7_300, 31_000])
"""No sum of a few of these comes near the life of a lock or of the stalled check's key: at the very millisecond of its
expiry a key on a real Redis may be gone or not."""
OWN_ID = "900"
"""An id of the caller's own. It is a number, because a Redis set lists numbers in order and text in no order at all."""
MEDDLING = (
    ("DEL", "{q}%s"),
    ("HDEL", "{q}%s", "opts"),
    ("DEL", "{q}%s:lock"),
    ("LPUSH", "{q}wait", "%s"),
    ("RPUSH", "{q}active", "%s"),
    ("LREM", "{q}active", 0, "%s"),
    ("ZREM", "{q}failed", "%s"),
    ("SADD", "{q}stalled", "%s"),
    ("ZADD", "{q}delayed", 5_000, "%s"),
)
"""What somebody may do to a job by hand in Redis."""
WORKERS = ("a", "b", "c")


@st.composite
def job_options(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what a submit may say."""
    options = {
        "attempts": draw(st.sampled_from([None, 0, 1, 2, 3])),
        "backoff": draw(BACKOFF),
        "delay": draw(st.sampled_from([None, None, 1_500, 8_000])),
        "priority": draw(st.sampled_from([None, None, 1, 2, 3])),
        "lifo": draw(st.sampled_from([None, None, True])),
        "jobId": draw(st.sampled_from([None, None, None, OWN_ID])),
        "removeOnFail": draw(KEEP),
        "removeOnComplete": draw(KEEP),
    }
    return {name: value for name, value in options.items() if value is not None}


class Histories(RuleBasedStateMachine):
    """Drives all arms; a subclass says which, in ``arms``.

    A bundle holds what workers have in their hands: (worker, job id). Nothing ever takes a job out of a worker's hands
    but its own report or its death, so that late reports of lost jobs come about by themselves.
    """

    arms: list[Arm]
    in_hand = Bundle("in_hand")
    popped = Bundle("popped")

    @initialize(max_stalled=st.integers(0, 2))
    def begin(self, max_stalled: int) -> None:
        """Start with empty queues."""
        for arm in self.arms:
            arm.begin(Settings(max_stalled=max_stalled))
        self.generation = dict.fromkeys(WORKERS, 0)
        self.adds = 0

    def do(self, actor: str, verb: str, **args: Any) -> Any:
        """Let every arm do one step, and see that all answer alike."""
        replies = [arm.do(Step(actor, verb, args)) for arm in self.arms]
        for reply in replies[1:]:
            assert reply == replies[0], f"{actor}: {verb}({args})"
        return replies[0]

    def _token(self, worker: str) -> str:
        return f"{worker}{self.generation[worker]}"

    def _hand_out(self, token: str, reply: Any) -> Any:
        if not isinstance(reply, dict) or "error" in reply:
            return multiple()
        return token, reply["id"]

    # -- jobs come ------------------------------------------------------------------------------------------------

    @rule(options=job_options())
    def add(self, options: dict[str, Any]) -> None:
        """A producer adds a job."""
        self.adds += 1
        self.do(PRODUCER, "add", data={"n": self.adds}, name=None, opts=options)

    # -- jobs run -------------------------------------------------------------------------------------------------

    @rule(target=in_hand, worker=st.sampled_from(WORKERS))
    def take(self, worker: str) -> Any:
        """A busy worker takes a job."""
        token = self._token(worker)
        return self._hand_out(token, self.do(token, "take"))

    @rule(target=popped, worker=st.sampled_from(WORKERS))
    def pop(self, worker: str) -> Any:
        """An idle worker pops a job."""
        token = self._token(worker)
        job_id = self.do(token, "pop")
        return multiple() if job_id is None else (token, job_id)

    @rule(target=in_hand, which=consumes(popped))
    def lock(self, which: tuple[str, str]) -> Any:
        """The idle worker locks what it popped, however much later."""
        token, job_id = which
        return self._hand_out(token, self.do(token, "lock", id=job_id))

    @rule(target=in_hand, which=consumes(in_hand), fetch=st.booleans())
    def complete(self, which: tuple[str, str], fetch: bool) -> Any:
        """A worker reports success; as in Bull, a refusal is reported as a failure then."""
        token, job_id = which
        reply = self.do(token, "complete", id=job_id, value={"ok": 1}, fetch=fetch)
        if isinstance(reply, dict) and "error" in reply:
            self.do(token, "fail", id=job_id, message=reply["error"])
            return multiple()
        return self._hand_out(token, reply)

    @rule(which=consumes(in_hand), discard=st.booleans())
    def fail(self, which: tuple[str, str], discard: bool) -> None:
        """A worker reports a failed attempt."""
        token, job_id = which
        if discard:
            self.do(token, "discard", id=job_id)
        self.do(token, "fail", id=job_id, message="boom")

    @rule(which=in_hand)
    def extend(self, which: tuple[str, str]) -> None:
        """A worker renews a lock, or tries to."""
        token, job_id = which
        self.do(token, "extend", id=job_id)

    @rule(which=consumes(in_hand))
    def die(self, which: tuple[str, str]) -> None:
        """A worker dies; its replacement has another token, and the job is never reported."""
        worker = which[0][0]
        self.generation[worker] += 1

    # -- time -----------------------------------------------------------------------------------------------------

    @rule(ms=TICKS)
    def tick(self, ms: int) -> None:
        """Time passes."""
        self.do(TIME, "tick", ms=ms)

    @rule()
    def promote(self) -> None:
        """A worker looks for due jobs."""
        self.do(TIMER, "promote")

    @rule()
    def check(self) -> None:
        """A worker looks for stalled jobs."""
        self.do(TIMER, "check")

    @rule()
    def crash_everything(self) -> None:
        """All locks run out between two checks."""
        self.do(TIMER, "check")
        self.do(TIME, "tick", ms=31_000)
        self.do(TIMER, "check")

    # -- the operator ---------------------------------------------------------------------------------------------

    @precondition(lambda self: self.adds)
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        """An operator retries some job, failed or not."""
        job_id = data.draw(st.sampled_from([*map(str, range(1, self.adds + 2)), OWN_ID]))
        self.do(OPERATOR, "retry", id=job_id)

    @rule(batch=st.sampled_from([1, 2, 1_000]))
    def retry_all(self, batch: int) -> None:
        """An operator retries all failed jobs."""
        self.do(OPERATOR, "retry_all", batch=batch)

    @precondition(lambda self: self.adds)
    @rule(data=st.data(), verb=st.sampled_from(["promote_job", "remove"]))
    def promote_or_remove(self, data: st.DataObject, verb: str) -> None:
        """An operator promotes or removes some job, in whatever state it is."""
        job_id = data.draw(st.sampled_from([*map(str, range(1, self.adds + 2)), OWN_ID]))
        self.do(OPERATOR, verb, id=job_id)

    @rule(
        state=st.sampled_from(["waiting", "active", "completed", "failed", "delayed", "paused"]),
        grace=st.sampled_from([0, 5_000, 60_000]),
        limit=st.sampled_from([0, 1, 2]),
    )
    def clean(self, state: str, grace: int, limit: int) -> None:
        """An operator removes old jobs of a state."""
        self.do(OPERATOR, "clean", state=state, grace=grace, limit=limit)

    @rule()
    def empty(self) -> None:
        """An operator throws away all that waits."""
        self.do(OPERATOR, "empty")

    @rule()
    def pause(self) -> None:
        """An operator pauses the queue."""
        self.do(OPERATOR, "pause")

    @rule()
    def resume(self) -> None:
        """An operator resumes the queue."""
        self.do(OPERATOR, "resume")

    @rule()
    def look(self) -> None:
        """An operator looks at counts and lists."""
        self.do(OPERATOR, "counts")
        for state in ("waiting", "active", "completed", "failed", "delayed", "paused"):
            self.do(OPERATOR, "jobs", state=state)

    @precondition(lambda self: self.adds)
    @rule(data=st.data(), how=st.sampled_from(MEDDLING))
    def meddle(self, data: st.DataObject, how: tuple[Any, ...]) -> None:
        """Somebody changes keys by hand."""
        job_id = str(data.draw(st.integers(1, self.adds)))
        command, *args = (part.replace("%s", job_id) if isinstance(part, str) else part for part in how)
        self.do(HAND, "redis", command=command, args=args)

    @invariant()
    def same_keyspace(self) -> None:
        """Every arm has the same keys with the same values."""
        first, *others = [arm.keyspace() for arm in self.arms]
        for other in others:
            lines = differences(first, other)
            assert not lines, "\n".join(lines)


def explore(arms: list[Arm]) -> None:
    """Try random histories on all arms."""
    machine = type("Histories", (Histories,), {"arms": arms})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=40,
            deadline=None,
            derandomize=EXAMPLES <= DEFAULT_EXAMPLES,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


def test_every_store_answers_like_a_real_redis(request: pytest.FixtureRequest) -> None:
    """In every history each reply and each key are the same on fakeredis, in memory and on a real Redis."""
    explore([make_arm(f"project-{store}", request) for store in ("fakeredis", "memory", "redis")])


def test_the_projects_queue_and_the_real_bull_answer_alike(request: pytest.FixtureRequest) -> None:
    """In every history the project's queue gives the replies and keys that the real Bull gives."""
    explore([make_arm("project-fakeredis", request), make_arm("bull-redis", request)])
