"""From a file to a scenario, or to everything that is wrong with it."""

import os
import pickle
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.core.errors import ScenarioError
from sim.handlers.registry import HANDLERS
from sim.scenario.load import load_scenario, parse_scenario
from sim.yaml_files.problems import listed
from sim.yaml_files.source import MAX_BYTES

HEAD = "title: t\nquestion: q\nworkload:\n  - {queue: email, arrivals: {kind: constant, interval: 1s, count: 3}}\n"
"""Four lines that are a scenario; what a test adds begins on line 5."""
HANDLER_NAMES = f"{listed(list(HANDLERS))}, or a mapping with effects:"


def problems(text: str) -> list[str]:
    """What loading a text complains of, without the file's name."""
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text, "f")
    return [str(line).removeprefix("f:") for line in caught.value.args]


def test_a_minimal_file_loads_with_the_documented_queue() -> None:
    """Four lines are enough."""
    scenario = parse_scenario(HEAD)
    assert (scenario.title, scenario.jobs, scenario.queues["email"].attempts) == ("t", 3, 5)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("seed: x", "5:7: seed: expected a whole number from 0 to 9,223,372,036,854,775,807, not 'x'"),
        ("seed: 1.0", "5:7: seed: expected a whole number from 0 to 9,223,372,036,854,775,807, not the number 1.0"),
        ("seed: 9223372036854775808", "5:7: seed: expected a whole number from 0 to 9,223,372,036,854,775,807, "
         "not the number 9223372036854775808"),
        ("story: 5", "5:8: story: expected text, not the number 5; put it in quotes"),
        ("sead: 1", "5:1: sead: unknown key; did you mean `seed`?"),
        ("queues: {email: {atempts: 3}}", "5:18: queues.email.atempts: unknown key; did you mean `attempts`?"),
        ("redis: {save_interval: 999ms}", "5:24: redis.save_interval: must be at least 1s, the shortest interval that "
                                          "Redis's `save` allows"),
        ("queues: {email: {attempts:3}}", "5:18: queues.email.attempts:3: put a space after the colon: `attempts: 3`"),
        ("redis: {zzz: 3}", "5:9: redis.zzz: unknown key; the keys are: persistence, save_interval, "
         "max_retries_per_request, max_memory, max_clients and eviction"),
        ("duration: 30", "5:11: duration: expected a duration such as 500ms, 30s, 2m or 1h30m, not the number 30, "
         "which has no unit"),
        ("duration: 0s", "5:11: duration: must be longer than 0s"),
        ("duration: 401d", "5:11: duration: 401d is longer than the limit of 400d"),
        ("semantics: bull", "5:12: semantics: expected documented or bull-4.16, or a list of them, not 'bull'; "
         "did you mean `bull-4.16`?"),
        ("semantics: [bull-4.1]", "5:13: semantics[0]: expected documented or bull-4.16, not 'bull-4.1'; "
         "did you mean `bull-4.16`?"),
        ("modes: queue", "5:8: modes: expected a list of 1 to 2 entries, each in-process or queue, not 'queue'"),
        ("modes: [queue, queue, queue]", "5:8: modes: expected a list of 1 to 2 entries, each in-process or queue, "
         "not a list of 3"),
        ("queues: {email: {service: 5}}", "5:27: queues.email.service: expected a duration such as 500ms, 30s, 2m or "
         "1h30m, or a mapping with kind: exponential, lognormal or uniform, not the number 5, which has no unit"),
        ("queues: {email: {service: 500d}}", "5:27: queues.email.service: 500d is longer than the limit of 400d"),
        ("queues: {email: {service: {kind: poison}}}", "5:34: queues.email.service.kind: expected exponential, "
         "lognormal or uniform, not 'poison'"),
        ("queues: {email: {service: {mean: 1s}}}", "5:18: queues.email.service.kind: is missing; expected "
         "exponential, lognormal or uniform"),
        ("queues: {email: {service: {kind: uniform, uniform: 1, min: 1s, max: 2s}}}", "5:43: "
         "queues.email.service.uniform: unknown key; the keys are: kind, min and max"),
        ("queues: {email: {remove_on_fail: -1}}", "5:34: queues.email.remove_on_fail: expected true or false, or a "
         "whole number from 0 to 10,000,000, or a mapping with keys such as count: or age:, not the number -1"),
        ("queues: {email: {remove_on_fail: {count: -1}}}", "5:42: queues.email.remove_on_fail.count: expected a whole "
         "number from 0 to 10,000,000, not the number -1"),
        ("queues: {email: {idempotency_key: maybe}}", "5:35: queues.email.idempotency_key: expected on or off, "
         "not 'maybe'"),
        ("queues: {email: {handler: mail}}", "5:27: queues.email.handler: expected " + HANDLER_NAMES + ", not "
         "'mail'; did you mean `email`?"),
        ("queues: {bulk: {}}", "5:10: queues.bulk.handler: is missing; expected " + HANDLER_NAMES),
        ("queues: {bulk: }", "5:16: queues.bulk: the value is empty; expected a mapping with handler:, or {} for the "
         "defaults"),
        ("queues: {a-b: {handler: email}}", "5:10: queues.a-b: a queue's name starts with a letter and has only "
                                            "letters, digits and _, at most 40 characters"),
        ("application: {concurrency: lots}", "5:28: application.concurrency: expected a whole number from 1 to "
         "1,000,000, or unlimited, not 'lots'"),
        ("faults: [{kind: worker-crach}]", "5:17: faults[0].kind: expected clock-skew, database-failure, "
         "handler-error, handler-hang, poison-job, redis-crash, redis-failover, redis-hang, redis-lost-reply, "
         "redis-outage, redis-partition, redis-readonly, slow-database, slow-redis, worker-crash, "
         "worker-freeze or worker-shutdown, not 'worker-crach'; did you mean `worker-crash`?"),
        ("faults: [{at: 1s}]", "5:10: faults[0].kind: is missing; expected clock-skew, database-failure, "
         "handler-error, handler-hang, poison-job, redis-crash, redis-failover, redis-hang, redis-lost-reply, "
         "redis-outage, redis-partition, redis-readonly, slow-database, slow-redis, worker-crash, "
         "worker-freeze or worker-shutdown"),
        ("faults: [{kind: worker-crash}]",
         "5:10: faults[0]: give exactly one of at:, mean_interval:, on_job: and jobs:"),
        ("faults: [{kind: worker-freeze, duration: 1s, at: [1s, x]}]", "5:55: faults[0].at[1]: expected a duration "
         "such as 500ms, 30s, 2m or 1h30m, not 'x'"),
        ("faults: [{kind: worker-freeze, duration: 1s, at: {}}]", "5:50: faults[0].at: expected a duration such as "
         "500ms, 30s, 2m or 1h30m, or a list of them, not an empty mapping"),
        ("faults: [{kind: poison-job, jobs: [email]}]", "5:36: faults[0].jobs[0]: expected a name such as email-17, "
         "not 'email'"),
        ("expect: {queue: {losst: 0}}", "5:18: expect.queue.losst: no such measure; did you mean `lost`?"),
        ("expect: {queue: {lost: few}}", '5:24: expect.queue.lost: expected a number or a bound such as 0, "<= 3", '
         '"> 0", "2..5" or, for a time, "<= 30s", not \'few\''),
        ("expect: {queue: {queues: {email: {lost: 5..2}}}}", "5:41: expect.queue.queues.email.lost: 5..2: the lower "
         "end is above the upper end"),
        ("expect: {bull-4.16: {queue: {lost: -1}}}", "5:36: expect.bull-4.16.queue.lost: expected a number or a bound "
         'such as 0, "<= 3", "> 0", "2..5" or, for a time, "<= 30s", not the number -1'),
        ("expect: {queue: {lost: 5s}}", "5:24: expect.queue.lost: lost is a number: compare it with a number, such as "
         '"<= 3"'),
        ("expect: {queue: {delivery_p95: 5}}", "5:32: expect.queue.delivery_p95: delivery_p95 is a time: compare it "
         'with a duration, such as "<= 30s"'),
        ("expect: {queue: {queues: {email: {delivery_max: 5s..2s}}}}", "5:49: expect.queue.queues.email.delivery_max: "
         "5s..2s: the lower end is above the upper end"),
        ("expect: {queue: {late: 0}}", "5:18: expect.queue.late: nothing was promised, so no job can be late: add "
         "deliver_within: to a queue or to its workload"),
        ("expect: {bull-4.16: {in-process: {queues: {email: {late: 0}}}}}", "5:52: "
         "expect.bull-4.16.in-process.queues.email.late: nothing was promised, so no job can be late: add "
         "deliver_within: to queue email or to its workload"),
        ("queues: {email: {deliver_within: 0s}}", "5:34: queues.email.deliver_within: must be longer than 0s"),
        ("database:", "5:10: database: the value is empty; expected a mapping with keys such as latency:, cores: or "
         "connections:, or {} for the defaults"),
    ],
)  # fmt: skip
def test_a_problem_is_one_line_in_plain_words(more: str, problem: str) -> None:
    """With line, column, path, what is wrong and what would be right; unions and their branches are no exception."""
    assert problems(HEAD + more) == [problem]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1:1: the file is empty; a scenario needs at least title:, question: and workload:"),
        ("[]", "1:1: expected a mapping with title:, question: and workload:, not an empty list"),
        ("hello", "1:1: expected a mapping with title:, question: and workload:, not 'hello'"),
        (HEAD.replace("title: t\n", ""), "1:1: title: is missing; expected text of 1 to 120 characters"),
        (HEAD.replace("title: t", "title: " + "t" * 121), "1:8: title: expected text of 1 to 120 characters, not "
         f"'{'t' * 39}…' (121 characters)"),
        (HEAD.replace("queue: email, ", ""), "4:5: workload[0].queue: is missing; expected text"),
        (HEAD.replace("count: 3", "count: 0"), "4:68: workload[0].arrivals.count: expected a whole number, 1 or more, "
         "not the number 0"),
    ],
)  # fmt: skip
def test_what_is_missing_is_told_where_it_belongs(text: str, problem: str) -> None:
    """At the mapping that lacks it."""
    assert problems(text) == [problem]


