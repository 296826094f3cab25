"""What does not fit together in a scenario."""

import pytest

from sim.handlers.registry import HANDLERS
from sim.scenario.load import parse_scenario
from sim.yaml_files.problems import listed
from tests.unit.scenario.test_load import HEAD, problems

QUEUE_NAMES = listed(["email", *(name for name in HANDLERS if name != "email")])


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("  - {queue: emial, arrivals: {kind: times, at: [0s]}}", "5:13: workload[1].queue: there is no queue "
         "'emial'; did you mean `email`?"),
        ("  - {queue: bulk, arrivals: {kind: times, at: [0s]}}", "5:13: workload[1].queue: there is no queue 'bulk'; "
         "add it under queues: with a handler:, or use " + QUEUE_NAMES),
        ("workers: {emial: {}}", "5:11: workers.emial: there is no queue 'emial'; did you mean `email`?"),
        ("workers: {order: {}}", "5:11: workers.order: this scenario has no queue order: no job is offered to it, and "
                                 "it is not under queues:"),
        ("expect: {queue: {queues: {bulk: {}}}}", "5:27: expect.queue.queues.bulk: there is no queue 'bulk'; add it "
         "under queues:, or use email"),
        ("expect: {bull-4.16: {in-process: {queues: {order: {}}}}}", "5:44: expect.bull-4.16.in-process.queues.order: "
         "this scenario has no queue order: no job is offered to it, and it is not under queues:"),
        ("faults: [{kind: handler-error, queues: [email, emial]}]", "5:48: faults[0].queues[1]: there is no queue "
         "'emial'; did you mean `email`?"),
        ("queues: {workers: {handler: email}}", "5:10: queues.workers: a queue cannot be called workers: faults use "
                                                "that name as a target"),
        ("modes: [queue, queue]", "5:16: modes[1]: 'queue' is listed twice"),
        ("semantics: [documented, documented]", "5:25: semantics[1]: 'documented' is listed twice"),
        ("queues: {email: {service: {kind: uniform, min: 2s, max: 1s}}}", "5:57: queues.email.service.max: max: 1s is "
                                                                          "less than min: 2s"),
    ],
)  # fmt: skip
def test_a_name_that_nothing_bears_is_refused_where_it_stands(more: str, problem: str) -> None:
    """With the nearest name there is, or what there is."""
    assert problems(HEAD + more) == [problem]


@pytest.mark.parametrize("target", ["workers", "application", "email", "email-1", "email-2"])
def test_a_fault_may_strike_all_some_or_one(target: str) -> None:
    """Groups, the workers of a queue, and each of its processes."""
    parse_scenario(
        f"{HEAD}workers: {{email: {{processes: 2}}}}\nfaults: [{{kind: worker-crash, at: 1s, target: {target}}}]"
    )


@pytest.mark.parametrize(
    ("target", "what"),
    [
        ("email-3", "there is no worker 'email-3'; its workers are email-1 to email-2"),
        ("email-0", "there is no worker 'email-0'; its workers are email-1 to email-2"),
        ("email-01", "there is no worker 'email-01'; its workers are email-1 to email-2"),
        ("email-²", "there is no worker 'email-²'; its workers are email-1 to email-2"),
        ("emails", "there is no target 'emails'; did you mean `email`?"),
        ("order", "this scenario has no queue order: no job is offered to it, and it is not under queues:"),
        (
            "redis",
            "there is no target 'redis'; there are: workers, application or email, or one process such as email-1",
        ),
    ],
)
def test_a_fault_strikes_nothing_that_does_not_exist(target: str, what: str) -> None:
    """Numbers count from 1 to the number of processes."""
    more = f"workers: {{email: {{processes: 2}}}}\nfaults: [{{kind: worker-crash, at: 1s, target: {target}}}]"
    assert problems(HEAD + more) == [f"6:47: faults[0].target: {what}"]


