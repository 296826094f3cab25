"""The process that ends all others of a rehearsal when its director dies, however the director dies.

It leads the process group that every child is started in. Its standard input is a pipe whose other end only the
director holds: when that closes, it removes the folder and kills the group, itself included. It runs as a script and
imports nothing of the project, so that it is there at once.
"""

import os
import shutil
import signal
import sys


def keep(folder: str) -> None:
    """Wait for the director's end, then leave nothing behind."""
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, signal.SIG_IGN)  # a group whose last parent dies is sent SIGHUP if a member is stopped
    os.write(1, b"\n")
    while os.read(0, 1):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(os.getpgid(0), signal.SIGKILL)


if __name__ == "__main__":
    keep(sys.argv[1])
