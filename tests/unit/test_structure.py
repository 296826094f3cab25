"""How the package hangs together: what import-linter does not say."""

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

from sim.queue.keys import QueueKeys

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "sim").rglob("*.py"))
MAX_LINES = 350
MAX_FIRST_LINES = 3
SENTENCE_END = re.compile(r"[.!?]\s")
"""Followed by more; an abbreviation such as ``e.g.`` is written out."""
MAX_PARAMETERS = 7
ENTRY_POINTS = frozenset(
    (
        "sim/comparisons/compare.py: compare",
        "sim/engine/run.py: run",
        "sim/engine/world.py: __init__",
        "sim/sweeps/sweep.py: sweep",
        "sim/sweeps/sweep.py: sweep_result",
    )
)
"""What a person types, option by option: any number of keywords, see docs/decisions."""
MAX_POSITIONAL = 3
"""Of an entry point; what follows has to be named."""
KEYS = set(QueueKeys.__slots__) - {"name"}


def circle() -> list[str]:
    """Return modules that import each other in a circle, those of type checkers and of functions included."""
    graph = grimp.build_graph("sim", cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found[::-1]
    return []


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Nor under TYPE_CHECKING, nor inside a function: what imports in a circle cannot be read one by one."""
    assert circle() == []


@pytest.mark.parametrize("path", [path.relative_to(ROOT).as_posix() for path in MODULES])
def test_no_module_is_too_long_to_read_in_one_go(path: str) -> None:
    """CONTRIBUTING says where to think again."""
    assert len((ROOT / path).read_text().splitlines()) <= MAX_LINES


def has_one_sentence(path: Path) -> bool:
    """Tell whether the docstring of a module begins with one sentence, in a paragraph of its own."""
    first = (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n\n")[0]
    return first.endswith(".") and len(first.splitlines()) <= MAX_FIRST_LINES and not SENTENCE_END.search(first)


@pytest.mark.parametrize("path", [path.relative_to(ROOT).as_posix() for path in MODULES])
def test_a_module_says_its_one_job_in_one_sentence(path: str) -> None:
    """Further paragraphs explain it; what takes two sentences is two modules."""
    assert has_one_sentence(ROOT / path)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function of a module but the subcommands: click gives those a parameter for each option."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            decorators = [ast.unparse(one) for one in node.decorator_list]
            if not any(one.startswith(("click.command", "command.command")) for one in decorators):
                yield node


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[int, int]:
    """Count what a caller may give by its place, and what only by its name; ``self`` is not given."""
    by_place = [one.arg for one in (*function.args.posonlyargs, *function.args.args) if one.arg not in ("self", "cls")]
    return len(by_place), len(function.args.kwonlyargs)


def test_a_function_has_at_most_seven_parameters() -> None:
    """What takes more takes a record; the entry points that people type have keywords, and few places."""
    many = {
        f"{path.relative_to(ROOT).as_posix()}: {function.name}": parameters(function)
        for path in MODULES
        for function in functions(path)
        if sum(parameters(function)) > MAX_PARAMETERS
    }
    assert sorted(many) == sorted(ENTRY_POINTS)
    assert max(many[name][0] for name in ENTRY_POINTS) <= MAX_POSITIONAL


def named_keys(path: Path) -> Iterator[str]:
    """Yield every key of a queue that a module names, such as ``keys.wait``."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and node.attr in KEYS:
            owner = node.value
            name = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
            if name.endswith(("keys", "dead")):
                yield f"{path.name}:{node.lineno}: {name}.{node.attr}"


def test_the_engine_asks_the_queue_by_its_verbs() -> None:
    """Which key holds what is known to the queue library alone."""
    assert [found for path in MODULES if path.parent.name == "engine" for found in named_keys(path)] == []


READS = {
    "get",
    "hget",
    "hmget",
    "hgetall",
    "hlen",
    "llen",
    "lrange",
    "lindex",
    "zcard",
    "zscore",
    "zrange",
    "zrevrange",
}
READS |= {
    "zrangebyscore",
    "zcount",
    "exists",
    "scard",
    "smembers",
    "sismember",
    "keys",
    "pttl",
    "ttl",
    "type",
    "pipeline",
}
READS |= {"transaction", "operations"}
OPERATIONS = [
    (path.stem, node)
    for path in sorted((ROOT / "sim/queue").glob("*.py"))
    for node in ast.parse(path.read_text()).body
    if isinstance(node, ast.FunctionDef) and node.args.args and not node.name.startswith("_")
    if ast.unparse(node.args.args[0].annotation or ast.Constant(None)) == "Store" and path.stem != "store"
]


@pytest.mark.parametrize("function", [node for _file, node in OPERATIONS], ids=lambda node: node.name)
def test_an_operation_of_the_queue_says_what_it_asks_of_redis_and_is_one_step(function: ast.FunctionDef) -> None:
    """Outside ``atomic`` it writes once at most; whoever adds an operation reads that in CONTRIBUTING."""
    assert "Redis:" in (ast.get_docstring(function) or "")
    own = [node for node in function.body if not isinstance(node, ast.FunctionDef)]
    called = [call.func for node in own for call in ast.walk(node) if isinstance(call, ast.Call)]
    on_store = [one.attr for one in called if isinstance(one, ast.Attribute) and ast.unparse(one.value) == "store"]
    assert len([name for name in on_store if name not in READS]) <= 1
