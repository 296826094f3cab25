"""The page on pictures says what is so."""

import re
from pathlib import Path

PAGE = Path("docs/pictures.md").read_text()


def test_the_python_of_the_page_runs() -> None:
    """As it stands there."""
    (block,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)
    exec(block, {})


def test_the_page_shows_no_method_that_is_gone() -> None:
    """Pictures are functions of a result."""
    assert ".plot_" not in PAGE
