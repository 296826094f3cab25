"""What a scenario says of metrics, health and alerts, and what is wrong with it."""

import pytest

from sim.metrics.catalogue import METRICS
from sim.scenario.load import parse_scenario
from sim.scenario.monitoring import comparison, limit_ms
from sim.scenario.monitoring_checks import MAX_SAMPLES
from sim.yaml_files.problems import listed
from tests.unit.scenario.test_load import HEAD, problems

KNOWN = listed(list(METRICS))


def alert(text: str) -> str:
    """A scenario with one alert that has these keys besides its name."""
    return f"{HEAD}alerts: [{{name: A, {text}}}]"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('metric: wating, when: "> 1"', f"5:28: alerts[0].metric: expected {KNOWN}, not 'wating'; did you mean "
         "`waiting`?"),
        ('metric: depth, when: "> 1"', f"5:28: alerts[0].metric: expected {KNOWN}, not 'depth'"),
        ('metric: waiting, when: "> 1m"', '5:43: alerts[0].when: waiting is a number: compare it with a number, such '
         'as "> 100"'),
        ('metric: oldest_waiting_age, when: ">= 30"', '5:54: alerts[0].when: oldest_waiting_age is a time: compare it '
         'with a duration, such as ">= 30s"'),
        ("metric: waiting, when: 100", '5:43: alerts[0].when: expected a comparison such as "> 100", "== 0" or '
         '"> 30s", not the number 100'),
        ('metric: waiting, when: "over 9"', '5:43: alerts[0].when: expected a comparison such as "> 100", "== 0" or '
         '"> 30s", not \'over 9\''),
        ("metric: waiting", "5:10: alerts[0].when: is missing; expected text such as > 100 or > 30s"),
        ('metric: attempts, when: "> 1"', "5:10: alerts[0].over: is missing; attempts is a counter: add over: 1m to "
                                          "compare its growth in one minute"),
        ('metric: attempts, over: 1500ms, when: "> 1"', "5:44: alerts[0].over: expected a multiple of metrics.interval "
         "(1s), such as 1s or 1m"),
        ('metric: waiting, over: 1m, when: "> 1"', "5:37: alerts[0].over: over: is only for counters: "
         "submits, rejections, attempts, attempt_failures, retries, stalls, completions, failures or "
         "late_deliveries"),
        ('metric: redis_up, queue: email, when: "== 0"', "5:38: alerts[0].queue: redis_up is not per queue; remove "
                                                         "queue:"),
        ('queue: emial, metric: waiting, when: "> 0"', "5:27: alerts[0].queue: there is no queue 'emial'; did you "
         "mean `email`?"),
        ('metric: waiting, when: "> 0", for: 5', "5:55: alerts[0].for: expected a duration such as 500ms, 30s, 2m or "
         "1h30m, not the number 5, which has no unit"),
    ],
)  # fmt: skip
def test_an_alert_that_cannot_be_judged_is_refused_where_it_stands(text: str, problem: str) -> None:
    """With the metrics that there are, or what would be right."""
    assert problems(alert(text)) == [problem]


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("metrics: {interval: 99ms}", "5:21: metrics.interval: must be at least 100ms"),
        ("metrics: {intervl: 1s}", "5:11: metrics.intervl: unknown key; did you mean `interval`?"),
        ("health: {failure_rate: 2}", "5:24: health.failure_rate: expected a number from 0 to 1, not the number 2"),
        ("expect: {alerts: {B: fires}}", "5:19: expect.alerts.B: there is no alert 'B'; there are: none"),
        ('alerts: [{name: A, metric: waiting, when: "> 0"}, {name: A, metric: active, when: "> 0"}]',
         "5:58: alerts[1].name: alerts[0] is already called A"),
        ('alerts: [{name: "no good", metric: waiting, when: "> 0"}]', "5:17: alerts[0].name: expected a name such as "
         "QueueBacklog, not 'no good'"),
        ('alerts: [{name: Slow, metric: waiting, when: "> 0"}]\nexpect: {documented: {alerts: {Slwo: fires}}}',
         "6:32: expect.documented.alerts.Slwo: there is no alert 'Slwo'; did you mean `Slow`?"),
        ('alerts: [{name: A, metric: waiting, when: "> 0"}]\nexpect: {alerts: {A: firs}}',
         "6:22: expect.alerts.A: expected fires, quiet, false-alarm, or a limit such as `fires within 40s`, not "
         "'firs'"),
        ("duration: 1000001s\nmetrics: {interval: 1s}", "6:21: metrics.interval: 1,000,001 samples in 11d13h46m41s; "
         "the limit is 1,000,000: use a longer metrics.interval"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_refused_where_it_stands(more: str, problem: str) -> None:
    """Names, repetitions, and more samples than anybody looks at."""
    assert problems(HEAD + more) == [problem]


def test_the_most_samples_are_allowed() -> None:
    """And one more is not, see above."""
    parse_scenario(f"{HEAD}duration: {MAX_SAMPLES}s\nmetrics: {{interval: 1s}}")


@pytest.mark.parametrize(
    ("more", "every_ms"),
    [
        ("", None),
        ("metrics: {}", 1_000),
        ("metrics: {interval: 15s}", 15_000),
        ("health: {}", 1_000),
        ('alerts: [{name: A, metric: waiting, when: "> 0"}]', 1_000),
    ],
)
def test_samples_are_taken_where_something_asks_for_them(more: str, every_ms: int | None) -> None:
    """Every second where nothing else is said; otherwise none are."""
    sampling = parse_scenario(HEAD + more).sampling
    assert (sampling.interval if sampling else None) == every_ms


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("> 100", (">", 100, False)),
        (">=1.5", (">=", 1.5, False)),
        ("!= 0", ("!=", 0, False)),
        ("< 1m30s", ("<", 90, True)),
    ],
)
def test_a_comparison_is_read_with_its_unit(text: str, read: tuple[str, float, bool]) -> None:
    """Durations in seconds."""
    assert comparison(text) == read


@pytest.mark.parametrize("text", ["100", "> ", "> -1", "=> 3", "> 3 s", "> 1e3", "> 0x1", "> three"])
def test_what_is_no_comparison_is_refused(text: str) -> None:
    """Among them what Python would take for a number."""
    with pytest.raises(ValueError, match="expected a comparison"):
        comparison(text)


def test_an_expectation_may_have_a_limit_in_time() -> None:
    """Others have none."""
    assert [limit_ms(text) for text in ("fires", "quiet", "fires within 1m30s")] == [None, None, 90_000]
