"""``python -m sim serve`` on real ports: what it says, how it ends, and what dawdling connections get."""

import http.client
import signal
import socket
import time
from pathlib import Path

import pytest
import redis

from sim.cli import main

pytest.importorskip("uvicorn", reason="the page needs uvicorn")

from sim.serve.page.limits import WebLimits
from sim.serve.page.run_log import read_log
from tests.serve.live_page import ask, live_page

SOME_FAILED = str(Path(__file__).parent / "some_failed.yaml")


def test_it_serves_until_ctrl_c_and_then_tells_where_things_stand(tmp_path: Path) -> None:
    """Both ports show the same moment; a job that redis-cli puts back in line is in the log and is run."""
    with live_page(SOME_FAILED, "--until", "9s", cwd=tmp_path) as page:
        state = ask(page, "/api/state")
        assert state["time"]["now_ms"] == 9_000
        assert not state["time"]["is_playing"]
        assert state["redis"] == {"state": "up", "port": page.redis_port, "persistence": "aof-everysec"}
        client = redis.Redis(port=page.redis_port, decode_responses=True)
        assert client.zcard("bull:email:failed") == 3
        client.zrem("bull:email:failed", "1")
        client.lpush("bull:email:wait", "1")
        client.close()
        ask(page, "/api/time", {"to": "by", "value": "2s"})
        while ask(page, "/api/state")["time"]["goal_ms"] is not None:
            pass
        ask(page, "/api/do", {"do": "retry", "with": {"queue": "email", "id": "2"}})
        log = ask(page, "/api/state")["log"]
        assert [entry["do"] for entry in log] == ["keys-changed-from-outside", "retry"]
        code, said = page.end()
    assert code == 0
    assert "Ended at 10s of simulated time; the run had not finished." in said
    assert "queue: 4 offered, 2 delivered (0 duplicated)" in said
    assert "done by hand: 2 actions" in said
    assert f"Done by hand: {tmp_path / 'done-by-hand.yaml'}" in said
    assert [entry.verb for entry in read_log(tmp_path / "done-by-hand.yaml").done] == [
        "keys-changed-from-outside",
        "retry",
    ]
    assert "Traceback" not in said


def test_it_ends_well_when_it_is_terminated_while_it_plays() -> None:
    """As a container would end it."""
    with live_page(SOME_FAILED, "--speed", "1x") as page:
        assert ask(page, "/api/state")["time"]["is_playing"]
        code, said = page.end(signal.SIGTERM)
    assert code == 0
    assert "Ended at" in said


def test_a_log_is_replayed_to_where_its_run_stood(tmp_path: Path) -> None:
    """With the seed and the semantics that it had."""
    log = tmp_path / "done.yaml"
    log.write_text(
        "seed: 7\nsemantics: bull-4.16\nstands_at: 10s\ndone:\n- {at: 9s, do: retry-all, with: {queue: email}}\n",
        encoding="utf-8",
    )
    with live_page(SOME_FAILED, "--replay", str(log)) as page:
        state = ask(page, "/api/state")
    assert state["time"]["now_ms"] == 10_000
    assert state["outcomes"]["modes"]["queue"]["delivered"] == 4


