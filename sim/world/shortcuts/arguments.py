"""Read the arguments of a command as fakeredis would get them from redis-py."""

from typing import Any

MOST = 2**63 - 1
"""The greatest integer of Redis."""


class NoShortcut(Exception):
    """This call is not an everyday one: fakeredis itself must carry it out. Nothing has been changed yet."""


def encoded(argument: Any) -> bytes:
    """Turn a key, a field or a value into bytes.

    Raises:
        NoShortcut: It is none of the plain types that redis-py takes.
    """
    kind = type(argument)
    if kind is str:
        return argument.encode()  # type: ignore[no-any-return]  # its exact type was asked for
    if kind is int or kind is float:
        return repr(argument).encode()
    if kind is bytes:
        return argument  # type: ignore[no-any-return]  # its exact type was asked for
    raise NoShortcut


def all_encoded(arguments: tuple[Any, ...]) -> list[bytes]:
    """Turn the values of a command that takes many into bytes.

    Raises:
        NoShortcut: There are none, or one of them is none of the plain types that redis-py takes.
    """
    if not arguments:
        raise NoShortcut
    return list(map(encoded, arguments))


def decoded(value: bytes) -> str:
    """Turn a value into text; bytes that are no UTF-8 become U+FFFD, as Node reads them."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("utf-8", "replace")


def all_decoded(values: list[bytes]) -> list[str]:
    """Turn values into texts; see ``decoded``."""
    try:
        return [value.decode() for value in values]
    except UnicodeDecodeError:
        return list(map(decoded, values))


def whole(number: Any) -> int:
    """Return an integer that Redis takes.

    Raises:
        NoShortcut: It is something else.
    """
    if type(number) is not int or not -MOST <= number <= MOST:
        raise NoShortcut
    return number


def added(held: bytes, amount: Any) -> int:
    """Add to a number as Redis keeps it.

    Raises:
        NoShortcut: One of them is no integer of Redis, or the sum is too great.
    """
    if len(held) > 19 or not held.isdigit():
        raise NoShortcut
    number = int(held)
    if repr(number).encode() != held:
        raise NoShortcut
    return whole(number + whole(amount))
