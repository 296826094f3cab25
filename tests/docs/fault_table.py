"""What docs/faults.md says of the faults, from their own files.

``python -m tests.docs.fault_table`` writes it anew after a fault has changed; a test says when that is.
"""

from pathlib import Path

from sim.faults.base import Fault
from sim.faults.by_hand import HandVerb
from sim.faults.registry import FAULTS

PAGE = Path(__file__).parents[2] / "docs/faults.md"
BEGIN, END = "<!-- faults -->\n", "<!-- end -->"


def fault_table() -> str:
    """List the faults."""
    head = ["| kind | what happens | by hand, on the live page | in a rehearsal |", "|---|---|---|---|"]
    return "\n".join([*head, *map(fault_row, FAULTS.values())]) + "\n"


def fault_row(fault: type[Fault]) -> str:
    """Say of one fault what it is, and how it is thrown by hand and done for real."""
    (kind,) = (kind for kind, one in FAULTS.items() if one is fault)
    hand = ", ".join(map(_verb, fault.by_hand)) or f"no: {fault.not_by_hand}"
    real = fault.for_real or f"no: {fault.never_real}"
    return f"| `{kind}` | {fault.about} | {hand} | {real} |"


def _verb(verb: HandVerb) -> str:
    names = [f"`{name}`" for name in verb.needs] + [f"`{name}` (optional)" for name in verb.optional]
    return f"`{verb.name}`" + (f" with {', '.join(names)}" if names else "")


def written() -> str:
    """Return what stands in the page."""
    return PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(page.replace(BEGIN + written() + END, BEGIN + fault_table() + END), encoding="utf-8")
