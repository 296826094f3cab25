"""Picture: single jobs, one lane each, from the offer to the end."""

from collections.abc import Iterable, Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.report.canvas import NARROW_IN, PAGE_IN, WIDE_IN, drawing, new_figure
from sim.report.fault_strip import SHADE, shade_windows
from sim.report.fault_windows import FaultKind, FaultWindow, fault_windows
from sim.report.lanes import Lane, SegmentKind, choose_jobs, job_lanes
from sim.report.result import ModeResult, Result
from sim.report.style import INK, MARKER_LOOKS, SEGMENT_LOOKS
from sim.report.time_axis import set_time_axis
from sim.scenario.fields import ModeName

_LANE = 0.84
_LONG_TITLE = 30
"""A title of more characters has the mode on a line of its own."""
_ZOOM_FROM = 6
"""Where the run is so many times as long as the longest of the jobs shown, every lane begins with its offer."""


def plot_jobs(result: Result, mode: ModeName = "queue", *, ax: Axes | None = None, limit: int = 40) -> Axes:
    """Draw one lane for each job: waiting, attempts by how they ended, backoff, and what happened at single moments.

    Of more jobs than ``limit`` the most eventful ones are shown, and the title says so. Where single lives are short
    beside the run, time counts from each job's offer. Either mode of a result is drawn with the same jobs over the same
    time, so that two pictures can be compared.

    Args:
        mode: The mode to draw; the only one there is where the result has no such mode.
        ax: Axes to draw into; left out, a new figure.
    """
    one = result.modes[mode] if mode in result.modes else next(iter(result.modes.values()))
    jobs = choose_jobs(result, limit)
    lanes = job_lanes(one, jobs)
    every = [lane for other in result.modes.values() for lane in (lanes if other is one else job_lanes(other, jobs))]
    relative = _is_relative(every, result.simulated_ms)
    with drawing():
        own = ax is None
        if ax is None:
            ax = new_figure(PAGE_IN, _height_in(len(jobs))).add_subplot()
        _draw_lanes(ax, one, lanes, jobs, _end_ms(every, result, relative), relative=relative)
        title = _title(len(jobs), _all_jobs(result))
        between = "\n" if len(title) > _LONG_TITLE else " "
        ax.set_title(f"{title},{between}{one.mode} mode")
        handles = _legend([lanes], [] if relative else _windows([one]))
        if own and isinstance(ax.figure, Figure):
            ax.figure.legend(handles=handles, loc="outside lower left", ncols=_columns(handles))
        else:
            ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, -0.12), ncols=_columns(handles))
    return ax


def jobs_figure(result: Result, *, narrow: bool = False, limit: int = 40) -> Figure:
    """Return the picture of every mode with the same jobs: side by side on a wide page, else one above the other."""
    jobs = choose_jobs(result, min(limit, 20) if narrow else limit)
    every = [(one, job_lanes(one, jobs)) for one in result.modes.values()]
    relative = _is_relative([lane for _one, lanes in every for lane in lanes], result.simulated_ms)
    end_ms = max(_end_ms(lanes, result, relative) for _one, lanes in every)
    with drawing():
        height = _height_in(len(jobs))
        size = (NARROW_IN, height * len(every) + 0.9) if narrow else (WIDE_IN, height)
        figure = new_figure(*size)
        panels = figure.subplots(
            len(every) if narrow else 1, 1 if narrow else len(every), squeeze=False, sharey=not narrow
        )
        for ax, (one, lanes) in zip(panels.flat, every, strict=True):
            _draw_lanes(ax, one, lanes, jobs, end_ms, relative=relative, most_ticks=6)
            ax.set_title(one.mode)
        title = _title(len(jobs), _all_jobs(result))
        figure.suptitle(
            title.replace(", the", ",\nthe") if narrow else title, x=0.01, ha="left", fontweight="bold", fontsize=12
        )
        windows = [] if relative else _windows(result.modes.values())
        handles = _legend([lanes for _one, lanes in every], windows)
        figure.legend(handles=handles, loc="outside lower left", ncols=2 if narrow else 4)
    return figure


def lanes_start_at_offer(result: Result, lanes: Iterable[Lane]) -> bool:
    """Tell whether a picture of these lanes counts time from each job's offer."""
    return _is_relative(list(lanes), result.simulated_ms)


def _all_jobs(result: Result) -> int:
    return len({job.job for _mode, job in result.jobs})


def _title(shown: int, there_are: int) -> str:
    if shown == there_are:
        return f"The life of {'the only job' if shown == 1 else f'all {shown} jobs'}"
    return f"The life of {shown} of {there_are:,} jobs, the most eventful ones"


def _height_in(jobs: int) -> float:
    return 1.9 + max(jobs, 3) * (0.36 if jobs <= 12 else 0.21)


