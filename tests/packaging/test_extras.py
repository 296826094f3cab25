"""Features whose extra is not installed say which one they need, and how to have it outside a checkout as well."""

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import sim
from sim.cli import main
from sim.core.errors import SimError

FROZEN = "scenarios/01-worker-crashes/frozen-worker.yaml"
PROJECT = tomllib.loads(Path("pyproject.toml").read_text())["project"]


def names(requirements: list[str]) -> set[str]:
    """The packages that requirements name."""
    return {canonicalize_name(Requirement(one).name) for one in requirements}


@pytest.mark.parametrize(
    ("module", "arguments", "says"),
    [
        ("uvicorn", ["serve", FROZEN], "the page needs the extra `serve` (uvicorn is not installed)"),
        ("starlette", ["serve", FROZEN], "the page needs the extra `serve` (starlette is not installed)"),
        ("lupa", ["serve", FROZEN], "the Redis port needs the extra `serve` (lupa is not installed)"),
        ("msgpack", ["serve", FROZEN], "the Redis port needs the extra `serve` (msgpack is not installed)"),
        (
            "distributed",
            ["sweep", FROZEN, "--cluster", "tcp://localhost:1"],
            "--cluster needs the extra `cluster` (distributed is not installed)",
        ),
        (
            "nbformat",
            ["exercise", "notebook", "01", "--out", "-"],
            "a notebook for nbgrader needs the extra `notebook` (nbformat is not installed)",
        ),
    ],
)
def test_a_command_without_its_extra_says_which_and_ends_with_2(
    module: str, arguments: list[str], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line, before it does anything."""
    monkeypatch.setitem(sys.modules, module, None)
    assert main(arguments) == 2
    captured = capsys.readouterr()
    extra = says.split("`")[1]
    assert captured.err == f"{says}; install it: pip install 'jobworker-sim[{extra}]'\n"
    assert captured.out == ""


def test_a_frame_without_pandas_says_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a sweep has run for an hour."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    says = r"^a frame needs the extra `notebook` \(pandas is not installed\); install it: pip install"
    with pytest.raises(SimError, match=says):
        sim.sweep("no-such-file.yaml", 1)
    with pytest.raises(SimError, match=says):
        sim.sweep_result(FROZEN, 1, jobs=1).to_frame()
    with pytest.raises(SimError, match=says):
        sim.run(FROZEN, modes=["queue"], metrics="10s").metrics["queue"].to_frame()


def test_knobs_without_widgets_say_what_brings_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever installed the core may well have a notebook open."""
    from sim.notebook import knobs, slider

    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(SimError, match=r"^a panel of knobs needs the extra `notebook` \(ipywidgets is not installed\)"):
        knobs(lambda processes: processes, processes=slider("processes", 1, 3))


def test_every_module_that_the_package_imports_is_brought_by_the_core_or_an_extra() -> None:
    """What only an extra brings is imported inside functions, unless the whole folder belongs to it."""
    core = names(PROJECT["dependencies"])
    extras = {name: names(PROJECT["optional-dependencies"][name]) for name in ("notebook", "serve", "cluster")}
    homes = packages_distributions()
    for file in Path("sim").rglob("*.py"):
        tree = ast.parse(file.read_text())
        at_the_top = {id(node) for node in tree.body}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            elif isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            else:
                continue
            for module in (one.split(".")[0] for one in modules):
                if module in sys.stdlib_module_names or module in ("sim", "IPython"):
                    continue
                brought = {canonicalize_name(home) for home in homes[module]}
                own = "serve" if file.parts[1] == "serve" else "notebook" if file.name == "notebook.py" else None
                if id(node) in at_the_top:
                    assert brought & (core | extras.get(own or "", set())), f"{file}: {module}"
                else:
                    assert brought & core.union(*extras.values()), f"{file}: {module}"
