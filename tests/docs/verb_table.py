"""What docs/operations.md and docs/serve.md say of the operator's verbs, from their own files.

``python -m tests.docs.verb_table`` writes it anew after a verb has changed; a test says when that is.
"""

from pathlib import Path

from sim.operator_verbs.base import OnJob, OperatorVerb
from sim.operator_verbs.registry import VERBS
from sim.serve.page.interventions import VERBS as BY_HAND
from tests.docs.course_tables import with_block

DOCS = Path(__file__).parents[2] / "docs"
IN_ORDER = sorted(VERBS, key=lambda do: VERBS[do].order)


def verb_table() -> str:
    """List what a scenario's operator can do."""
    rows = ["| `do` | what it does | with | on the live page | in a rehearsal |", "|---|---|---|---|---|"]
    return "\n".join([*rows, *(verb_row(do, VERBS[do]) for do in IN_ORDER)])


def verb_row(do: str, verb: type[OperatorVerb]) -> str:
    """Say of one verb what it does, and what goes with it."""
    of_job = issubclass(verb, OnJob)
    own = [name for name in verb.model_fields if name not in ("at", "do", "queue", "job", "id")]
    whose = "`job`, or `queue` and `id`" if of_job else "`queue`"
    takes = whose + "".join(f", `{name}` (optional)" for name in own)
    hand = f"a button: {verb.by_hand.text}" if verb.by_hand else f"no: {verb.not_by_hand}"
    step = verb.model_validate({"at": "0s", "do": do, "queue": "q", **({"id": "1"} if of_job else {})})
    real = "by Bull's own function" if step.not_for_real is None else f"no: {step.not_for_real.partition(': ')[2]}"
    about = " ".join((verb.__doc__ or "").split("\n\n")[0].split())
    return f"| `{do}` | {about} | {takes} | {hand.replace(' {jobs}', '')} | {real} |"


def hand_table() -> str:
    """List what a person can do to queues on the live page, with the arguments of its log."""
    rows = ["| can be done by hand | with |", "|---|---|"]
    for do in IN_ORDER:
        if VERBS[do].by_hand:
            names = [f"`{name}`" for name in BY_HAND[do].needs] + [f"`{name}` (optional)" for name in BY_HAND[do].may]
            rows.append(f"| `{do}` | {', '.join(names)} |")
    return "\n".join(rows)


def page(name: str) -> str:
    """Return a page with its table as the files say it."""
    table = verb_table() if name == "operations" else hand_table()
    return with_block((DOCS / f"{name}.md").read_text(encoding="utf-8"), "verbs", table)


if __name__ == "__main__":
    for name in ("operations", "serve"):
        (DOCS / f"{name}.md").write_text(page(name), encoding="utf-8")
