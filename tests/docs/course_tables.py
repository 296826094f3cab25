"""What docs/exercises.md and docs/teaching.md say of the shipped exercises.

``python -m tests.docs.course_tables`` writes it anew after an exercise has changed; tests say when that is.
"""

from collections.abc import Callable
from pathlib import Path

from sim.exercises.catalogue import all_exercises, command_for, find_exercise
from sim.exercises.checking import judge
from sim.exercises.exercise import POLICY
from sim.exercises.formatting import format_verdict
from sim.exercises.policy import read_policy

DOCS = Path(__file__).parents[2] / "docs"


def course() -> str:
    """List the exercises."""
    rows = ["| | exercise | minutes | after | what it is about |", "|---|---|---:|---|---|"]
    for one in all_exercises():
        about = one.description
        prerequisites, concepts = ", ".join(about.prerequisites), ", ".join(about.concepts)
        rows.append(f"| {one.number} | {about.title} | {about.minutes} | {prerequisites} | {concepts} |")
    return "\n".join(rows)


def first_check() -> str:
    """Check the first exercise as it is handed out."""
    first = find_exercise("01")
    verdict = judge(first, first.text(POLICY), replay=command_for(first, "run"))
    return f"```text\n{format_verdict(verdict)}\n```"


def distractors() -> str:
    """Run every wrong idea once, at the seed of its scenario, and say what happened."""
    rows = ["| | what they say | fails first | expected | came out |", "|---|---|---|---|---|"]
    for one in all_exercises():
        for wrong in one.description.distractors:
            text = one.text(wrong.policy)
            seed = read_policy(one, text, wrong.policy).scenario.seed
            failing = judge(one, text, seeds=[seed], show=False).first_failing
            assert failing is not None, f"{one.name}, {wrong.policy}: passes at seed {seed}"
            check = failing.check
            rows.append(
                f"| {one.number} | {' '.join(wrong.idea.split())} | `{check.name}` ({check.measure}) "
                f"| {failing.expected_text} | {failing.observed_text} |"
            )
    return "\n".join(rows)


BLOCKS: dict[tuple[str, str], Callable[[], str]] = {
    ("exercises.md", "course"): course,
    ("exercises.md", "first check"): first_check,
    ("teaching.md", "wrong ideas"): distractors,
}
"""What stands in a page between ``<!-- NAME -->`` and ``<!-- end -->``."""


def written(page: str, name: str) -> str:
    """Return what stands in a page under a name."""
    return _parts(page, name)[1]


def with_block(page: str, name: str, text: str) -> str:
    """Return a page with another text under a name."""
    before, _, after = _parts(page, name)
    return before + text + after


def _parts(page: str, name: str) -> tuple[str, str, str]:
    """Cut a page before and after a block."""
    before, block = page.split(f"<!-- {name} -->\n")
    inside, after = block.split("<!-- end -->", maxsplit=1)
    return f"{before}<!-- {name} -->\n", inside.removesuffix("\n"), f"\n<!-- end -->{after}"


if __name__ == "__main__":
    for (file, name), write in BLOCKS.items():
        path = DOCS / file
        path.write_text(with_block(path.read_text(encoding="utf-8"), name, write()), encoding="utf-8")
