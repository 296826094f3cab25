"""Which version of the package this is."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version

UNKNOWN = "0+unknown"
"""What a copy that was never installed says."""


def version() -> str:
    """Return the version that the package was installed as."""
    try:
        return installed_version("jobworker-sim")
    except PackageNotFoundError:
        return UNKNOWN
