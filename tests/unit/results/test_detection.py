"""Which alert and whose health noticed which fault."""

from typing import Any

from sim.metrics.base import ProcessState
from sim.results.alert_checks import alert_checks
from sim.results.detection import Detections, FaultDetection, detect
from sim.results.fault_windows import fault_windows
from sim.results.metrics import Metrics
from sim.results.monitoring_rows import fault_rows, monitoring_verdict
from sim.results.samples import Reading
from sim.results.trace import EventKind
from tests.unit.results.made import DEAD, WELL, metrics, reading
from tests.unit.results.traces import Tape

ALERT = {"name": "Backlog", "metric": "waiting", "when": "> 0"}


def tape(*broken: tuple[int, int], name: str = "a") -> Tape:
    """A database that refuses calls from one moment to another, as often as said."""
    made = Tape("queue")
    for number, (start_ms, end_ms) in enumerate(broken):
        made.world(start_ms, EventKind.FAULT_BEGAN, kind="database-failure", failure="refuse", name=f"{name}{number}")
        made.world(end_ms, EventKind.FAULT_ENDED, kind="database-failure", name=f"{name}{number}")
    return made


def noticed(waiting: list[int], told: Tape, attribution_window: str = "2s", **more: Any) -> Detections:
    """What an alert on waiting jobs, one sample a second, makes of it."""
    return of(
        [reading(n) for n in waiting], told, metrics={"attribution_window": attribution_window}, alerts=[ALERT], **more
    )


def of(readings: list[Reading], told: Tape, **more: Any) -> Detections:
    """Match what was read with what the tape says was broken."""
    made: Metrics = metrics(readings, told, **more)
    trace, end_ms = told.trace(), int(made.t_ms[-1])
    return detect(made, fault_windows(trace, end_ms), trace, end_ms)


def delays(fault: FaultDetection) -> list[int]:
    """How long after the fault began its alerts fired, ms."""
    return [fault.after_ms(one.fired_ms) for one in fault.alerts if one.fired_ms is not None]


def test_an_alert_during_a_fault_has_noticed_it() -> None:
    """After the time from the fault's beginning to the firing."""
    (fault,) = noticed([0, 0, 1, 0], tape((500, 2_500))).faults
    assert (delays(fault), fault.unnoticed) == ([1_500], False)


def test_an_alert_soon_after_a_fault_still_comes_of_it() -> None:
    """2 s after its end it does, 2 s and a millisecond after it is false."""
    soon, late = noticed([0, 0, 0, 1], tape((500, 1_000))), noticed([0, 0, 0, 1], tape((500, 999)))
    assert (delays(soon.faults[0]), soon.false) == ([2_500], ())
    assert (delays(late.faults[0]), len(late.false)) == ([], 1)


def operated(*told: tuple[int, EventKind, str]) -> Tape:
    """What an operator did, and when."""
    made = Tape("queue")
    for t_ms, event, do in told:
        made.operator(t_ms, event, do)
    return made


def test_what_an_operator_does_is_no_fault_that_somebody_had_to_notice() -> None:
    """It is told, and nobody is blamed for it; the verdict counts faults only."""
    found = noticed([0, 0, 0, 0], operated((1_000, EventKind.OPERATOR_ACTED, "replay-all")))
    assert [(one.window.label, one.unnoticed) for one in found.faults] == [("operator: replay-all email", False)]
    assert fault_rows(found).rows[0][-1] == "-"
    assert monitoring_verdict(found) == "There was no fault; there was no false alarm."


def test_an_alert_comes_of_what_an_operator_did_only_where_no_fault_may_be_its_cause() -> None:
    """A pause fills the line, and the alert on it is not false; during an outage it is put down to that."""
    paused = operated((500, EventKind.OPERATOR_ACTED, "pause"))
    found = noticed([0, 1, 1, 1], paused)
    assert (delays(found.faults[0]), found.false) == ([500], ())
    broken = tape((400, 3_000))
    broken.records += paused.records
    found = noticed([0, 1, 1, 1], broken)
    assert [(one.window.label, delays(one)) for one in found.faults] == [
        ("database refuses calls", [600]),
        ("operator pauses email", []),
    ]


def test_an_alert_whose_condition_held_before_the_fault_began_does_not_come_of_it() -> None:
    """However late it fires; it is false, and the fault is not noticed."""
    found = noticed([0, 1, 1, 1], tape((1_001, 3_000)))
    assert (len(found.false), found.faults[0].unnoticed) == (1, True)
    assert delays(noticed([0, 1, 1, 1], tape((1_000, 3_000))).faults[0]) == [0]


