"""Says where a handler shows that is one file; run where such a file lies among those of ``sim.handlers``."""

import json

from sim.advise.advise import advise_text
from sim.advise.idempotency import SHOWN_BY
from sim.advise.service_times import database_calls, share_after_effect
from sim.engine.run import run
from sim.engine.world import World
from sim.handlers.registry import HANDLERS
from sim.rehearsal.limits import NotRehearsable, refuse_what_cannot_be_done
from sim.rehearsal.scale import Scale
from sim.results.job_story import job_story
from sim.results.text import mode_sentence
from sim.scenario.first_draft import Draft, draft_text
from sim.scenario.json_schema import json_schema
from sim.scenario.load import parse_scenario
from sim.scenario.schema import Scenario
from tests.docs.handler_table import handler_table
from tests.properties.random_scenarios import QUEUES
from tests.properties.wide_scenarios import scenario_of
from tests.unit.handlers.test_every_handler import missing

NAME = "invoice"
TEXT = draft_text(Draft("Try it", queue=NAME, faults=["worker-crash"]), "sim", "t.yaml")
SCENARIO = parse_scenario(TEXT, "t.yaml")


def refusal(*, own: bool) -> str:
    """What a rehearsal says."""
    try:
        refuse_what_cannot_be_done(SCENARIO, Scale(1), own=own)
    except NotRehearsable as refused:
        return str(refused)
    return ""


def has_it(number: int) -> bool:
    """Whether a random scenario, which has to be loadable, has a queue with this handler."""
    scenario = Scenario.model_validate(scenario_of(number))
    return NAME in {queue.job.name for queue in scenario.queues.values()}


result = run(SCENARIO, store="memory")
world = World(SCENARIO, store="memory")
world.run()
schema = json_schema()
handler = schema["$defs"]["QueueConfig"]["properties"]["handler"]
shown = [finding for finding in advise_text(TEXT).findings if finding.check == "no-idempotency-key"]
print(
    json.dumps(
        {
            "missing": missing(HANDLERS[NAME]),
            "names": handler["anyOf"][0]["enum"],
            "described": HANDLERS[NAME].about in handler["description"],
            "a queue of its name": NAME in schema["properties"]["queues"]["properties"],
            "backoff_ms": SCENARIO.queues[NAME].backoff.delay if SCENARIO.queues[NAME].backoff else None,
            "sentence": mode_sentence(result, result.modes["in-process"]),
            "delivered": [mode.totals.delivered for mode in result.modes.values()],
            "story": job_story(world.result(), f"{NAME}-1"),
            "table": f"| `{NAME}` |" in handler_table(),
            "random": [number for number in range(100) if NAME in QUEUES and has_it(number)],
            "refusal": refusal(own=False),
            "refusal of one's own": refusal(own=True),
            "advice": [
                database_calls(HANDLERS[NAME]),
                share_after_effect(HANDLERS[NAME]),
                [one.see == SHOWN_BY for one in shown],
            ],
        }
    )
)
