"""What the real processes report, and the answers that they get."""

from sim.engine.operator_actions import note_failure, record_operator_action
from sim.handlers.base import JobInput
from sim.operator_verbs.base import OperatorTarget
from sim.queue.stalled import REASON
from sim.queue.timeout import timeout_of
from sim.rehearsal.attempt import RealAttempt
from sim.rehearsal.bull_options import scaled_wait
from sim.rehearsal.own_attempt import OwnAttempt
from sim.rehearsal.own_processor import OwnFileError
from sim.rehearsal.processes import Link, Message, RealProcess
from sim.rehearsal.reported_stage import ReportedStage
from sim.results.trace import EventKind


class Reports:
    """Writes into the trace what processes report, and tells each attempt's process its next step."""

    def __init__(self, stage: ReportedStage) -> None:
        self._stage = stage
        self._recorder = stage.recorder
        self._attempts: list[RealAttempt | OwnAttempt] = []

    def hear(self, link: Link, message: Message) -> None:
        """Take note of what a process reports, and answer what it asks."""
        process = link.process
        if process is None:
            return
        reply = getattr(self, f"_on_{message['kind'].replace('-', '_')}")(process, message)
        if reply is None or process.link is not link:
            return
        if "ask" in message:
            link.send({"re": message["ask"], **reply})
        elif message.get("at_once"):
            link.answer_at_once(reply)

    def _on_ready(self, process: RealProcess, _message: Message) -> None:
        process.ready.set()
        if process.config["role"] in ("work", "produce"):
            self._recorder.world(EventKind.WORKER_STARTED, process.name, generation=process.generation)
        if process.config["role"] == "produce" and process.generation > 1:
            self._stage.register_schedules()

    def _on_enqueued(self, _process: RealProcess, message: Message) -> None:
        queue, job, job_id = message["queue"], message["job"], message["id"]
        self._stage.holds.pop(job, None)
        self._stage.commits.submitted(job)
        if message["own"] and self._stage.redis.job_under(queue, job_id) not in (job, None):
            self._recorder.ignored(queue, job, job_id)
        else:
            self._recorder.enqueued(queue, job, job_id)

    def _on_planned(self, _process: RealProcess, message: Message) -> None:
        queue, job_id = message["queue"], message["id"]
        if self._recorder.known_name(queue, job_id) is not None:
            return
        job, service_ms = self._stage.iterations.next(queue)
        entry = self._stage.iterations.entry_of(queue)
        self._stage.service_ms[queue].remember(job, service_ms, entry)
        delay_ms = round(message["delay_ms"] * self._stage.clock.scale.factor)
        self._recorder.offered(queue, job, self._stage.iterations.offer(queue, delay_ms))
        self._recorder.enqueued(queue, job, job_id, delay_ms)

    def _on_rejected(self, _process: RealProcess, message: Message) -> None:
        self._stage.holds.pop(message["job"], None)
        more = {"error": message["error"]}
        self._recorder.job(message["queue"], message["job"], EventKind.REJECTED, "producer", more)

    def _on_popped(self, process: RealProcess, message: Message) -> Message | None:
        queue = process.config["queue"]
        job = self._stage.redis.name_of(queue, message["id"])
        if self._stage.faults.reaches("between-take-and-lock", process, queue, job):
            self._recorder.job(queue, job, EventKind.POPPED, process.name)
            return None
        return {}

    def _on_begin(self, process: RealProcess, message: Message) -> Message | None:
        queue = process.config["queue"]
        job = message.get("job")
        if isinstance(job, str) and self._recorder.is_known(job):
            self._recorder.map_id(queue, message["id"], job)
        else:
            job = self._recorder.name_of(queue, message["id"])
        process.running += 1
        number = self._recorder.started(queue, job, process.name, message["made"])
        waits = self._waits(queue, job, message["made"] + 1)
        if self._stage.own is not None:
            self._attempts.append(OwnAttempt(self._stage, process, queue, job, number))
            return {"attempt": len(self._attempts) - 1, **waits}
        key = self._stage.scenario.queues[queue].idempotency_key
        attempt = RealAttempt(self._stage, process, queue, JobInput(job, message["data"] or {}, key), number)
        self._attempts.append(attempt)
        step = attempt.next_step(None)
        return None if step is None else {"attempt": len(self._attempts) - 1, **waits, **step}

    def _waits(self, queue: str, job: str, failures: int) -> Message:
        """Say what the process's strategy is to answer if this attempt fails; it cannot wait for that itself."""
        strategy = self._stage.strategies[queue]
        if strategy is None:
            return {}
        scale = self._stage.clock.scale
        transient, permanent = (
            scaled_wait(strategy.wait_ms(job, failures, permanent=permanent), scale) for permanent in (False, True)
        )
        return {"waits": {"transient": transient, "permanent": permanent}}

    def _on_next(self, process: RealProcess, message: Message) -> Message | None:
        attempt = self._attempts[message["attempt"]]
        assert isinstance(attempt, RealAttempt)
        if not process.alive:
            return None
        step = attempt.next_step(message["answer"])
        if attempt.is_over:
            process.unheard.discard(message["attempt"])
        return step

    def _on_timed_out(self, process: RealProcess, message: Message) -> None:
        """Write down that an attempt has failed whose handler goes on, in the scenario's own time."""
        attempt = self._attempts[message["attempt"]]
        after_ms = self._stage.scenario.queues[attempt.queue].timeout
        timeout = timeout_of(after_ms)
        if timeout is None:
            return
        attempt.timed_out = timeout.message
        attempt.note(EventKind.TIMED_OUT, {"after_ms": after_ms})
        attempt.note(EventKind.ATTEMPT_FAILED, {"error": timeout.message, "permanent": False})
        if not attempt.is_over:
            process.unheard.add(message["attempt"])

    def _on_effect(self, process: RealProcess, message: Message) -> Message | None:
        attempt = self._attempts[message["attempt"]]
        assert isinstance(attempt, OwnAttempt)
        return attempt.effect(message["name"], skipped=message["skipped"]) if process.alive else None

    def _on_ended(self, process: RealProcess, message: Message) -> Message | None:
        attempt = self._attempts[message["attempt"]]
        assert isinstance(attempt, OwnAttempt)
        process.unheard.discard(message["attempt"])
        return attempt.ended(message) if process.alive else None

    def _on_own_died(self, process: RealProcess, message: Message) -> None:
        problem = f"{message['error']}; it was not caught and ended the process {process.name}"
        raise OwnFileError(self._stage.own, message["line"], problem)

    def _on_left(self, process: RealProcess, _message: Message) -> None:
        process.leave()

    def _on_idle(self, process: RealProcess, _message: Message) -> None:
        process.running = max(0, process.running - 1)

    def _on_completed(self, process: RealProcess, message: Message) -> None:
        attempt = self._attempts[message["attempt"]]
        with self._stage.clock.earlier(message["held_ms"]):
            attempt.note(EventKind.COMPLETED)
        if message["next"]:
            process.handed_on_ms = attempt.ideal_ms

    def _on_failed(self, _process: RealProcess, message: Message) -> None:
        attempt = self._attempts[message["attempt"]]
        with self._stage.clock.earlier(message["held_ms"]):
            if message["delay_ms"] is None:
                attempt.note(EventKind.FAILED, {"reason": attempt.timed_out or message["reason"]})
            else:
                delay_ms = round(message["delay_ms"] * self._stage.clock.scale.factor)
                attempt.note(EventKind.RETRY_SCHEDULED, {"delay_ms": delay_ms})

    def _on_ack_rejected(self, _process: RealProcess, message: Message) -> None:
        attempt = self._attempts[message["attempt"]]
        if not attempt.refused:
            attempt.refused = True
            attempt.note(EventKind.ACK_REJECTED, {"error": message["error"]})

    def _on_check(self, process: RealProcess, message: Message) -> None:
        queue = process.config["queue"]
        for job_id in message["stalled"]:
            self._recorder.job(queue, self._stage.redis.name_of(queue, job_id), EventKind.STALLED, process.name)
        for job_id in message["failed"]:
            job = self._stage.redis.name_of(queue, job_id)
            self._recorder.job(queue, job, EventKind.STALLED, process.name)
            self._recorder.job(queue, job, EventKind.FAILED, process.name, {"reason": REASON})

    def _on_late(self, _process: RealProcess, message: Message) -> None:
        self._stage.clock.note_late(message["ms"])

    def _on_trouble(self, process: RealProcess, message: Message) -> None:
        self._recorder.world(EventKind.WORKER_ERROR, process.name, error=message["error"])

    def _on_operated(self, _process: RealProcess, message: Message) -> None:
        step = self._stage.scenario.operator[message["step"]]
        queue = step.queue_name
        states = message["from"] or [None] * len(message["ids"])
        jobs = [OperatorTarget(ids, state) for ids, state in zip(message["ids"], states, strict=True)]
        record_operator_action(
            self._recorder, queue, step.do, jobs, lambda job_id: self._stage.redis.name_of(queue, job_id)
        )

    def _on_operator_failed(self, _process: RealProcess, message: Message) -> None:
        note_failure(self._recorder, self._stage.scenario.operator[message["step"]], message["error"])

    def _on_operator_done(self, _process: RealProcess, message: Message) -> None:
        self._stage.operating.discard(message["step"])
