"""Says where a fault shows that is one file; run where such a file lies in ``sim/faults``."""

import json

from sim.engine.world import World
from sim.faults.registry import FAULTS
from sim.rehearsal.limits import NotRehearsable, refuse_what_cannot_be_done
from sim.rehearsal.scale import Scale
from sim.results.fault_windows import fault_windows
from sim.results.job_story import job_story
from sim.scenario.first_draft import Draft, draft_text
from sim.scenario.json_schema import json_schema
from sim.scenario.load import parse_scenario
from sim.serve.page.driver import Driver
from sim.serve.page.interventions import VERBS
from sim.serve.page.live_run import LiveRun
from sim.serve.page.state import StateView
from tests.docs.fault_table import fault_table
from tests.properties.wide_scenarios import scenario_of
from tests.unit.faults.test_every_fault import missing

KIND = "machine-pause"
SCENARIO = parse_scenario(draft_text(Draft("Try it", faults=[KIND]), "sim", "try.yaml"), "try.yaml")


def refusal() -> str:
    """What a rehearsal says."""
    try:
        refuse_what_cannot_be_done(SCENARIO, Scale(1))
    except NotRehearsable as refused:
        return str(refused)
    return ""


def by_hand() -> list[object]:
    """What the page offers, what it does, and what the log says."""
    run = LiveRun(SCENARIO)
    offered = StateView(Driver(run)).state()["actions"]["anything"]
    said = run.do("pause-machine").said
    return [offered, "pause-machine" in VERBS, said]


world = World(SCENARIO, store="memory")
world.run()
trace = world.trace
end_ms = world.now_ms
result = world.result()
story = [line for job in result.jobs for line in job_story(result, job.job)]
print(
    json.dumps(
        {
            "missing": missing(FAULTS[KIND]),
            "schema": [name for name, one in json_schema()["$defs"].items() if KIND in json.dumps(one)],
            "windows": [[one.label, one.kind.value, one.process] for one in fault_windows(trace, end_ms)],
            "story": [line.split("·")[1].strip() for line in story if "·" in line],
            "table": KIND in fault_table(),
            "random": any(KIND in {one["kind"] for one in scenario_of(number)["faults"]} for number in range(50)),
            "refusal": refusal(),
            "by hand": by_hand(),
        }
    )
)
