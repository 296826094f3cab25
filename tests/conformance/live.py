"""The real Bull on a real Redis, started for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

import redis

from sim.rehearsal.real_parts import find_real_parts
from tests.conformance.arms import Arm, RealBull
from tests.redis_server import redis_server


@contextmanager
def live_bull() -> Iterator[Arm]:
    """Run the real Bull on a real Redis.

    Raises:
        RealPartMissing: Node, Bull or redis-server is not on this machine.
    """
    parts = find_real_parts()
    with redis_server(parts.redis_server) as socket:
        bull = RealBull(parts, socket)
        client = redis.Redis(unix_socket_path=socket, decode_responses=True)
        try:
            yield Arm(bull, client)
        finally:
            client.close()
            bull.close()
