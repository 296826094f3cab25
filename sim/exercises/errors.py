"""What keeps an exercise from being judged."""

from collections.abc import Sequence

from sim.core.errors import SimError


class ExerciseError(SimError):
    """A file of an exercise, or of a learner's answer to it, that cannot be used; one line for each problem."""

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.args)


class UnknownExercise(SimError, LookupError):
    """A name or number that matches no exercise, or more than one.

    Args:
        name: What was asked for.
        known: The names there are, or those that it could mean.
    """

    def __str__(self) -> str:
        name: str
        known: Sequence[str]
        name, known = self.args
        return f"no exercise {name!r}; there are: {', '.join(known) or 'none'}"
