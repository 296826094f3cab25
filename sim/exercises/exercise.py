"""An exercise: a folder with a locked scenario, a policy to edit, predictions to make and checks to pass."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from sim.core.errors import ScenarioError
from sim.exercises.bounds import Bound, parse_bound, parse_value
from sim.exercises.errors import ExerciseError
from sim.exercises.measures import MEASURES, is_from_events, is_of_whole_run, is_time
from sim.scenario.load import read_text
from sim.yaml_files.fields import Model, ModeName
from sim.yaml_files.problems import Path as Place
from sim.yaml_files.problems import Problem, did_you_mean, lines
from sim.yaml_files.renamed import RENAMED, renamed
from sim.yaml_files.source import read_yaml

DESCRIPTION = "exercise.yaml"
STORY = "README.md"
SCENARIO = "scenario.yaml"
POLICY = "policy.yaml"
PREDICT = "predict.yaml"
HINTS = "hints.md"
SOLUTION = "solution/policy.yaml"
WHY = "solution/README.md"
_NAME = re.compile(r"^\d{2}-[a-z0-9]+(-[a-z0-9]+)*$")


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _measure(name: str) -> str:
    if name not in MEASURES:
        new = renamed(name, MEASURES)
        raise ValueError(f"{name} {new}" if new else f"there is no such measure{did_you_mean(name, list(MEASURES))}")
    return name


Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$", max_length=40)]
Thread = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+#[1-9][0-9]*$")]
Prose = Annotated[str, Field(min_length=1, max_length=2_000)]
Measure = Annotated[str, AfterValidator(_measure)]
BoundText = Annotated[str, BeforeValidator(_text)]


class Measured(Model):
    """A number that a run gives."""

    name: Slug
    measure: Measure
    mode: ModeName = "queue"
    queue: str | None = None
    """Only the jobs of this queue; default: all together."""

    @property
    def is_time(self) -> bool:
        """Whether the number is a duration."""
        return is_time(self.measure)

    @model_validator(mode="after")
    def _of_the_whole_run(self) -> "Measured":
        if self.queue is not None and is_of_whole_run(self.measure):
            raise ValueError(f"{self.measure} is counted over the whole run; leave queue: out")
        return self


class Check(Measured):
    """A bound that has to hold on every seed."""

    bound: BoundText
    message: Prose
    """What it means when it does not hold, and where to look."""

    @cached_property
    def limit(self) -> Bound:
        """The bound, read."""
        return parse_bound(self.bound, self.is_time)

    @model_validator(mode="after")
    def _readable_bound(self) -> "Check":
        parse_bound(self.bound, self.is_time)
        return self


class Prediction(Measured):
    """A question to be answered before anything runs; the untouched start at the scenario's seed has the answer."""

    ask: Prose
    within: BoundText | None = None
    """A guess this near counts as right, 0 for exactly; every prediction has it, or ``choices``."""
    choices: dict[str, BoundText] = Field(default_factory=dict)
    """Words to answer with, each with the bound that makes it right; none for a number."""
    why: Prose
    """Why it comes as it comes."""

    @model_validator(mode="after")
    def _readable(self) -> "Prediction":
        if bool(self.choices) == (self.within is not None):
            raise ValueError("give within: (how close a guess must be, 0 for exact) or choices:, but not both")
        for bound in self.choices.values():
            parse_bound(bound, self.is_time)
        if self.within not in (None, "0"):
            parse_value(str(self.within), self.is_time)
        return self

    @property
    def tolerance(self) -> float:
        """How near a guess counts as right; ms where a time is asked for."""
        return 0.0 if self.within in (None, "0") else parse_value(str(self.within), self.is_time)

    @property
    def nearness(self) -> str:
        """How near a guess has to be, as ``predict.yaml`` says it of a prediction without choices."""
        return "exactly" if self.within == "0" else f"within {self.within} counts as right"


class Source(Model):
    """What users of a real queue reported."""

    thread: Thread
    """A public issue: ``owner/repository#number``."""
    symptom: Prose

    @property
    def address(self) -> str:
        """Where the issue stands."""
        repository, _, number = self.thread.partition("#")
        return f"https://github.com/{repository}/issues/{number}"


class Distractor(Model):
    """A policy that people try and that does not hold."""

    policy: str
    """Its file, from the exercise's folder."""
    idea: Prose
    fails: Slug
    """The first check that it fails."""


