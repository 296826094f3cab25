"""Processes with the real Bull, on the same real Redis as the test; all of them end with the test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sim.rehearsal.real_parts import RealPartMissing, RealParts, find_real_parts
from tests.interop.bull_process import BullProcess


@pytest.fixture(scope="session")
def real_parts() -> RealParts:
    """Node, Bull and redis-server; without them these tests are skipped."""
    try:
        return find_real_parts()
    except RealPartMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def start_bull(real_parts: RealParts, real_store: Any, real_redis_socket: str) -> Iterator[Callable[[], BullProcess]]:
    """Start a process with Bull on the emptied real Redis."""
    processes: list[BullProcess] = []

    def start() -> BullProcess:
        processes.append(BullProcess(real_parts, real_redis_socket))
        return processes[-1]

    try:
        yield start
    finally:
        for process in processes:
            process.end()


@pytest.fixture
def bull(start_bull: Callable[[], BullProcess]) -> BullProcess:
    """One process with Bull."""
    return start_bull()
