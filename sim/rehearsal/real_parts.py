"""Where the real parts are: Node, the real Bull, redis-server."""

import json
import os
import shutil
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from sim.core.errors import SimError
from sim.scenario.shipped import is_checkout

NODE_FOLDER = Path(__file__).parent / "node"
"""Has the ``package.json`` that pins Bull; ``npm install`` there brings it."""
FOLDER_VARIABLE = "JOBWORKER_SIM_NODE"
"""Names another folder in which ``npm install bull`` was run."""
OWN_FOLDER = "~/.jobworker-sim"
"""Where Bull is suggested to go if the package was installed: what an installer put there stays as it is."""


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
    folder = Path(os.environ.get(FOLDER_VARIABLE) or NODE_FOLDER).absolute()
    modules = folder / "node_modules"
    if not (modules / "bull" / "package.json").is_file():
        raise RealPartMissing(f"the real Bull is not installed; run: {_how_to_install(folder)}")
    return RealParts(node, redis_server, modules)


def _how_to_install(folder: Path) -> str:
    """Write the command that brings Bull: into the checkout's folder of scripts, or one that is a person's own."""
    if folder == NODE_FOLDER and is_checkout():
        return f"npm install --prefix {_shown(folder)}"
    pins = json.loads((NODE_FOLDER / "package.json").read_text(encoding="utf-8"))["dependencies"]
    own = OWN_FOLDER if folder == NODE_FOLDER else quote(str(folder))
    command = f"npm install --prefix {own} {' '.join(f'{name}@{version}' for name, version in pins.items())}"
    return f"{command}; then export {FOLDER_VARIABLE}={own}"


def _shown(folder: Path) -> str:
    try:
        return str(folder.relative_to(Path.cwd()))
    except ValueError:
        return str(folder)
