"""Random scenarios of everything that a file can say, each from one number.

Wider than ``random_scenarios``: several queues, operators, dead letters, alerts, health, every distribution. Many of
their moments fall on the same second, so that things happen at the same time.
"""

from random import Random
from typing import Any

from sim.faults.registry import FAULTS
from sim.handlers.registry import HANDLERS
from sim.operator_verbs.base import OnJob
from sim.operator_verbs.registry import VERBS

DOCUMENTED = tuple(HANDLERS)
NAMES = (*DOCUMENTED, "x9", "late_2")
IN_ORDER = sorted(VERBS, key=lambda do: VERBS[do].order)
ON_QUEUES = [do for do in IN_ORDER if not VERBS[do].on_dead_letters]
ON_DEAD_LETTERS = [do for do in IN_ORDER if VERBS[do].on_dead_letters]
LAST_MS = 60_000
ERRORS = ("transient", "permanent")


class FaultDraw:
    """What the file of a fault draws a fault from; see ``sim.faults.base.RandomDraw``."""

    def __init__(self, draw: "Draw") -> None:
        self._draw = draw
        self.restart = draw.sometimes(0.7, restart_after=draw.one(None, draw.ms(0, 8_000)))
        self.jobs = [draw.job() for _ in range(draw.random.randint(1, 2))]
        self.step = draw.one("between-take-and-lock", "before-effect", "after-effect-before-ack")
        self.duration = draw.ms(1, 50_000)
        self.effect = draw.sometimes(0.5, effect=draw.one(*draw.effects)) if draw.effects else {}
        self.one = draw.one
        self.ms = draw.ms
        self.chance = draw.chance
        self.sometimes = draw.sometimes
        self.target = draw.target
        self.moments = draw.moments
        self.times = draw.struck

    def whole(self, low: int, high: int) -> int:
        """A number."""
        return self._draw.whole(low, high)

    def queue(self) -> str:
        """One of the queues."""
        return self.one(*self._draw.queues)


