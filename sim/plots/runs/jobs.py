"""Picture: single jobs, one lane each, from arrival to end."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.core.durations import format_duration
from sim.plots.figure_style import (
    NARROW_IN,
    PAGE_IN,
    WIDE_IN,
    drawing,
    head_axes,
    head_figure,
    head_in,
    new_figure,
    run_line,
)
from sim.plots.job_choice import MAX_LANES, JobChoice
from sim.plots.job_timeline import Lane, Segment
from sim.plots.lanes_panel import JobLives, draw_lanes, height_in, job_lives, lanes_legend, legend_columns
from sim.plots.picture import WHOLE_TRACE, Content, NumberTable, RunPicture
from sim.plots.styles import OUTCOME_LOOKS, SEGMENT_LOOKS
from sim.results.job_results import JobResult
from sim.results.result import Result
from sim.results.text import duration_in_words, things
from sim.yaml_files.fields import ModeName

_FIRST_STEPS, _LAST_STEPS = 8, 3


def jobs(result: Result, ax: Axes | None = None, *, mode: ModeName = "queue", limit: int = MAX_LANES) -> Axes:
    """Draw one lane for each job: waiting, attempts by how they ended, backoff, and what happened at single moments.

    Of more jobs than ``limit`` those with different stories are shown, a few of each, and the title says so; beside
    each lane is the number of jobs that took the same course. Where single lives are short beside the run, time counts
    from each job's offer. Either mode of a result is drawn with the same jobs over the same time, so that two pictures
    can be compared.

    Args:
        result: Of a run.
        ax: Axes to draw into; default: a new figure.
        mode: The mode to draw; if the result lacks it, its only mode is drawn.
        limit: The most lanes.
    """
    chosen = mode if mode in result.modes else next(iter(result.modes))
    lives = job_lives(result, limit)
    with drawing():
        own = ax is None
        if ax is None:
            ax = new_figure(PAGE_IN, height_in(len(lives.choice.jobs)) + head_in("")).add_subplot()
        draw_lanes(ax, lives, chosen, max_ticks=7, counted=True)
        title = jobs_title(lives.choice).replace(": ", ":\n")
        handles = lanes_legend([lives.drawn[chosen]], [] if lives.starts_at_arrival else lives.windows[chosen])
        if own and isinstance(ax.figure, Figure):
            ax.figure.legend(handles=handles, loc="outside lower left", ncols=legend_columns(handles))
            head_figure(ax.figure, title, run_line(result, [chosen], PAGE_IN))
        else:
            head_axes(ax, title, run_line(result, [chosen], 4.0))
            ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, -0.12), ncols=legend_columns(handles))
    return ax


def jobs_figure(result: Result, *, narrow: bool = False, lives: JobLives | None = None) -> Figure:
    """Return the picture of every mode with the same jobs: side by side on a wide page, else one above the other.

    Args:
        lives: What it shows, where that was worked out before.
    """
    lives = job_lives(result) if lives is None else lives
    modes = list(result.modes)
    title = jobs_title(lives.choice)
    title = title.replace(": ", ":\n") if narrow else title
    with drawing():
        height = height_in(len(lives.choice.jobs)) - 0.2
        width = NARROW_IN if narrow else WIDE_IN
        figure = new_figure(width, (height * len(modes) if narrow else height) + 0.3 + head_in(title))
        down, across = (len(modes), 1) if narrow else (1, len(modes))
        panels = figure.subplots(down, across, squeeze=False, sharey=not narrow)
        for ax, mode in zip(panels.flat, modes, strict=True):
            draw_lanes(ax, lives, mode, max_ticks=6, counted=narrow or mode == modes[-1])
            ax.set_title(mode)
        windows = [] if lives.starts_at_arrival else [window for found in lives.windows.values() for window in found]
        handles = lanes_legend(list(lives.drawn.values()), windows)
        figure.legend(handles=handles, loc="outside lower left", ncols=2 if narrow else 4)
        head_figure(figure, title, run_line(result, modes, width))
    return figure


def jobs_title(choice: JobChoice) -> str:
    """Say how many jobs of how many are shown, and how many different stories."""
    shown = len(choice.jobs)
    if choice.is_all:
        return f"The life of {'the only job' if shown == 1 else f'all {shown} jobs'}"
    return f"The life of {shown} of {choice.there_are:,} jobs: {stories_in_words(choice)}"


def stories_in_words(choice: JobChoice) -> str:
    """Say how many of the different stories a choice of jobs shows."""
    if choice.stories == 1:
        return "all took the same course"
    if choice.shown_stories == choice.stories:
        return "both stories" if choice.stories == 2 else f"all {choice.stories} stories"
    return f"{choice.shown_stories} of {choice.stories:,} stories"


def _content(result: Result) -> Content:
    lives = job_lives(result)
    choice = lives.choice
    where = "from its offer" if lives.starts_at_arrival else "in simulated time"
    chosen = f"all {things(result, len(choice.jobs))}"
    caption = "One lane per job, the same jobs in every mode. "
    if not choice.is_all:
        chosen = f"{len(choice.jobs)} of {things(result, choice.there_are)} ({stories_in_words(choice)})"
        caption += f"Beside each lane: how many jobs took the same course. All jobs are in {WHOLE_TRACE}. "
    caption += "Two concurrent attempts at one job are drawn in two tracks of its lane."
    if any(lane.overdue is not None for found in lives.lanes.values() for lane in found):
        caption += " The thin bar at the bottom of a lane: longer than promised."
    if lives.is_condensed:
        caption += f" Steps too short to draw one by one are drawn together; {WHOLE_TRACE} has all of them."
    spoken = " ".join(_lanes_in_words(mode, found) for mode, found in lives.lanes.items())
    return Content(
        jobs_figure(result, lives=lives),
        jobs_figure(result, narrow=True, lives=lives),
        f"One lane per job, {where}: {chosen}. {spoken}",
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
    promised = any(job.deliver_within_ms is not None for job in outcomes.values())
    rows = []
    for name in lives.choice.jobs:
        for mode in lives.lanes:
            job = outcomes.get((mode, name))
            if job is None:
                continue
            row = [name, mode, OUTCOME_LOOKS[job.outcome.field].label]
            row += [f"{number:,}" for number in (job.effects, job.attempts, job.stalls)]
            row += [
                duration_in_words(job.offered_ms),
                "-" if job.first_effect_ms is None else duration_in_words(job.first_effect_ms),
            ]
            if promised:
                row += ["-" if job.delivery_ms is None else duration_in_words(job.delivery_ms), _promise_in_words(job)]
            if not lives.choice.is_all:
                row.append(f"{lives.choice.alike[name]:,}")
            rows.append([*row, _attempts_in_words(lanes[mode, name].segments)])
    headings = ["job", "mode", "outcome", "effects", "attempts", "stalls", "offered at", "first effect at"]
    headings += ["took", "promised"] if promised else []
    headings += [] if lives.choice.is_all else ["same course"]
    return NumberTable(f"What happened to {chosen}", [*headings, "in order"], rows, ends_in_text=True)


def _promise_in_words(job: JobResult) -> str:
    """Say within which time a job was promised, and whether it came late."""
    if job.deliver_within_ms is None:
        return "-"
    within = f"within {duration_in_words(job.deliver_within_ms)}"
    return f"{within}: LATE" if job.late else within


def _lanes_in_words(mode: str, lanes: list[Lane]) -> str:
    counts: dict[str, int] = {}
    for lane in lanes:
        label = OUTCOME_LOOKS[lane.outcome.field].label
        counts[label] = counts.get(label, 0) + 1
    again = sum(any(marker.kind == "duplicate" for marker in lane.markers) for lane in lanes)
    twice = f", {again} of them with a second effect" if again else ""
    overdue = sum(lane.overdue is not None for lane in lanes)
    late = f", {overdue} waited for longer than promised" if overdue else ""
    return f"{mode}: {', '.join(f'{number} {label}' for label, number in counts.items())}{twice}{late}."


def _attempts_in_words(segments: list[Segment]) -> str:
    """Write a lane as text: ``attempt: killed 1.5s, active, no worker 58s, attempt: ok 3s``."""
    told = [
        f"{SEGMENT_LOOKS[segment.kind].label} {format_duration(segment.end_ms - segment.start_ms)}"
        for segment in [*segments[:_FIRST_STEPS], *segments[_FIRST_STEPS:][-_LAST_STEPS:]]
    ]
    if (more := len(segments) - len(told)) > 0:
        told.insert(_FIRST_STEPS, f"({more:,} more, in {WHOLE_TRACE})")
    return "; ".join(told)


PICTURE = RunPicture("Single jobs", 30, _content)
