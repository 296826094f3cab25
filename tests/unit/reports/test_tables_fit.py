"""Monitoring's tables at 80 columns, whatever the names."""

import io

from rich.console import Console

from sim.engine.run import run
from sim.reports.tables import print_monitoring
from sim.scenario.load import parse_scenario

NAME = "notifications_for_customers_abroad_1"
TEXT = f"""
title: Long names
question: Do the tables still fit?
modes: [queue]
duration: 6m
queues: {{{NAME}: {{handler: email, service: 1s}}}}
workload:
  - {{queue: {NAME}, arrivals: {{kind: constant, interval: 1s, count: 200}}}}
  - {{queue: order, arrivals: {{kind: constant, interval: 1s, count: 200}}}}
faults:
  - {{kind: worker-crash, at: [62s, 124s], restart_after: 100s}}
alerts:
  - {{name: BacklogOfNotificationsForCustomersAbroad, metric: waiting, queue: {NAME}, when: "> 10", for: 10s}}
  - {{name: WorkerUnhealthy, metric: workers_unhealthy, when: "> 0", for: 30s}}
"""


def printed(text: str) -> list[str]:
    """What a terminal of 80 columns shows."""
    one = run(parse_scenario(text), store="memory").modes["queue"]
    assert one.metrics is not None
    stream = io.StringIO()
    print_monitoring(one.metrics, one.detections, Console(file=stream, width=80))
    return stream.getvalue().splitlines()


def first_column(lines: list[str], name: str, neighbour: str) -> str:
    """The letters of a table's first column, in one piece."""
    begin = next(place for place, line in enumerate(lines) if line.split()[:1] == [name] and neighbour in line)
    width = lines[begin].index(neighbour)
    return "".join(line[:width] for line in lines[begin + 1 :]).replace(" ", "")


def test_long_names_take_no_column_and_no_letter_away() -> None:
    """Names fold; moments, times and counts stay whole, and every heading is there."""
    lines = printed(TEXT)
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    for heading in ("from", "until", "unhealthy after", "recovered", "alerts after", "fires when", "fired", "false"):
        assert heading in text
    assert "1m2s" in text
    assert "2m42s" in text
    assert f"{NAME}-1down" in first_column(lines, "fault", "from")
    assert "BacklogOfNotificationsForCustomersAbroad" in first_column(lines, "alert", "fires when")