def test_of_several_faults_an_alert_is_put_down_to_the_one_that_began_last() -> None:
    """And to both of two that began together."""
    earlier, later = noticed([0, 0, 0, 1], tape((500, 9_000), (2_500, 9_000))).faults
    assert (delays(earlier), delays(later)) == ([], [500])
    both = noticed([0, 0, 0, 1], tape((500, 9_000), (500, 9_000))).faults
    assert [delays(fault) for fault in both] == [[2_500], [2_500]]


def test_only_the_first_firing_of_an_alert_notices_a_fault() -> None:
    """Later ones tell nothing new."""
    (fault,) = noticed([0, 1, 0, 1, 0], tape((500, 4_000))).faults
    assert delays(fault) == [500]


def test_a_fault_without_beginning_and_end_in_the_ledger_lasts_for_the_whole_run() -> None:
    """Handlers that raise errors by chance: an alert on them is no false alarm."""
    found = noticed([0, 1], Tape("queue"), faults=[{"kind": "handler-error", "rate": 0.5}])
    assert [(fault.window.label, delays(fault)) for fault in found.faults] == [
        ("handlers raise transient errors", [1_000])
    ]
    assert found.false == ()


def crash(t_ms: int, worker: str, restart_ms: int | None = None) -> Tape:
    """A process that dies, and is replaced or not."""
    made = Tape("queue")
    made.world(t_ms, EventKind.WORKER_CRASHED, worker)
    if restart_ms is not None:
        made.world(restart_ms, EventKind.WORKER_STARTED, worker)
    return made


def healths(states: list[tuple[ProcessState, ProcessState]], told: Tape) -> list[tuple[int | None, int | None]]:
    """When health noticed each fault, and when all was well again."""
    return [(fault.health_ms, fault.well_ms) for fault in of([reading(0, *two) for two in states], told).faults]


def test_health_notices_a_dead_process_at_the_next_sample_and_sees_it_recover() -> None:
    """Dead at 0.5 s, seen at 1 s; replaced at 1.5 s, seen at 2 s."""
    states = [(WELL, WELL), (DEAD, WELL), (WELL, WELL)]
    assert healths(states, crash(500, "email-1", 1_500)) == [(1_000, 2_000)]


def test_a_process_that_stays_dead_is_never_well_again() -> None:
    """Nor is one whose death ends with the run."""
    assert healths([(WELL, WELL), (DEAD, WELL)], crash(500, "email-1")) == [(1_000, None)]


def test_the_death_of_a_process_does_not_show_in_another_s_health() -> None:
    """Somebody else was unwell at the time."""
    assert healths([(WELL, WELL), (WELL, DEAD), (WELL, WELL)], crash(500, "email-1", 1_500)) == [(None, None)]


def test_what_is_expected_of_alerts_becomes_numbers_with_bounds() -> None:
    """Fires, quiet, in time, false."""
    found = noticed([0, 0, 1, 0, 0, 0, 0, 1], tape((500, 2_500)))
    expected = {
        "fires": [("Backlog fires", "> 0", 2)],
        "quiet": [("Backlog fires", "== 0", 2)],
        "false-alarm": [("Backlog fires falsely", "> 0", 1)],
        "fires within 1500ms": [("Backlog fires", "> 0", 2), ("Backlog after (ms)", "<= 1500", 1_500)],
    }
    assert {text: list(alert_checks(found, {"Backlog": text})) for text in expected} == expected


def test_an_alert_that_noticed_no_fault_was_not_in_time() -> None:
    """Though it fired."""
    checks = list(alert_checks(noticed([0, 1], Tape("queue")), {"Backlog": "fires within 1h"}))
    assert checks[1] == ("Backlog notices a fault", "> 0", 0)


def test_the_table_says_in_capitals_what_nobody_noticed() -> None:
    """A row for each fault."""
    found = noticed([0, 0, 1, 0, 0, 0], tape((500, 2_500), (4_500, 4_600)))
    assert fault_rows(found).rows == [
        ["database refuses calls", "500ms", "2.5s", "-", "-", "1.5s Backlog"],
        ["database refuses calls", "4.5s", "4.6s", "-", "-", "NOT DETECTED"],
    ]
    assert monitoring_verdict(found) == "No alert detected 1 of 2 faults; there was no false alarm."


def test_the_table_tells_moments_to_the_second_after_the_first_minute() -> None:
    """So that they stand in one piece on a narrow terminal; up to there to the millisecond."""
    found = noticed([0] * 64, tape((59_999, 60_001), (61_499, 62_500)))
    assert [row[1:3] for row in fault_rows(found).rows] == [["59.999s", "1m"], ["1m1s", "1m2s"]]


