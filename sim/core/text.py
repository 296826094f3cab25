"""Text from files, made safe to print: what a terminal would act on is written out instead."""

import re

UNSAFE = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
"""As part of a character class: control characters but tab and line feed, what turns the direction of writing around,
line and paragraph separators, and halves of surrogate pairs."""
_UNSAFE = re.compile(f"[{UNSAFE}]")
_UNSAFE_IN_A_LINE = re.compile(f"[{UNSAFE}\t\n]")


def printable(text: str) -> str:
    r"""Write out what a terminal would act on, such as ``\x1b``; lines stay lines."""
    return text if text.isprintable() else _UNSAFE.sub(_written_out, text)


def one_line(text: str) -> str:
    """Write out what a terminal would act on, and line ends as well."""
    return text if text.isprintable() else _UNSAFE_IN_A_LINE.sub(_written_out, text)


def _written_out(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()