class Draw:
    """Draws the parts of one scenario."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.queues: list[str] = []
        self.offered: dict[str, int] = {}
        self.processes: dict[str, int] = {}
        self.dead: list[str] = []
        self.grouped: list[str] = []
        self.repeating: list[str] = []
        self.effects: list[str] = []

    def chance(self, share: float) -> bool:
        """Tell whether something is there that is so often there."""
        return self.random.random() < share

    def one(self, *values: Any) -> Any:
        """Choose one."""
        return self.random.choice(values)

    def whole(self, low: int, high: int) -> int:
        """A number."""
        return self.random.randint(low, high)

    def ms(self, low: int, high: int) -> str:
        """A duration; every second one is a whole number of seconds or half ones where there is room for that."""
        value = self.random.randint(low, high)
        if high > 2_000 and self.chance(0.5):
            value = max(low, value // 500 * 500)
        return f"{value}ms"

    def moments(self) -> Any:
        """One moment or several, not in order."""
        if self.chance(0.6):
            return self.ms(0, LAST_MS)
        return [self.ms(0, LAST_MS) for _ in range(self.random.randint(1, 4))]

    def sometimes(self, share: float, /, **values: Any) -> dict[str, Any]:
        """Keep each of the values as often as ``share`` says."""
        return {name: value for name, value in values.items() if self.chance(share)}

    # -- parts -----------------------------------------------------------------------------------------------------

    def service(self) -> Any:
        """How long an attempt works: from nothing to longer than a lock."""
        kind = self.one("fixed", "fixed", "long", "exponential", "uniform", "lognormal")
        if kind == "fixed":
            return self.ms(0, 3_000)
        if kind == "long":
            return self.ms(5_000, 40_000)
        if kind == "exponential":
            return {"kind": kind, "mean": self.ms(1, 4_000)}
        if kind == "uniform":
            low = self.random.randint(0, 2_000)
            return {"kind": kind, "min": f"{low}ms", "max": f"{low + self.random.randint(0, 4_000)}ms"}
        return {"kind": kind, "median": self.ms(1, 2_000), "sigma": self.one(0.1, 0.5, 1.5)}

    def retention(self) -> Any:
        """Which finished jobs are kept."""
        kept = self.sometimes(0.6, count=self.random.randint(0, 6), age=self.ms(1, 30_000))
        return self.one(True, False, self.random.randint(0, 6), kept)

    def wait(self) -> Any:
        """How long one wait is, in any of the ways in which it may be written."""
        return self.one(self.ms(0, 6_000), self.whole(0, 6_000), self.ms(0, 6_000), "never")

    def of_error(self, jitter: dict[str, Any]) -> Any:
        """How long a job waits after one kind of error."""
        exponential = {"type": "exponential", "delay": self.ms(0, 3_000), **jitter}
        return self.one(self.wait(), [self.wait(), self.wait()], exponential)

    def backoff(self) -> Any:
        """How long a failed job waits."""
        kind = self.one("fixed", "exponential", "fixed", "exponential", "jitter", "custom", "by_error", "plain")
        jitter = self.sometimes(0.3, jitter=self.one(0.1, 0.5, 1))
        if kind == "plain":
            return self.one(self.ms(0, 6_000), self.whole(0, 6_000))
        if kind == "jitter":
            low = self.whole(0, 3_000)
            return {"type": kind, "min": f"{low}ms", "max": f"{low + self.whole(0, 3_000)}ms"}
        if kind == "custom":
            return {"type": kind, "delays": [self.wait() for _ in range(self.whole(1, 4))], **jitter}
        if kind == "by_error":
            return {"type": "custom", "by_error": {error: self.of_error(jitter) for error in ERRORS}}
        return {"type": kind, "delay": self.ms(0, 6_000), **jitter}

    def handler(self) -> dict[str, Any]:
        """A handler of the scenario's own: one effect or several."""
        listed = [
            {"name": f"e{number}", "in": self.one("database", "outside")}
            | self.sometimes(0.4, idempotent=self.chance(0.5), work=self.one(0, 0.1, 0.3), times=self.whole(2, 3))
            for number in range(self.whole(1, 3))
        ]
        for effect in listed:
            times = effect.get("times", 1)
            self.effects += [f"{effect['name']}.{n + 1}" for n in range(times)] if times > 1 else [effect["name"]]
        return {"effects": listed}

    def queue(self, name: str) -> dict[str, Any]:
        """The settings of one queue."""
        own: dict[str, Any] = {}
        if name not in DOCUMENTED or self.chance(0.3):
            own["handler"] = self.handler() if self.chance(0.4) else self.one(*DOCUMENTED)
        if self.chance(0.35):
            own["dead_letter"] = True
            self.dead.append(name)
        drawn = self.sometimes(
            0.45,
            service=self.service(),
            service_drawn=self.one("per-job", "per-attempt"),
            timeout=self.ms(1, 20_000),
            attempts=self.random.randint(1, 6),
            backoff=self.backoff(),
            remove_on_fail=self.retention(),
            remove_on_complete=self.retention(),
            idempotency_key=self.chance(0.5),
            discard_permanent=self.chance(0.5),
            limiter=self.limiter(),
        )
        if "group_key" in drawn.get("limiter", {}):
            self.grouped.append(name)
        return own | drawn

    def limiter(self) -> dict[str, Any]:
        """How many jobs of a queue may start."""
        more = self.sometimes(0.25, group_key=self.one("customer", "job", "nothing"), bounce_back=self.chance(0.8))
        return {"max": self.random.randint(1, 4), "duration": self.ms(100, 5_000)} | more

    def arrivals(self) -> tuple[dict[str, Any], int]:
        """Some jobs, and how many they are."""
        count = self.random.randint(1, 12)
        start = self.sometimes(0.3, start=self.ms(0, 20_000))
        kind = self.one("constant", "poisson", "bursts", "times")
        if kind == "times":
            return {"kind": kind, "at": [self.ms(0, 40_000) for _ in range(count)]}, count
        if kind == "bursts":
            size = self.random.randint(1, 6)
            bursts = self.random.randint(1, 3)
            return {
                "kind": kind,
                "interval": self.ms(1, 15_000),
                "size": size,
                "bursts": bursts,
                **start,
            }, size * bursts
        return {"kind": kind, "interval": self.ms(1, 5_000), "count": count, **start}, count

    def workload(self, queue: str) -> dict[str, Any]:
        """Jobs offered to one queue."""
        if queue not in self.repeating and self.chance(0.12):
            self.repeating.append(queue)
            return self.scheduled(queue)
        arrivals, jobs = self.arrivals()
        self.offered[queue] = self.offered.get(queue, 0) + jobs
        more = self.sometimes(
            0.3,
            priority=self.one(0, 1, 2, 5, 2_000_000),
            lifo=self.chance(0.7),
            delay=self.ms(0, 30_000),
            commits_after=self.ms(0, 20_000),
            service=self.service(),
            invalid=self.one(0, 0.2, 1),
            size=self.one("100b", "3kb", "60kb", "200kb"),
        )
        return {"queue": queue, "arrivals": arrivals, **more, **self.own_ids(), **self.groups(queue)}

    def scheduled(self, queue: str) -> dict[str, Any]:
        """Jobs that repeat."""
        self.offered[queue] = self.offered.get(queue, 0) + 3
        more = self.sometimes(0.3, priority=self.whole(0, 3), lifo=self.chance(0.7), job_id="mine")
        several = [self.schedule() for _ in range(self.whole(2, 3))]
        return {"queue": queue, "repeat": self.one(self.schedule(), several), **more}

    def schedule(self) -> dict[str, Any]:
        """When jobs repeat, a few times."""
        ends = self.one({"limit": self.whole(1, 5)}, {"end": self.ms(1, 40_000)})
        if self.chance(0.6):
            return {"every": self.ms(500, 20_000), **ends}
        zone = self.sometimes(0.5, tz=self.one("Europe/Berlin", "Asia/Kolkata"), start=self.ms(0, 20_000))
        return {"cron": self.one("*/10 * * * * *", "*/7 * * * * *", "* * * * *", "30 0 * * * *"), **zone, **ends}

    def own_ids(self) -> dict[str, Any]:
        """Ids that the jobs bring along, or none."""
        if self.chance(0.75):
            return {}
        job_id = self.one("all", "i-{n}", "i-{n}", "{n}", ["a", "b", "a"], ["3", "2"])
        return {"job_id": job_id} | (self.sometimes(0.7, distinct_ids=self.whole(1, 4)) if "{n}" in job_id else {})

    def groups(self, queue: str) -> dict[str, Any]:
        """The groups of a limiter that goes by them."""
        if queue not in self.grouped or self.chance(0.3):
            return {}
        return {"groups": self.one(self.whole(1, 3), ["acme", "acme", "bravo"])}

    def workers(self, name: str) -> dict[str, Any]:
        """The worker processes of one queue."""
        self.processes[name] = self.one(0, 1, 1, 2, 2, 3, 4)
        return {"processes": self.processes[name]} | self.sometimes(
            0.4,
            concurrency=self.random.randint(1, 4),
            start_spread=self.ms(0, 30_000),
            lock_duration=self.ms(200, 40_000),
            lock_renew=self.ms(100, 40_000),
            stalled_interval=self.one(*[self.ms(500, 40_000)] * 7, "0s"),
            max_stalled=self.one(0, 1, 2, 3, "unlimited"),
            drain_delay=self.one("0s", self.ms(1, 20_000)),
            retry_process_delay=self.ms(100, 8_000),
            guard_interval=self.ms(100, 10_000),
            blocking=self.chance(0.6),
        )

    def target(self) -> str:
        """Whom a fault strikes."""
        named = [f"{name}-{self.random.randint(1, count)}" for name, count in self.processes.items() if count]
        return self.one("workers", "application", *self.queues, *named)

    def job(self) -> str:
        """An offered job."""
        queue = self.one(*self.offered)
        return f"{queue}-{self.random.randint(1, self.offered[queue])}"

    def struck(self) -> dict[str, Any]:
        """When a fault strikes."""
        if self.chance(0.7):
            return {"at": self.moments()}
        more = self.sometimes(0.5, start=self.ms(0, 10_000))
        return {"mean_interval": self.ms(1_000, 20_000), "until": self.ms(10_000, LAST_MS), **more}

    def fault(self) -> dict[str, Any]:
        """Any fault, as its own file draws it."""
        kind = self.one(*(kind for kind, fault in FAULTS.items() for _ in range(fault.weight)))
        return {"kind": kind, **FAULTS[kind].random(FaultDraw(self))}

    def memory(self) -> dict[str, Any]:
        """How much Redis holds: mostly as much as it wants; else so little that it may be full."""
        if self.chance(0.8):
            return {}
        return {"max_memory": self.one("2mb", "3mb"), "eviction": self.one("noeviction", "allkeys-lru", "volatile-ttl")}

    def database(self) -> dict[str, Any]:
        """The database: any number of calls at once, or what it can take."""
        own = {"latency": self.ms(0, 300), "stock": self.one(0, 3, 1_000)}
        if self.chance(0.5):
            return own
        limits = self.sometimes(
            0.4,
            cores=self.random.randint(1, 3),
            connections=self.random.randint(1, 6),
            pool=self.random.randint(1, 3),
            call_timeout=self.ms(1, 2_000),
        )
        latency = self.one(
            self.ms(1, 300),
            {"kind": "exponential", "mean": self.ms(1, 500)},
            {"kind": "uniform", "min": "0s", "max": "1s"},
        )
        more = self.sometimes(0.4, hold="attempt") if "pool" in limits or "connections" in limits else {}
        if "connections" in limits:
            more["overload"] = self.one("refuse", "wait")
        if "pool" in limits or more.get("overload") == "wait":
            more |= self.sometimes(0.5, pool_timeout=self.ms(1, 5_000))
        return {**own, "latency": latency, **limits, **more}

    def step(self) -> dict[str, Any]:
        """Something that the operator does."""
        do = self.one(*ON_QUEUES, *(ON_DEAD_LETTERS if self.dead else ()))
        queues = self.dead if do in ON_DEAD_LETTERS else self.queues
        queue = self.one(*queues)
        step = {"at": self.ms(0, LAST_MS), "do": do}
        if issubclass(VERBS[do], OnJob):
            named = [name for name in queues if self.offered.get(name)]
            if named and self.chance(0.6):
                offered = self.one(*named)
                step |= {"job": f"{offered}-{self.random.randint(1, self.offered[offered])}"}
            else:
                step |= {"queue": queue, "id": str(self.random.randint(1, 9))}
        else:
            step |= {"queue": queue}
        return step | VERBS[do].random(self)

    def alert(self, number: int) -> dict[str, Any]:
        """A rule that is judged at every sample."""
        metric, when, more = self.one(
            ("waiting", f"> {self.random.randint(0, 5)}", {}),
            ("active", "== 0", {}),
            ("failed", "> 0", {}),
            ("dead_letters", "!= 0", {}),
            ("workers_down", ">= 1", {}),
            ("workers_unhealthy", "> 0", {}),
            ("redis_up", "< 1", {}),
            ("oldest_waiting_age", f"> {self.ms(100, 20_000)}", {}),
            ("delivery_p95", f"> {self.ms(100, 20_000)}", {}),
            ("processing_p50", f"<= {self.ms(100, 20_000)}", {}),
            ("stalls", "> 0", {"over": "30s"}),
            ("attempt_failures", "> 1", {"over": "60s"}),
            ("rejections", "> 0", {"over": "10s"}),
        )
        if metric != "redis_up":
            more = more | self.sometimes(0.5, queue=self.one(*self.queues))
        return {"name": f"A{number}", "metric": metric, "when": when, **more, **self.sometimes(0.5, **{"for": "5s"})}

    def monitoring(self) -> dict[str, Any]:
        """Metrics, health and alerts, or none of them."""
        if self.chance(0.5):
            return {}
        every = self.one("500ms", "1s", "5s")
        health = {"unresponsive_after": self.ms(1_000, 20_000), "no_progress_after": self.ms(1_000, 60_000)}
        alerts = [self.alert(number) for number in range(self.random.randint(0, 3))]
        return {"metrics": {"interval": every}} | self.sometimes(0.6, health=health, alerts=alerts)

    def scenario(self) -> dict[str, Any]:
        """A whole scenario."""
        self.queues = self.random.sample(NAMES, self.random.randint(1, 3))
        queues = {name: self.queue(name) for name in self.queues}
        workers = {name: self.workers(name) for name in self.queues if self.chance(0.9)}
        self.processes |= {name: 1 for name in self.queues if name not in workers}
        used = [name for name in self.queues if self.chance(0.9)] or self.queues[:1]
        workload = [self.workload(name) for name in used for _ in range(self.one(1, 1, 1, 2))]
        self.random.shuffle(workload)
        return {
            "title": "Random",
            "question": "Does it stand?",
            "seed": self.random.randint(0, 2**63 - 1),
            "semantics": self.one("documented", "bull-4.16"),
            "queues": queues,
            "workload": workload,
            "workers": workers,
            "faults": [self.fault() for _ in range(self.one(0, 1, 1, 2, 2, 3, 4, 6))],
            "operator": [self.step() for _ in range(self.one(0, 0, 1, 2, 4, 8))],
            **self.monitoring(),
            **self.sometimes(
                0.5,
                application={"concurrency": self.one("unlimited", 1, 2)},
                redis={
                    "persistence": self.one("none", "rdb", "aof-everysec", "aof-always"),
                    "save_interval": self.ms(1_000, 20_000),
                    **self.sometimes(0.5, max_retries_per_request=self.one(None, 0, 1, 3, 7)),
                    **self.memory(),
                    **self.sometimes(0.15, max_clients=self.whole(1, 12)),
                },
                database=self.database(),
            ),
            **self.sometimes(0.1, duration=self.ms(LAST_MS, 2 * LAST_MS)),
        }


