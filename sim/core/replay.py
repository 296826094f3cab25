"""How to reproduce a run that broke off: its options travel with the error."""

from contextlib import AbstractContextManager
from types import TracebackType

from sim.core.errors import SimError

_NOTE = "to repeat this run: "


def replay_options(mode: str, seed: int, semantics: str, store: str) -> str:
    """Write the options of ``run`` that give one mode of one run again, byte for byte."""
    return f"--mode {mode} --seed {seed} --semantics {semantics} --store {store}"


class Replayable(AbstractContextManager[None]):
    """Notes on an error of the program itself which run it came of; errors raised on purpose say all there is to say.

    A context that may be entered again and again, also within itself.
    """

    def __init__(self, mode: str, seed: int, semantics: str, store: str) -> None:
        self._run = (mode, seed, semantics, store)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        if isinstance(error, Exception) and not isinstance(error, SimError) and options_of(error) is None:
            error.add_note(_NOTE + replay_options(*self._run))


def options_of(error: BaseException) -> str | None:
    """Return the options that give the run again which an error came of; None where it came of no run."""
    notes: list[str] = getattr(error, "__notes__", [])
    return next((note.removeprefix(_NOTE) for note in notes if note.startswith(_NOTE)), None)


def in_a_line(error: BaseException) -> str:
    """Write an error of the program itself in one line: its type, its words and where it was raised."""
    words = " ".join(str(error).split())
    place = ""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f" ({code.co_qualname}, line {trace.tb_lineno})"
        trace = trace.tb_next
    return f"{type(error).__name__}: {words}{place}" if words else f"{type(error).__name__}{place}"


def told_with_replay(error: BaseException) -> str:
    """Write an error in one line, with the options that give its run again."""
    options = options_of(error)
    return in_a_line(error) if options is None else f"{in_a_line(error)}; the run was {options}"
