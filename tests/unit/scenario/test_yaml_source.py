"""Reading YAML safely."""

from typing import Any

import pytest

from sim.yaml_files.problems import Mark
from sim.yaml_files.source import DEEPEST, MAX_BYTES, MAX_KEYS, MAX_VALUES, Source, decode, read_yaml


def told(source: Source) -> list[tuple[int, int, str]]:
    """The problems as (line, column, text)."""
    return [(*source.marks.of(problem), problem.text) for problem in source.problems]


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "no",
        "on",
        "off",
        "y",
        "1:30",
        "010",
        "-010",
        "0x10",
        "0o7",
        "2026-01-01",
        "1_000",
        "+5",
        ".",
        "e5",
        "1e",
    ],
)
def test_what_only_looks_special_stays_text(text: str) -> None:
    """YAML 1.1 would make a truth value, a number in base 60 or 8, or a date of it."""
    source = read_yaml(f"a: {text}")
    assert source.data == {"a": text}
    assert source.problems == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None), ("0", 0), ("-7", -7), ("1e3", 1000),
        ("1.5e1", 15), ("1.5", 1.5), ("1.0", 1.0), (".5", 0.5), ("1e-3", 0.001), ("9" * 19, int("9" * 19)),
    ],
)  # fmt: skip
def test_constants_and_numbers_are_read_as_such(text: str, value: Any) -> None:
    """With the type that the spelling asks for."""
    found = read_yaml(f"a: {text}").data["a"]
    assert (found, type(found)) == (value, type(value))


def test_quotes_make_text() -> None:
    """Of numbers and constants, too."""
    assert read_yaml("a: '1'\nb: \"true\"\nc: ''").data == {"a": "1", "b": "true", "c": ""}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("9" * 20, "a number of 20 digits is too large; the limit is 19 digits"),
        ("9" * 100_000, "a number of 100,000 digits is too large; the limit is 19 digits"),
        ("0." + "1" * 63, "a number of 65 characters is too long"),
        ("1e999", "1e999 is too large"),
        (".nan", ".nan is not a usable number"),
        ("-.inf", "-.inf is not a usable number"),
        ("*x", "*x: aliases are not supported; write the value out"),
        ('"\\0"', "the text holds a control character"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_where_it_stands(text: str, what: str) -> None:
    """And a stand-in takes its place, so that the rest of the file is still looked at."""
    source = read_yaml(f"b: 1\na: {text}")
    assert told(source) == [(2, 4, what)]
    assert source.data == {"b": 1, "a": None}
    assert source.unreadable == {("a",)}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\na: 2", (2, 1, "this key appears twice; it is already in line 1")),
        ("a: &x 1", (1, 4, "&x: anchors are not supported; write the value out wherever it is used")),
        ("a: !!str 1", (1, 4, "the tag 'tag:yaml.org,2002:str' is not supported; write the plain value")),
        ("a: !x {}", (1, 4, "the tag '!x' is not supported; write the plain value")),
        ("1: a", (1, 1, "a key must be text; put 1 in quotes")),
        ("true: a", (1, 1, "a key must be text; put true in quotes")),
        ("? \n: a", (1, 2, "a key must be text; this `:` has no key before it")),
        ("? [a]\n: 1", (1, 3, "a key must be plain text")),
        ("&x a: 1", (1, 1, "a key must be plain text, without an anchor or a tag")),
        ("a: 1\n---\nb: 1", (2, 1, "a second YAML document starts here; a file holds one scenario")),
        ("a:\n\tb: 1", (2, 1, "indent with spaces, not tabs")),
        ("a: b: c", (1, 5, "`: ` is not allowed here; put text that contains it in quotes")),
        ("a: [1,\nb: 2", (3, 1, "the `[` in line 1 is not closed, or a comma is missing")),
        ("a: {b: 1", (2, 1, "the `{` in line 1 is not closed, or a comma is missing")),
        ("a: 'x", (1, 6, "the file ends inside a quoted text; a closing quote is missing")),
        ("a: %x", (1, 4, "text that starts with this character must be in quotes")),
        ("a: x\0", (1, 5, "the invisible character U+0000 is not allowed; remove it")),
        ("é: x\n  \x1b[31m", (2, 3, "the invisible character U+001B is not allowed; remove it")),
        ("a: \u2028", (1, 4, "the invisible character U+2028 is not allowed; remove it")),
        ("a: \ud800", (1, 4, "the invisible character U+D800 is not allowed; remove it")),
    ],
)
def test_what_is_refused_is_told_with_its_position(text: str, problem: tuple[int, int, str]) -> None:
    """In the words of someone who explains YAML and not of its parser."""
    assert told(read_yaml(text))[:1] == [problem]


