"""docs/architecture.md shows the rooms as they are."""

import re
from itertools import combinations

from tests.docs.architecture_picture import PICTURE, ROOT, arrows, layers, picture, rails, room_imports

PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")


def test_the_picture_is_that_of_the_code() -> None:
    """Else: python -m tests.docs.architecture_picture."""
    assert PICTURE.read_text(encoding="utf-8") == picture()


def test_the_arrows_say_all_that_is_imported_and_point_downwards() -> None:
    """What is left out follows from them, and nothing else does."""
    rooms = [room for layer in layers() for room in layer]
    drawn = arrows()

    def reached(room: str) -> set[str]:
        return drawn[room].union(*(reached(one) for one in drawn[room]))

    for room, imported in room_imports().items():
        assert drawn[room] <= imported <= reached(room)
        assert all(rooms.index(one) > rooms.index(room) for one in imported)
    assert sum(len(rail.sources) for rail in rails()) == sum(map(len, drawn.values()))


def test_no_two_rails_lie_on_each_other() -> None:
    """Nobody could tell who imports what."""
    for rail, other in combinations(rails(), 2):
        if rail.lane == other.lane:
            assert rail.target < other.sources[0] or other.target < rail.sources[0]


def test_every_room_has_a_line_in_the_table() -> None:
    """And no room that is gone has one; in the order of the layers."""
    table = PAGE.split("| room |")[1].split("\n\n")[0]
    named = re.findall(r"^\| `([a-z_]+)` \|", table, re.M)
    assert named == [room for layer in layers() for room in layer]


def test_every_file_that_the_page_names_is_there() -> None:
    """So that nobody looks for what has moved."""
    paths = re.findall(r"`((?:sim|tests)/[\w/.]+)`", PAGE)
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []
    links = re.findall(r"\]\(([^)#]+)", PAGE)
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
