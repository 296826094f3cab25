"""What is wrong with a scenario and where: paths, positions, and the lines that people read."""

from typing import NamedTuple

from sim.core.spelling import nearest
from sim.core.text import one_line

Path = tuple[str | int, ...]
"""Where a value stands in a file: ``("faults", 0, "at")``."""
MAX_SHOWN = 200
"""So many problems of a file are written out; a count stands for the others, which need no text."""


class Mark(NamedTuple):
    """A position in a file; both count from 1."""

    line: int
    column: int


class Problem(NamedTuple):
    """One thing that is wrong.

    Attributes:
        path: Where it is; what is missing is named too.
        text: What is wrong and what would be right, in one line.
        at_key: Whether the key is wrong, and not its value.
        mark: The position, where the path alone does not tell it.
    """

    path: Path
    text: str
    at_key: bool = False
    mark: Mark | None = None


class Marks:
    """Where the keys and values of one file stand."""

    def __init__(self) -> None:
        self.keys: dict[Path, Mark] = {}
        self.values: dict[Path, Mark] = {}

    def of(self, problem: Problem) -> Mark:
        """Find the position of a problem: its key, its value, or the nearest thing around it that the file has."""
        if problem.mark is not None:
            return problem.mark
        path = problem.path
        first, second = (self.keys, self.values) if problem.at_key else (self.values, self.keys)
        if path in first or path in second:
            return first.get(path) or second[path]
        while path:
            path = path[:-1]
            if path in self.keys or path in self.values:
                return self.keys.get(path) or self.values[path]
        return Mark(1, 1)


def path_text(path: Path) -> str:
    """Write a path as people do: ``faults[0].at``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if part.isprintable() and len(part) <= 60 else quoted(part))
    return text


def quoted(text: str, most: int = 40) -> str:
    """Show a text from a file in quotes, shortened, on one line, without anything that a terminal would act on."""
    return repr(text if len(text) <= most else text[: most - 1] + "…")


def did_you_mean(word: object, known: list[str]) -> str:
    """Suggest the known name that a word misspells, as the end of a sentence; empty where it misspells none."""
    if not isinstance(word, str) or len(word) > 60:
        return ""
    near = nearest(word, known[:60])
    return f"; did you mean `{near}`?" if near else ""


def listed(names: list[str], last: str = "or") -> str:
    """Write names in a row: ``a, b or c``."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def lines(name: str, marks: Marks, problems: list[Problem]) -> list[str]:
    """Write problems as ``file:line:col: path: text``, in file order."""
    placed = sorted(((marks.of(problem), problem) for problem in problems), key=lambda pair: pair[0])
    shown = [
        one_line(": ".join(filter(None, (f"{name}:{mark.line}:{mark.column}", path_text(problem.path), problem.text))))
        for mark, problem in placed[:MAX_SHOWN]
    ]
    left = len(placed) - len(shown)
    return [*shown, f"{name}: and at least {left:,} more problems"] if left else shown
