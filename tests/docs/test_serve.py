"""What docs/serve.md shows is what happens."""

import re
from pathlib import Path

from sim.faults.registry import HAND_VERBS
from sim.scenario.load import load_scenario
from sim.serve.page.interventions import VERBS
from sim.serve.page.live_run import LiveRun

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs/serve.md").read_text(encoding="utf-8")


def test_the_log_is_that_of_the_run_that_is_shown() -> None:
    """Replayed by hand at 90 seconds, and one second on."""
    run = LiveRun(load_scenario(ROOT / "scenarios/05-dead-letters/with.yaml"))
    run.go_on(90_000)
    assert run.counts()["queue"].dead_lettered == 60
    run.do("replay", {"queue": "email", "id": "12"})
    run.go_on(91_000)
    (shown,) = re.findall(r"<!-- log -->\n```yaml\n(.*?)```", DOCS, re.S)
    assert run.written_log().as_yaml() == shown


def test_every_verb_of_queues_is_there_with_its_arguments() -> None:
    """And none that is not; those of faults stand in docs/faults.md, see ``test_faults``."""
    table = DOCS.split("| can be done by hand |")[1].split("## Keyboard")[0]
    rows = re.findall(r"^\| (`[a-z`, -]+) \| (.*?)\|$", table, re.M)
    documented = {verb: row for names, row in rows for verb in re.findall(r"`([a-z-]+)`", names)}
    queues = {name: verb for name, verb in VERBS.items() if name not in HAND_VERBS}
    assert set(documented) == set(queues)
    for name, verb in queues.items():
        assert re.findall(r"`([a-z_]+)`", documented[name]) == [*verb.needs, *verb.may]


def test_the_keyboard_table_is_that_of_the_page() -> None:
    """Key by key, in the same words."""
    page = (ROOT / "sim/serve/page/page.html.jinja").read_text(encoding="utf-8")
    shown = [
        (re.findall(r"<kbd>(.*?)</kbd>", keys), words)
        for keys, words in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page)
    ]
    table = DOCS.split("## Keyboard")[1].split("## ")[0]
    rows = re.findall(r"^\| (`.*?) \| (.*?) \|$", table, re.M)
    assert [(re.findall(r"`(.*?)`", keys), words) for keys, words in rows] == shown
