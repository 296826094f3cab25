"""Which jobs a picture shows: those that tell different stories."""

from collections.abc import Iterator
from dataclasses import dataclass

from sim.results.outcomes import JobResult, Outcome
from sim.results.result import Result

MAX_LANES = 24
MAX_OF_A_STORY = 3
Story = tuple[object, ...]


@dataclass(frozen=True)
class JobChoice:
    """Jobs for a picture, in the order of their offers.

    Attributes:
        jobs: Their names.
        there_are: How many jobs the result has.
        alike: By each job chosen, how many jobs have its story in every mode, itself among them.
        shown_stories: How many different stories the chosen jobs have.
        stories: How many different stories the jobs of the result have.
    """

    jobs: list[str]
    there_are: int
    alike: dict[str, int]
    shown_stories: int
    stories: int

    @property
    def is_all(self) -> bool:
        """Whether nothing was left out."""
        return len(self.jobs) == self.there_are


def choose_jobs(result: Result, limit: int = MAX_LANES) -> JobChoice:
    """Choose the jobs that a picture shows.

    Where there is room for all, all of them. Else jobs with the same story (in every mode: outcome, attempts, effects,
    stalls) form a group. Every fate has its turn, the most eventful one first, and gives a story that was not shown
    yet; of one story there are at most ``MAX_OF_A_STORY`` jobs: the one that waited longest for its effect, the
    quickest one and one in the middle. So there may be fewer than ``limit``.
    """
    by_job: dict[str, list[JobResult]] = {}
    for job in result.jobs:
        by_job.setdefault(job.job, []).append(job)
    order = {name: place for place, name in enumerate(sorted(by_job, key=lambda name: by_job[name][0].offered_ms))}
    groups: dict[Story, list[str]] = {}
    for name in order:
        groups.setdefault(tuple((job.mode, *_story(job)) for job in by_job[name]), []).append(name)
    everyone = len(by_job) <= limit
    chosen = list(order) if everyone else sorted(_in_turns(groups, by_job, limit), key=order.__getitem__)
    story_of = {name: story for story, group in groups.items() for name in group}
    shown = {story_of[name] for name in chosen}
    alike = {name: len(groups[story_of[name]]) for name in chosen}
    return JobChoice(chosen, len(by_job), alike, len(shown), len(groups))


def _in_turns(groups: dict[Story, list[str]], by_job: dict[str, list[JobResult]], limit: int) -> list[str]:
    fates: dict[Story, list[Story]] = {}
    weights: dict[Story, int] = {}
    for story in groups:
        jobs = by_job[groups[story][0]]
        fates.setdefault(tuple((job.mode, *_fate(job)) for job in jobs), []).append(story)
        weights[story] = sum(_weight(job) for job in jobs)
    turns: list[Iterator[str]] = []
    for stories in sorted(fates.values(), key=lambda stories: -max(weights[story] for story in stories)):
        ranked = sorted(stories, key=lambda story: -weights[story])
        turns.append(_one_by_one([_spread_out(groups[story], by_job) for story in ranked]))
    chosen: list[str] = []
    while turns and len(chosen) < limit:
        for turn in list(turns):
            name = next(turn, None)
            if name is None:
                turns.remove(turn)
            elif len(chosen) < limit:
                chosen.append(name)
    return chosen


def _one_by_one(groups: list[list[str]]) -> Iterator[str]:
    """Yield the first of each group, then the second of each, and so on."""
    for turn in range(MAX_OF_A_STORY):
        yield from (group[turn] for group in groups if turn < len(group))


def _spread_out(names: list[str], by_job: dict[str, list[JobResult]]) -> list[str]:
    """Take of jobs with one story the one that waited longest for its effect, the quickest, and one in the middle."""

    def waited_ms(name: str) -> int:
        return max(job.delivery_ms or 0 for job in by_job[name])

    ranked = sorted(names, key=lambda name: -waited_ms(name))  # stable: the earlier offer first
    places = dict.fromkeys((0, len(ranked) - 1, len(ranked) // 2))
    return [ranked[place] for place in places]


def _story(job: JobResult) -> Story:
    return (
        job.outcome,
        job.attempts,
        job.effects,
        job.stalls,
        job.suppressed,
        job.false_failure,
        job.indeterminate,
        job.late,
    )


def _fate(job: JobResult) -> Story:
    return (
        job.outcome,
        job.duplicated,
        job.attempts > 1,
        job.stalls > 0,
        job.suppressed > 0,
        job.false_failure,
        job.indeterminate,
        job.late,
    )


def _weight(job: JobResult) -> int:
    """How much there is to see in a job; 0 for one that went as everybody wishes."""
    return (
        16 * (job.outcome is Outcome.LOST)
        + 16 * job.duplicated
        + 8 * min(job.stalls, 2)
        + 4 * (job.suppressed > 0 or job.false_failure or job.indeterminate)
        + 4 * job.late
        + 2 * min(max(job.attempts - 1, 0), 4)
        + (job.outcome is not Outcome.DELIVERED)
    )