def test_all_problems_are_told_at_once_in_file_order() -> None:
    """Those of the YAML, of the models, and of what does not fit together."""
    text = (
        HEAD.replace("title: t", "title: 5") + "seed: &a 1\nfaults:\n  - {kind: worker-crash, at: 1s, target: emial}\n"
        "  - {kind: worker-crash, at: x}\nwokers: {}\nqueues: {order: {attempts: 0}}\ntitle: again\n"
    )
    found = problems(text)
    assert [line.split(": ")[1] for line in found] == [
        "title", "seed", "faults[0].target", "faults[1].at", "wokers", "queues.order.attempts", "title",
    ]  # fmt: skip
    assert found == sorted(found, key=lambda line: [int(part) for part in line.split(":")[:2]])


def test_a_refused_value_is_not_refused_again_for_its_stand_in() -> None:
    """One problem, one line."""
    assert problems(HEAD + "seed: *x") == ["5:7: seed: *x: aliases are not supported; write the value out"]


def test_what_stands_under_a_wrong_key_is_not_told_too() -> None:
    """Mending the key comes first, and may mend the rest."""
    found = problems(HEAD + "expect: {queue: {queus: {email: {lost: 0}}}}")
    assert found == ["5:18: expect.queue.queus: no such measure; did you mean `queues`?"]


