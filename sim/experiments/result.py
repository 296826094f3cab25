from sim.report.result import *
from sim.report.result import Check, ModeResult, Result
