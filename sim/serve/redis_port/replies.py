"""Replies as bytes, in the protocol that the client chose: RESP2, or RESP3 after ``HELLO 3``."""

from typing import Any

from sim.serve.redis_port.fakeredis_parts import NoResponse, NullArray, SimpleError, SimpleString


def encode_reply(value: Any, protocol: int) -> bytes:
    """Return a command's answer as it goes over the wire."""
    parts: list[bytes] = []
    _write(value, protocol, parts)
    return b"".join(parts)


def weigh(value: Any) -> int:
    """Return about how many bytes an answer takes on the wire, without making them."""
    if isinstance(value, bytes):
        return len(value) + 8
    if isinstance(value, list | tuple | set | frozenset):
        return 8 + sum([len(item) + 8 if type(item) is bytes else weigh(item) for item in value])
    if isinstance(value, dict):
        return 8 + sum(weigh(key) + weigh(item) for key, item in value.items())
    if isinstance(value, SimpleString | SimpleError | str):
        return len(value if isinstance(value, str) else value.value) + 8
    return 16


def encode_push(message: list[Any], protocol: int) -> bytes:
    """Return a message that nobody asked for: a published one, or a confirmation of a subscription."""
    encoded = encode_reply(message, protocol)
    return b">" + encoded[1:] if protocol == 3 else encoded


def encode_error(text: str) -> bytes:
    """Return an error; whatever its text, it stays one line."""
    return b"-" + " ".join(text.split()).encode("utf-8", "replace") + b"\r\n"


def _write(value: Any, protocol: int, parts: list[bytes]) -> None:
    kind = type(value)
    if kind is bytes:
        parts.append(b"$%d\r\n%b\r\n" % (len(value), value))
    elif kind is int:
        parts.append(_integer(value, protocol))
    elif value is None or isinstance(value, NoResponse):
        parts.append(b"_\r\n" if protocol == 3 else b"$-1\r\n")
    elif isinstance(value, NullArray):
        parts.append(b"_\r\n" if protocol == 3 else b"*-1\r\n")
    elif isinstance(value, SimpleString):
        parts.append(b"+" + value.value.replace(b"\r", b" ").replace(b"\n", b" ") + b"\r\n")
    elif isinstance(value, SimpleError):
        parts.append(encode_error(value.value))
    elif isinstance(value, list | tuple):
        parts.append(b"*%d\r\n" % len(value))
        for item in value:
            _write(item, protocol, parts)
    elif isinstance(value, dict):
        parts.append(b"%%%d\r\n" % len(value) if protocol == 3 else b"*%d\r\n" % (2 * len(value)))
        for key, item in value.items():
            _write(key, protocol, parts)
            _write(item, protocol, parts)
    elif isinstance(value, bool):
        parts.append((b"#t\r\n" if value else b"#f\r\n") if protocol == 3 else b":%d\r\n" % value)
    elif isinstance(value, float):
        text = f"{value:.17g}"
        parts.append(f",{text}\r\n".encode() if protocol == 3 else b"$%d\r\n%b\r\n" % (len(text), text.encode()))
    elif isinstance(value, set | frozenset):
        parts.append(b"~%d\r\n" % len(value) if protocol == 3 else b"*%d\r\n" % len(value))
        for item in sorted(value, key=repr):
            _write(item, protocol, parts)
    else:
        _write(str(value).encode("utf-8", "replace"), protocol, parts)


def _integer(value: int, protocol: int) -> bytes:
    if -(2**63) <= value < 2**63:
        return b":%d\r\n" % value
    digits = b"%d" % value
    return b"(%b\r\n" % digits if protocol == 3 else b"$%d\r\n%b\r\n" % (len(digits), digits)