def test_several_problems_of_one_file_are_found_at_once() -> None:
    """In the order in which they are met."""
    assert [line for line, _, _ in told(read_yaml("a: &x 1\nb: *x\nb: 2\n1: 3\nc: .inf\n"))] == [1, 2, 3, 4, 5]


def test_every_key_and_value_has_its_position() -> None:
    """Counted from 1; in lists the entries have positions and no keys."""
    source = read_yaml("a: 1\nlist:\n  - b: {c: 2}\n  - 3\n")
    assert source.marks.keys == {
        ("a",): Mark(1, 1),
        ("list",): Mark(2, 1),
        ("list", 0, "b"): Mark(3, 5),
        ("list", 0, "b", "c"): Mark(3, 9),
    }
    assert source.marks.values[("list", 0, "b", "c")] == Mark(3, 12)
    assert source.marks.values[("list", 1)] == Mark(4, 5)


def test_columns_count_characters_and_a_byte_order_mark_counts_for_nothing() -> None:
    """As editors do."""
    assert read_yaml("\ufeff日本: é").marks.values[("日本",)] == Mark(1, 5)


@pytest.mark.parametrize("text", ["", "\n", "# nothing but a comment", "---\n"])
def test_an_empty_file_is_nothing(text: str) -> None:
    """And in itself no problem of YAML."""
    source = read_yaml(text)
    assert (source.data, source.problems) == (None, [])


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
def test_depth_is_limited(opening: str, closing: str) -> None:
    """The last allowed level is read, and one more, or a million, is refused."""
    deepest = opening * DEEPEST + "1" + closing * DEEPEST
    assert read_yaml(deepest).problems == []
    for levels in (DEEPEST + 1, 200_000):
        text = opening * levels + "1" + closing * levels
        assert told(read_yaml(text)) == [
            (1, len(opening) * (DEEPEST + 1) + 1, f"nested more than {DEEPEST} levels deep")
        ]


def test_the_number_of_values_is_limited() -> None:
    """The list itself is one of them."""
    entries = ",".join(["1"] * (MAX_VALUES - 1))
    assert read_yaml(f"[{entries}]").problems == []
    assert told(read_yaml(f"[{entries},1]"))[0][2] == f"more than {MAX_VALUES:,} values, the limit for a scenario"


def test_the_number_of_keys_is_limited() -> None:
    """In each mapping."""
    lines = "".join(f"k{number}: 1\n" for number in range(MAX_KEYS))
    assert read_yaml(lines).problems == []
    assert told(read_yaml(f"{lines}more: 1")) == [(MAX_KEYS + 1, 1, f"more than {MAX_KEYS:,} keys in one mapping")]


def test_the_size_of_a_file_is_limited() -> None:
    """To 1 MiB, which is read; a byte more is not."""
    assert isinstance(decode(b"#" * MAX_BYTES), str)
    assert "larger than 1 MiB" in str(decode(b"#" * (MAX_BYTES + 1)))
    assert read_yaml("#" * MAX_BYTES).problems == []
    assert "longer than 1 MiB" in told(read_yaml("#" * (MAX_BYTES + 1)))[0][2]


@pytest.mark.parametrize(
    ("raw", "mark", "what"),
    [
        (b"a: \xff", Mark(1, 4), "the byte 0xff is not UTF-8 text; save the file as UTF-8"),
        ("é: 1\nü: ".encode() + b"\xe9", Mark(2, 4), "the byte 0xe9 is not UTF-8 text; save the file as UTF-8"),
        ("a: 1".encode("utf-16"), Mark(1, 1), "the file is UTF-16; save it as UTF-8"),
    ],
)
def test_a_file_in_another_encoding_is_refused(raw: bytes, mark: Mark, what: str) -> None:
    """With the place of the first byte that does not fit."""
    problem = decode(raw)
    assert not isinstance(problem, str)
    assert (problem.mark, problem.text) == (mark, what)