class Description(Model):
    """What ``exercise.yaml`` says."""

    title: Annotated[str, Field(min_length=1, max_length=80)]
    minutes: Annotated[int, Field(ge=1, le=240)]
    concepts: Annotated[list[str], Field(min_length=1)]
    prerequisites: list[str] = Field(default_factory=list)
    """Numbers of the exercises that come before."""
    source: Source
    task: Prose
    editable: Annotated[list[str], Field(min_length=1)]
    """Where in the scenario the policy may say something, as dotted paths; what stands there is replaced whole."""
    seeds: Annotated[int, Field(ge=1, le=100)] = 10
    """How many seeds a check runs."""
    predictions: Annotated[list[Prediction], Field(min_length=1, max_length=8)]
    checks: Annotated[list[Check], Field(min_length=1, max_length=20)]
    start_fails: Slug
    """The first check that the untouched start fails."""
    distractors: Annotated[list[Distractor], Field(min_length=2)]

    @model_validator(mode="after")
    def _known_names(self) -> "Description":
        for names in ([one.name for one in self.checks], [one.name for one in self.predictions]):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{twice[0]} is named twice")
        known = [check.name for check in self.checks]
        for name in (self.start_fails, *(wrong.fails for wrong in self.distractors)):
            if name not in known:
                raise ValueError(f"there is no check called {name}; there are: {', '.join(known)}")
        return self

    def needs_events(self, mode: ModeName) -> bool:
        """Whether a check in a mode can be measured only from the events of a run."""
        return any(check.mode == mode and is_from_events(check.measure) for check in self.checks)


@dataclass(frozen=True)
class Exercise:
    """One exercise, read from its folder.

    Attributes:
        name: The folder's name, such as ``03-twice-the-same-email``.
        folder: Where it is.
        description: What ``exercise.yaml`` says: title, checks, predictions.
    """

    name: str
    folder: Path
    description: Description

    @property
    def number(self) -> str:
        """Its two digits."""
        return self.name[:2]

    def text(self, file: str) -> str:
        """Read one of its files.

        Raises:
            ExerciseError: It cannot be read.
        """
        try:
            return read_text(self.folder / file)
        except ScenarioError as error:
            raise ExerciseError(*error.args) from None

    def hint(self, level: int) -> str:
        """Return the hint of a level, 1 to 3; the third is almost the solution.

        Raises:
            ExerciseError: The file does not have it.
        """
        sections = hint_sections(self.text(HINTS))
        if level not in sections:
            raise ExerciseError(f"{self.folder / HINTS}: has no section `## Hint {level}`")
        return sections[level]


def hint_sections(text: str) -> dict[int, str]:
    """Cut a file of hints into its levels: the headings ``## Hint 1`` and so on."""
    parts = re.split(r"^## Hint (\d+)\s*$", text, flags=re.MULTILINE)
    return {int(level): body.strip() for level, body in zip(parts[1::2], parts[2::2], strict=True)}


def is_exercise_name(name: str) -> bool:
    """Tell whether a folder of this name can be an exercise: two digits and some words."""
    return _NAME.match(name) is not None


def load_exercise(folder: Path) -> Exercise:
    """Read an exercise's description; its other files are read when they are needed.

    Raises:
        ExerciseError: The folder's name or its ``exercise.yaml`` cannot be used; a line for each problem.
    """
    path = folder / DESCRIPTION
    if not is_exercise_name(folder.name):
        raise ExerciseError(f"{folder}: an exercise's folder is called NN-some-words, such as 03-twice-the-same-email")
    try:
        text = read_text(path)
    except ScenarioError as error:
        raise ExerciseError(*error.args) from None
    source = read_yaml(text)
    problems = list(source.problems)
    description = None
    if not source.problems:
        try:
            description = Description.model_validate(source.data)
        except ValidationError as error:
            problems += _problems(error)
    if description is None:
        raise ExerciseError(*lines(str(path), source.marks, problems))
    return Exercise(folder.name, folder, description)


def _problems(refused: ValidationError) -> list[Problem]:
    errors = refused.errors(include_url=False, include_input=False)
    unknown = [error["loc"] for error in errors if error["type"] == "extra_forbidden"]
    renamed_ones = {(*place[:-1], RENAMED.get(str(place[-1]))) for place in unknown}
    return [_problem(error) for error in errors if not (error["type"] == "missing" and error["loc"] in renamed_ones)]


def _problem(error: Any) -> Problem:
    place: Place = tuple(error["loc"])
    if error["type"] == "extra_forbidden":
        return Problem(place, renamed(place[-1], RENAMED.values()) or "there is no such key here", at_key=True)
    text = "is missing" if error["type"] == "missing" else str(error["msg"]).removeprefix("Value error, ")
    return Problem(place, text[:1].lower() + text[1:])
