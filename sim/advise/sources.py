"""The sentences that findings rest on: lines of the reliability model, and facts measured on Bull 4.16.5.

Each stands word for word in its file under ``docs/``, without Markdown's asterisks; a test holds that.
"""

from sim.advise.finding import Source

_MODEL = "reliability-model.md"
_FACTS = "bull-facts.md"


def _model(section: str, says: str) -> Source:
    return Source(f"{_MODEL}, {section}", says)


def _facts(section: str, says: str) -> Source:
    return Source(f"{_FACTS}, {section}", says)


AT_LEAST_ONCE = _model(
    "At-Least-Once Delivery", "Guarantee: Jobs are delivered at least once (may be delivered multiple times)"
)
UP_TO_MAX_ATTEMPTS = _model("Job Processing Guarantees", "Failure: Retries up to max attempts, then fails")
DELAYS_BETWEEN = _facts("1 Retries and backoff", "attempts N, always failing: N starts, N-1 delays.")
SAME_DELAY = _facts("1 Retries and backoff", "Delay after failure k: exponential `(2^k - 1) * base`.")
FIT_THE_BACKOFF = _model("Best Practices", "Retry Strategy: Use appropriate backoff for different job types")
TRANSIENT = _model("Error Types", "Transient Errors: Network issues, temporary database unavailability")
PERMANENT = _model("Error Types", "Handling: Job fails after max attempts")
DISCARD = _facts("1 Retries and backoff", "`job.discard()` then throw: final failure, am 1.")

KEPT_FOR_ANALYSIS = _model("Failed Job Handling", "Storage: Failed jobs are kept for analysis")
NEWEST_REMAIN = _facts("2 Retention", "removeOnFail 5, nine failures: ids 5-9 remain (zset and hashes).")
KEEPS_COMPLETED = _facts("2 Retention", "removeOnComplete behaves the same (default keeps all)")
DEAD_LETTERS = _model(
    "Dead Letter Queue", "Production Recommendation: Implement dead letter queue for permanently failed jobs"
)

KEYS_FOR_EMAIL = _model(
    "Non-Idempotent Operations",
    "Production Note: Implement idempotency keys for email notifications in production.",
)
DESIGN_IDEMPOTENT = _model("Best Practices", "Idempotent Operations: Design jobs to be idempotent")
SENT_AGAIN = _facts("9 Redis unreachable, not restarted", "Completion reply lost, connection reset: ioredis re-sends;")

LOST_WITHOUT_REDIS = _model("Redis Failure", "Recovery: Jobs are lost if Redis is unavailable")
SUBMIT_HANGS = _facts("8 Redis killed (SIGKILL) and restarted", "All pending calls reject together at 232.9 s")
REFUSED_LOADING = _facts(
    "8 Redis killed (SIGKILL) and restarted", "While Redis is LOADING, `add()` rejects at once with the LOADING error"
)
RECONNECTS = _facts("8 Redis killed (SIGKILL) and restarted", "Reconnect schedule is Bull's exp(n):")
NOTHING_PERSISTED = _facts("8 Redis killed (SIGKILL) and restarted", "none: all gone, including `id`:")
LAST_SNAPSHOT = _facts("8 Redis killed (SIGKILL) and restarted", "RDB only: back to the last snapshot:")
IN_THE_CACHE = _facts(
    "8 Redis killed (SIGKILL) and restarted", "The data is in the OS cache; a POWER loss was not measured."
)
OUTAGE_PAST_LOCK = _facts("8 Redis killed (SIGKILL) and restarted", "Longer: `Missing lock`, runs twice, sc 1, am 1")

BUSY_PAST_LOCK = _facts("7 Blocked event loop", "both runs do their effect, then the job FAILS")
BUSY_TOGETHER = _facts(
    "7 Blocked event loop",
    "extendLock, the stalled check and the delay timer are sent only after the last.",
)
FROZEN_PAST_LOCK = _facts(
    "6 Worker frozen (SIGSTOP) past its lock", "Another worker re-runs it (rule of case 4). The effect happens twice."
)
RENEWED_EVERY = _facts("4 Worker killed, another alive", "A lock renewal (every L/2) unmarks.")

REQUEUED = _model("Worker Process Crash", "Bull Queue Mode: Jobs are requeued and retried by other workers")
STALLED_LIMIT = _facts("4 Worker killed, another alive", "Final failure at sc > maxStalledCount.")
ATTEMPTS_DO_NOT_HELP = _facts("4 Worker killed, another alive", "remaining `attempts` do not help")
KILL_TO_RERUN = _facts(
    "4 Worker killed, another alive", "Kill to re-run, Bull's defaults (30 s/30 s): 17.7 to 113.9 s seen"
)

ALERT_ON_FAILURES = _model("Best Practices", "Alerting: Alert on high failure rates or queue backup")
WATCH_DEPTH = _model("Best Practices", "Monitoring: Monitor queue depth and failure rates")
LIMITER_SPACING = _facts(
    "11 Counts, pause, limiter", "After the first burst jobs are spaced 1.1*duration/max, 91% of nominal."
)
BEHIND_EVERYTHING = _facts("3 Order", "Backoff retry and delayed jobs: LPUSHed when due = behind everything waiting")

SOURCES = tuple(value for value in list(globals().values()) if isinstance(value, Source))
