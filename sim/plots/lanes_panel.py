"""Lanes of single jobs: which jobs, their lives in every mode, and how a lane is drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.faults.window import FaultKind
from sim.plots.boxes import Box, add_boxes
from sim.plots.drawable_lane import drawable_lane
from sim.plots.fault_strip import SHADE, shade_windows
from sim.plots.figure_style import drawable
from sim.plots.job_choice import MAX_LANES, JobChoice, choose_jobs
from sim.plots.job_timeline import Lane, MarkerKind, SegmentKind, job_lanes
from sim.plots.styles import FAINT, INK, MARKER_LOOKS, OVERDUE_LOOK, SEGMENT_LOOKS
from sim.plots.time_axis import set_time_axis
from sim.results.fault_windows import FaultWindow
from sim.results.result import Result
from sim.yaml_files.fields import ModeName

_LANE = 0.84
_OVERDUE = 0.16
"""Height of the bar below a job that was waited for longer than promised."""
_ZOOM_FROM = 6
"""Where the run is so many times as long as the longest of the jobs shown, every lane begins with its offer."""


@dataclass(frozen=True)
class JobLives:
    """What a picture shows of single jobs: which ones, and their lanes in every mode."""

    result: Result
    choice: JobChoice

    @cached_property
    def lanes(self) -> dict[ModeName, list[Lane]]:
        """The lanes of the chosen jobs, mode by mode, with everything that happened."""
        return {mode: job_lanes(one, self.choice.jobs) for mode, one in self.result.modes.items()}

    @property
    def windows(self) -> dict[ModeName, list[FaultWindow]]:
        """What was broken when, mode by mode."""
        return {mode: one.windows for mode, one in self.result.modes.items()}

    @property
    def starts_at_arrival(self) -> bool:
        """Whether time counts from each job's offer: lives are short beside the run."""
        return self._longest_ms is not None and self.result.simulated_ms > _ZOOM_FROM * max(self._longest_ms, 1)

    @property
    def end_ms(self) -> int:
        """Where the time axis ends, ms."""
        if not self.starts_at_arrival:
            return self.result.simulated_ms
        return max(1, round(1.04 * (self._longest_ms or 0)))

    @cached_property
    def drawn(self) -> dict[ModeName, list[Lane]]:
        """The lanes with no more detail than a picture can show."""
        return {mode: [drawable_lane(lane, self.end_ms) for lane in found] for mode, found in self.lanes.items()}

    @property
    def is_condensed(self) -> bool:
        """Whether some steps are too short to be drawn one by one."""
        return any(self.drawn[mode] != self.lanes[mode] for mode in self.lanes)

    @cached_property
    def _longest_ms(self) -> int | None:
        """How long the longest life is; None for fewer than two lanes."""
        spans = [lane.end_ms - lane.offered_ms for found in self.lanes.values() for lane in found]
        return max(spans) if len(spans) > 1 else None


def job_lives(result: Result, limit: int = MAX_LANES) -> JobLives:
    """Choose jobs with different stories, and follow them through every mode."""
    return JobLives(result, choose_jobs(result, limit))


def height_in(jobs: int) -> float:
    """How high a picture of so many lanes is, without its heading, inches."""
    return 1.7 + max(jobs, 3) * (0.36 if jobs <= 12 else 0.24)


def draw_lanes(ax: Axes, lives: JobLives, mode: ModeName, *, max_ticks: int, counted: bool) -> None:
    """Draw the lanes of a mode, with the time axis; ``counted`` writes beside each how many jobs went alike."""
    jobs = lives.choice.jobs
    place_of = {job: place for place, job in enumerate(jobs)}
    origins = {lane.job: lane.offered_ms if lives.starts_at_arrival else 0 for lane in lives.drawn[mode]}
    _draw_segments(ax, lives.drawn[mode], place_of, origins)
    _draw_markers(ax, lives.drawn[mode], place_of, origins, lives.end_ms)
    if not lives.starts_at_arrival:
        shade_windows(ax, lives.windows[mode])
    label = "time since the job was offered" if lives.starts_at_arrival else "simulated time"
    set_time_axis(ax, lives.end_ms, label=label, max_ticks=max_ticks)
    ax.set_yticks(range(len(jobs)), [drawable(job) for job in jobs], fontsize=9 if len(jobs) <= 12 else 8)
    ax.tick_params(axis="y", length=0, pad=8)  # a marker at the very start reaches over the axis
    ax.set_ylim(len(jobs) - 0.4, -0.6)
    ax.spines["left"].set_visible(False)
    between = [place + 0.5 for place in range(len(jobs))]
    ax.hlines(between, 0, 1, transform=ax.get_yaxis_transform(), color="#dddddd", linewidth=0.5, zorder=0)
    if counted and not lives.choice.is_all:
        _count_alike(ax, lives.choice)


