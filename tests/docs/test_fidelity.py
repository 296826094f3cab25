"""What docs/fidelity.md counts is what there is."""

from collections import Counter
from pathlib import Path

from tests.conformance.case import CATALOGUE
from tests.conformance.catalogue import __all__ as groups

FIDELITY = Path(__file__).parents[2] / "docs" / "fidelity.md"


def case_table() -> str:
    """Write the table of conformance cases by group."""
    counts = Counter(one.group for one in CATALOGUE.values())
    rows = [f"| {group.replace('_', ' ')} | {counts[group]} |" for group in groups]
    return "\n".join(["| group | cases |", "|---|---:|", *rows, f"| **together** | **{len(CATALOGUE)}** |"])


def test_the_table_of_cases_is_that_of_the_catalogue() -> None:
    """The page lists every group with its number of cases."""
    text = FIDELITY.read_text()
    written = text.split("<!-- cases -->\n")[1].split("\n<!-- end -->")[0]
    assert written == case_table()
