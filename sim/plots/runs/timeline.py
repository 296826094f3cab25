"""Picture: jobs over time, by state above and by fate below, with everything that was broken."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.faults.window import FaultKind
from sim.plots.depth_panel import depth_legend
from sim.plots.fates_panel import LABELS_IN
from sim.plots.figure_style import (
    NARROW_IN,
    WIDE_IN,
    divide,
    drawing,
    head_axes,
    head_figure,
    head_in,
    new_figure,
    run_line,
    width_of,
)
from sim.plots.picture import WHOLE_TRACE, Content, NumberTable, RunPicture
from sim.plots.styles import OUTCOME_LOOKS, STATE_LOOKS
from sim.plots.timeline_layout import (
    Column,
    ModeSeries,
    add_legend,
    averaged_over,
    draw_mode,
    inset_strip,
    lay_out,
    plan_of,
)
from sim.results.fates import STACKED
from sim.results.fault_windows import FaultWindow
from sim.results.outcomes import Outcome
from sim.results.replay import State
from sim.results.result import ModeResult, Result
from sim.results.text import duration_in_words
from sim.yaml_files.fields import ModeName

_TITLE = "Jobs over time"
_MOMENTS = 10
_MAX_WINDOWS = 50


def timeline(result: Result, ax: Axes | None = None, *, mode: ModeName = "queue") -> Axes:
    """Draw one mode over time: unfinished jobs by state above, and the outcomes of the offered jobs below.

    In the lower panel every offered job is in exactly one area at each moment; the areas end as the outcomes do. Losses
    are drawn at the moment when the last trace of the job vanished. Where many jobs are shorter than can be drawn, the
    upper one shows means over stretches of time, and a line for the most of each. Everything that was broken is named
    in a strip above and shaded in both. In a new figure extra effects have a third panel, where there are any.

    Args:
        result: Of a run.
        ax: Axes to draw into; their place is divided between the two panels. Default: a new figure.
        mode: The mode to draw; if the result lacks it, its only mode is drawn.

    Returns:
        The upper axes; the lower ones follow them in ``ax.figure.axes``.
    """
    series = ModeSeries(_choose(result, mode))
    plan = plan_of([series], result.simulated_ms)
    with drawing():
        if ax is not None:
            upper, lower = divide(ax, [1, 1])
            column = Column(inset_strip(upper, series), upper, lower, None)
            draw_mode(series, column, plan, len(series.rows), width_in=4.0)
            line = run_line(result, [series.result.mode], width_of(upper))
            head_axes(column.strip or upper, _TITLE, line)
            handles = depth_legend(set(series.depth.states), plan.every_ms)
            upper.legend(handles=handles, loc="upper right", frameon=True, framealpha=0.8)
            return upper
        width_in = WIDE_IN * 0.75
        figure = new_figure(width_in, plan.column_in(plan.rows) + 0.4 + head_in(_TITLE))
        (column,) = lay_out(figure, [series], plan, side_by_side=True)
        draw_mode(series, column, plan, plan.rows, width_in=width_in - LABELS_IN - 0.7)
        add_legend(figure, [series], plan, columns=3)
        head_figure(figure, _TITLE, run_line(result, [series.result.mode], width_in))
    return column.upper


def timeline_figure(result: Result, *, narrow: bool = False, series: Sequence[ModeSeries] | None = None) -> Figure:
    """Return the picture of every mode: side by side on a wide page, one above the other on a narrow one.

    Args:
        series: What it shows, one item a mode, where that was worked out before.
    """
    every = [ModeSeries(one) for one in result.modes.values()] if series is None else list(series)
    side_by_side = not narrow
    plan = plan_of(every, result.simulated_ms)
    with drawing():
        tall = [plan.column_in(plan.rows if side_by_side else len(one.rows)) for one in every]
        height = (tall[0] if side_by_side else sum(tall)) + 0.6 + head_in(_TITLE)
        width = NARROW_IN if narrow else WIDE_IN
        figure = new_figure(width, height)
        columns = lay_out(figure, every, plan, side_by_side=side_by_side)
        across = len(every) if side_by_side else 1
        width_in = (width - 0.2) / across - LABELS_IN - 0.55
        for place, (one, column) in enumerate(zip(every, columns, strict=True)):
            draw_mode(one, column, plan, plan.rows if side_by_side else max(1, len(one.rows)), width_in=width_in)
            if side_by_side and place:
                column.hide_labels()
        add_legend(figure, every, plan, columns=1 if narrow else 4)
        head_figure(figure, _TITLE, run_line(result, result.modes, width))
    return figure


def _choose(result: Result, mode: ModeName) -> ModeResult:
    return result.modes[mode] if mode in result.modes else next(iter(result.modes.values()))


def _content(result: Result) -> Content:
    every = [ModeSeries(one) for one in result.modes.values()]
    windows = {one.result.mode: one.windows for one in every}
    tables = [_numbers_overduration_in_words(one, result.simulated_ms) for one in every]
    every_ms = averaged_over(every)
    caption = "Top: jobs that are not finished, by state"
    if every_ms is not None:
        span = duration_in_words(every_ms)
        caption += f"; areas are means over {span}, because single jobs are too short to see; the line is the maximum"
    caption += (
        ". Below: every offered job in exactly one area; at the end the areas are the outcomes. A job counts as lost "
        "from the moment when its last trace vanished."
    )
    if any(one.fates.counts[Outcome.DEAD_LETTERED].any() for one in every):
        caption += " The number of dead letters falls when some are replayed or purged."
    if any(one.fates.late.last for one in every):
        caption += " Hatched: delivered later than promised."
    if any(one.fates.extra_effects.last for one in every):
        caption += " Bottom: extra effects so far; they are not jobs."
    if any(windows.values()):
        tables.append(_windows_table(windows))
        caption += " Grey: something was broken."
    if any(window.kind is FaultKind.OPERATOR for some in windows.values() for window in some):
        caption += " Dashed: an operator did something."
    return Content(
        timeline_figure(result, series=every),
        timeline_figure(result, narrow=True, series=every),
        "Areas for each mode over simulated time. " + " ".join(_timeline_in_words(one) for one in every),
        caption,
        tables,
    )


def _timeline_in_words(one: ModeSeries) -> str:
    depth, fates, windows = one.depth, one.fates, one.windows
    total, last = depth.total, fates.last
    peak = int(total.argmax())
    delivered, offered = last[Outcome.DELIVERED], sum(last.values())
    peak_at = duration_in_words(int(depth.t_ms[peak]))
    words = f"{one.result.mode}: at most {int(total[peak]):,} unfinished jobs, at {peak_at}; "
    words += f"{delivered:,} of {offered:,} delivered"
    if delivered:
        moment = int(fates.t_ms[int((fates.counts[Outcome.DELIVERED] == delivered).argmax())])
        words += f", the last at {duration_in_words(moment)}"
    if fates.late.last:
        words += f", {fates.late.last:,} of them later than promised"
    words += f"; {offered - delivered:,} not delivered"
    if offered > delivered:
        parts = [f"{last[outcome]:,} {OUTCOME_LOOKS[outcome.field].label}" for outcome in STACKED[1:] if last[outcome]]
        words += f": {', '.join(parts)}"
    words += f"; {fates.extra_effects.last:,} extra effects."
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
        return f"{window.label} at {duration_in_words(window.start_ms)}"
    return f"{window.label} from {duration_in_words(window.start_ms)} to {duration_in_words(window.end_ms)}"


def _numbers_overduration_in_words(series: ModeSeries, end_ms: int) -> NumberTable:
    """Lay out the numbers behind the areas at some moments: what became of the offered jobs, then where they stood."""
    one, depth, fates = series.result, series.depth, series.fates
    states: list[State] = [state for state in STATE_LOOKS if state in depth.states]
    groups = [outcome for outcome in STACKED if outcome is Outcome.DELIVERED or fates.counts[outcome].any()]
    moments = sorted({round(end_ms * place / _MOMENTS) for place in range(_MOMENTS + 1)} | {one.simulated_ms})
    late = ["delivered late"] if fates.late.last else []
    headings = ["at", "offered", *(_group_in_words(outcome) for outcome in groups), *late, "extra effects"]
    headings += [STATE_LOOKS[state].label for state in states]
    rows = []
    for t_ms in moments:
        if t_ms > one.simulated_ms:
            continue
        counts, standing = fates.at(t_ms), depth.at(t_ms)
        numbers = [sum(counts.values()), *(counts[outcome] for outcome in groups)]
        numbers += [fates.late.at(t_ms)] if late else []
        numbers.append(fates.extra_effects.at(t_ms))
        numbers += [standing[state] for state in states]
        rows.append([duration_in_words(t_ms), *(f"{number:,}" for number in numbers)])
    return NumberTable(f"{one.mode}: jobs over time", headings, rows)


def _group_in_words(outcome: Outcome) -> str:
    return "not finished yet" if outcome is Outcome.PENDING else OUTCOME_LOOKS[outcome.field].label


def _windows_table(windows: dict[ModeName, list[FaultWindow]]) -> NumberTable:
    every = [(mode, window) for mode, found in windows.items() for window in found]
    rows = [
        [
            window.label,
            mode,
            duration_in_words(window.start_ms),
            duration_in_words(window.end_ms) if window.mended else "the end of the run",
            duration_in_words(window.end_ms - window.start_ms),
        ]
        for mode, window in every[:_MAX_WINDOWS]
    ]
    by_hand = any(window.kind is FaultKind.OPERATOR for _mode, window in every)
    caption = "What was broken, and what an operator did" if by_hand else "What was broken"
    if len(every) > _MAX_WINDOWS:
        caption += f" (the first {_MAX_WINDOWS} of {len(every):,}; all are in {WHOLE_TRACE})"
    return NumberTable(caption, ["what", "mode", "from", "until", "for"], rows)


PICTURE = RunPicture(_TITLE, 20, _content)
