"""What the queue refuses.

All of these are definite: the operation did not happen.
"""

from sim.core.errors import SimError


class QueueRefusal(SimError):
    """The queue did not do what it was asked to."""


class FinishRefused(QueueRefusal):
    """A worker reported the end of a job that is not its own any more.

    Args:
        job_id: The job.
        command: What the worker wanted: ``finished``, ``delayed``, ``retry`` or ``failed``.
    """

    @property
    def job_id(self) -> str:
        """The job that the worker reported."""
        return str(self.args[0])

    @property
    def command(self) -> str:
        """What the worker wanted."""
        return str(self.args[1])


class JobMissing(FinishRefused):
    """The job's hash is gone."""

    def __str__(self) -> str:
        return f"Missing key for job {self.job_id} {self.command}"


class LockMissing(FinishRefused):
    """Nobody holds the job's lock: it expired, or another worker has finished the job."""

    def __str__(self) -> str:
        return f"Missing lock for job {self.job_id} {self.command}"


class LockMismatch(FinishRefused):
    """Another worker holds the job's lock."""

    def __str__(self) -> str:
        return f"Lock mismatch for job {self.job_id}. Cmd {self.command} from active"


class NotActive(FinishRefused):
    """The worker holds the lock, but the job is not among the active ones. The lock is gone after this."""

    def __str__(self) -> str:
        return f"Job {self.job_id} is not in the active state. {self.command}"


class RetryRefused(QueueRefusal):
    """A manual retry that cannot be done; its text says why."""


class NoDeadLetter(QueueRefusal):
    """A replay or purge of a job that does not wait in the dead letter queue, or does not any more.

    Args:
        dead_id: What was asked for.
        queue: The dead letter queue's name.
    """

    def __str__(self) -> str:
        dead_id, queue = self.args
        return f"no dead letter {dead_id} in {queue}: it was never there, or was replayed, purged or taken"


class NotDelayed(QueueRefusal):
    """A job that is to be promoted and is not among the delayed ones.

    Args:
        job_id: The job.
    """

    def __str__(self) -> str:
        return f"Job {self.args[0]} is not in a delayed state"


class JobLocked(QueueRefusal):
    """A job that is to be removed while a worker is at it.

    Args:
        job_id: The job.
    """

    def __str__(self) -> str:
        return f"Could not remove job {self.args[0]}"


class BackoffFailed(QueueRefusal):
    """A custom backoff strategy threw an error; the failure of the attempt is not recorded either.

    Args:
        message: The error's text.
    """


class UnknownBackoff(BackoffFailed):
    """A backoff type that nobody defined; the failure of the attempt is not recorded either.

    Args:
        type: The name of the strategy.
    """

    def __str__(self) -> str:
        hint = "If a custom backoff strategy is used, specify it when the queue is created."
        return f"Unknown backoff strategy {self.args[0]}. {hint}"


class NotModelled(QueueRefusal):
    """A submit that asks for something of Bull that this queue does not do; nothing was added.

    Args:
        option: Bull's name of the option.
    """

    def __str__(self) -> str:
        return f"the option {self.args[0]} of a job is not modelled; leave it out"


class UnreadableOptions(QueueRefusal):
    """A job's options cannot be read, or make no sense, and an operation that needs them broke off in the middle.

    Args:
        job_id: The job.
    """

    def __str__(self) -> str:
        return f"the options of job {self.args[0]} cannot be read"
