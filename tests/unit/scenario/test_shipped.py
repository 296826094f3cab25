"""Where the shipped scenarios are found."""

from pathlib import Path

import pytest

from sim.core.errors import SimError
from sim.scenario import shipped


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package as a wheel leaves it: its scenarios inside, nothing beside it."""
    package = tmp_path / "site-packages" / "sim"
    folder = package / "shipped" / "scenarios" / "01-one"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text("")
    (folder / "b.yaml").write_text("")
    monkeypatch.setattr(shipped, "files", lambda _name: package)
    return package / "shipped" / "scenarios"


def test_in_a_checkout_they_lie_beside_the_package() -> None:
    """In the folder at the top of the repository."""
    assert shipped.shipped_scenarios() == Path("scenarios").resolve()
    assert shipped.is_checkout()
    assert [file.name for file in shipped.scenario_files()][:1] == ["blocked-event-loop.yaml"]


def test_in_a_wheel_they_lie_inside_the_package_and_a_folder_beside_it_is_none_of_theirs(wheel: Path) -> None:
    """Another package may have put a folder of that name there."""
    (wheel.parents[2] / "scenarios").mkdir()
    assert shipped.shipped_scenarios() == wheel
    assert not shipped.is_checkout()
    assert shipped.scenario_files() == [wheel / "01-one/a.yaml", wheel / "01-one/b.yaml"]


@pytest.mark.parametrize("name", ["01-one/a", "01-one/a.yaml", "scenarios/01-one/a", "scenarios/01-one/a.yaml"])
def test_a_path_below_the_folder_names_a_file_in_it(wheel: Path, name: str) -> None:
    """So that what a checkout's documents say also works where only the wheel is."""
    assert shipped.shipped_file(Path(name)) == wheel / "01-one/a.yaml"


@pytest.mark.parametrize("name", ["a", "a.yaml", "scenarios/a.yaml", "01-one/c", "01-one", "../scenarios/01-one/a"])
def test_any_other_path_names_none(wheel: Path, name: str) -> None:
    """A bare name is for the caller to look up, and no path leads out of the folder."""
    assert shipped.shipped_file(Path(name)) is None
    assert shipped.shipped_file(wheel / "01-one/a.yaml") is None


def test_an_installation_without_them_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that somebody copied by hand."""
    monkeypatch.setattr(shipped, "files", lambda _name: tmp_path / "sim")
    with pytest.raises(SimError, match="lacks the shipped scenarios; install jobworker-sim again"):
        shipped.shipped_scenarios()
