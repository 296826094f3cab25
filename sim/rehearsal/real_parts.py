"""Where the real parts are: Node, the real Bull, redis-server."""

import os
import shutil
from pathlib import Path
from typing import NamedTuple

from sim.core.errors import SimError

NODE_FOLDER = Path(__file__).parent / "node"
"""Has the ``package.json`` that pins Bull; ``npm install`` there brings it."""
FOLDER_VARIABLE = "JOBWORKER_SIM_NODE"
"""Names another folder in which ``npm install bull`` was run."""


class RealPartMissing(SimError):
    """Something that a rehearsal needs is not on this machine; the text says what and how to get it."""


class RealParts(NamedTuple):
    """What was found.

    Attributes:
        node: The ``node`` program.
        redis_server: The ``redis-server`` program.
        node_modules: The folder that holds ``bull``.
        script_folder: The folder of the scripts that the processes run.
    """

    node: str
    redis_server: str
    node_modules: Path
    script_folder: Path = NODE_FOLDER


def find_real_parts() -> RealParts:
    """Find Node, Bull and redis-server.

    Raises:
        RealPartMissing: One of them is not there.
    """
    node = shutil.which("node")
    if node is None:
        raise RealPartMissing("no `node` on this machine; rehearsals need Node 18 or newer")
    redis_server = shutil.which("redis-server")
    if redis_server is None:
        raise RealPartMissing("no `redis-server` on this machine; on Debian: apt-get install redis-server")
    folder = Path(os.environ.get(FOLDER_VARIABLE) or NODE_FOLDER)
    modules = folder / "node_modules"
    if not (modules / "bull" / "package.json").is_file():
        raise RealPartMissing(f"the real Bull is not installed; run: npm install --prefix {_shown(folder)}")
    return RealParts(node, redis_server, modules)


def _shown(folder: Path) -> str:
    try:
        return str(folder.relative_to(Path.cwd()))
    except ValueError:
        return str(folder)
