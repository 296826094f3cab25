"""Values that JSON can hold, as JavaScript and Lua take them; the table is what Node 20.20.2 said."""

import math
from typing import Any

import pytest

from sim.queue.javascript import argument, lua_number, number, plus, text, truthy, whole_number

VALUES: list[tuple[Any, bool, Any, Any, str]] = [
    (None, False, 0, None, "null"),
    (True, True, 1, None, "true"),
    (False, False, 0, None, "false"),
    (0, False, 0, 0, "0"),
    (-0.5, True, -0.5, 0, "-0.5"),
    (7, True, 7, 7, "7"),
    (0.1, True, 0.1, 0, "0.1"),
    (1e-05, True, 1e-05, 0, "0.00001"),
    (1.5e-07, True, 1.5e-07, 1, "1.5e-7"),
    (123456789012345680000, True, 123456789012345680000, 123456789012345680000, "123456789012345680000"),
    (1e21, True, 1e21, 1, "1e+21"),
    (1.25e25, True, 1.25e25, 1, "1.25e+25"),
    (-3, True, -3, -3, "-3"),
    (1000, True, 1000, 1000, "1000"),
    ("", False, 0, None, ""),
    (" 7 ", True, 7, 7, " 7 "),
    ("5", True, 5, 5, "5"),
    ("0x10", True, 16, 16, "0x10"),
    ("-0x10", True, None, -16, "-0x10"),
    ("+5", True, 5, 5, "+5"),
    ("1e3", True, 1000, 1, "1e3"),
    (".5", True, 0.5, None, ".5"),
    ("5.", True, 5, 5, "5."),
    ("abc", True, None, None, "abc"),
    ("12x", True, None, 12, "12x"),
    ("-2.9", True, -2.9, -2, "-2.9"),
    ("  -3y", True, None, -3, "  -3y"),
    ("0x1fz", True, None, 31, "0x1fz"),
    ("NaN", True, None, None, "NaN"),
    ("Infinity", True, None, None, "Infinity"),
    ([], True, 0, None, ""),
    ([5], True, 5, 5, "5"),
    ([1, None, "x"], True, None, 1, "1,,x"),
    ([[]], True, 0, None, ""),
    ({}, True, None, None, "[object Object]"),
    ({"a": 1}, True, None, None, "[object Object]"),
]
"""The value, whether it is true, Number(), parseInt() and String() of it; None for what is no (finite) number."""


@pytest.mark.parametrize(("value", "true", "as_number", "as_whole", "as_text"), VALUES, ids=repr)
def test_a_value_is_taken_as_node_takes_it(
    value: Any, true: bool, as_number: float | None, as_whole: int | None, as_text: str
) -> None:
    """True or false, as a number, as a whole number and as a text."""
    assert truthy(value) is true
    found = number(value)
    assert (None if math.isnan(found) else found) == as_number
    assert whole_number(value) == as_whole
    assert text(value) == as_text


def test_a_text_is_glued_to_a_number_and_all_else_is_added() -> None:
    """As Node does it."""
    sums = [plus(one, 5) for one in ("1000", "", [1], {}, None, True, 7, 0.5)]
    assert sums == ["10005", "5", "15", "[object Object]5", 5, 6, 12, 5.5]


def test_lua_takes_decimal_and_hexadecimal_numbers() -> None:
    """What is none is nil."""
    texts = ["5", "0x10", " 7 ", "1e3", ".5", "5.", "-2", "1.5", "", "abc", "12x", "true", None]
    assert [lua_number(one) for one in texts] == [5, 16, 7, 1000, 0.5, 5, -2, 1.5, None, None, None, None, None]


def test_null_is_an_empty_argument() -> None:
    """What the client of Redis makes of it."""
    assert [argument(None), argument(False), argument(0)] == ["", "false", "0"]


def test_a_number_of_thousands_of_digits_is_a_large_one() -> None:
    """It costs no time and breaks nothing."""
    assert whole_number("9" * 5_000) == whole_number("9" * 30) == 10**21
    assert number("9" * 5_000) == math.inf
