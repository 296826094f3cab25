"""The lock on the world goes round."""

import threading

import pytest

from sim.serve.world_lock import WorldBusy, WorldLock


def test_one_who_asks_again_and_again_lets_others_in() -> None:
    """A thread that asks once has its turn before the other has had a second more."""
    lock, has_asked, turns, turns_at_entry = WorldLock(), threading.Event(), [0], []

    def ask_once() -> None:
        has_asked.set()
        with lock:
            turns_at_entry.append(turns[0])

    other = threading.Thread(target=ask_once)
    with lock:
        other.start()
        has_asked.wait()
        while not lock._line.locked():
            pass
    for _ in range(1000):
        with lock:
            turns[0] += 1
    other.join()
    assert turns_at_entry == [0]


def test_its_owner_may_take_it_again_and_is_told_once() -> None:
    """Only the outermost end gives it back."""
    lock, told = WorldLock(), []
    lock.on_release.append(lambda: told.append(lock.is_mine))
    with lock:
        with lock:
            assert lock.is_mine
        assert lock.is_mine
        assert told == []
    assert not lock.is_mine
    assert told == [False]


def test_who_does_not_want_to_wait_is_told_that_the_world_is_busy() -> None:
    """And stands in nobody's way: the next in line gets the lock."""
    lock = WorldLock()
    with lock, lock.within(0):
        assert lock.is_mine
    is_held, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            is_held.set()
            may_go.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    assert is_held.wait(20)
    with pytest.raises(WorldBusy, match="ask again"), lock.within(0.01):
        raise AssertionError("it was held")
    may_go.set()
    with lock.within(20):
        assert lock.is_mine
    assert not lock.is_mine
    holder.join()
