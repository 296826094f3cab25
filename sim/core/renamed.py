"""Names that an object had before: asking for one raises an error that says what to write now."""

from collections.abc import Mapping


def no_attribute(owner: object, name: str, now: Mapping[str, str]) -> AttributeError:
    """Return the error for an attribute that is not there.

    Args:
        owner: The object that was asked.
        name: The attribute.
        now: By old name what to write now, such as ``world.faults``.
    """
    said = f"{type(owner).__name__!r} object has no attribute {name!r}"
    return AttributeError(f"{said}; it is now {now[name]}" if name in now else said)