def _is_relative(lanes: Sequence[Lane], simulated_ms: int) -> bool:
    longest = max((lane.end_ms - lane.offered_ms for lane in lanes), default=0)
    return len(lanes) > 1 and simulated_ms > _ZOOM_FROM * max(longest, 1)


def _end_ms(lanes: Sequence[Lane], result: Result, relative: bool) -> int:
    if not relative:
        return result.simulated_ms
    return max(1, round(1.04 * max((lane.end_ms - lane.offered_ms for lane in lanes), default=0)))


def _draw_lanes(
    ax: Axes,
    result: ModeResult,
    lanes: Sequence[Lane],
    jobs: Sequence[str],
    end_ms: int,
    *,
    relative: bool,
    most_ticks: int = 7,
) -> None:
    place_of = {job: place for place, job in enumerate(jobs)}
    for lane in lanes:
        origin_ms = lane.offered_ms if relative else 0
        _draw_lane(ax, lane, place_of[lane.job], origin_ms, end_ms, crowded=len(jobs) > 12)
    if not relative:
        shade_windows(ax, fault_windows(result.ledger, result.simulated_ms))
    set_time_axis(
        ax, end_ms, label="time since the job was offered" if relative else "simulated time", most_ticks=most_ticks
    )
    ax.set_yticks(range(len(jobs)), list(jobs), fontsize=9 if len(jobs) <= 12 else 8)
    ax.tick_params(axis="y", length=0, pad=8)  # a marker at the very start reaches over the axis
    ax.set_ylim(len(jobs) - 0.4, -0.6)
    ax.spines["left"].set_visible(False)
    for place in range(len(jobs)):
        ax.axhline(place + 0.5, color="#dddddd", linewidth=0.5, zorder=0)


def _draw_lane(ax: Axes, lane: Lane, place: int, origin_ms: int, end_ms: int, *, crowded: bool) -> None:
    height = _LANE / lane.tracks
    top = place - _LANE / 2
    for segment in lane.segments:
        look = SEGMENT_LOOKS[segment.kind]
        share = 0.95 if segment.kind.is_attempt or segment.kind is SegmentKind.ABANDONED else 0.55
        ax.barh(
            top + height * (segment.track + 0.5),
            segment.end_ms - segment.start_ms,
            left=segment.start_ms - origin_ms,
            height=height * share,
            color=look.colour,
            hatch=look.hatch or None,
            edgecolor="#444444",
            linewidth=0.5,
            gid=f"{lane.job}:{segment.kind.value}",
        )
    for marker in lane.markers:
        if marker.t_ms - origin_ms > end_ms:
            continue
        look = MARKER_LOOKS[marker.kind]
        ax.plot(
            [marker.t_ms - origin_ms],
            [top + height * (marker.track + 0.5)],
            marker=look.marker,
            markersize=(5.5 if crowded else 8) * (0.8 if lane.tracks > 1 else 1),
            markerfacecolor=look.colour,
            markeredgecolor=INK,
            markeredgewidth=0.8,
            linestyle="none",
            clip_on=False,
            zorder=4,
            gid=f"{lane.job}:{marker.kind.value}",
        )


def _columns(handles: Sequence[Artist]) -> int:
    """Tell how many columns of a legend a page is wide enough for."""
    longest = max((len(str(handle.get_label())) for handle in handles), default=0)
    return 3 if longest <= 26 else 2


def _windows(modes: Iterable[ModeResult]) -> list[FaultWindow]:
    return [window for one in modes for window in fault_windows(one.ledger, one.simulated_ms)]


def _legend(every: Sequence[Sequence[Lane]], windows: Sequence[FaultWindow]) -> list[Artist]:
    """List the kinds of segments and markers that occur, and of what lies behind them."""
    segments = {segment.kind for lanes in every for lane in lanes for segment in lane.segments}
    markers = {marker.kind for lanes in every for lane in lanes for marker in lane.markers}
    handles: list[Artist] = [
        Patch(facecolor=look.colour, hatch=look.hatch or None, edgecolor="#444444", linewidth=0.5, label=look.label)
        for kind, look in SEGMENT_LOOKS.items()
        if kind in segments
    ]
    handles += [
        Line2D(
            [],
            [],
            linestyle="none",
            marker=look.marker,
            markersize=7,
            markerfacecolor=look.colour,
            markeredgecolor=INK,
            label=look.label,
        )
        for kind, look in MARKER_LOOKS.items()
        if kind in markers
    ]
    shades = [window for window in windows if not window.is_moment]
    if shades:
        is_paused = any(window.kind is FaultKind.OPERATOR for window in shades)
        label = "something was broken or paused" if is_paused else "something was broken"
        handles.append(Patch(facecolor=SHADE, alpha=0.16, label=label))
    if any(window.is_moment for window in windows):
        handles.append(Line2D([], [], color=SHADE, linestyle="--", linewidth=0.9, label="an operator did something"))
    return handles