def test_the_verdict_counts_faults_and_false_alarms() -> None:
    """In a sentence."""
    assert monitoring_verdict(noticed([0, 1, 0], Tape("queue"))) == "There was no fault; 1 false alarm."
    one = noticed([0, 1, 0], tape((500, 600)))
    assert monitoring_verdict(one) == "The only fault was detected; there was no false alarm."
    none = noticed([0, 0, 0], tape((500, 600)))
    assert monitoring_verdict(none) == "No alert detected the only fault; there was no false alarm."


def test_an_attempt_that_outlives_the_fault_that_caught_it_prolongs_it() -> None:
    """A slow call goes on after the database is well; what it holds up still comes of the fault."""
    told = tape((500, 1_000))
    told.arrival(0, "email-1")
    told.job(600, "email-1", EventKind.STARTED, 1, "email-1")
    told.job(8_000, "email-1", EventKind.COMPLETED, 1, "email-1")
    late = noticed([0] * 10 + [1, 0], told)
    assert (delays(late.faults[0]), late.false) == ([9_500], ())
    too_late = noticed([0] * 11 + [1, 0], told)
    assert (delays(too_late.faults[0]), len(too_late.false)) == ([], 1)


def test_an_attempt_that_begins_after_the_fault_does_not_prolong_it() -> None:
    """Nor does one that had ended before it began."""
    told = tape((500, 1_000))
    told.arrival(0, "email-1")
    told.job(100, "email-1", EventKind.STARTED, 1, "email-1")
    told.job(500, "email-1", EventKind.COMPLETED, 1, "email-1")
    told.job(1_001, "email-1", EventKind.STARTED, 2, "email-1")
    told.job(8_000, "email-1", EventKind.COMPLETED, 2, "email-1")
    assert len(noticed([0] * 10 + [1, 0], told).false) == 1


def test_an_attempt_whose_worker_was_killed_prolongs_the_fault_no_further_than_the_kill() -> None:
    """Its job is done by another attempt, which begins after the fault: an alert long after the kill is false."""
    told = tape((500, 1_000))
    told.arrival(0, "email-1")
    told.job(600, "email-1", EventKind.STARTED, 1, "email-1")
    told.world(3_000, EventKind.WORKER_CRASHED, "email-1")
    told.world(3_500, EventKind.WORKER_STARTED, "email-1")
    told.job(8_000, "email-1", EventKind.STARTED, 2, "email-1")
    told.job(9_000, "email-1", EventKind.COMPLETED, 2, "email-1")
    for after_s, false in ((5, 0), (6, 1)):
        found = noticed([0] * after_s + [1, 0], told)
        outlived = [one.window.outlived_ms for one in found.faults if one.window.label == "database refuses calls"]
        assert (outlived, len(found.false)) == ([3_000], false)


def test_a_job_that_stalled_too_often_does_not_end_the_attempt_that_goes_on() -> None:
    """Another worker's check gives the job up; whoever runs it holds its call of the database all the same."""
    told = tape((500, 1_000))
    told.arrival(0, "email-1")
    told.job(600, "email-1", EventKind.STARTED, 1, "email-1")
    told.job(2_000, "email-1", EventKind.FAILED, 1, "email-2")
    told.job(8_000, "email-1", EventKind.ACK_REJECTED, 1, "email-1")
    assert noticed([0] * 12, told).faults[0].window.outlived_ms == 8_000


def waited(seconds: int) -> Detections:
    """A job that stands in line for so long with nothing broken, and an alert on it."""
    told = Tape("queue")
    told.arrival(0, "email-1")
    told.job(seconds * 1_000 + 500, "email-1", EventKind.STARTED, 1, "email-1")
    return noticed([0] + [1] * seconds + [0] * 3, told)


def test_an_alert_while_a_job_waits_for_a_minute_has_noticed_an_overload() -> None:
    """With nothing broken; from when the job came to when it was taken. Below a minute the alert is false."""
    (overload,) = waited(60).faults
    assert (overload.window.label, overload.window.start_ms, overload.window.end_ms) == ("email overloaded", 0, 61_000)
    assert (overload.is_overload, overload.unnoticed, delays(overload)) == (True, False, [1_000])
    assert waited(60).false == ()
    assert (waited(59).faults, len(waited(59).false)) == ((), 1)


def test_an_overload_is_no_fault_that_somebody_broke() -> None:
    """The verdict says so."""
    verdict = monitoring_verdict(waited(60))
    assert verdict == "There was no fault; an overload was detected; there was no false alarm."


PROMISE = {"email": {"deliver_within": "10s"}}


def late(tape: Tape, *jobs: tuple[int, int | None]) -> Tape:
    """Jobs that are promised within 10 s: when each was due and when it was delivered, ms."""
    for number, (due_ms, delivered_ms) in enumerate(jobs, 1):
        tape.job(due_ms, f"email-{number}", EventKind.OFFERED, deliver_within_ms=10_000)
        if delivered_ms is not None:
            tape.job(delivered_ms, f"email-{number}", EventKind.EFFECT)
    return tape