@pytest.mark.parametrize(("processes", "what"), [(0, "email has no workers"), (1, "its worker is email-1")])
def test_the_workers_there_are_get_named(processes: int, what: str) -> None:
    """None, one, or the first and the last."""
    more = f"workers: {{email: {{processes: {processes}}}}}\nfaults: [{{kind: worker-crash, at: 1s, target: email-2}}]"
    assert problems(HEAD + more) == [f"6:47: faults[0].target: there is no worker 'email-2'; {what}"]


def test_the_last_job_may_be_named() -> None:
    """Three are offered, so there is a third."""
    parse_scenario(HEAD + "faults: [{kind: poison-job, jobs: [email-1, email-3]}]")


@pytest.mark.parametrize(
    ("job", "what"),
    [
        ("email-4", "the queue email is offered 3 jobs; there is no email-4"),
        ("email-0", "jobs are numbered from email-1"),
        ("email-03", "job numbers have no leading zeros; write email-3"),
        ("emial-1", "there is no queue 'emial'; did you mean `email`?"),
        ("zzz-1", "there is no queue 'zzz'; there are: email"),
    ],
)
def test_a_job_that_is_never_offered_is_refused(job: str, what: str) -> None:
    """A fault on it would never strike."""
    for kind in ("poison-job", "worker-crash", "handler-error"):
        assert problems(f"{HEAD}faults: [{{kind: {kind}, jobs: [{job}]}}]")[0].endswith(f": faults[0].jobs[0]: {what}")


def test_jobs_are_counted_over_all_entries_of_a_queue() -> None:
    """Two entries of three jobs make six."""
    twice = HEAD + HEAD.splitlines()[3] + "\n"
    parse_scenario(twice + "faults: [{kind: poison-job, jobs: [email-6]}]")
    assert "is offered 6 jobs" in problems(twice + "faults: [{kind: poison-job, jobs: [email-7]}]")[0]


def test_a_fault_after_the_end_is_refused() -> None:
    """At the very end it is not yet too late."""
    parse_scenario(HEAD + "duration: 10s\nfaults: [{kind: worker-crash, at: 10s}]")
    parse_scenario(HEAD + "duration: 10s\nfaults: [{kind: worker-crash, mean_interval: 1s, start: 10s}]")
    late = "10.001s is after the end of the run (duration: 10s)"
    more = HEAD + "duration: 10s\nfaults: [{kind: worker-crash, "
    assert problems(more + "at: 10.001s}]") == [f"6:35: faults[0].at: {late}"]
    assert problems(more + "at: [1s, 10.001s]}]") == [f"6:40: faults[0].at[1]: {late}"]
    assert problems(more + "mean_interval: 1s, start: 10.001s}]") == [f"6:57: faults[0].start: {late}"]


def test_random_strikes_need_a_window() -> None:
    """One that ends before it begins is a mistake."""
    parse_scenario(HEAD + "faults: [{kind: worker-crash, mean_interval: 1s, start: 5s, until: 5s}]")
    assert problems(HEAD + "faults: [{kind: worker-crash, mean_interval: 1s, start: 5s, until: 4s}]") == [
        "5:68: faults[0].until: until: 4s is before start: 5s, so the fault never happens"
    ]


def test_what_is_broken_elsewhere_hides_no_wrong_name() -> None:
    """Nor does it make a right one look wrong."""
    text = HEAD.replace("count: 3", "count: x") + (
        "queues: {bulk: {attempts: 1}}\nworkers: {emial: {}, bulk: {processes: x}, email: {}}\n"
        "faults: [{kind: poison-job, jobs: [email-99]}, {kind: worker-crash, at: 1s, target: bulk-7}]\n"
    )
    assert [line.split(": ")[1] for line in problems(text)] == [
        "workload[0].arrivals.count", "queues.bulk.handler", "workers.emial", "workers.bulk.processes",
    ]  # fmt: skip
