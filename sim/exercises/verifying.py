"""Proving an exercise: that its start fails, its wrong ideas fail, its solution passes, and its texts do their work."""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from sim.core.errors import SimError
from sim.exercises.checking import broken_by_settings, judge
from sim.exercises.errors import ExerciseError
from sim.exercises.exercise import HINTS, POLICY, PREDICT, SOLUTION, STORY, WHY, Exercise, hint_sections
from sim.exercises.generous import generous
from sim.exercises.judgement import Judgement
from sim.exercises.observation import observe
from sim.exercises.policy import read_policy
from sim.exercises.prediction import answer_of, read_predictions
from sim.exercises.seeds import VERIFY, unseen_seeds
from sim.exercises.verdict import Verdict
from sim.yaml_files.fields import MODES
from sim.yaml_files.source import read_yaml

SEEDS = 20
"""Seeds that every claim of an exercise is proved on; no check uses them."""
_STORY_PARTS = ("## What happened", "## The system", "## Your task")
_WHY_PARTS = ("## Why", "## What it costs")


class Claim(NamedTuple):
    """One thing that an exercise claims, and what was seen.

    Attributes:
        faults: Why it does not hold, a line each; none where it holds.
    """

    claim: str
    faults: list[str]

    @property
    def holds(self) -> bool:
        """Whether it holds."""
        return not self.faults


def verify(exercise: Exercise, *, seeds: int = SEEDS, seeds_of_failures: int | None = None) -> Iterator[Claim]:
    """Prove an exercise, claim by claim.

    Args:
        seeds: How many unseen seeds the solution is run on.
        seeds_of_failures: How many the policies are run on that have to fail; default: as many.
    """
    unseen = unseen_seeds(exercise.name, seeds, VERIFY)
    for claim, prove in _claims(exercise, unseen, unseen[:seeds_of_failures]):
        try:
            faults = list(prove())
        except SimError as error:
            faults = str(error).splitlines()
        yield Claim(claim, faults)


def _claims(
    exercise: Exercise, seeds: list[int], of_failures: list[int]
) -> Iterator[tuple[str, Callable[[], Iterator[str]]]]:
    description = exercise.description
    failing = [(POLICY, description.start_fails), *((wrong.policy, wrong.fails) for wrong in description.distractors)]
    yield "all its texts are present", partial(_texts, exercise)
    yield "predict.yaml lists every prediction and leaves it empty", partial(_blank, exercise)
    yield "predict.yaml says what an answer looks like, and how close counts as right", partial(_tolerances, exercise)
    yield "every prediction has an answer", partial(_answers, exercise)
    for file, check in failing:
        what = "the original policy" if file == POLICY else file
        yield (
            f"{what} fails {check} first, on {_seeds(len(of_failures))}",
            partial(_fails, exercise, file, check, of_failures),
        )
    checked = unseen_seeds(exercise.name, description.seeds)
    yield (
        f"the solution passes on {_seeds(len(seeds))}, and on those of a check",
        partial(_passes, exercise, [*seeds, *checked]),
    )
    yield (
        "more of everything does not pass: attempts, processes, pace, presses",
        partial(_generous, exercise, seeds[:1]),
    )
    yield "no hint before the third gives the solution away", partial(_hints, exercise)


def _seeds(count: int) -> str:
    return "1 seed" if count == 1 else f"{count} seeds"


def _texts(exercise: Exercise) -> Iterator[str]:
    for file, parts in ((STORY, _STORY_PARTS), (WHY, _WHY_PARTS)):
        text = exercise.text(file)
        for part in parts:
            if not re.search(rf"^{part}\s*$", text, re.MULTILINE):
                yield f"{exercise.folder / file}: has no section `{part}`"
    if exercise.description.source.thread not in exercise.text(STORY):
        yield f"{exercise.folder / STORY}: does not name {exercise.description.source.thread}"
    levels = sorted(hint_sections(exercise.text(HINTS)))
    if levels != [1, 2, 3]:
        yield f"{exercise.folder / HINTS}: expected the sections `## Hint 1` to `## Hint 3`; it has {levels}"


def _blank(exercise: Exercise) -> Iterator[str]:
    path = exercise.folder / PREDICT
    data = read_yaml(exercise.text(PREDICT)).data
    asked = [one.name for one in exercise.description.predictions]
    if not isinstance(data, dict) or list(data) != asked:
        yield f"{path}: expected an empty line for each prediction, in this order: {', '.join(asked)}"
        return
    yield from (f"{path}: {name}: is answered already" for name, value in data.items() if value is not None)
    try:
        read_predictions(exercise, exercise.text(PREDICT), str(path))
    except ExerciseError:
        return
    yield f"{path}: could be handed in as it is"


