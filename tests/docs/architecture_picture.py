"""The picture in docs/architecture.md: the rooms in the layers of import-linter, and who imports whom, from the code.

``python -m tests.docs.architecture_picture`` draws it anew after an import or a layer has changed; a test says when
that is. Every room is a line. What others import has a rail, from the highest room that imports it down to its arrow; a
dot says that one more room imports it. What follows from other arrows is left out.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

import grimp

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs/pictures/architecture.svg"

ROW, GAP, TOP, LEFT, NAME_WIDTH, LANE = 25, 9, 8, 8, 150, 21
STYLE = """
svg{font:16px system-ui,-apple-system,'Segoe UI',sans-serif}
.page{fill:#fff}.layer{fill:#e6eff6;stroke:#8fb3cc}.name{fill:#12222e}.rail{fill:none;stroke:#4a6d86;stroke-width:1.6}
.dot,.head{fill:#4a6d86}
@media(prefers-color-scheme:dark){.page{fill:#0f171d}.layer{fill:#1d2d39;stroke:#476377}.name{fill:#e9f1f6}
.rail{stroke:#9dbfd6}.dot,.head{fill:#9dbfd6}}
"""

Imports = dict[str, set[str]]


class Rail(NamedTuple):
    """The line to one room from all that import it; places count rooms from the top."""

    target: int
    sources: list[int]
    lane: int


def layers() -> list[list[str]]:
    """List the rooms of each layer, from the top, as import-linter holds them."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    (own,) = [contract for contract in contracts if contract["type"] == "layers"]
    return [layer.split(" | ") for layer in own["layers"]]


@cache
def room_imports() -> Imports:
    """Say which rooms the modules of each room import."""
    graph = grimp.build_graph("sim", cache_dir=None)
    found: Imports = {room: set() for layer in layers() for room in layer}
    for module in graph.modules:
        room = _room_of(module)
        if room in found:
            found[room] |= {_room_of(one) for one in graph.find_modules_directly_imported_by(module)} & found.keys()
            found[room].discard(room)
    return found


def _room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def arrows() -> Imports:
    """Leave out what follows from others: where a imports b and b imports c, that a imports c."""
    imports = room_imports()

    def reached(room: str) -> set[str]:
        return imports[room].union(*(reached(one) for one in imports[room]))

    return {
        room: {one for one in imported if not any(one in reached(other) for other in imported - {one})}
        for room, imported in imports.items()
    }


def rails() -> list[Rail]:
    """Give each room that others import a lane in which no other rail is in its way: the shortest next to the names."""
    rooms = [room for layer in layers() for room in layer]
    importers = {room: [rooms.index(one) for one, imported in arrows().items() if room in imported] for room in rooms}
    spans = [(place - sources[0], place, sources) for place, room in enumerate(rooms) if (sources := importers[room])]
    found: list[Rail] = []
    for _length, target, sources in sorted(spans):
        taken = {one.lane for one in found if one.sources[0] <= target and sources[0] <= one.target}
        found.append(Rail(target, sources, min(set(range(len(rooms))) - taken)))
    return found


def picture() -> str:
    """Draw it."""
    shapes: list[str] = []
    y_of: list[float] = []
    top = TOP
    for layer in layers():
        height = ROW * len(layer) + 4
        shapes.append(f'<rect class="layer" x="{LEFT}" y="{top}" width="{NAME_WIDTH}" height="{height}" rx="6"/>')
        for number, room in enumerate(layer):
            y_of.append(top + 2 + ROW * (number + 0.5))
            shapes.append(f'<text class="name" x="{LEFT + 12}" y="{y_of[-1] + 5:g}">{room}</text>')
        top += height + GAP
    edge = LEFT + NAME_WIDTH
    for rail in rails():
        x, end = edge + 16 + LANE * rail.lane, y_of[rail.target] - 5
        first = y_of[rail.sources[0]] + 5
        shapes.append(f'<path class="rail" d="M{edge} {first:g}H{x - 6}q6 0 6 6V{end - 6:g}q0 6 -6 6H{edge + 8}"/>')
        shapes.append(f'<path class="head" d="M{edge + 1} {end:g}l9 -4.5v9z"/>')
        for source in rail.sources[1:]:
            y = y_of[source] + 5
            shapes.append(f'<path class="rail" d="M{edge} {y:g}H{x}"/>')
            shapes.append(f'<circle class="dot" cx="{x}" cy="{y:g}" r="3.5"/>')
    width = edge + 16 + LANE * max(rail.lane for rail in rails()) + 10
    height = top - GAP + TOP
    words = "; ".join(f"{room} imports {', '.join(sorted(to))}" for room, to in arrows().items() if to)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="The rooms of sim in {len(layers())} layers, from the top: {words}">'
    )
    page = '<rect class="page" width="100%" height="100%"/>'
    return "\n".join([head, f"<style>{STYLE}</style>", page, *shapes, "</svg>", ""])


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
