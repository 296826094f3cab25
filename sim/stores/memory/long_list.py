"""A long list of Redis in which values are found, put beside each other and taken out without a walk through all of it.

What the commands for lists do by value, on short lists and on long ones.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain

PIECE = 256
"""Values that stand in one piece; where there are twice as many, they are two."""


class LongList:
    """Values in order, in pieces one behind the other, with the piece that each value stands in.

    A value that stands there several times, which no queue puts there by itself, costs a walk through the list.
    """

    __slots__ = ("_length", "_piece_of", "_pieces", "_repeated")

    def __init__(self, values: Iterable[str]) -> None:
        self._fill(values)

    def _fill(self, values: Iterable[str]) -> None:
        self._pieces: deque[deque[str]] = deque()
        self._piece_of: dict[str, deque[str]] = {}
        self._repeated: dict[str, int] = {}
        self._length = 0
        self.extend(values)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._pieces)

    # -- at the ends ----------------------------------------------------------------------------------------------

    def append(self, value: str) -> None:
        """Put a value at the right end."""
        pieces = self._pieces
        if not pieces or len(pieces[-1]) >= PIECE:
            pieces.append(deque())
        pieces[-1].append(value)
        self._note(value, pieces[-1])

    def appendleft(self, value: str) -> None:
        """Put a value at the left end."""
        pieces = self._pieces
        if not pieces or len(pieces[0]) >= PIECE:
            pieces.appendleft(deque())
        pieces[0].appendleft(value)
        self._note(value, pieces[0])

    def extend(self, values: Iterable[str]) -> None:
        """Put values at the right end, one after the other."""
        for value in values:
            self.append(value)

    def extendleft(self, values: Iterable[str]) -> None:
        """Put values at the left end, one after the other."""
        for value in values:
            self.appendleft(value)

    def pop(self) -> str:
        """Take the last value out.

        Raises:
            IndexError: There is none.
        """
        piece = self._pieces[-1]
        value = piece.pop()
        if not piece:
            self._pieces.pop()
        self._forget(value)
        return value

    # -- at a place -----------------------------------------------------------------------------------------------

    def __getitem__(self, index: int) -> str:
        piece, place = self._at(index)
        return piece[place]

    def __setitem__(self, index: int, value: str) -> None:
        piece, place = self._at(index)
        self._forget(piece[place])
        piece[place] = value
        self._note(value, piece)

    def _at(self, index: int) -> tuple[deque[str], int]:
        """Find a place that exists, from the nearer end: its piece, and where it is in there."""
        if index >= 0 and 2 * index > self._length:
            index -= self._length
        elif index < 0 and -2 * index > self._length:
            index += self._length
        if index >= 0:
            for piece in self._pieces:
                if index < len(piece):
                    return piece, index
                index -= len(piece)
        for piece in reversed(self._pieces):
            if -index <= len(piece):
                return piece, index
            index += len(piece)
        raise IndexError(index)

    # -- by value -------------------------------------------------------------------------------------------------

    def index(self, value: str) -> int:
        """Return the first place of a value.

        Raises:
            ValueError: It is not there.
        """
        piece = self._piece_of.get(value)
        if piece is None:
            if value not in self._repeated:
                raise ValueError(value)
            return list(self).index(value)
        before = 0
        for other in self._pieces:
            if other is piece:
                break
            before += len(other)
        return before + piece.index(value)

    def insert_beside(self, pivot: str, value: str, *, after: bool) -> bool:
        """Put a value before or after the first that equals ``pivot``; tell whether that is there."""
        piece = self._piece_of.get(pivot)
        if piece is None:
            if pivot not in self._repeated:
                return False
            values = list(self)
            values.insert(values.index(pivot) + after, value)
            self._fill(values)
            return True
        piece.insert(piece.index(pivot) + after, value)
        self._note(value, piece)
        if len(piece) >= 2 * PIECE:
            self._split(piece)
        return True

    def take_out(self, value: str, count: int) -> int:
        """Take a value out as LREM does, and say how often that was."""
        piece = self._piece_of.pop(value, None)
        if piece is None:
            if value not in self._repeated:
                return 0
            values = deque(self)
            gone = take_out(values, value, count)
            self._fill(values)
            return gone
        piece.remove(value)
        self._length -= 1
        if not piece:
            del self._pieces[self._place_of(piece)]
        return 1

    # -- pieces ---------------------------------------------------------------------------------------------------

    def _note(self, value: str, piece: deque[str]) -> None:
        self._length += 1
        if value in self._repeated:
            self._repeated[value] += 1
        elif value in self._piece_of:
            del self._piece_of[value]
            self._repeated[value] = 2
        else:
            self._piece_of[value] = piece

    def _forget(self, value: str) -> None:
        self._length -= 1
        if self._piece_of.pop(value, None) is None:
            self._repeated[value] -= 1
            if not self._repeated[value]:
                del self._repeated[value]

    def _split(self, piece: deque[str]) -> None:
        right = deque([piece.pop() for _ in range(len(piece) // 2)][::-1])
        self._pieces.insert(self._place_of(piece) + 1, right)
        for value in right:
            if value in self._piece_of:
                self._piece_of[value] = right

    def _place_of(self, piece: deque[str]) -> int:
        return next(place for place, other in enumerate(self._pieces) if other is piece)


def take_out(values: deque[str], value: str, count: int) -> int:
    """Take a value out of a list: the first ``count`` from the left, from the right when negative, or all when 0."""
    found = values.count(value)
    gone = found if count == 0 else min(found, abs(count))
    if gone > 1 and gone == found:
        staying = [other for other in values if other != value]
        values.clear()
        values.extend(staying)
        return gone
    backwards = count < 0 and gone < found  # else either direction takes the same
    if backwards:
        values.reverse()
    for _ in range(gone):
        values.remove(value)
    if backwards:
        values.reverse()
    return gone
