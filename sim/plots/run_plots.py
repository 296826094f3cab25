"""The three pictures of a result, to draw into one's own axes or into a new figure."""

from sim.plots.jobs_plot import plot_jobs
from sim.plots.outcomes_plot import plot_outcomes
from sim.plots.timeline_plot import plot_timeline

__all__ = ["plot_jobs", "plot_outcomes", "plot_timeline"]
