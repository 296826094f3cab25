"""The pictures of a sweep, to draw into one's own axes or into a new figure."""

from sim.plots.against_plot import plot_against
from sim.plots.distribution_plot import plot_distribution
from sim.plots.heat_map_plot import plot_heat_map

__all__ = ["plot_against", "plot_distribution", "plot_heat_map"]
