"""The real Bull, for pages that say what it does."""

from tests.interop.conftest import real_parts, start_bull

__all__ = ["real_parts", "start_bull"]
