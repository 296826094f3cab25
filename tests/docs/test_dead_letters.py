"""What docs/dead-letters.md shows is what happens."""

import re
from pathlib import Path

from sim.engine.run import run
from sim.results.outcomes import Counts
from sim.results.text import in_words
from sim.scenario.load import parse_scenario

PAGE = Path("docs/dead-letters.md").read_text()
SHOWN = ("delivered", "failed_retained", "failed_evicted", "dead_lettered")


def counts_of(name: str) -> Counts:
    """Run one of the two scenarios in queue mode."""
    return run(f"scenarios/05-dead-letters/{name}.yaml", modes=["queue"]).modes["queue"].totals


def test_the_counts_are_those_of_the_two_scenarios() -> None:
    """The table is written as the runs give it."""
    without, with_them = counts_of("without").as_dict(), counts_of("with").as_dict()
    rows = [f"| {in_words(name)} | {without[name]} | {with_them[name]} |" for name in SHOWN]
    written = PAGE.split("<!-- counts -->\n")[1].split("\n<!-- end -->")[0]
    assert written == "\n".join(["| | without | with |", "|---|---:|---:|", *rows])


def test_the_python_of_the_page_runs() -> None:
    """With all that it asserts."""
    (block,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)
    exec(block, {})


def test_the_yaml_of_the_page_turns_them_on() -> None:
    """As a part of a scenario."""
    settings, steps = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.M | re.S)
    rest = "title: T\nquestion: Q?\nworkload: [{queue: email, arrivals: {kind: constant, interval: 1s, count: 13}}]\n"
    scenario = parse_scenario(rest + settings + steps, "page.yaml")
    assert scenario.queues["email"].dead_letter
    assert [step.do for step in scenario.operator] == ["replay", "replay-all"]


def test_every_scenario_and_page_that_it_names_is_there() -> None:
    """No link leads nowhere."""
    names = re.findall(r"scenarios/[\w./-]+\.yaml", PAGE)
    links = re.findall(r"\]\(([\w./-]+\.md)\)", PAGE)
    assert len(names) >= 3
    assert [name for name in names if not Path(name).exists()] == []
    assert [link for link in links if not (Path("docs") / link).exists()] == []
