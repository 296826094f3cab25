"""The index of the incidents in docs/incidents.md, and its small pictures, from runs of their scenarios.

``python -m tests.docs.incident_index`` writes both anew; a test says when that is.
"""

from pathlib import Path

from matplotlib.figure import Figure

from sim.engine.run import run
from sim.plots.figure_style import drawing, new_figure, png_bytes
from sim.plots.styles import INK, OUTCOME_LOOKS
from sim.results.outcomes import Outcome
from sim.results.result import ModeResult, Result
from sim.results.text import mode_sentence
from sim.scenario.incident import SYMPTOMS
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "scenarios/10-incidents"
PAGE = ROOT / "docs/incidents.md"
PICTURES = ROOT / "docs/pictures/incidents"
BEGIN, END = "<!-- incidents -->\n", "<!-- end -->"
AS_IT_WAS = "as it was"


def incident_files() -> list[Path]:
    """List the scenarios of the gallery."""
    return sorted(FOLDER.glob("*.yaml"))


def results_of(file: Path) -> dict[str, Result]:
    """Run a scenario as it stands and in each of its variants, by name."""
    plain = load_scenario(file)
    paths = {AS_IT_WAS: str(file)} | {name: f"{file}:{name}" for name in plain.variants}
    return {name: run(path, store="memory") for name, path in paths.items()}


def of_one_mode(result: Result) -> ModeResult:
    """Return the outcomes of the mode in which the incident happens."""
    (one,) = result.modes.values()
    return one


def index(results: dict[Path, dict[str, Result]]) -> str:
    """List the incidents under what people noticed first."""
    lines: list[str] = []
    for symptom, heading in SYMPTOMS.items():
        rows = [
            _row(file, found)
            for file, found in results.items()
            if (told := found[AS_IT_WAS].scenario.incident) is not None and told.symptom == symptom
        ]
        if rows:
            lines += [f"### {heading}", "", *rows]
    return "\n".join(lines)


def _row(file: Path, found: dict[str, Result]) -> str:
    scenario = found[AS_IT_WAS].scenario
    incident = scenario.incident
    assert incident is not None
    reports = ", ".join([f"[{incident.report}]({incident.url})", *incident.also])
    lines = [
        f"**[{scenario.title}](../scenarios/10-incidents/{file.name})** · `run {file.stem}` · {incident.minutes} min",
        f"<br>{incident.noticed} ({reports})",
        f"<br>![{_alt(found)}](pictures/incidents/{file.stem}.png)",
        *(f"<br>*{name}*: {_sentences(scenario, name, one)}" for name, one in found.items()),
    ]
    return "\n".join(lines) + "\n"


def _sentences(scenario: Scenario, name: str, result: Result) -> str:
    seen = mode_sentence(result, of_one_mode(result))
    return seen if name == AS_IT_WAS else f"{scenario.variants[name].about} {seen}"


def _alt(found: dict[str, Result]) -> str:
    return "; ".join(f"{name}: {mode_sentence(one, of_one_mode(one))[:-1]}" for name, one in found.items())


def picture(found: dict[str, Result]) -> bytes:
    """Draw one bar for each variant: what became of all jobs; the twice delivered ones are a hatched part."""
    with drawing():
        figure: Figure = new_figure(4.6, 0.34 + 0.26 * len(found))
        axes = figure.add_subplot()
        for place, result in enumerate(found.values()):
            left = 0.0
            for name, jobs in _parts(of_one_mode(result)).items():
                look = OUTCOME_LOOKS[name]
                width = jobs / max(1, of_one_mode(result).totals.offered)
                edge = {"hatch": look.hatch, "edgecolor": INK, "linewidth": 0.6}
                axes.barh(place, width, left=left, color=look.colour, height=0.74, label=look.label, **edge)
                left += width
        axes.set_yticks(range(len(found)), list(found))
        axes.invert_yaxis()
        axes.set_xlim(0, 1)
        axes.set_xticks([])
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.tick_params(length=0)
        handles, labels = axes.get_legend_handles_labels()
        once = dict(zip(labels, handles, strict=True))
        figure.legend(
            once.values(),
            once.keys(),
            loc="outside lower left",
            ncols=4,
            fontsize=8,
            handlelength=1.2,
            columnspacing=1.0,
        )
        return png_bytes(figure)


def _parts(one: ModeResult) -> dict[str, int]:
    """Count what became of the jobs, each once; a delivered job that came twice and late counts as twice."""
    found = dict.fromkeys(OUTCOME_LOOKS, 0)
    for job in one.jobs:
        if job.outcome is not Outcome.DELIVERED:
            found[job.outcome.field] += 1
        else:
            found["duplicated" if job.duplicated else "late" if job.late else "delivered"] += 1
    return {name: count for name, count in found.items() if count}


def written() -> str:
    """Return what stands in the page."""
    return PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]


if __name__ == "__main__":
    everything = {file: results_of(file) for file in incident_files()}
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}{index(everything)}{END}{rest.split(END, 1)[1]}", encoding="utf-8")
    PICTURES.mkdir(exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    for file, found in everything.items():
        (PICTURES / f"{file.stem}.png").write_bytes(picture(found))
