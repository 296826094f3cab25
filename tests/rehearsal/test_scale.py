"""The scale: read, refused, applied."""

import pytest

from sim.engine.arrivals import draw_arrivals
from sim.engine.random_streams import Streams
from sim.rehearsal.bull_options import job_options, worker_settings
from sim.rehearsal.scale import Scale, ScaleError, parse_scale
from tests.rehearsal.conftest import few_emails


@pytest.mark.parametrize(("text", "factor"), [("1:1", 1), ("1:20", 20), (" 1:100 ", 100)])
def test_a_scale_is_a_ratio(text: str, factor: int) -> None:
    """And is written as it is read."""
    assert parse_scale(text) == Scale(factor)
    assert str(parse_scale(text)) == text.strip()


@pytest.mark.parametrize("text", ["20", "1:0", "1:101", "2:20", "1:2.5", "1:-3", "", "1:٢٠"])
def test_what_is_no_scale_is_refused_with_what_would_be_right(text: str) -> None:
    """The text names the form and the limits."""
    with pytest.raises(ScaleError, match=r"expected a scale such as 1:20.*from 1:1 to 1:100"):
        parse_scale(text)


def test_every_time_that_bull_is_given_is_divided() -> None:
    """Settings, backoff, delays and ages; counts are not."""
    scenario = few_emails(
        queues={"email": {"remove_on_fail": {"count": 7, "age": "10s"}, "backoff": {"type": "fixed", "delay": "3s"}}},
        workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["1s"]}, "delay": "2s", "priority": 3}],
    )
    assert worker_settings(scenario.workers_of("email"), Scale(20)) == {
        "lockDuration": 300,
        "lockRenewTime": 150,
        "stalledInterval": 250,
        "maxStalledCount": 1,
        "guardInterval": 250,
        "retryProcessDelay": 250,
        "drainDelay": 0.25,
    }
    (arrival,) = draw_arrivals(scenario, Streams(1))
    assert job_options(arrival, scenario.queues["email"], Scale(20)) == {
        "attempts": 5,
        "backoff": {"type": "fixed", "delay": 150},
        "delay": 100,
        "priority": 3,
        "removeOnComplete": False,
        "removeOnFail": {"count": 7, "age": 0.5},
    }


def test_a_time_never_becomes_nothing() -> None:
    """Because 0 means something else to Bull."""
    scenario = few_emails(queues={"email": {"backoff": {"type": "fixed", "delay": "1ms"}}})
    arrival = next(draw_arrivals(scenario, Streams(1)))
    assert job_options(arrival, scenario.queues["email"], Scale(100))["backoff"] == {"type": "fixed", "delay": 1}
