"""The driver: real time decides how fast a run goes, and nothing else. Its clock is in the test's hand."""

import threading
from pathlib import Path

import pytest

from sim.core.errors import SimError
from sim.engine.run_options import RunOptions
from sim.scenario.load import load_scenario
from sim.serve.page.driver import LATEST_MS, Driver
from sim.serve.page.live_run import LiveRun
from sim.serve.page.pace import AS_FAST_AS_IT_GOES, Pace, SpeedError, format_speed, parse_speed
from sim.serve.page.samples import MAX_SAMPLES, Samples
from sim.serve.page.turn_thread import TurnThread

SOME_FAILED = Path(__file__).parent / "some_failed.yaml"


class Hand:
    """A clock that somebody moves."""

    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        """The time that it shows, seconds."""
        return self.s


@pytest.fixture
def hand() -> Hand:
    """A clock at 0."""
    return Hand()


@pytest.fixture
def driver(hand: Hand) -> Driver:
    """Three emails that fail and one that is sent, paused at the beginning."""
    return Driver(LiveRun(load_scenario(SOME_FAILED)), clock=hand)


def take_turns(driver: Driver) -> None:
    """Until the driver has done what was due."""
    while driver.turn() == 0.0:
        pass


def test_paused_it_stands_still(driver: Driver, hand: Hand) -> None:
    """However long nobody does anything."""
    hand.s = 100
    assert driver.turn() is None
    assert driver.run.now_ms == 0


def test_at_ten_x_ten_simulated_seconds_take_one(driver: Driver, hand: Hand) -> None:
    """A tenth of a second is one second of the run, every time."""
    driver.play()
    for tenth in range(1, 6):
        hand.s = tenth / 10
        take_turns(driver)
        assert driver.run.now_ms == tenth * 1_000


def test_a_new_speed_counts_from_where_the_run_stands(driver: Driver, hand: Hand) -> None:
    """Two seconds at 10x, then a tenth of one at 1x."""
    driver.play()
    hand.s = 0.2
    take_turns(driver)
    driver.set_speed(1)
    hand.s = 0.3
    take_turns(driver)
    assert driver.run.now_ms == 2_100


def test_a_run_that_is_late_does_not_hurry_after(driver: Driver, hand: Hand) -> None:
    """A laptop that slept for an hour wakes to a run that goes on, not to one that is over."""
    driver.play()
    hand.s = 0.1
    take_turns(driver)
    hand.s = 3_600
    driver.turn()
    assert driver.is_late
    take_turns(driver)
    assert not driver.is_late
    assert driver.run.now_ms == 1_000 + 2_500


def test_it_plays_to_the_end_of_the_run_and_says_so(driver: Driver) -> None:
    """There it rests; to play on does nothing but say so again."""
    driver.set_speed(AS_FAST_AS_IT_GOES)
    driver.play()
    driver.run_here()
    assert driver.run.is_over
    assert not driver.is_moving
    assert driver.note.startswith("the run is over")
    driver.play()
    assert not driver.is_moving


def test_a_goal_is_reached_exactly_and_then_it_rests(driver: Driver) -> None:
    """To the millisecond."""
    driver.go_to(4_321)
    driver.run_here()
    assert driver.run.now_ms == 4_321
    assert not driver.is_moving


def test_steps_taken_in_haste_add_up(driver: Driver) -> None:
    """A step that comes while another is on its way goes on from where that one ends."""
    driver.go_by(1_000)
    driver.go_by(1_000)
    driver.go_by(500)
    driver.run_here()
    assert driver.run.now_ms == 2_500


def test_a_goal_beyond_the_end_stops_at_the_end_and_the_next_one_goes_beyond(driver: Driver) -> None:
    """Nobody runs past the end without noticing, and whoever wants to can."""
    driver.go_to(3_600_000)
    driver.run_here()
    end_ms = driver.run.now_ms
    assert driver.run.is_over
    assert end_ms < 3_600_000
    driver.go_by(10_000)
    driver.run_here()
    assert driver.run.now_ms == end_ms + 10_000


def test_time_does_not_go_back_nor_on_for_ever(driver: Driver) -> None:
    """The moment at hand is allowed, the millisecond before it is not."""
    driver.go_to(2_000)
    driver.run_here()
    driver.go_to(2_000)
    with pytest.raises(SimError, match=r"the run is already at 2s; time cannot go back to 1\.999s"):
        driver.go_to(1_999)
    with pytest.raises(SimError, match="is too late"):
        driver.go_to(LATEST_MS + 1)


def test_next_event_stops_at_the_next_record(driver: Driver) -> None:
    """One more thing has happened, or several at one moment."""
    driver.step_event()
    before = driver.run.events
    at_ms = driver.run.now_ms
    driver.step_event()
    assert driver.run.events > before
    assert driver.run.now_ms >= at_ms


def test_everything_that_people_can_see_changes_the_version(driver: Driver, hand: Hand) -> None:
    """Else a page that asks for what is new would miss it."""
    versions = [driver.version]
    for change in (
        driver.play,
        driver.pause,
        lambda: driver.set_speed(5),
        lambda: driver.go_by(100),
        driver.run_here,
        driver.step_event,
        lambda: driver.do("stop-redis"),
        driver.note_outside,
    ):
        change()
        versions.append(driver.version)
    assert versions == sorted(set(versions))


