"""Fingerprints on disk: a small database of what each unit gave."""

import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType

import orjson

from tests.rebuild.translate import Body


class Kept:
    """The fingerprints of one side.

    Args:
        path: The database; made where it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path)
        self._database.execute(
            "create table if not exists unit (key text primary key, part text, quick integer, body blob)"
        )

    def __enter__(self) -> "Kept":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._database.close()

    def keys(self, parts: Iterable[str], quick: bool) -> list[str]:
        """List the units of some parts, or the quick ones among them, in the order in which they were made."""
        wanted = set(parts)
        rows = self._database.execute("select key, part, quick from unit order by rowid")
        return [key for key, part, is_quick in rows if part in wanted and (is_quick or not quick)]

    def keep_only(self, quick: Mapping[str, bool]) -> None:
        """Forget units that are not run any more, or are among the quick ones no longer or only now.

        Args:
            quick: All units, and whether each is a quick one.
        """
        rows = self._database.execute("select key, quick from unit").fetchall()
        old = [(key,) for key, is_quick in rows if quick.get(key) != bool(is_quick)]
        self._database.executemany("delete from unit where key = ?", old)
        self._database.commit()

    def add(self, part: str, key: str, quick: bool, packed: bytes) -> None:
        """Keep what a unit gave."""
        self._database.execute("insert into unit values (?, ?, ?, ?)", (key, part, quick, packed))
        self._database.commit()

    def body(self, key: str) -> Body:
        """Return what a unit gave."""
        ((packed,),) = self._database.execute("select body from unit where key = ?", (key,)).fetchall()
        found: Body = orjson.loads(zlib.decompress(packed))
        return found


def pack(body: Body) -> bytes:
    """Write what a unit gave as few bytes."""
    return zlib.compress(written(body), 1)


def written(value: object) -> bytes:
    """Write anything as JSON whose keys are in order, so that the same says the same."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
