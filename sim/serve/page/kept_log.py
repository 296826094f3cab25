"""Where the list of what was done by hand is kept when a served run ends."""

import tempfile
from pathlib import Path

from sim.core.errors import OutputError
from sim.serve.page.live_run import LiveRun

NAME = "done-by-hand"
MAX_NAMES = 1_000


def keep_log(run: LiveRun, wanted: Path | None = None) -> Path | None:
    """Write what was done by hand, and say where; None where nothing was done.

    Args:
        wanted: Where to write. Left out, or where that is not possible: the first free name of ``done-by-hand.yaml``,
            ``done-by-hand-2.yaml`` and so on in the working directory, else in the system's temporary one.

    Raises:
        OutputError: It cannot be written there, nor anywhere else.
    """
    if not run.log:
        return None
    text = run.written_log().as_yaml()
    refusal = OSError("there is no place")
    if wanted is not None:
        try:
            wanted.parent.mkdir(parents=True, exist_ok=True)
            wanted.write_text(text, encoding="utf-8")
            return wanted
        except OSError as error:
            refusal = error
    for folder in (Path(), Path(tempfile.gettempdir())):
        try:
            return _write_under_free_name(folder, text)
        except OSError as error:
            refusal = error
    raise OutputError(wanted or f"{NAME}.yaml", refusal.strerror or str(refusal))


def _write_under_free_name(folder: Path, text: str) -> Path:
    for number in range(1, MAX_NAMES + 1):
        path = folder / (f"{NAME}.yaml" if number == 1 else f"{NAME}-{number}.yaml")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            continue
        return path
    raise FileExistsError(f"{MAX_NAMES:,} logs already exist")
