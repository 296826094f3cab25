"""The documentation of the Redis port, run word by word."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from sim.engine.world import World
from sim.serve.redis_port.server import RedisPort

PAGE = Path(__file__).parents[2] / "docs" / "redis-port.md"
SCENARIO = "scenarios/03-database-failures/longer-than-the-retries.yaml"


@pytest.mark.real
def test_what_the_page_shows_is_what_redis_cli_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block at its moment of one run."""
    monkeypatch.chdir(PAGE.parents[1])
    text = PAGE.read_text()
    assert SCENARIO in text
    blocks = re.findall(r"<!-- at (\w+) -->\n```console\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 2
    world = World(SCENARIO)
    with RedisPort(world, port=0) as port:
        for until, block in blocks:
            with port.world_lock:
                world.run_until(until)
            for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
                words = shlex.split(command.replace("-p 6390", f"-p {port.port}"))
                assert (
                    subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
                    == expected.strip()
                )
