"""What a scenario expects of its alerts, as numbers with bounds."""

from collections.abc import Iterator, Mapping

from sim.results.detection import Detections
from sim.scenario.monitoring import limit_ms


def alert_checks(detections: Detections, expected: Mapping[str, str]) -> Iterator[tuple[str, str, int]]:
    """Return measure, bound and what was seen, for each expectation; a limit in time is one in milliseconds."""
    for alert, expectation in expected.items():
        fired = len(detections.fired(alert))
        if expectation == "quiet":
            yield f"{alert} fires", "== 0", fired
        elif expectation == "false-alarm":
            yield f"{alert} fires falsely", "> 0", sum(episode.alert == alert for episode in detections.false)
        else:
            yield f"{alert} fires", "> 0", fired
            within_ms, soonest_ms = limit_ms(expectation), detections.soonest_ms(alert)
            if within_ms is not None and soonest_ms is not None:
                yield f"{alert} after (ms)", f"<= {within_ms}", soonest_ms
            elif within_ms is not None:
                yield f"{alert} notices a fault", "> 0", 0