def _tolerances(exercise: Exercise) -> Iterator[str]:
    """Look in the comment above each prediction for the words to choose from, or for how near counts as right."""
    text = exercise.text(PREDICT)
    for one in exercise.description.predictions:
        comment = re.search(rf"((?:^#.*\n)+){re.escape(one.name)}:", text, re.MULTILINE)
        said = " ".join(re.findall(r"[^\s#]+", comment[1])) if comment else ""
        if one.choices:
            missing = [word for word in one.choices if not re.search(rf"\b{re.escape(word)}\b", said)]
        else:
            missing = [one.nearness] if one.nearness not in said else []
        yield from (f"{exercise.folder / PREDICT}: {one.name}: does not say `{words}`" for words in missing)


def _answers(exercise: Exercise) -> Iterator[str]:
    start = read_policy(exercise, exercise.text(POLICY), str(exercise.folder / POLICY))
    for mode in MODES:
        asked = [one for one in exercise.description.predictions if one.mode == mode]
        if not asked:
            continue
        seen = observe(start.scenario, mode, start.scenario.seed)
        for prediction in asked:
            value, _answer = answer_of(prediction, seen)
            if value is None:
                yield f"prediction {prediction.name}: there is nothing to measure"


def _fails(exercise: Exercise, file: str, expected: str, seeds: list[int]) -> Iterator[str]:
    for seed in seeds:
        verdict = _judged(exercise, file, [seed])
        failing = verdict.first_failing
        if failing is None:
            yield f"{file}: passes on seed {seed}"
        elif failing.check.name != expected:
            yield f"{file}: the first that fails on seed {seed} is {failing.check.name}: {failing.observed_text}"


def _passes(exercise: Exercise, seeds: list[int]) -> Iterator[str]:
    verdict = _judged(exercise, SOLUTION, seeds)
    for one in verdict.checks:
        if not one.holds:
            yield f"{SOLUTION}: {one.check.name} fails on seed {one.seed}: {one.observed_text}"


def _generous(exercise: Exercise, seeds: list[int]) -> Iterator[str]:
    solution = read_yaml(exercise.text(SOLUTION)).data
    for what, raised in generous(solution, exercise.description.editable):
        text = json.dumps(raised)
        try:
            policy = read_policy(exercise, text, what)
        except ExerciseError as error:
            yield from map(str, error.args)
            continue
        if broken_by_settings(exercise, policy):
            continue  # a run of it may take as long as a run may take at all
        verdict = judge(exercise, text, name=what, seeds=seeds, show=False)
        if verdict.passed:
            yield f"the solution with {what} passes; it takes a check on what that would cost"
        elif verdict.judgement is Judgement.CANNOT_TELL:
            yield from verdict.problems


def _judged(exercise: Exercise, file: str, seeds: list[int]) -> Verdict:
    verdict = judge(exercise, exercise.text(file), name=str(exercise.folder / file), seeds=seeds, show=False)
    if verdict.judgement is Judgement.CANNOT_TELL:
        raise ExerciseError(*verdict.problems)
    return verdict


def _hints(exercise: Exercise) -> Iterator[str]:
    sections = hint_sections(exercise.text(HINTS))
    start = dict(_leaves(read_yaml(exercise.text(POLICY)).data))
    told = {f"{exercise.folder / HINTS}, hint {level}": sections.get(level, "") for level in (1, 2)}
    told[str(exercise.folder / STORY)] = exercise.text(STORY)
    for check in exercise.description.checks:
        told[f"exercise.yaml, check {check.name}"] = check.message
    for path, value in _leaves(read_yaml(exercise.text(SOLUTION)).data):
        if start.get(path) == value:
            continue
        for place, text in told.items():
            if _gives_away(text, path, value):
                yield f"{place}: says `{path[-1]}: {_word(value)}`, which is the solution"


def _leaves(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _leaves(value, (*path, str(key)))
    elif isinstance(data, list):
        for place, value in enumerate(data):
            yield from _leaves(value, (*path, str(place)))
    else:
        yield path, data


def _word(value: Any) -> str:
    """Write a value as a policy's file does."""
    if value is None or isinstance(value, bool):
        return {True: "true", False: "false", None: "null"}[value]
    return str(value)


def _gives_away(text: str, path: tuple[str, ...], value: Any) -> bool:
    """Tell whether a text sets a key to the solution's value, or names a time of the solution at all."""
    key, word = re.escape(path[-1].rpartition(".")[2]), re.escape(_word(value))
    if re.search(rf"\b{key}`?\s*[:=]?\s*(?:to|of|at|is|on)?\s*`?{word}(?!\w|\.\d)", text):
        return True
    return bool(re.fullmatch(r"\d+(ms|s|m|h)", _word(value))) and bool(re.search(rf"(?<![\w.]){word}(?![\w])", text))
