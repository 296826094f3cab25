"""What a training notebook needs beside ``sim`` itself.

Scenarios by name, pictures and tables that everybody can read, predictions to hold against what happened, and knobs to
turn.
"""

from sim.notebook.controls import choice, slider
from sim.notebook.panel import knobs
from sim.notebook.pictures import show
from sim.notebook.predictions import predict
from sim.notebook.shipped import changed, example
from sim.notebook.tables import table
from sim.notebook.words import jobs_in_words, outcomes_in_words

__all__ = [
    "changed",
    "choice",
    "example",
    "jobs_in_words",
    "knobs",
    "outcomes_in_words",
    "predict",
    "show",
    "slider",
    "table",
]
