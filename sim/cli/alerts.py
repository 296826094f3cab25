"""``alerts``: show which alert detects which fault, or export the alerts."""

import sys
from pathlib import Path
from typing import Any

import click

from sim.cli.exit_codes import VIOLATED
from sim.cli.scenario_path import ScenarioPath

PLACE = 60


@click.command()
@click.argument("scenario", type=ScenarioPath())
@click.option("--mode", type=click.Choice(["in-process", "queue"]), default="queue", help="Default: queue.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Default: the scenario's seed.")
@click.option("--semantics", type=click.Choice(["documented", "bull-4.16"]), help="Default: the scenario's first.")
@click.option("--export", "rules", metavar="FILE|-", help="Do not run: write the alerts as a Prometheus rule file.")
def command(scenario: Path, mode: Any, seed: int | None, semantics: Any, rules: str | None) -> None:
    """Run SCENARIO and show which alert detected which fault, and how long it took.

    Exit code 0: the scenario's expectations of its alerts hold; 1: one does not; 2: the scenario or a file cannot be
    used.
    """
    from sim.core.errors import SimError
    from sim.scenario.load import load_scenario

    loaded = load_scenario(scenario)
    if rules is not None:
        from sim.cli.run import write
        from sim.results.prometheus_rules import rule_file
        from sim.scenario.monitoring import MetricsConfig

        if not loaded.alerts:
            raise SimError(f"{scenario}: has no alerts to export; add them under 'alerts:'")
        write(rules, rule_file(loaded.alerts, loaded.sampling or MetricsConfig(), loaded.title))
        return
    from rich.text import Text

    from sim.engine.run import run
    from sim.reports.tables import print_monitoring
    from sim.reports.terminal import Terminal
    from sim.results.monitoring_rows import monitoring_verdict

    result = run(loaded, modes=[mode], seed=seed, semantics=semantics, metrics=None if loaded.sampling else "1s")
    one = result.modes[mode]
    assert one.metrics is not None
    console = Terminal()
    console.print()
    console.print(Text(loaded.title, style="bold"))
    console.print(Text(loaded.question, style="italic"))
    console.print()
    print_monitoring(one.metrics, one.detections, console)
    console.print(Text(monitoring_verdict(one.detections), style="bold"))
    if not all(check.holds for check in result.alert_expectations):
        for check in result.alert_expectations:
            if not check.holds:
                console.print(
                    Text(f"VIOLATED: {check.measure} {check.expected}, seen {check.seen_text}", style="bold red")
                )
        sys.exit(VIOLATED)