def test_problems_do_not_flood_the_screen() -> None:
    """After 200 lines a count stands for the rest."""
    found = problems(HEAD + "".join(f"k{number}: 1\n" for number in range(300)))
    assert len(found) == 201
    assert found[0].startswith("5:1: k0: unknown key")
    assert found[-1].endswith("and at least 100 more problems")


def test_text_from_the_file_cannot_move_the_cursor() -> None:
    """What turns the direction of writing around is refused, and what is not printable is written as an escape."""
    assert problems(HEAD + "seed: \u202etxt") == ["5:7: the invisible character U+202E is not allowed; remove it"]
    (problem,) = problems(HEAD + "seed: \u200btxt")
    assert "'\\u200btxt'" in problem
    assert problems(HEAD + "s\u200bead: 1")[0].startswith("5:1: 's\\u200bead': unknown key")
    assert problems(HEAD + '"s\\nead": 1')[0].startswith("5:1: 's\\nead': a key must be one line")


def test_jargon_of_the_models_reaches_nobody() -> None:
    """No `Input should be`, no `[type=...]`, no `Value error`."""
    text = HEAD + "seed: []\nmodes: {}\nqueues: []\nworkers: 5\nfaults: {}\nexpect: [1]\nduration: []\ndatabase: x\n"
    found = "\n".join(problems(text))
    assert len(found.splitlines()) == 8
    for word in ("Input", "type=", "Value error", "instance", "dict", "Extra", "Field"):
        assert word not in found


