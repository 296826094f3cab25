"""What a scenario says of the public report that it tells."""

from typing import Annotated, Literal

from pydantic import Field

from sim.yaml_files.fields import Model, OneLine

Symptom = Literal["lost", "twice", "stuck", "late", "refused", "fails"]
SYMPTOMS: dict[Symptom, str] = {
    "lost": "Jobs disappear",
    "twice": "Things happen twice",
    "stuck": "Jobs are stuck, or nothing runs any more",
    "late": "Everything comes late",
    "refused": "Jobs are refused",
    "fails": "Jobs fail that should not, or for good",
}
"""What people noticed first, and how a list of incidents calls it."""


class Incident(Model):
    """A public report by people who run job queues."""

    report: Annotated[str, Field(pattern=r"^[^\s].{0,98}[^\s]$")]
    """Its number, such as `OptimalBits/bull#1521`."""
    url: Annotated[str, Field(pattern=r"^https://[^\s]{4,300}$")]
    """Its address."""
    also: Annotated[list[str], Field(max_length=10)] = Field(default_factory=list)
    """Other reports of the same, by number or address."""
    symptom: Symptom
    """What people noticed first: lost, twice, stuck, late, refused or fails."""
    minutes: Annotated[int, Field(ge=1, le=60)]
    """How long it takes to read and to run."""
    noticed: OneLine
    """What the report says was noticed, in a sentence."""
