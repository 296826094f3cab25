"""The pictures of a result as PNG, each with words and numbers for those who do not see it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from matplotlib.figure import Figure

from sim.core.durations import format_duration
from sim.faults.window import FaultKind
from sim.plots.figure_style import png_bytes
from sim.plots.job_timeline import Lane, Segment
from sim.plots.jobs_plot import JobLives, job_lives, jobs_figure, stories_in_words
from sim.plots.monitoring_plot import monitoring_figure
from sim.plots.outcomes_plot import outcomes_figure
from sim.plots.styles import OUTCOME_LOOKS, SEGMENT_LOOKS, STATE_LOOKS
from sim.plots.timeline_plot import ModeSeries, averaged_over, timeline_figure
from sim.reports.monitoring_tables import monitoring_tables, monitoring_verdict
from sim.results.fates import STACKED
from sim.results.fault_windows import FaultWindow
from sim.results.outcomes import Outcome
from sim.results.replay import State
from sim.results.result import Result
from sim.results.text import duration_in_words, in_words, mode_sentence, table_rows, things
from sim.yaml_files.fields import ModeName

WHOLE_TRACE = "trace.ndjson.gz"
"""Where everything stands that pictures and tables leave out."""
_MOMENTS = 10
_MAX_WINDOWS = 50
_FIRST_STEPS, _LAST_STEPS = 8, 3


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
    every_ms = averaged_over(every)
    caption = "Above: jobs that are not finished, by where they stand"
    if every_ms is not None:
        span = duration_in_words(every_ms)
        caption += f"; areas are means over {span}, because single jobs are too short to be seen, the line is the most"
    caption += (
        ". Below: every offered job in exactly one area; at the end the areas are the outcomes. A loss counts from the "
        "moment when the last trace of the job vanished."
    )
    if any(one.fates.counts[Outcome.DEAD_LETTERED].any() for one in every):
        caption += " Dead letters may be fewer again: replayed or purged."
    if any(one.fates.extra_effects.last for one in every):
        caption += " Lowest: effects too many so far, which are no jobs."
    if any(windows.values()):
        tables.append(_windows_table(windows))
        caption += " Grey: something was broken."
    if any(window.kind is FaultKind.OPERATOR for some in windows.values() for window in some):
        caption += " Dashed: an operator did something."
    return Picture(
        "timeline",
        "Jobs over time",
        wide,
        narrow,
        "Areas for each mode over simulated time. " + " ".join(_timeline_in_words(one) for one in every),
        caption,
        tables,
    )


def _timeline_in_words(one: ModeSeries) -> str:
    depth, fates, windows = one.depth, one.fates, one.windows
    total, last = depth.total, fates.last
    peak = int(total.argmax())
    delivered, offered = last[Outcome.DELIVERED], sum(last.values())
    words = f"{one.result.mode}: at most {int(total[peak]):,} unfinished jobs, at {_time(int(depth.t_ms[peak]))}; "
    words += f"{delivered:,} of {offered:,} delivered"
    if delivered:
        moment = int(fates.t_ms[int((fates.counts[Outcome.DELIVERED] == delivered).argmax())])
        words += f", the last at {_time(moment)}"
    words += f"; {offered - delivered:,} not delivered"
    if offered > delivered:
        parts = [f"{last[outcome]:,} {OUTCOME_LOOKS[outcome.field].label}" for outcome in STACKED[1:] if last[outcome]]
        words += f": {', '.join(parts)}"
    words += f"; {fates.extra_effects.last:,} effects too many."
    dead = fates.counts[Outcome.DEAD_LETTERED]
    if dead.any():
        words += f" At most {int(dead.max()):,} dead letters, {int(dead[-1]):,} at the end."
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
    """Lay out the numbers behind the areas at some moments: what became of the offered jobs, then where they stood."""
    one, depth, fates = series.result, series.depth, series.fates
    states: list[State] = [state for state in STATE_LOOKS if state in depth.states]
    groups = [outcome for outcome in STACKED if outcome is Outcome.DELIVERED or fates.counts[outcome].any()]
    moments = sorted({round(end_ms * place / _MOMENTS) for place in range(_MOMENTS + 1)} | {one.simulated_ms})
    headings = ["at", "offered", *(_group_in_words(outcome) for outcome in groups), "effects too many"]
    headings += [STATE_LOOKS[state].label for state in states]
    rows = []
    for t_ms in moments:
        if t_ms > one.simulated_ms:
            continue
        counts, standing = fates.at(t_ms), depth.at(t_ms)
        numbers = [sum(counts.values()), *(counts[outcome] for outcome in groups), fates.extra_effects.at(t_ms)]
        numbers += [standing[state] for state in states]
        rows.append([_time(t_ms), *(f"{number:,}" for number in numbers)])
    return NumberTable(f"{one.mode}: jobs over time", headings, rows)


def _group_in_words(outcome: Outcome) -> str:
    return "not settled yet" if outcome is Outcome.PENDING else OUTCOME_LOOKS[outcome.field].label


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
        for mode, window in every[:_MAX_WINDOWS]
    ]
    by_hand = any(window.kind is FaultKind.OPERATOR for _mode, window in every)
    caption = "What was broken, and what an operator did" if by_hand else "What was broken"
    if len(every) > _MAX_WINDOWS:
        caption += f" (the first {_MAX_WINDOWS} of {len(every):,}; all are in {WHOLE_TRACE})"
    return NumberTable(caption, ["what", "mode", "from", "until", "for"], rows)


# -- jobs ---------------------------------------------------------------------------------------------------------


def _jobs(result: Result) -> Picture:
    lives = job_lives(result)
    wide, narrow = _both(partial(jobs_figure, lives=lives), result)
    choice = lives.choice
    where = "from its offer" if lives.starts_at_arrival else "in simulated time"
    chosen = f"all {things(result, len(choice.jobs))}"
    caption = "One lane a job, the same jobs in every mode. "
    if not choice.is_all:
        chosen = f"{len(choice.jobs)} of {things(result, choice.there_are)} ({stories_in_words(choice)})"
        caption += f"Beside each lane: how many jobs went alike. All jobs are in {WHOLE_TRACE}. "
    caption += "Two attempts at one job at the same time lie in two tracks of its lane."
    if lives.is_condensed:
        caption += f" Steps too short to be drawn one by one are drawn together; {WHOLE_TRACE} has all of them."
    spoken = " ".join(_lanes_in_words(mode, found) for mode, found in lives.lanes.items())
    return Picture(
        "jobs",
        "Single jobs",
        wide,
        narrow,
        f"One lane a job, {where}: {chosen}. {spoken}",
        caption,
        [_jobs_table(lives, chosen)],
    )


def _jobs_table(lives: JobLives, chosen: str) -> NumberTable:
    """Lay out the lanes as text: what came of each job first, then how it went, then its numbers."""
    shown = set(lives.choice.jobs)
    outcomes = {
        (mode, job.job): job for mode, one in lives.result.modes.items() for job in one.jobs if job.job in shown
    }
    lanes = {(mode, lane.job): lane for mode, found in lives.lanes.items() for lane in found}
    rows = []
    for name in lives.choice.jobs:
        for mode in lives.lanes:
            job = outcomes.get((mode, name))
            if job is None:
                continue
            row = [name, mode, OUTCOME_LOOKS[job.outcome.field].label]
            row += [f"{number:,}" for number in (job.effects, job.attempts, job.stalls)]
            row += [_time(job.offered_ms), "-" if job.first_effect_ms is None else _time(job.first_effect_ms)]
            if not lives.choice.is_all:
                row.append(f"{lives.choice.alike[name]:,}")
            rows.append([*row, _attempts_in_words(lanes[mode, name].segments)])
    headings = ["job", "mode", "outcome", "effects", "attempts", "stalls", "offered at", "first effect at"]
    headings += [] if lives.choice.is_all else ["jobs alike"]
    return NumberTable(f"What happened to {chosen}", [*headings, "in order"], rows)


def _lanes_in_words(mode: str, lanes: list[Lane]) -> str:
    counts: dict[str, int] = {}
    for lane in lanes:
        label = OUTCOME_LOOKS[lane.outcome.field].label
        counts[label] = counts.get(label, 0) + 1
    again = sum(any(marker.kind == "duplicate" for marker in lane.markers) for lane in lanes)
    twice = f", {again} of them with a second effect" if again else ""
    return f"{mode}: {', '.join(f'{number} {label}' for label, number in counts.items())}{twice}."


def _attempts_in_words(segments: list[Segment]) -> str:
    """Write a lane as text: ``attempt: killed 1.5s, active, but nobody runs it 58s, attempt: ok 3s``."""
    told = [
        f"{SEGMENT_LOOKS[segment.kind].label} {format_duration(segment.end_ms - segment.start_ms)}"
        for segment in [*segments[:_FIRST_STEPS], *segments[_FIRST_STEPS:][-_LAST_STEPS:]]
    ]
    if (more := len(segments) - len(told)) > 0:
        told.insert(_FIRST_STEPS, f"({more:,} more, in {WHOLE_TRACE})")
    return "; ".join(told)


# -- monitoring ---------------------------------------------------------------------------------------------------


def _monitoring(result: Result) -> list[Picture]:
    """One picture, of queue mode or of the only mode; none where no samples were taken."""
    one = result.modes.get("queue") or next(iter(result.modes.values()))
    if one.metrics is None:
        return []
    tables = [
        NumberTable(caption, headings, [[cell.replace("\n", ", ") for cell in row] for row in rows])
        for caption, headings, rows in monitoring_tables(one.metrics, one.detections)
        if rows
    ]
    spoken = " ".join(f"{row[0]}: {row[-1]}." for row in tables[-1].rows[:8])
    verdict = monitoring_verdict(one.detections)
    return [
        Picture(
            "monitoring",
            "Monitoring",
            png_bytes(monitoring_figure(one, result=result)),
            png_bytes(monitoring_figure(one, narrow=True, result=result)),
            "Strips over simulated time: faults, health of workers, alerts; below them waiting jobs and the age of the "
            f"oldest. {verdict} Health, with what was wrong: {spoken}",
            f"{verdict} Judged every {duration_in_words(one.metrics.every_ms)}. A gap in a line: Redis did not answer, "
            "so nobody could read it.",
            tables,
        )
    ]


def _time(t_ms: int) -> str:
    return duration_in_words(t_ms)
