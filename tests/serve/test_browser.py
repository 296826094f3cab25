"""The page in a real browser: break something, watch jobs fail, bring them back, and see the outcomes change."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.serve.live_page import LivePage, ask, live_page

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
]
playwright = pytest.importorskip("playwright.sync_api", reason="the browser tests need playwright")
expect = playwright.expect

SCENARIO = str(Path(__file__).parent / "page_browser.yaml")
PATIENCE_MS = 30_000
LINES = "node => { const a = document.createRange(); a.selectNodeContents(node); return a.getClientRects().length; }"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, for all tests here."""
    expect.set_options(timeout=PATIENCE_MS)
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def served() -> Iterator[LivePage]:
    """The page at half past one: one email and one order are done."""
    with live_page(SCENARIO, "--until", "1500ms") as page:
        yield page


@pytest.fixture(scope="module")
def slowed() -> Iterator[LivePage]:
    """The same for those who only look, with a database that takes 5 s a call."""
    with live_page(SCENARIO, "--until", "1500ms") as page:
        ask(page, "/api/do", {"do": "slow-database", "with": {"latency": "5s"}})
        yield page


@pytest.fixture
def page(browser: Any, served: LivePage) -> Iterator[Any]:
    """A tab that has opened the address with the token; it must have nothing to complain of when the test is over."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    foreign: list[str] = []
    tab.on("request", lambda asked: foreign.append(asked.url) if f":{served.port}/" not in asked.url else None)
    tab.goto(served.url)
    expect(tab.locator("#clock")).to_have_text("1.5s")
    yield tab
    assert [text for text in complaints if "409" not in text] == []
    assert foreign == []
    tab.close()


def outcome(tab: Any, mode: str, name: str) -> Any:
    """The number beside a bar."""
    return tab.locator(f"#count-{mode}-{name}")


def go_to(tab: Any, moment: str, clock: str) -> None:
    """As by hand, in the field at the top."""
    tab.fill("#moment", moment)
    tab.press("#moment", "Enter")
    expect(tab.locator("#clock")).to_have_text(clock)


def test_break_the_database_and_bring_back_what_failed(page: Any) -> None:
    """Two orders and two emails fail; queue mode gets all of them back, in-process mode none."""
    expect(outcome(page, "queue", "delivered")).to_have_text("2")
    page.click("#database-toggle")
    expect(page.locator("#notice")).to_have_text("At 1.5s: made the database refuse every call.")
    go_to(page, "3500ms", "3.5s")
    page.click("#database-toggle")
    expect(outcome(page, "in-process", "failed_reported")).to_have_text("4")
    expect(outcome(page, "queue", "failed_retained")).to_have_text("2")
    expect(outcome(page, "queue", "dead_lettered")).to_have_text("2")

    page.click("[data-key=order] [data-key=failed]")
    expect(page.locator("table.jobs tbody tr")).to_have_count(2)
    page.locator("table.jobs tbody tr", has_text="order-2").get_by_role("button", name="Retry").click()
    expect(page.locator("#notice")).to_have_text("At 3.5s: retried job 2 of order.")
    expect(page.locator("#retry-all")).to_have_text("Retry all 1 failed")
    page.click("#retry-all")
    expect(page.locator("#jobs .empty")).to_have_text("No failed jobs in order.")

    page.click("[data-key=email] [data-key=dead]")
    page.locator("table.jobs tbody tr", has_text="email-3").get_by_role("button", name="Replay").click()
    expect(page.locator("table.jobs tbody tr")).to_have_count(1)
    expect(outcome(page, "queue", "delivered")).to_have_text("2")
    page.get_by_role("button", name="+1 s").click()
    expect(page.locator("#clock")).to_have_text("4.5s")
    expect(outcome(page, "queue", "delivered")).to_have_text("7")
    expect(outcome(page, "in-process", "delivered")).to_have_text("4")
    expect(outcome(page, "queue", "dead_lettered")).to_have_text("1")
    page.click("#replay-all")
    go_to(page, "5s", "5s")
    expect(outcome(page, "queue", "delivered")).to_have_text("8")
    expect(page.locator("#log li")).to_have_count(6)


def test_crash_a_worker_and_start_it_again(page: Any) -> None:
    """Its state is told in words and with a sign; the button becomes the other one of its pair."""
    row = page.locator("tr", has=page.get_by_role("rowheader", name="order-1"))
    page.select_option("#crash-worker-restart_after", "")
    row.get_by_role("button", name="Crash").click()
    expect(row).to_contain_text("✖ down")
    row.get_by_role("button", name="Start").click()
    expect(row).to_contain_text("idle")
    row.get_by_role("button", name="Freeze").click()
    expect(row).to_contain_text("frozen")
    row.get_by_role("button", name="Resume").click()
    expect(row).not_to_contain_text("frozen")
    row.get_by_role("button", name="Cut off").click()
    expect(row).to_contain_text("cut off from Redis")
    row.get_by_role("button", name="Reconnect").click()
    expect(row).not_to_contain_text("cut off from Redis")
    page.click("#redis-toggle")
    expect(page.locator("#systems")).to_contain_text("✖ down")
    page.click("#redis-toggle")
    expect(page.locator("#systems")).to_contain_text("● up")
    row.get_by_role("button", name="Shut down").click()
    expect(row).to_contain_text("down")  # shutting down, or gone: its client was not back at Redis yet
    expect(row.get_by_role("button", name="Shut down")).to_have_count(0)


def test_crash_redis_and_slow_the_database(page: Any) -> None:
    """What a crash keeps stands beside it beforehand; a call that is made while the database is slow takes longer."""
    systems = page.locator("#systems")
    assert page.locator("#crash-redis-cause option").all_inner_texts() == [
        "its process is killed: nothing is lost",
        "the power fails: up to 1s is lost",
    ]
    go_to(page, "2300ms", "2.3s")
    expect(outcome(page, "queue", "delivered")).to_have_text("4")
    page.select_option("#crash-redis-cause", "power-loss")
    page.click("#redis-crash")
    expect(page.locator("#notice")).to_have_text(
        "At 2.3s: crashed Redis (power-loss, aof-everysec): it goes back to 2s."
    )
    expect(systems).to_contain_text("✖ down")
    page.click("#redis-toggle")
    expect(systems).to_contain_text("● up")
    page.select_option("#slow-database-latency", "1s")
    page.click("#database-speed")
    expect(systems).to_contain_text("◔ 1s per call")
    go_to(page, "3700ms", "3.7s")
    expect(outcome(page, "in-process", "delivered")).to_have_text("4")
    go_to(page, "4200ms", "4.2s")
    expect(outcome(page, "in-process", "delivered")).to_have_text("5")
    page.click("#database-speed")
    expect(systems).not_to_contain_text("per call")
    expect(page.locator("#log li")).to_have_count(4)


def test_the_keyboard_does_all_of_time(page: Any) -> None:
    """Step, play, pause, choose a speed, go to a moment; a job opens with Enter and closes with Esc."""
    page.keyboard.press("s")
    expect(page.locator("#clock")).to_have_text("2.5s")
    page.keyboard.press("n")
    expect(page.locator("#clock")).to_have_text("3s")
    page.keyboard.press("1")
    expect(page.locator("[data-speed='1x']")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_have_text("Pause")
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_have_text("Play")
    page.keyboard.press("g")
    expect(page.locator("#moment")).to_be_focused()
    page.keyboard.type("4900ms")
    page.keyboard.press("Enter")
    expect(page.locator("#clock")).to_have_text("4.9s")
    page.click("[data-key=order] [data-key=completed]")
    page.get_by_role("button", name="order-1", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_contain_text("attempt: ok")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.get_by_role("button", name="order-1", exact=True)).to_be_focused()


def test_focus_stays_where_it_is_while_the_page_is_drawn_anew(page: Any) -> None:
    """Else nobody could use it by keyboard while time goes on."""
    button = page.locator("#redis-toggle")
    button.focus()
    page.keyboard.press("4")
    page.keyboard.press("d")
    expect(page.locator("#status")).to_have_text("over")
    expect(button).to_be_focused()


def test_script_in_a_job_is_shown_as_text_and_does_not_run(page: Any, served: LivePage) -> None:
    """In its id, its error, its data and its stack."""
    evil = "<img src=x onerror=\"document.title='hit'\"><script>document.title='hit'</script>"
    with redis.Redis(port=served.redis_port) as client:
        fields = {"name": evil, "data": evil, "opts": evil, "failedReason": evil, "stacktrace": evil}
        client.hset(f"bull:order:{evil}", mapping=fields)
        client.zadd("bull:order:failed", {evil: 1})
    page.click("[data-key=order] [data-key=failed]")
    expect(page.locator("table.jobs .reason")).to_have_text(evil)
    page.click("table.jobs button.link")
    expect(page.locator("dialog[open]")).to_contain_text(evil)
    assert page.title() == "Emails with a dead letter queue, and payments without · live"
    assert page.locator("main img, dialog img").count() == 0


def test_without_the_token_there_is_all_to_see_and_nothing_to_press(browser: Any, served: LivePage) -> None:
    """What changes something is switched off, and the page says why."""
    with browser.new_context() as context:
        tab = context.new_page()
        tab.goto(served.url.split("#")[0])
        expect(tab.locator("#clock")).to_have_text("1.5s")
        expect(tab.locator("#locked")).to_be_visible()
        expect(tab.locator("#play")).to_be_disabled()
        expect(tab.locator("#database-toggle")).to_be_disabled()
        tab.keyboard.press("s")
        tab.click("[data-key=order] [data-key=completed]")
        expect(tab.locator("table.jobs tbody tr")).to_have_count(1)
        expect(tab.locator("#clock")).to_have_text("1.5s")


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_on_any_screen(browser: Any, slowed: LivePage, width: int, scheme: str) -> None:
    """Nobody has to scroll sideways, not with a job open either; text is dark on light or light on dark."""
    with browser.new_context(viewport={"width": width, "height": 740}, color_scheme=scheme) as context:
        tab = context.new_page()
        tab.goto(slowed.url)
        expect(tab.locator("#clock")).to_have_text("1.5s")
        expect(tab.locator("#systems")).to_contain_text("5s per call")
        tab.click("[data-key=order] [data-key=completed]")
        tab.click("table.jobs button.link")
        expect(tab.locator("dialog[open]")).to_contain_text("Events")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        for name, most in {"Redis": 1, "Database": 1, "email-1": 2}.items():
            heading = tab.locator("#systems tbody th", has_text=name)
            assert heading.evaluate(LINES) <= most, f"{name} is broken into letters"
        dialog = tab.locator("dialog").bounding_box()
        assert dialog["x"] >= 0
        assert dialog["x"] + dialog["width"] <= width
        background = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(23, 25, 28)")


def test_the_page_says_so_when_the_command_has_ended(browser: Any, served: LivePage) -> None:
    """What it shows is old then."""
    tab = browser.new_page()
    tab.goto(served.url)
    expect(tab.locator("#clock")).to_have_text("1.5s")
    served.end()
    expect(tab.locator("#notice")).to_contain_text("does not answer")
    tab.close()
