"""What an exercise says of its start, as a figure, is what the start measures."""

from typing import NamedTuple

import pytest

from sim.exercises.catalogue import COURSE, exercise_names
from sim.exercises.exercise import POLICY, load_exercise
from sim.exercises.measures import measured
from sim.exercises.observation import observe
from sim.exercises.policy import read_policy


class Figure(NamedTuple):
    """What the text after a prediction says, and the lowest and the highest value that it may be said of.

    Attributes:
        low: A count, or milliseconds where a time is asked for.
    """

    text: str
    low: float
    high: float


def just(text: str, value: float) -> Figure:
    """Say a value that is exact."""
    return Figure(text, value, value)


SAID: dict[str, dict[str, Figure]] = {
    "01": {"failed": just("fail: 13 here", 13), "slowest": Figure("a little over 40 s", 40_000, 41_000)},
    "02": {
        "delivered": just("43 of them were gone before anybody looked", 160 - 43),
        "failed_set": just("None. All 50", 0),
        "records": just("Every delivered order", 160 - 43),
    },
    "03": {
        "twice": just("Three: those of email-40, email-110 and email-170", 3),
        "starts": just("Twice.", 2),
        "slowest": Figure("About a minute.", 50_000, 70_000),
        "wrongly_failed": just("Yes, email-150.", 1),
    },
    "04": {
        "starts": Figure("ten starts each, 500 in all. The 100 good ones need little more than one each", 601, 640),
        "half": Figure("About 13 s", 12_500, 13_499),
        "commands": Figure("About a hundred.", 90, 110),
    },
    "05": {
        "half": Figure("About 12 s", 11_500, 12_499),
        "starts": Figure("About 30 times.", 28, 32),
        "failed": just("None.", 0),
    },
    "06": {
        "twice": just("here it found 25 of them", 25),
        "verdict": just("25 went out twice, but 26 are called failed", 26),
        "starts": just("Twice.", 2),
    },
    "07": {
        "twice": Figure("up to four payments at a time", 5, 240),
        "falsely": just("Four of them.", 4),
        "slowest": Figure("4 minutes and 3 seconds.", 242_500, 243_499),
    },
    "08": {
        "failed": just("13, and only one of them is broken.", 13),
        "starts": just("Three times", 3),
        "sent": just("Yes, statement-13. Its email was out", 1),
    },
    "09": {
        "starts": just("21 times", 21),
        "slow": Figure("4 minutes and 15 seconds, and half", 254_500, 255_000),
        "record": just("It was given up after its last stall, and remove_on_fail took its record away", 1),
    },
    "10": {
        "slowest": Figure("58 s.", 57_500, 58_499),
        "nearly-all": Figure("8.7 s. Only six", 8_650, 8_700),
        "commands": Figure("23, and nearly all", 22.5, 23.4),
    },
    "11": {
        "lost": just("the 18 emails of the mailing that were still waiting are gone", 18 + 19),
        "in_the_failed_set": just("No attempt was made, so no attempt failed", 0),
        "sent_twice": just("27, all of them from the mailing at 50 s", 27),
    },
    "12": {
        "paid_but_failed": just("64 of 100.", 64),
        "charged_twice": just("43, and the button", 43),
        "forgotten": just("14. The failed set", 14),
    },
    "13": {
        "forgotten": just("46. Seventy-six emails", 46),
        "records": just("209, of which 184 were completed", 209),
        "attempts": just("2.5. By the documented rules", 2.5),
    },
    "14": {"missed": just("All five.", 5), "false_alarms": just("Three times, once for each mailing.", 3)},
    "15": {
        "in_the_middle": Figure("4m10s, longer than the outage", 249_500, 250_499),
        "commands": just("43.5, where about 20", 43.5),
        "in_hand": just("Two. A crash can cost no more", 2),
    },
    "16": {
        "emails_lost": just("25. The log is fsynced", 25),
        "in_the_failed_set": just("29. Sixteen have data", 29),
        "paid_twice": just("Never, although that payment did run twice", 0),
        "mailed_twice": just("Four. One worker died", 4),
    },
    "17": {
        "cut_off": just("63. Nearly all 24 places", 63),
        "twice": just("17. An email goes out", 17),
        "failed": just("None. No attempt reported an error", 0),
    },
    "18": {
        "failed": just("75, all of them long after", 75),
        "last": Figure("1m22s. The database was away", 81_500, 82_499),
        "starts": just("3.0, and 300 of these 887 starts", 3.0),
    },
    "19": {
        "lost": just("10, those that came", 10),
        "twice": just("12. Ten were sent within the ten seconds, and two", 12),
        "failed": just("None. No attempt reported an error", 0),
    },
}
"""By the number of the exercise and the name of the prediction; those of 02, 04 and 11 are what the text adds up to."""


@pytest.mark.parametrize("name", exercise_names())
def test_what_is_said_after_a_prediction_is_what_the_start_measures(name: str) -> None:
    """Every answer is in the table above, stands in the text in these words, and is what a run gives."""
    exercise = load_exercise(COURSE / name)
    start = read_policy(exercise, exercise.text(POLICY), POLICY).scenario
    modes = {one.mode for one in exercise.description.predictions}
    seen = {mode: observe(start, mode, start.seed) for mode in modes}
    assert [one.name for one in exercise.description.predictions] == list(SAID[exercise.number])
    for prediction in exercise.description.predictions:
        said = SAID[exercise.number][prediction.name]
        value = measured(seen[prediction.mode], prediction.measure, prediction.queue)
        assert said.text in " ".join(prediction.why.split()), prediction.name
        assert value is not None
        assert said.low <= value <= said.high, prediction.name
