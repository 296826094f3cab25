"""What docs/serve.md shows is what happens."""

import re
from pathlib import Path

from sim.scenario.load import load_scenario
from sim.serve.page.live_run import LiveRun
from tests.docs.verb_table import page

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
    """As ``python -m tests.docs.verb_table`` writes them; those of faults stand in docs/faults.md."""
    assert page("serve") == DOCS


def test_the_keyboard_table_is_that_of_the_page() -> None:
    """Key by key, in the same words."""
    html = (ROOT / "sim/serve/page/page.html.jinja").read_text(encoding="utf-8")
    shown = [
        (re.findall(r"<kbd>(.*?)</kbd>", keys), words)
        for keys, words in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html)
    ]
    table = DOCS.split("## Keyboard")[1].split("## ")[0]
    rows = re.findall(r"^\| (`.*?) \| (.*?) \|$", table, re.M)
    assert [(re.findall(r"`(.*?)`", keys), words) for keys, words in rows] == shown
