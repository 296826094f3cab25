"""``python -m sim serve`` as people start it: a process with a page."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
AS_PEOPLE_DO = ("-m", "sim")
WITH_SHORT_SCRIPTS = (
    "-c",
    """
import sys
from sim.cli import main
from sim.serve.redis_port import limits, server
server.PortLimits = lambda: limits.PortLimits(script_s=1)
sys.exit(main())
""",
)
"""Ends a Lua script after one second, not after five."""


class LivePage(NamedTuple):
    """A page that is being served.

    Attributes:
        url: With the token.
        port: The page's.
        token: What changes need.
        redis_port: 0 where there is none.
        warning: What it said before it was up.
    """

    process: subprocess.Popen[str]
    url: str
    port: int
    token: str
    redis_port: int
    warning: str

    def end(self, by: int = signal.SIGINT) -> tuple[int, str]:
        """End it as Ctrl-C does, and return its exit code and what it said since it was up."""
        self.process.send_signal(by)
        said, _nothing = self.process.communicate(timeout=60)
        return self.process.returncode, said


@contextmanager
def live_page(*arguments: str, cwd: Path = ROOT, start: Sequence[str] = AS_PEOPLE_DO) -> Iterator[LivePage]:
    """Serve on free ports, and wait until the page is there."""
    command = [sys.executable, *start, "serve", "--port", "0", "--redis-port", "0", *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=cwd, env=ENVIRONMENT
    )
    assert process.stdout is not None
    said = ""
    redis_port = 0
    try:
        for line in process.stdout:
            said += line
            if line.startswith("Redis:"):
                redis_port = int(line.split()[-1])
            if line.startswith("Ctrl-C"):
                break
        found = re.search(r"(http://\S+:(\d+)/)#token=(\S+)", said)
        assert found is not None, said
        yield LivePage(process, found.group(0), int(found.group(2)), found.group(3), redis_port, said)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def ask(page: LivePage, path: str, body: Any = None) -> Any:
    """Ask with the token and return the JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=30)
    text = None if body is None else json.dumps(body)
    connection.request("GET" if body is None else "POST", path, text, {"X-Token": page.token})
    answer = connection.getresponse()
    found = json.loads(answer.read())
    connection.close()
    assert answer.status == 200, found
    return found