def told_late(tape: Tape, waiting: list[int] | None = None, **more: Any) -> Detections:
    """What an alert on waiting jobs makes of a queue with promises; 60 samples, one a second."""
    return noticed((waiting or []) + [0] * (60 - len(waiting or [])), tape, queues=PROMISE, **more)


def test_late_jobs_without_a_fault_are_an_incident_though_nobody_noticed() -> None:
    """From when the first of them was due until the last was delivered; exactly at the promise nobody is late."""
    (incident,) = told_late(late(Tape("queue"), (5_000, 20_000), (6_000, 25_000), (30_000, 40_000))).faults
    assert (incident.window.label, incident.window.start_ms, incident.window.end_ms) == ("email late", 5_000, 25_000)
    assert (incident.is_overload, incident.unnoticed, incident.window.mended) == (True, True, True)
    assert told_late(late(Tape("queue"), (5_000, 15_000))).faults == ()
    assert len(told_late(late(Tape("queue"), (5_000, 15_001))).faults) == 1


def test_the_verdict_says_that_jobs_were_late_and_no_alert_fired() -> None:
    """It is no fault that somebody broke, and still nothing to be content with."""
    once = told_late(late(Tape("queue"), (0, 20_000)))
    again = told_late(late(Tape("queue"), (0, 20_000), (25_000, 45_000)))
    assert monitoring_verdict(once) == (
        "There was no fault; jobs were late without a fault, and no alert fired; there was no false alarm."
    )
    assert "jobs were late without a fault 2 times, and no alert fired" in monitoring_verdict(again)
    assert fault_rows(once).rows[0][-1] == "NOT DETECTED"


def test_an_alert_while_jobs_are_late_has_noticed_them_also_before_the_promise_is_broken() -> None:
    """A warning that comes early is the best there is; it counts from when the first late job was due."""
    found = told_late(late(Tape("queue"), (5_000, 30_000)), [0] * 7 + [1])
    assert (delays(found.faults[0]), found.false, found.faults[0].unnoticed) == ([2_000], (), False)


def test_where_something_was_promised_an_alert_on_jobs_that_come_in_time_is_false() -> None:
    """They waited for more than a minute, and no customer felt it: two minutes had been promised."""
    tape = Tape("queue")
    tape.job(0, "email-1", EventKind.OFFERED, deliver_within_ms=120_000)
    tape.job(0, "email-1", EventKind.ENQUEUED)
    tape.job(80_000, "email-1", EventKind.EFFECT)
    waiting = [1] * 80 + [0] * 5
    assert len(noticed(waiting, tape, queues={"email": {"deliver_within": "2m"}}).false) == 1
    assert noticed(waiting, tape).faults[0].window.label == "email overloaded"


def test_jobs_that_are_late_because_of_a_fault_are_no_incident_of_their_own() -> None:
    """Whether it struck before they were due or while they could still have been in time; not when it came after."""
    jobs = ((20_000, 50_000),)
    for start_ms, end_ms in ((15_000, 18_000), (15_000, 21_000), (30_000, 31_000)):
        found = told_late(late(tape((start_ms, end_ms)), *jobs))
        assert [fault.window.label for fault in found.faults] == ["database refuses calls"], (start_ms, end_ms)
    for start_ms, end_ms in ((15_000, 17_999), (30_001, 31_000)):
        found = told_late(late(tape((start_ms, end_ms)), *jobs))
        assert "email late" in [fault.window.label for fault in found.faults], (start_ms, end_ms)


def test_an_alert_on_late_jobs_is_put_down_to_the_fault_that_made_them_late_however_long_ago() -> None:
    """The backlog outlives the fault, and the attribution window with it."""
    found = told_late(late(tape((1_000, 5_000)), (2_000, 55_000)), [0] * 40 + [1])
    assert (delays(found.faults[0]), found.false) == ([39_000], ())


def test_an_operator_who_pauses_a_queue_makes_jobs_late_and_that_is_told_of_the_operator() -> None:
    """Who pauses a queue knows that jobs wait."""
    found = told_late(late(operated((1_000, EventKind.OPERATOR_ACTED, "pause")), (2_000, 55_000)))
    assert [fault.is_operator_action for fault in found.faults] == [True]


def test_what_is_still_overdue_at_the_end_has_not_ended() -> None:
    """As a fault that is never mended."""
    (incident,) = told_late(late(Tape("queue"), (5_000, None))).faults
    assert (incident.window.end_ms, incident.window.mended) == (59_000, False)