@pytest.mark.parametrize("by", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_what_was_done_by_hand_is_saved_however_it_ends(tmp_path: Path, by: str) -> None:
    """Under the next free name, which is printed; the file does it all again."""
    (tmp_path / "done-by-hand.yaml").write_text("somebody's", encoding="utf-8")
    with live_page(SOME_FAILED, "--until", "9s", cwd=tmp_path) as page:
        ask(page, "/api/do", {"do": "retry", "with": {"queue": "email", "id": "2"}})
        code, said = page.end(getattr(signal, by))
    assert code == 0
    assert "Traceback" not in said
    path = tmp_path / "done-by-hand-2.yaml"
    assert f"Done by hand: {path}" in said
    assert (tmp_path / "done-by-hand.yaml").read_text(encoding="utf-8") == "somebody's"
    with live_page(SOME_FAILED, "--replay", str(path), "--log", str(tmp_path / "again" / "log.yaml")) as page:
        assert ask(page, "/api/state")["log"][0]["do"] == "retry"
        code, said = page.end()
    assert (tmp_path / "again" / "log.yaml").read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


def test_a_run_that_is_over_plays_on_when_a_program_puts_a_job_back_in_line(tmp_path: Path) -> None:
    """With ``--until`` and ``--speed``: there first, and from there at the pace whenever something is left to do."""
    with live_page(SOME_FAILED, "--until", "10m", "--speed", "20x", cwd=tmp_path) as page:
        assert ask(page, "/api/state")["time"]["now_ms"] == 600_000
        client = redis.Redis(port=page.redis_port, decode_responses=True)
        with client.pipeline() as pipe:
            pipe.zrem("bull:email:failed", "1")
            pipe.hdel("bull:email:1", "finishedOn", "failedReason")
            pipe.lpush("bull:email:wait", "1")
            pipe.execute()
        deadline_s = time.monotonic() + 20
        while client.zscore("bull:email:completed", "1") is None:
            assert time.monotonic() < deadline_s, ask(page, "/api/state")["time"]
        client.close()


def test_a_key_of_another_kind_does_not_keep_it_from_ending_well(tmp_path: Path) -> None:
    """It counts what can be counted."""
    with live_page(SOME_FAILED, "--until", "9s", cwd=tmp_path) as page:
        client = redis.Redis(port=page.redis_port)
        for key in ("wait", "active", "delayed", "id", "meta", "stalled"):
            client.delete(f"bull:email:{key}")
            client.set(f"bull:email:{key}", b"\xff")
        client.close()
        assert len(ask(page, "/api/state")["queues"][0]["wrong_keys"]) == 5
        code, said = page.end()
    assert code == 0
    assert "queue: 4 offered, 1 delivered" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("option", ["--port", "--redis-port"])
def test_a_port_that_is_taken_is_said_with_exit_code_2(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is run, in one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ports = {"--port": "0", "--redis-port": "0", option: str(port)}
        code = main(["serve", SOME_FAILED, *(text for pair in ports.items() for text in pair)])
    said = capsys.readouterr().err
    assert code == 2
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in said
    assert "choose another" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.yaml"], "nowhere.yaml: there is no such file"),
        ([SOME_FAILED, "--until", "soon"], "--until: expected a duration such as 500ms"),
        ([SOME_FAILED, "--speed", "fast"], "--speed: expected a speed such as 1x"),
        ([SOME_FAILED, "--host", "203.0.113.7"], "cannot listen on 203.0.113.7:"),
        ([SOME_FAILED, "--port", "99999"], "99999"),
        ([SOME_FAILED, "--replay", "nowhere.yaml"], "nowhere.yaml: No such file"),
    ],
)
def test_what_cannot_be_served_is_said_with_exit_code_2(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is wrong and where, without a traceback."""
    options = [] if "--port" in arguments else ["--port", "0"]
    assert main(["serve", "--no-redis-port", *options, *arguments]) == 2
    assert says in capsys.readouterr().err


def test_another_address_comes_with_a_warning() -> None:
    """The page is then open to a network, and the token goes over it in the clear."""
    with live_page(SOME_FAILED, "--host", "0.0.0.0", "--no-redis-port") as page:
        assert page.url.startswith("http://127.0.0.1:")
        assert page.redis_port == 0
        assert "WARNING: the page listens on 0.0.0.0 and can be reached from other machines." in page.warning
        code, _said = page.end()
    assert code == 0


def test_connections_that_dawdle_are_closed_and_the_page_stays() -> None:
    """One says nothing, one stops amid its headers, one amid its body, one amid its second request."""
    patience_s = WebLimits().request_s
    with live_page(SOME_FAILED, "--no-redis-port") as page:
        opened = [socket.create_connection(("127.0.0.1", page.port), timeout=4 * patience_s) for _ in range(4)]
        _silent, headers, body, second = opened
        headers.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        start = f"POST /api/time HTTP/1.1\r\nHost: localhost\r\nX-Token: {page.token}\r\nContent-Length: 50\r\n\r\n{{"
        body.sendall(start.encode())
        second.sendall(b"GET /icon.svg HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert second.recv(65_536).startswith(b"HTTP/1.1 200")
        second.sendall(b"GET / HT")
        began_s = time.monotonic()
        answers = [read_all(one) for one in opened]
        took_s = time.monotonic() - began_s
        assert answers[0] == answers[1] == b""
        assert answers[2].startswith(b"HTTP/1.1 408")
        assert b"HTTP/1.1" not in answers[3]
        assert took_s < 3 * patience_s
        assert ask(page, "/api/state")["time"]["now_ms"] == 0


def test_ten_megabytes_over_the_wire_are_refused_and_the_page_stays() -> None:
    """The sender hears it, because what it sends is read and thrown away."""
    with live_page(SOME_FAILED, "--no-redis-port") as page:
        connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=60)
        connection.request("POST", "/api/do", b"x" * 10_000_000, {"X-Token": page.token})
        assert connection.getresponse().status == 413
        connection.close()
        assert ask(page, "/api/state")["time"]["now_ms"] == 0


def read_all(connection: socket.socket) -> bytes:
    """Read until the other side closes."""
    found = b""
    try:
        while part := connection.recv(65_536):
            found += part
    except ConnectionResetError:
        pass
    connection.close()
    return found
