"""A hand that edits scenario files at random: slips that people make, and some that only malice does."""

import random
import re
from collections.abc import Callable, Sequence

Edit = Callable[[list[str], random.Random], None]

NUMBERS = ["0", "-1", "1", "1e12", "1e3", "0.5", "-0", "010", "0x10", "9" * 19, "9" * 30, "9" * 5_000, "1e999", ".nan"]
DURATIONS = [
    "0s",
    "1ms",
    "365d",
    "400d",
    "401d",
    "-1s",
    "1h30m",
    "1.5s",
    "1.5h",
    "9999999999d",
    "5",
    "s",
    "1m30",
    "５s",
]
VALUES = [
    "null", "~", "yes", "off", "true", "[]", "{}", "[[]]", "{a: 1}", "'text'", '"\\u0007"', "1:30", "2026-01-01", "*a",
    "&a x", "!!python/object:os.system x", "!!str 1", "|", ">-", "{kind: nothing}", "workers", "email-99999", "queue",
]  # fmt: skip
JUNK = [
    "\0", "\x07", "\x1b[31m", "\t", "\r", "\x85", "\u2028", "\u202e", "\ufeff", "é", "日本", "🙂", "\ud800", ":",
    ": ", "- ", "#", "'", '"', "{", "}", "[", "]", ",", "&", "*", "!", "|", ">", "%", "@", "`", "? ",
    "---\n", "...\n", "<<: ",
]  # fmt: skip


def edits(text: str, rng: random.Random, others: Sequence[str] = ()) -> str:
    """Return the text with one to four random edits; the same text, generator state and others give the same result.

    Args:
        others: Further texts, from which lines may be spliced in; left out, the text itself.
    """
    kinds: list[Edit] = [*EDITS, lambda lines, rng: _splice(lines, rng, others or [text])]
    for _ in range(rng.choice((1, 1, 1, 2, 3, 4))):
        lines = text.split("\n")
        rng.choice(kinds)(lines, rng)
        text = "\n".join(lines)
    return text


def _place(lines: list[str], rng: random.Random) -> int:
    return rng.randrange(len(lines))


def _delete(lines: list[str], rng: random.Random) -> None:
    del lines[_place(lines, rng)]
    lines or lines.append("")


def _duplicate(lines: list[str], rng: random.Random) -> None:
    place = _place(lines, rng)
    lines.insert(place, lines[place])


def _swap(lines: list[str], rng: random.Random) -> None:
    one, other = _place(lines, rng), _place(lines, rng)
    lines[one], lines[other] = lines[other], lines[one]


def _change_a_number(lines: list[str], rng: random.Random) -> None:
    _replace_match(lines, rng, r"(?<![\w.])-?\d+(?![\w.])", NUMBERS)


def _nudge_a_number(lines: list[str], rng: random.Random) -> None:
    _replace_match(lines, rng, r"(?<![\w.])\d{1,9}", [str(rng.randrange(0, 60))])


def _change_a_duration(lines: list[str], rng: random.Random) -> None:
    _replace_match(lines, rng, r"\b\d+(?:ms|s|m|h|d)\b", DURATIONS)


def _change_a_value(lines: list[str], rng: random.Random) -> None:
    _replace_match(lines, rng, r"(?<=: )[^,{}\[\]\n]+", VALUES)


def _replace_match(lines: list[str], rng: random.Random, pattern: str, values: Sequence[str]) -> None:
    found = [(place, match) for place, line in enumerate(lines) for match in re.finditer(pattern, line)]
    if found:
        place, match = rng.choice(found)
        lines[place] = lines[place][: match.start()] + rng.choice(values) + lines[place][match.end() :]


def _mistype(lines: list[str], rng: random.Random) -> None:
    place = _place(lines, rng)
    if len(lines[place]) > 1:
        at = rng.randrange(len(lines[place]) - 1)
        line = lines[place]
        lines[place] = rng.choice((line[:at] + line[at + 1 :], line[:at] + line[at + 1] + line[at] + line[at + 2 :]))


def _insert_junk(lines: list[str], rng: random.Random) -> None:
    place = _place(lines, rng)
    at = rng.randint(0, len(lines[place]))
    lines[place] = lines[place][:at] + rng.choice(JUNK) + lines[place][at:]


def _indent(lines: list[str], rng: random.Random) -> None:
    place = _place(lines, rng)
    lines[place] = rng.choice((" ", "  ", "\t", "     ")) + lines[place]


def _dedent(lines: list[str], rng: random.Random) -> None:
    place = _place(lines, rng)
    lines[place] = lines[place].removeprefix(rng.choice((" ", "  ")))


def _truncate(lines: list[str], rng: random.Random) -> None:
    place = _place(lines, rng)
    lines[place] = lines[place][: rng.randint(0, len(lines[place]))]
    del lines[place + 1 :]


def _nest(lines: list[str], rng: random.Random) -> None:
    lines.insert(_place(lines, rng), "deep: " + rng.choice("[{") * rng.choice((3, 40, 5_000)))


def _splice(lines: list[str], rng: random.Random, others: Sequence[str]) -> None:
    donor = rng.choice(others).split("\n")
    start = _place(donor, rng)
    place = rng.randint(0, len(lines))
    lines[place:place] = donor[start : start + rng.randint(1, 5)]


EDITS: list[Edit] = [
    _delete,
    _duplicate,
    _swap,
    _change_a_number,
    _nudge_a_number,
    _change_a_duration,
    _change_a_value,
    _mistype,
    _insert_junk,
    _indent,
    _dedent,
    _truncate,
    _nest,
]