def test_a_run_that_cannot_go_on_comes_to_rest_and_says_why(hand: Hand) -> None:
    """Its budget of steps is used up: that is a note, not the end of the page."""
    driver = Driver(LiveRun(load_scenario(SOME_FAILED), RunOptions(max_steps=10)), clock=hand)
    driver.go_to(10_000)
    driver.run_here()
    assert "more than 10 simulation steps" in driver.note
    assert not driver.is_moving


def test_in_its_thread_it_gets_there_and_ends_when_told() -> None:
    """While another thread looks at the run all the time."""
    driver = Driver(LiveRun(load_scenario(SOME_FAILED)))
    driver.go_to(5_000)
    driver.start()
    while driver.is_moving:
        driver.look(lambda run: run.now_ms)
    driver.stop()
    assert driver.run.now_ms == 5_000


@pytest.mark.parametrize(
    ("text", "speed"), [("1x", 1), ("10x", 10), ("0.5x", 0.5), ("1000000x", 1e6), (" MAX ", AS_FAST_AS_IT_GOES)]
)
def test_speeds_are_read_as_they_are_written(text: str, speed: float) -> None:
    """And written as they are read."""
    assert parse_speed(text) == speed
    assert parse_speed(format_speed(speed)) == speed


@pytest.mark.parametrize("text", ["", "x", "10", "0x", "-1x", "1000001x", "1e3x", "infx", "nanx", "９x"])
def test_what_is_no_speed_is_refused(text: str) -> None:
    """Nothing, standing still, going back, and numbers that Python would take."""
    with pytest.raises(SpeedError):
        parse_speed(text)


def test_a_pace_of_as_fast_as_it_goes_is_never_due() -> None:
    """There is no moment to wait for."""
    assert Pace(AS_FAST_AS_IT_GOES).due_ms(5.0, 0) is None


def test_samples_stay_few_and_evenly_spaced_however_long_the_run() -> None:
    """An hour in at most 240 numbers, and each belongs to its moment."""
    samples = Samples(["email"])
    for now_ms in range(0, 3_600_000, 250):
        if samples.is_due(now_ms):
            samples.add(now_ms, {"email": {"backlog": now_ms, "failed": 0}})
    gaps = {after - before for before, after in zip(samples.t_ms, samples.t_ms[1:], strict=False)}
    assert len(samples.t_ms) <= MAX_SAMPLES
    assert gaps == {samples.every_ms}
    assert samples.values["email"]["backlog"] == samples.t_ms


def test_two_samples_of_one_moment_are_one() -> None:
    """The later one counts: it knows what was done by hand at that moment."""
    samples = Samples(["email"])
    samples.add(0, {"email": {"backlog": 1, "failed": 0}})
    samples.add(0, {"email": {"backlog": 2, "failed": 0}})
    assert samples.t_ms == [0]
    assert samples.values["email"]["backlog"] == [2]


def test_a_run_that_was_playing_at_its_end_plays_on_when_something_is_left_to_do(driver: Driver, hand: Hand) -> None:
    """At its pace, from where it stands; a job that a program put back in line is run to its end."""
    driver.play()
    hand.s = 3_600
    while driver.turn() is not None:
        hand.s += 1
    assert driver.run.is_over
    assert not driver.is_playing
    stands_ms = driver.run.now_ms
    redis = driver.run.queue_world.redis
    redis.zrem("bull:email:failed", "1")
    redis.lpush("bull:email:wait", "1")
    driver.note_outside()
    assert driver.is_playing
    assert driver.run.now_ms == stands_ms
    while driver.turn() is not None:
        hand.s += 0.1
    assert redis.zscore("bull:email:completed", "1") is not None


@pytest.mark.parametrize("rest", ["pause", "go_to", "step_event"])
def test_a_run_that_was_put_to_rest_stays_there(driver: Driver, rest: str) -> None:
    """Somebody paused it, went to a moment or made a step: what a program does then moves no time."""
    driver.play()
    driver.go_to(60_000, beyond=True)
    if rest != "go_to":
        driver.play()
        driver.pause() if rest == "pause" else driver.step_event()
    driver.run_here()
    driver.run.queue_world.redis.lpush("bull:email:wait", "1")
    driver.note_outside()
    assert not driver.is_moving


def test_until_means_until(driver: Driver) -> None:
    """Also where nothing is left to happen long before; then it can be played on from there."""
    driver.go_to(600_000, beyond=True)
    driver.run_here()
    assert driver.run.now_ms == 600_000
    assert driver.run.is_over
    driver.play()
    driver.do("retry-all", {"queue": "email"})
    assert driver.is_playing


def test_until_a_moment_is_the_run_of_everybody_else(driver: Driver) -> None:
    """The trace up to there is that of a run that goes to its end by itself."""
    other = LiveRun(load_scenario(SOME_FAILED))
    other.go_on(3_600_000)
    driver.go_to(600_000, beyond=True)
    driver.run_here()
    assert driver.run.shas() == other.shas()


def test_an_error_outside_of_the_run_is_told_and_the_thread_takes_further_turns() -> None:
    """The page stays whatever goes wrong; it says what it was."""
    told: list[str] = []
    turns = iter([ZeroDivisionError("nobody thought of this"), None])
    done = threading.Event()

    def turn() -> None:
        error = next(turns)
        if error is not None:
            raise error
        done.set()

    thread = TurnThread(turn, lambda error: told.append(str(error)))
    thread.start()
    assert done.wait(10)
    assert thread.stop(10)
    assert told == ["nobody thought of this"]
