"""What a model's fields mean, by the docstrings under them; read from the source only when somebody asks.

Pydantic can do so itself, for every class when it is made. That costs each start of the program a tenth of a second and
more, for texts that only a JSON Schema shows.
"""

import ast
import inspect
from functools import cache
from itertools import pairwise
from textwrap import dedent


@cache
def field_docs(model: type) -> dict[str, str]:
    """Return the docstring of each field of a class that has one, those of its bases included."""
    found: dict[str, str] = {}
    for one in reversed(model.__mro__):
        if "__annotations__" in vars(one) and one.__module__.startswith("sim."):
            found |= _own(one)
    return found


def _own(model: type) -> dict[str, str]:
    try:
        source = dedent(inspect.getsource(model))
    except OSError:  # a class that was made without a file
        return {}
    (body,) = (node.body for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }
