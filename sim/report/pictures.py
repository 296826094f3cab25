"""The pictures of a result as PNG, each with words and numbers for those who do not see it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from matplotlib.figure import Figure

from sim.core.durations import format_duration
from sim.report.canvas import png_bytes
from sim.report.fault_windows import FaultKind, FaultWindow
from sim.report.jobs_plot import jobs_figure, lanes_start_at_offer
from sim.report.lanes import Lane, choose_jobs, job_lanes
from sim.report.monitoring_plot import monitoring_figure
from sim.report.monitoring_tables import monitoring_tables, monitoring_verdict
from sim.report.outcomes_plot import outcomes_figure
from sim.report.replay import State
from sim.report.result import Result
from sim.report.style import OUTCOME_LOOKS, SEGMENT_LOOKS, STATE_LOOKS
from sim.report.timeline_plot import ModeSeries, timeline_figure
from sim.report.words import duration_in_words, in_words, mode_sentence, table_rows, things
from sim.scenario.fields import ModeName

MOST_LANES = 40
_MOMENTS = 10
_MOST_WINDOWS = 50


@dataclass(frozen=True)
class NumberTable:
    """The numbers behind a picture; the first cell of each row names the row."""

    caption: str
    headings: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes:
        name: Its file name without the ending.
        png: For a wide page.
        narrow_png: The same for a narrow one, as a telephone's.
        alt: What it shows, with its numbers.
        caption: How to read it.
    """

    name: str
    title: str
    png: bytes
    narrow_png: bytes
    alt: str
    caption: str
    tables: list[NumberTable]


def draw_pictures(result: Result) -> list[Picture]:
    """Draw outcomes, timeline and jobs, and monitoring where metrics were sampled."""
    return [_outcomes(result), _timeline(result), _jobs(result), *_monitoring(result)]


def _both(draw: Callable[..., Figure], result: Result) -> tuple[bytes, bytes]:
    return png_bytes(draw(result)), png_bytes(draw(result, narrow=True))


# -- outcomes -----------------------------------------------------------------------------------------------------


def _outcomes(result: Result) -> Picture:
    wide, narrow = _both(outcomes_figure, result)
    counts = [one.totals for one in result.modes.values()]
    names, overlays = table_rows(counts)
    spoken = " ".join(f"{mode}: {mode_sentence(result, one)}" for mode, one in result.modes.items())
    shown = [("offered", "offered"), *names, *((name, in_words(name)) for name in overlays)]
    rows = [[label, *(f"{one.as_dict()[name]:,}" for one in counts)] for name, label in shown]
    return Picture(
        "outcomes",
        "Outcomes",
        wide,
        narrow,
        f"Bar chart of outcomes, one bar a mode. {spoken}",
        "Every offered job ends in exactly one outcome. Duplicated jobs are a part of the delivered ones.",
        [NumberTable("Jobs by outcome, and counts that lie over the outcomes", ["", *result.modes], rows)],
    )


# -- timeline -----------------------------------------------------------------------------------------------------


def _timeline(result: Result) -> Picture:
    every = [ModeSeries(one) for one in result.modes.values()]
    wide, narrow = _both(partial(timeline_figure, series=every), result)
    windows = {one.result.mode: one.windows for one in every}
    tables = [_numbers_over_time(one, result.simulated_ms) for one in every]
    dead = " Dead letters may be fewer again: replayed or purged." if any(one.has_dead_letters for one in every) else ""
    by_hand = any(window.kind is FaultKind.OPERATOR for some in windows.values() for window in some)
    if any(windows.values()):
        tables.append(_windows_table(windows))
    return Picture(
        "timeline",
        "Jobs over time",
        wide,
        narrow,
        "Two line charts for each mode over simulated time. " + " ".join(_timeline_in_words(one) for one in every),
        "Above: jobs that are not finished, by where they stand. Below: how many jobs had been offered, delivered and "
        "lost, and how many effects were too many; a loss counts from the moment when the last trace of the job "
        f"vanished.{dead} Grey: something was broken." + (" Dashed: an operator did something." if by_hand else ""),
        tables,
    )


def _timeline_in_words(one: ModeSeries) -> str:
    depth, seen, windows = one.depth, one.progress, one.windows
    total = depth.total
    peak = int(total.argmax())
    last = next((int(t) for t, n in zip(*seen.delivered, strict=True) if n == seen.delivered.last), 0)
    words = f"{one.result.mode}: at most {int(total[peak]):,} unfinished jobs, at {_time(int(depth.t_ms[peak]))}; "
    words += f"{seen.delivered.last:,} of {seen.offered.last:,} delivered"
    words += f", the last at {_time(last)}" if seen.delivered.last else ""
    words += f"; {seen.duplicates.last:,} effects too many; {seen.lost.last:,} lost."
    if one.has_dead_letters:
        words += f" At most {int(seen.dead.so_far.max()):,} dead letters, {seen.dead.last:,} at the end."
    acted = [window for window in windows if window.kind is FaultKind.OPERATOR]
    for heading, some in (("Broken", [window for window in windows if window not in acted]), ("By hand", acted)):
        if some:
            more = f", and {len(some) - 4:,} more" if len(some) > 4 else ""
            words += f" {heading}: {', '.join(map(_window_in_words, some[:4]))}{more}."
    return words


def _window_in_words(window: FaultWindow) -> str:
    if window.is_moment:
        return f"{window.label} at {_time(window.start_ms)}"
    return f"{window.label} from {_time(window.start_ms)} to {_time(window.end_ms)}"


def _numbers_over_time(series: ModeSeries, end_ms: int) -> NumberTable:
    one, depth, seen = series.result, series.depth, series.progress
    states: list[State] = [state for state in STATE_LOOKS if state in depth.states]
    moments = sorted({round(end_ms * place / _MOMENTS) for place in range(_MOMENTS + 1)} | {one.simulated_ms})
    headings = ["at", *(STATE_LOOKS[state].label for state in states), "offered", "delivered", "duplicates", "lost"]
    curves = [seen.offered, seen.delivered, seen.duplicates, seen.lost]
    if series.has_dead_letters:
        headings.append("dead letters")
        curves.append(seen.dead)
    rows = [
        [
            _time(t_ms),
            *(f"{depth.at(t_ms)[state]:,}" for state in states),
            *(f"{curve.at(t_ms):,}" for curve in curves),
        ]
        for t_ms in moments
        if t_ms <= one.simulated_ms
    ]
    return NumberTable(f"{one.mode}: jobs over time", headings, rows)


def _windows_table(windows: dict[ModeName, list[FaultWindow]]) -> NumberTable:
    every = [(mode, window) for mode, found in windows.items() for window in found]
    rows = [
        [
            window.label,
            mode,
            _time(window.start_ms),
            _time(window.end_ms) if window.mended else "the end of the run",
            duration_in_words(window.end_ms - window.start_ms),
        ]
        for mode, window in every[:_MOST_WINDOWS]
    ]
    by_hand = any(window.kind is FaultKind.OPERATOR for _mode, window in every)
    caption = "What was broken, and what an operator did" if by_hand else "What was broken"
    if len(every) > _MOST_WINDOWS:
        caption += f" (the first {_MOST_WINDOWS} of {len(every):,})"
    return NumberTable(caption, ["what", "mode", "from", "until", "for"], rows)


# -- jobs ---------------------------------------------------------------------------------------------------------


def _jobs(result: Result) -> Picture:
    wide, narrow = _both(jobs_figure, result)
    jobs = choose_jobs(result, MOST_LANES)
    by_mode = {mode: job_lanes(one, jobs) for mode, one in result.modes.items()}
    everyone = {job.job for _mode, job in result.jobs}
    lanes = [lane for found in by_mode.values() for lane in found]
    where = "from its offer" if lanes_start_at_offer(result, lanes) else "in simulated time"
    chosen = (
        f"all {things(result, len(jobs))}"
        if len(jobs) == len(everyone)
        else (f"{len(jobs)} of {things(result, len(everyone))}, the most eventful ones")
    )
    spoken = " ".join(_lanes_in_words(mode, found) for mode, found in by_mode.items())
    outcomes = {(mode, job.job): job for mode, job in result.jobs}
    rows = []
    for job in jobs:
        for mode in by_mode:
            one = outcomes.get((mode, job))
            if one is None:
                continue
            first = "-" if one.first_effect_ms is None else _time(one.first_effect_ms)
            lane = next(lane for lane in by_mode[mode] if lane.job == job)
            rows.append(
                [
                    job,
                    mode,
                    OUTCOME_LOOKS[one.outcome.field].label,
                    _time(one.offered_ms),
                    first,
                    *(str(number) for number in (one.effects, one.attempts, one.stalls)),
                    _attempts_in_words(lane),
                ]
            )
    headings = ["job", "mode", "outcome", "offered at", "first effect at", "effects", "attempts", "stalls", "in order"]
    return Picture(
        "jobs",
        "Single jobs",
        wide,
        narrow,
        f"One lane a job, {where}: {chosen}. {spoken}",
        "One lane a job, the same jobs in every mode. Two attempts at one job at the same time lie in two tracks "
        "of its lane.",
        [NumberTable(f"What happened to {chosen}", headings, rows)],
    )


def _lanes_in_words(mode: str, lanes: list[Lane]) -> str:
    counts: dict[str, int] = {}
    for lane in lanes:
        label = OUTCOME_LOOKS[lane.outcome.field].label
        counts[label] = counts.get(label, 0) + 1
    again = sum(any(marker.kind == "duplicate" for marker in lane.markers) for lane in lanes)
    twice = f", {again} of them with a second effect" if again else ""
    return f"{mode}: {', '.join(f'{number} {label}' for label, number in counts.items())}{twice}."


def _attempts_in_words(lane: Lane) -> str:
    """Write a lane as text: ``attempt: killed 1.5s, active, but nobody runs it 58s, attempt: ok 3s``."""
    return "; ".join(
        f"{SEGMENT_LOOKS[segment.kind].label} {format_duration(segment.end_ms - segment.start_ms)}"
        for segment in lane.segments
    )


# -- monitoring ---------------------------------------------------------------------------------------------------


def _monitoring(result: Result) -> list[Picture]:
    """One picture, of queue mode or of the only mode; none where no samples were taken."""
    one = result.modes.get("queue") or next(iter(result.modes.values()))
    if one.metrics is None:
        return []
    tables = [
        NumberTable(caption, headings, [[cell.replace("\n", ", ") for cell in row] for row in rows])
        for caption, headings, rows in monitoring_tables(one.metrics, one.notices)
        if rows
    ]
    spoken = " ".join(f"{row[0]}: {row[-1]}." for row in tables[-1].rows[:8])
    verdict = monitoring_verdict(one.notices)
    return [
        Picture(
            "monitoring",
            "Monitoring",
            png_bytes(monitoring_figure(one)),
            png_bytes(monitoring_figure(one, narrow=True)),
            "Strips over simulated time: faults, health of workers, alerts; below them waiting jobs and the age of the "
            f"oldest. {verdict} Health, with what was wrong: {spoken}",
            f"{verdict} Judged every {duration_in_words(one.metrics.every_ms)}. A gap in a line: Redis did not answer, "
            "so nobody could read it.",
            tables,
        )
    ]


def _time(t_ms: int) -> str:
    return duration_in_words(t_ms)