def promised(seed: int, scenario: dict[str, Any]) -> dict[str, Any]:
    """Add promises to some queues and entries, and an alert on what is overdue; drawn apart, so the rest stays."""
    draw = Draw(0)
    draw.random = Random(f"{seed}:promised")
    for one in (*scenario["queues"].values(), *scenario["workload"]):
        one |= draw.sometimes(0.3, deliver_within=draw.ms(1, 30_000))
    promising = {
        entry["queue"]
        for entry in scenario["workload"]
        if "deliver_within" in entry or "deliver_within" in scenario["queues"][entry["queue"]]
    }
    if promising and "alerts" in scenario:
        metric, more = draw.one(("overdue", {}), ("late_deliveries", {"over": "30s"}), ("oldest_undelivered_age", {}))
        when = f"> {draw.ms(100, 20_000)}" if metric == "oldest_undelivered_age" else f"> {draw.whole(0, 2)}"
        alert = {"name": "Late", "metric": metric, "when": when, **more, **draw.sometimes(0.5, **{"for": "5s"})}
        scenario["alerts"].append(alert | draw.sometimes(0.5, queue=draw.one(*sorted(promising))))
    return scenario


def scenario_of(seed: int) -> dict[str, Any]:
    """The scenario of a number, as YAML would give it."""
    return promised(seed, Draw(seed).scenario())