def _count_alike(ax: Axes, choice: JobChoice) -> None:
    """Write beside each lane how many jobs have its story."""
    beside = ax.get_yaxis_transform()
    ax.text(1.03, -0.75, "alike", transform=beside, va="bottom", ha="left", fontsize=8, color=FAINT)
    for place, job in enumerate(choice.jobs):
        number = f"{choice.alike[job]:,}"
        ax.text(1.03, place, number, transform=beside, va="center", ha="left", fontsize=8, color=FAINT)


def _draw_segments(ax: Axes, lanes: Sequence[Lane], place_of: dict[str, int], origins: dict[str, int]) -> None:
    """Draw all segments of a kind as one artist, however many there are."""
    boxes: dict[SegmentKind, list[Box]] = {}
    for lane in lanes:
        tracks, origin_ms = lane.tracks, origins[lane.job]
        height = _LANE / tracks
        for segment in lane.segments:
            kind = segment.kind
            tall = kind.is_attempt or kind in (SegmentKind.ABANDONED, SegmentKind.MANY)
            half = height * (0.95 if tall else 0.55) / 2
            y = place_of[lane.job] - _LANE / 2 + height * (segment.track + 0.5)
            box = Box(segment.start_ms - origin_ms, segment.end_ms - origin_ms, y - half, y + half)
            boxes.setdefault(kind, []).append(box)
    for kind, look in SEGMENT_LOOKS.items():
        add_boxes(ax, boxes.get(kind, []), look, edge="#444444", gid=kind.value)
    overdue: list[Box] = []
    for lane in lanes:
        if lane.overdue is not None:
            floor, origin_ms = place_of[lane.job] + _LANE / 2, origins[lane.job]
            first_ms, last_ms = lane.overdue
            overdue.append(Box(first_ms - origin_ms, last_ms - origin_ms, floor - _OVERDUE, floor))
    add_boxes(ax, overdue, OVERDUE_LOOK, edge=INK, gid="overdue")


def _draw_markers(
    ax: Axes, lanes: Sequence[Lane], place_of: dict[str, int], origins: dict[str, int], end_ms: int
) -> None:
    """Draw all markers of a kind and size as one artist, however many there are."""
    size = 5.5 if len(place_of) > 12 else 8.0
    points: dict[tuple[MarkerKind, float], list[tuple[float, float]]] = {}
    for lane in lanes:
        tracks = lane.tracks
        for marker in lane.markers:
            t_ms = marker.t_ms - origins[lane.job]
            if t_ms <= end_ms:
                y = place_of[lane.job] - _LANE / 2 + _LANE / tracks * (marker.track + 0.5)
                points.setdefault((marker.kind, size * (0.8 if tracks > 1 else 1)), []).append((t_ms, y))
    for kind, look in MARKER_LOOKS.items():
        for (own, markersize), found in points.items():
            if own is kind:
                ax.plot(
                    [t_ms for t_ms, _y in found],
                    [y for _t_ms, y in found],
                    marker=look.marker,
                    markersize=markersize,
                    markerfacecolor=look.colour,
                    markeredgecolor=INK,
                    markeredgewidth=0.8,
                    linestyle="none",
                    clip_on=False,
                    zorder=4,
                    gid=kind.value,
                )


def legend_columns(handles: Sequence[Artist]) -> int:
    """Tell how many columns of a legend a page is wide enough for."""
    longest = max((len(str(handle.get_label())) for handle in handles), default=0)
    return 3 if longest <= 26 else 2


def lanes_legend(every: Iterable[Sequence[Lane]], windows: Sequence[FaultWindow]) -> list[Artist]:
    """List the kinds of segments and markers that occur, and of what lies behind them."""
    lanes = [lane for found in every for lane in found]
    segments = {segment.kind for lane in lanes for segment in lane.segments}
    markers = {marker.kind for lane in lanes for marker in lane.markers}
    handles: list[Artist] = [
        Patch(facecolor=look.colour, hatch=look.hatch or None, edgecolor="#444444", linewidth=0.5, label=look.label)
        for kind, look in SEGMENT_LOOKS.items()
        if kind in segments
    ]
    if any(lane.overdue is not None for lane in lanes):
        look = OVERDUE_LOOK
        handles.append(Patch(facecolor=look.colour, edgecolor=INK, linewidth=0.5, label=f"below: {look.label}"))
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
