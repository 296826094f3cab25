"""An answer that follows from an object alone is worked out once for it, and never taken for that of another."""

from sim.core.once_each import KEPT, once_each


def test_an_answer_is_worked_out_once_for_each_object() -> None:
    """Also where two objects are equal: they are told apart by identity."""
    asked: list[object] = []

    @once_each
    def answer(thing: list[int]) -> int:
        asked.append(thing)
        return len(asked)

    one, equal = [1], [True]
    assert [answer(one), answer(equal), answer(one), answer(equal)] == [1, 2, 1, 2]


def test_only_some_answers_are_kept_and_none_is_that_of_an_object_that_is_gone() -> None:
    """A new object may stand where another stood in memory."""

    @once_each
    def answer(thing: list[int]) -> int:
        return thing[0]

    assert [answer([number]) for number in range(3 * KEPT)] == list(range(3 * KEPT))
