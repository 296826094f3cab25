"""A guess that is written down before the run, and compared with what happened."""

from typing import Any

from sim.core.errors import SimError
from sim.notebook.markup import Shown
from sim.notebook.tables import laid_out


class Prediction:
    """What a learner thinks will happen, by name; None where no guess was made.

    Args:
        guesses: The guesses by name.
    """

    def __init__(self, guesses: dict[str, Any]) -> None:
        self.guesses = guesses

    def compare(self, *, why: str = "", **happened: Any) -> Shown:
        """Lay the guesses beside what happened, and say how far off each is.

        Args:
            why: A sentence under the table that explains the numbers.
            happened: What happened, by the names of the guesses; all of them or some.

        Raises:
            SimError: Nothing is compared, or a name is not among the guesses.
        """
        names = ", ".join(self.guesses)
        for name in happened:
            if name not in self.guesses:
                raise SimError(f"nothing called {name} was predicted; there are: {names}")
        if not happened:
            raise SimError(f"compare() needs what happened; there are: {names}")
        rows = [
            [_in_words(name), "no guess" if _is_open(self.guesses[name]) else self.guesses[name], fact, verdict]
            for name, fact in happened.items()
            for verdict in [_verdict(self.guesses[name], fact)]
        ]
        return laid_out(["", "you thought", "what happened", "verdict"], rows, "Your prediction", why)

    def _repr_html_(self) -> str:
        return self._shown().html

    def __repr__(self) -> str:
        return self._shown().text

    def _shown(self) -> Shown:
        rows = [[_in_words(name), "no guess yet" if _is_open(guess) else guess] for name, guess in self.guesses.items()]
        below = (
            "Put your numbers in place of None and run the cell again."
            if any(_is_open(guess) for guess in self.guesses.values())
            else ""
        )
        return laid_out(["", "you think"], rows, "Your prediction", below)


def predict(**guesses: Any) -> Prediction:
    """Write down what you expect before it happens; None means no guess.

    Args:
        guesses: Guesses by names of your choice; ``compare`` takes what happened by the same names:
            ``predict(lost=2)``.

    Raises:
        SimError: Nothing is predicted.
    """
    if not guesses:
        raise SimError("predict() needs at least one name, such as predict(lost=None)")
    return Prediction(guesses)


def _verdict(guess: Any, fact: Any) -> str:
    if _is_open(guess):
        return "no guess"
    number, counted = _number(guess), _number(fact)
    if number is not None and counted is not None:
        off = abs(number - counted)
        return "right" if off == 0 else f"off by {off:,.10g}"
    if isinstance(guess, str) and isinstance(fact, str):
        return "right" if guess.strip().casefold() == fact.strip().casefold() else "wrong"
    return "right" if guess == fact else "wrong"


def _is_open(guess: Any) -> bool:
    return guess is None or guess is ...


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _in_words(name: str) -> str:
    return name.replace("_", " ")
