"""What must be true after a run of the fleet, whatever was killed when."""

from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

from sim.queue.stalled import REASON
from tests.concurrency.holds import Hold, Journals
from tests.concurrency.workload import ALWAYS, KEEP_COMPLETED, KEEP_FAILED, KEPT, MAIN, QUEUES, plan_of

Of = tuple[str, str]
NEVER_TOO_OFTEN = 1_000
"""A ``max_stalled`` that no job reaches."""


class Aftermath:
    """Redis and the journals after a run."""

    def __init__(self, client: Any, journals: Journals) -> None:
        self.client = client
        self.journals = journals
        self.numbers: dict[Of, int] = {(entry["queue"], entry["job"]): entry["n"] for entry in journals.added}
        self.completed = {keys.name: self._members(keys.completed) for keys in QUEUES.values()}
        self.failed = {keys.name: self._members(keys.failed) for keys in QUEUES.values()}
        self.holds: dict[Of, list[Hold]] = defaultdict(list)
        for hold in journals.holds:
            self.holds[hold.of].append(hold)
        self.hashes: dict[Of, dict[str, str]] = {}
        for queue, job_id in self.numbers:
            fields = client.hgetall(QUEUES[queue].job(job_id))
            if fields:
                self.hashes[queue, job_id] = fields

    def _members(self, key: str) -> set[str]:
        return set(self.client.zrange(key, 0, -1))

    # -- nothing lost ---------------------------------------------------------------------------------------------

    def check_nothing_is_left(self) -> None:
        """No list has a job any more, and no lock is left: what exists is what is finished, and counters."""
        for keys in QUEUES.values():
            finished = self.completed[keys.name] | self.failed[keys.name]
            allowed = {keys.id, keys.completed, keys.failed, keys.stalled_check, *map(keys.job, finished)}
            assert set(self.client.keys(keys.base + "*")) <= allowed

    def check_counters(self) -> None:
        """``id`` counts each add; each add was of a new job or of one that was there."""
        calls = Counter(entry["queue"] for entry in self.journals.added)
        new = Counter(entry["queue"] for entry in self.journals.added if not entry["duplicate"])
        for queue, keys in QUEUES.items():
            assert int(self.client.get(keys.id)) == calls[queue]
            assert new[queue] == sum(of[0] == queue for of in self.numbers)

    def check_every_job_is_finished(self, producer_jobs: int) -> None:
        """Completed, failed or evicted by rule: each job exactly one of them."""
        assert set(self.numbers.values()) == set(range(producer_jobs))
        for (queue, job_id), n in self.numbers.items():
            places = (job_id in self.completed[queue]) + (job_id in self.failed[queue])
            evicts_itself = queue == MAIN.name and plan_of(n).options.remove_on_complete is True
            if queue == MAIN.name and not evicts_itself:
                assert places == 1, f"job {job_id} (number {n}) is in {places} places"
            assert places == ((queue, job_id) in self.hashes)
        assert len(self.completed[KEPT.name]) == KEEP_COMPLETED
        assert len(self.failed[KEPT.name]) == KEEP_FAILED

    def check_effects(self, max_stalled: int) -> None:
        """Whatever did not fail had its effect, also when it was evicted.

        Of the jobs that are evicted when they fail it is not known whether they stalled too often, where that can be.
        """
        for (queue, job_id), n in self.numbers.items():
            unknown = queue == KEPT.name and (plan_of(n).failures == ALWAYS or max_stalled < NEVER_TOO_OFTEN)
            if job_id not in self.failed[queue] and ((queue, job_id) in self.hashes or not unknown):
                assert (queue, job_id) in self.journals.effects, f"no effect of job {job_id} (number {n})"

    # -- ownership ------------------------------------------------------------------------------------------------

    def check_one_holder(self) -> None:
        """No two holds of a job with valid locks overlap; see ``holds``."""
        for of, holds in self.holds.items():
            valid = sorted((hold for hold in holds if hold.begin_us < hold.end_us), key=lambda hold: hold.begin_us)
            for one, other in pairwise(valid):
                if not other.late:
                    assert other.begin_us >= one.end_us, f"two holders of {of}: {one} and {other}"

    def check_refusals(self) -> None:
        """Nobody was refused whose lock was certainly valid all the time."""
        for of, holds in self.holds.items():
            if any(hold.late for hold in holds):
                continue
            for hold in holds:
                lock_lives = hold.refused_us is not None and hold.refused_us < hold.expires_us
                assert not lock_lives, f"the end of {of} was refused in vain: {hold}"

    # -- counts of the jobs ----------------------------------------------------------------------------------------

    def check_starts_add_up(self, kills: int) -> None:
        """Each start ended in a failure, a stall or the completion; only a kill can hide a start from the journal."""
        hidden = 0
        for (queue, job_id), fields in self.hashes.items():
            holds = self.holds[queue, job_id]
            completed = job_id in self.completed[queue]
            stalls = int(fields.get("stalledCounter", 0))
            failures = sum(hold.ended in ("retry", "delayed", "failed") for hold in holds)
            if self._marks_are_its_own(holds):
                assert int(fields.get("attemptsMade", 0)) == failures
            failures += sum(hold.is_unanswered and hold.ends[-1] == "fail" for hold in holds)
            ended = failures + stalls + completed
            assert ended >= len(holds), f"job {job_id} was started more often than it ended: {fields}, {holds}"
            hidden += ended - len(holds)
        assert hidden <= kills + sum(hold.late for hold in self.journals.holds)

    def check_failures(self, max_stalled: int) -> None:
        """A job failed exactly if its handler always fails, or if it stalled more often than is allowed."""
        for (queue, job_id), fields in self.hashes.items():
            stalls = int(fields.get("stalledCounter", 0))
            if job_id in self.completed[queue]:
                assert stalls <= max_stalled
            elif stalls > max_stalled:
                assert stalls == max_stalled + 1
                if self._marks_are_its_own(self.holds[queue, job_id]):
                    assert fields["failedReason"] == REASON
            else:
                plan = plan_of(self.numbers[queue, job_id])
                assert plan.failures == ALWAYS, f"job {job_id} failed: {fields}"
                if self._marks_are_its_own(self.holds[queue, job_id]):
                    assert int(fields["attemptsMade"]) == plan.options.attempts

    def _marks_are_its_own(self, holds: list[Hold]) -> bool:
        """Whether nobody who had lost the job can have written its attempts and its reason over, as in Bull."""
        return not any(hold.refused_us or hold.is_unanswered for hold in holds)


def check_everything(aftermath: Aftermath, *, jobs: int, kills: int, max_stalled: int) -> None:
    """Check all claims."""
    aftermath.check_nothing_is_left()
    aftermath.check_counters()
    aftermath.check_every_job_is_finished(jobs)
    aftermath.check_effects(max_stalled)
    aftermath.check_one_holder()
    aftermath.check_refusals()
    aftermath.check_starts_add_up(kills)
    aftermath.check_failures(max_stalled)
