"""What an installation may lack, because only some features need it: the extras of the package."""

from importlib.util import find_spec

from sim.core.errors import SimError


class MissingExtra(SimError):
    """A feature needs an extra that is not installed.

    Args:
        feature: What was asked for, as the beginning of a sentence.
        extra: The extra's name.
        module: What is missing of it.
    """

    def __str__(self) -> str:
        feature, extra, module = self.args
        how = f"pip install 'jobworker-sim[{extra}]'"
        return f"{feature} needs the extra `{extra}` ({module} is not installed); install it: {how}"


def need(feature: str, extra: str, *modules: str) -> None:
    """See that the modules which a feature imports are installed; none of them is imported.

    Args:
        feature: What was asked for, as the beginning of a sentence.
        extra: The extra that brings them.
        modules: Their names.

    Raises:
        MissingExtra: One of them is not.
    """
    for module in modules:
        if find_spec(module) is None:
            raise MissingExtra(feature, extra, module)
