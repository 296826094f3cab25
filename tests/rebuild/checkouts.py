"""The two checkouts, and the process that makes fingerprints in each."""

import fcntl
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import yaml

from tests.rebuild.translate import scenario

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


class Before:
    """The checkout of a commit, and what was made in it; it is kept in a folder and made once.

    Args:
        folder: Has a folder for each commit.
        commit: Whatever git understands.
    """

    def __init__(self, folder: Path, commit: str) -> None:
        self.commit = _git("rev-parse", "--verify", f"{commit}^{{commit}}").decode().strip()
        self.folder = folder.resolve() / self.commit[:12]
        self.checkout = self.folder / "checkout"
        self.database = self.folder / "before.sqlite"
        self.random = self.folder / "random.json"

    def make(self, parts: Sequence[str], quick: bool) -> None:
        """Make what is not there yet; one process at a time does, and others wait for it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with _alone(self.folder / "lock"):
            if not (self.checkout / "sim").is_dir():
                _extract(self.commit, self.checkout)
            shutil.copytree(HERE, self.checkout / "tests" / "rebuild", dirs_exist_ok=True)
            if not self.random.exists():
                drawn = self.random.with_suffix(".new")
                produce("before", self.checkout, "scenarios", str(drawn))
                drawn.rename(self.random)
            more = ["--random", str(self.random), "--parts", ",".join(parts), *(["--quick"] if quick else [])]
            produce("before", self.checkout, "units", str(self.database), *more)

    def translated(self) -> str:
        """The random scenarios in new words, as JSON."""
        texts = json.loads(self.random.read_text())
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return json.dumps([yaml.safe_dump(scenario(yaml.load(text, loader)), sort_keys=False) for text in texts])


def produce(side: str, checkout: Path, *arguments: str) -> None:
    """Run ``tests.rebuild.produce`` in a checkout.

    Raises:
        subprocess.CalledProcessError: It failed; it said why.
    """
    command = [sys.executable, "-m", "tests.rebuild.produce", side, *arguments]
    subprocess.run(command, cwd=checkout, env={**os.environ, "PYTHONPATH": str(checkout)}, check=True)


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True).stdout


def _extract(commit: str, to: Path) -> None:
    unfinished = to.with_name("unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    with tarfile.open(fileobj=io.BytesIO(_git("archive", "--format=tar", commit))) as archive:
        archive.extractall(unfinished, filter="data")
    unfinished.rename(to)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
