"""The wheel holds what the program needs outside a checkout; `.ci/wheel` installs it into an empty environment."""

import os
import re
import subprocess
import sys
import tomllib
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

import pytest

PROJECT = tomllib.loads(Path("pyproject.toml").read_text())
SHIPPED = "sim/shipped/"
CONSTRAINTS = Path("constraints.txt").read_text().splitlines()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    for tool in ("build", "hatchling"):
        pytest.importorskip(tool, reason="the wheel is built with build and hatchling")
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), "."]
    subprocess.run(command, check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return made


def below(folder: str, pattern: str = "*") -> set[str]:
    """The files below a folder of the checkout, without what tools leave there."""
    found = (path for path in Path(folder).rglob(pattern) if path.is_file())
    return {
        path.as_posix() for path in found if not {"node_modules", "__pycache__", ".ipynb_checkpoints"} & set(path.parts)
    }


def test_it_holds_the_package_its_scenarios_and_lessons_and_nothing_else(wheel: Path) -> None:
    """Every file of `sim/`, so also exercises, templates, the page and the Node scripts, but no node_modules."""
    names = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    shipped = {name for name in names if name.startswith(SHIPPED)}
    assert {name.removeprefix(SHIPPED) for name in shipped} == below("scenarios") | below("notebooks", "*.ipynb")
    assert names - shipped == below("sim")
    assert "sim/py.typed" in names


def test_its_metadata_say_who_may_use_it_and_name_no_address(wheel: Path) -> None:
    """The licence goes with it."""
    with ZipFile(wheel) as archive:
        (licence,) = [name for name in archive.namelist() if name.endswith("/LICENSE")]
        assert archive.read(licence) == Path("LICENSE").read_bytes()
        (metadata,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        about = message_from_bytes(archive.read(metadata))
    assert about["License-Expression"] == "MIT"
    assert about["Author"] == "jobworker-sim contributors"
    assert about["Version"] == PROJECT["project"]["version"]
    assert about.get_all("Project-URL") is None
    assert about["Home-page"] is None


def test_the_program_finds_everything_where_only_the_wheel_is(wheel: Path, tmp_path: Path) -> None:
    """Unpacked into an empty folder, with no checkout near."""
    ZipFile(wheel).extractall(tmp_path / "site")
    (tmp_path / "elsewhere").mkdir()
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}

    def told(*arguments: str) -> str:
        command = [sys.executable, "-m", "sim", *arguments]
        done = subprocess.run(
            command, env=environment, cwd=tmp_path / "elsewhere", capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "     01-worker-crashes/frozen-worker.yaml\n" in told("scenarios")
    for name in ("7", "frozen-worker", "01-worker-crashes/frozen-worker.yaml"):
        told("check", name)
    told("run", "scenarios/01-worker-crashes/frozen-worker.yaml", "--store", "memory", "--out", "results")
    assert (tmp_path / "elsewhere" / "results" / "report.html").is_file()
    assert "wrote my-exercises/01-outlast-the-outage/policy.yaml" in told("exercise", "start", "01")
    told("exercise", "new", "17-some-words")
    assert "wrote lessons/01-first-run.ipynb" in told("lessons")
    code = "from sim.notebook import example; print(example('01-worker-crashes/frozen-worker.yaml'))"
    found = subprocess.check_output([sys.executable, "-c", code], env=environment, cwd=tmp_path, text=True)
    assert Path(found.strip()).is_relative_to(tmp_path / "site")


def test_constraints_pin_every_direct_requirement_by_name_and_version_only() -> None:
    """No address of a registry, no hash, no path."""
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]*==[0-9][0-9a-z.]*", line) for line in CONSTRAINTS)
    project = PROJECT["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = {re.split(r"[^A-Za-z0-9-]", one)[0].lower() for one in wanted} - {"jobworker-sim"}
    assert names - {line.split("==")[0] for line in CONSTRAINTS} == set()