def test_a_file_is_named_as_it_was_given(tmp_path: Path) -> None:
    """So that the position can be clicked."""
    file = tmp_path / "bad.yaml"
    file.write_text(HEAD + "sead: 1\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    assert caught.value.args == (f"{file}:5:1: sead: unknown key; did you mean `seed`?",)


def test_a_good_file_loads_from_a_path_or_a_text(tmp_path: Path) -> None:
    """With or without a byte order mark, with either line ending."""
    file = tmp_path / "good.yaml"
    for raw in (HEAD, "\ufeff" + HEAD, HEAD.replace("\n", "\r\n")):
        file.write_bytes(raw.encode())
        assert load_scenario(file) == load_scenario(str(file)) == parse_scenario(HEAD)


def make_a_socket(file: Path) -> None:
    """A socket that nobody listens on."""
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(file))


def make_a_huge_file(file: Path) -> None:
    """A terabyte of nothing, which takes no room."""
    file.touch()
    os.truncate(file, 1 << 40)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda file: None, ": there is no such file"),
        (lambda file: file.mkdir(), ": is a folder; name one scenario file"),
        (lambda file: file.write_bytes(b"#" * (MAX_BYTES + 1)), ":1:1: the file is larger than 1 MiB, the limit for "
         "a scenario"),
        (lambda file: file.write_bytes(b"a: 1\nb: \xff"), ":2:4: the byte 0xff is not UTF-8 text; save the file as "
         "UTF-8"),
        (lambda file: os.mkfifo(file), ": is a pipe; name one scenario file"),
        (lambda file: file.symlink_to("/dev/zero"), ": is a device; name one scenario file"),
        (make_a_socket, ": is a socket; name one scenario file"),
        (make_a_huge_file, ":1:1: the file is larger than 1 MiB, the limit for a scenario"),
        (lambda file: file.symlink_to(file), ": cannot be read: Too many levels of symbolic links"),
    ],
)  # fmt: skip
def test_what_is_no_readable_file_is_a_scenario_error(
    tmp_path: Path, make: Callable[[Path], Any], problem: str
) -> None:
    """And never an error of the operating system's."""
    file = tmp_path / "file"
    make(file)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    assert caught.value.args == (f"{file}{problem}",)


def test_a_name_that_no_file_can_have_is_a_scenario_error() -> None:
    """It is shown with its invisible character escaped."""
    with pytest.raises(ScenarioError, match=r"'a\\x00b': cannot be read"):
        load_scenario("a\0b")


def test_the_error_survives_pickling() -> None:
    """As it must on its way out of a worker process."""
    with pytest.raises(ScenarioError) as caught:
        parse_scenario("", "f")
    assert pickle.loads(pickle.dumps(caught.value)).args == caught.value.args
