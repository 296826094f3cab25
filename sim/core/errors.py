"""Every error that a user of the package can meet, in one tree.

All take positional arguments only, so that they survive being rebuilt from ``.args`` and pickled.
"""


class SimError(Exception):
    """Anything this package raises on purpose."""


class DurationError(SimError, ValueError):
    """A text that is not a duration."""

    def __str__(self) -> str:
        return "expected a duration such as 500ms, 30s, 2m or 1h30m"


class SizeError(SimError, ValueError):
    """A text that is not a size."""

    def __str__(self) -> str:
        return "expected a size such as 200b, 10kb, 64mb or 1gb"


class ScenarioError(SimError):
    """A scenario file that cannot be used; holds every problem found, one line each."""

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.args)


class BudgetExceeded(SimError):
    """A run that needed more simulation steps than it was allowed.

    Args:
        steps: How many steps were allowed.
    """

    def __str__(self) -> str:
        return (
            f"the run needed more than {self.args[0]:,} simulation steps; "
            "use fewer jobs, shorter times or a lower fault rate"
        )


class UnknownName(SimError, LookupError):
    """A worker, queue or job that the scenario does not have.

    Args:
        kind: What was looked for, in words.
        name: The name that was asked for.
        known: The names there are.
    """

    def __str__(self) -> str:
        kind, name, known = self.args
        return f"no {kind} called {name!r}; there are: {', '.join(known) or 'none'}"


class OutputError(SimError):
    """A file that cannot be written.

    Args:
        path: The file or folder.
        why: What the operating system said.
    """

    def __str__(self) -> str:
        return f"{self.args[0]}: cannot be written: {self.args[1]}"
