"""``serve``: serve a live run: a web page, and its Redis on a TCP port."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from sim.cli.scenario_path import ScenarioPath

if TYPE_CHECKING:
    import socket

    from sim.engine.run_options import RunOptions
    from sim.scenario.schema import Scenario
    from sim.serve.page.driver import Driver
    from sim.serve.page.run_log import RunLog
    from sim.serve.redis_port.server import RedisPort
    from sim.yaml_files.fields import SemanticsName

PLACE = 20

PATIENCE_S = 8.0
"""How long the end waits for a step of the run and for a script at the Redis port, real seconds."""
_ENDS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


@click.command()
@click.argument("scenario", type=ScenarioPath())
@click.option("--until", metavar="TIME", help="Run to this simulated time before serving, such as 90s.")
@click.option("--speed", default="paused", show_default=True, help="paused, or a speed: 1x, 10x, 100x, max.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    metavar="N",
    default=8080,
    show_default=True,
    help="Port of the page; 0 takes a free one.",
)
@click.option(
    "--redis-port",
    type=click.IntRange(0, 65_535),
    metavar="N",
    default=6390,
    show_default=True,
    help="Port of Redis; 0 takes a free one.",
)
@click.option("--no-redis-port", is_flag=True, help="Do not open the Redis port.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address of the page. Any other than the default lets other machines in.",
)
@click.option(
    "--allow-host", multiple=True, metavar="NAME", help="Accept this host name for the page too. May be repeated."
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Default: the scenario's seed.")
@click.option("--semantics", type=click.Choice(["documented", "bull-4.16"]), help="Default: the scenario's first.")
@click.option(
    "--replay", "replay_from", type=click.Path(path_type=Path), help="Replay a downloaded log before serving."
)
@click.option(
    "--log",
    "log_to",
    type=click.Path(path_type=Path, dir_okay=False),
    help="At the end, write here what was done by hand. Default: done-by-hand.yaml, or the next free name.",
)
def command(
    scenario: Path,
    until: str | None,
    speed: str,
    port: int,
    redis_port: int,
    no_redis_port: bool,
    host: str,
    allow_host: tuple[str, ...],
    seed: int | None,
    semantics: "SemanticsName | None",
    replay_from: Path | None,
    log_to: Path | None,
) -> None:
    """Serve SCENARIO as a live run: a web page to watch it and break it, and its Redis on a TCP port.

    Ctrl-C ends it and saves what was done by hand.

    Exit code 0: ended normally; 2: the scenario, a file or a port cannot be used.
    """
    from sim.core.durations import parse_duration
    from sim.core.errors import DurationError
    from sim.core.extras import need
    from sim.engine.run_options import RunOptions
    from sim.scenario.load import load_scenario

    try:
        until_ms = None if until is None else parse_duration(until)
    except DurationError as error:
        raise click.UsageError(f"--until: {error}") from None
    need("the page", "serve", "starlette", "uvicorn")
    if not no_redis_port:
        need("the Redis port", "serve", "lupa", "msgpack")
    from sim.serve.page import web_server
    from sim.serve.page.pace import SpeedError, parse_speed
    from sim.serve.page.run_log import read_log

    try:
        pace = None if speed == "paused" else parse_speed(speed)
    except SpeedError as error:
        raise click.UsageError(f"--speed: {error}, or paused") from None
    log = None if replay_from is None else read_log(replay_from)
    if log is not None:
        seed = log.seed if seed is None else seed
        semantics = log.semantics if semantics is None else semantics
    served = _Served(
        load_scenario(scenario),
        RunOptions(seed=seed, semantics=semantics),
        until_ms=until_ms,
        pace=pace,
        redis_port=None if no_redis_port else redis_port,
        host=host,
        names=allow_host,
        log=log,
        log_to=log_to,
    )
    with web_server.open_listener(host, port) as listener:
        _serve(served, listener)


class _Served(NamedTuple):
    """What is served, and how it was asked for.

    Attributes:
        until_ms: The moment to run to first, ms since the run began.
        pace: How fast it plays from the start; None: it rests.
        redis_port: The port of its Redis; None: closed.
        host: The page's address.
        names: Further names that the page is served under.
        log: What is done first, of a run before.
        log_to: Where what was done by hand is written.
    """

    scenario: "Scenario"
    options: "RunOptions"
    until_ms: int | None
    pace: float | None
    redis_port: int | None
    host: str
    names: tuple[str, ...]
    log: "RunLog | None"
    log_to: Path | None


def _serve(served: _Served, listener: "socket.socket") -> None:
    from sim.core.gc_tuning import fewer_collections
    from sim.serve.page import web_server
    from sim.serve.page.driver import Driver
    from sim.serve.page.limits import WebLimits
    from sim.serve.page.live_run import LiveRun
    from sim.serve.page.routes import web_app
    from sim.serve.page.security import Hosts, is_loopback, new_token
    from sim.serve.page.state import StateView
    from sim.serve.redis_port.server import RedisPort

    run = LiveRun(served.scenario, served.options)
    driver = Driver(run, speed=10.0 if served.pace is None else served.pace)
    redis = None
    if served.redis_port is not None:
        redis = RedisPort(
            run.queue_world, "127.0.0.1", served.redis_port, world_lock=driver.lock, on_change=driver.note_outside
        ).start()
    try:
        with fewer_collections(), _ended_by_signals() as page:
            if served.log is not None:
                run.replay(served.log)
            if served.until_ms is not None:
                driver.go_to(served.until_ms, beyond=True)
                driver.run_here()
            if served.pace is not None:
                driver.play()
            driver.start()
            limits, token = WebLimits(), new_token()
            view = StateView(driver, None if redis is None else redis.port)
            app = web_app(driver, view, token=token, hosts=Hosts(served.host, served.names), limits=limits)
            if not is_loopback(served.host):
                click.echo(
                    f"WARNING: the page listens on {served.host} and can be reached from other machines. Anyone who "
                    "reaches it can watch; anyone with the token can change the run. The token travels unencrypted.",
                    err=True,
                )
            _tell(listener, served.host, token, redis)
            page.server = web_server.web_server(app, limits)
            page.server.run(sockets=[listener])
    except KeyboardInterrupt:
        pass
    finally:
        _keep_log(driver, served.log_to)
        has_stopped = driver.stop(PATIENCE_S)
        if redis is not None:
            redis.stop(PATIENCE_S)
    _take_leave(driver, has_stopped)


class _Page:
    """The server of the page, once there is one; a signal that comes while it runs is for it to obey."""

    server: Any = None


@contextmanager
def _ended_by_signals() -> Iterator[_Page]:
    """Have SIGTERM, and SIGHUP of a window that is closed, end the command as Ctrl-C does."""
    page = _Page()

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        if page.server is None or page.server.should_exit:
            raise KeyboardInterrupt
        page.server.should_exit = True

    before = {number: signal.signal(number, interrupt) for number in _ENDS}
    try:
        yield page
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _keep_log(driver: "Driver", log_to: Path | None) -> None:
    """Save what was done by hand, before anything else can go wrong; a window that is gone reads nothing any more."""
    from sim.core.errors import OutputError
    from sim.serve.page.kept_log import keep_log

    try:
        path = keep_log(driver.run, log_to)
        said = "" if path is None else f"\nDone by hand: {path.absolute()} (--replay does it again)"
    except OutputError as error:
        said = f"\nWhat was done by hand could not be saved: {error}"
    with suppress(OSError):
        if said:
            click.echo(said)


def _tell(listener: "socket.socket", host: str, token: str, redis: "RedisPort | None") -> None:
    port = listener.getsockname()[1]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    click.echo(f"Page:   http://{shown}:{port}/#token={token}")
    if redis is not None:
        click.echo(f"Redis:  redis-cli -p {redis.port}")
    click.echo("Ctrl-C ends it.")
    sys.stdout.flush()


def _take_leave(driver: "Driver", has_stopped: bool) -> None:
    from sim.core.durations import format_duration

    run = driver.run
    click.echo(f"\nEnded at {format_duration(run.now_ms)} of simulated time; the run {_end(run.is_over)}.")
    if not has_stopped:
        click.echo("  It was stopped in the middle of a long step, so nothing is counted.")
        return
    try:
        counted = run.counts()
    except Exception as error:  # whatever the keys hold now: what was done is saved, and the command ends well
        click.echo(f"  Outcomes cannot be counted: {error!r}")
        return
    for mode, counts in counted.items():
        found = counts.as_dict()
        rest = sum(
            found[name] for name in ("rejected", "ignored", "failed_reported", "failed_retained", "failed_evicted")
        )
        click.echo(
            f"  {mode}: {found['offered']:,} offered, {found['delivered']:,} delivered "
            f"({found['duplicated']:,} duplicated), {found['lost']:,} lost, {found['dead_lettered']:,} dead-lettered, "
            f"{rest:,} failed or rejected, {found['pending']:,} pending"
        )
    if run.log:
        actions = "1 action" if len(run.log) == 1 else f"{len(run.log):,} actions"
        click.echo(f"  done by hand: {actions}")


def _end(is_over: bool) -> str:
    return "had finished" if is_over else "had not finished"
