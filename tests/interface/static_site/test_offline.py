"""The page with every other host blocked: nothing is asked of anyone else, and everything still works."""

import pytest
from playwright.sync_api import expect

from interface.evaluate.cards import CARDS
from tests.interface.evaluate.dashboard import open_card
from tools import chromium


@pytest.fixture(scope="module")
def alone(browser):
    """A browser that can reach this machine only: every other name is unknown to it, every other address too."""
    only_here = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    started = browser.browser_type.launch(executable_path=chromium.for_tests(), args=only_here)
    yield started
    started.close()


@pytest.fixture
def asked(alone, app):
    """(a page of the app, the list of addresses that anything in it asks for)."""
    context = alone.new_context(viewport={"width": 1280, "height": 860})
    page, addresses = context.new_page(), []
    page.set_default_timeout(20_000)
    page.set_default_navigation_timeout(120_000)
    context.on("request", lambda request: addresses.append(request.url))
    page.on("websocket", lambda socket: addresses.append(socket.url))
    page.goto(app)
    page.locator(".predict.ready").wait_for()
    yield page, addresses
    context.close()


def elsewhere(addresses: list[str], app: str) -> list[str]:
    return [address for address in addresses if not address.startswith((f"{app}/", "data:", "blob:"))]


def draw(page) -> None:
    pad = page.get_by_test_id("sketchpad").bounding_box()
    x, y, side = pad["x"], pad["y"], pad["width"]
    page.mouse.move(x + 0.3 * side, y + 0.25 * side)
    page.mouse.down()
    page.mouse.move(x + 0.7 * side, y + 0.25 * side, steps=8)
    page.mouse.move(x + 0.45 * side, y + 0.8 * side, steps=8)
    page.mouse.up()


def test_nothing_is_asked_of_another_host_in_either_tab_the_share_panel_or_the_programs_page(asked, app):
    page, addresses = asked
    draw(page)
    expect(page.get_by_test_id("answer")).to_have_attribute("data-text", "7")
    page.get_by_test_id("share").click()
    expect(page.get_by_test_id("share-note")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Evaluate").click()
    expect(page.get_by_test_id("confusion-matrix")).to_be_visible()
    for name in CARDS:
        open_card(page, name)
        page.wait_for_timeout(200)
    page.get_by_role("button", name="Use via API").click()
    expect(page.locator(".api-docs")).to_contain_text("1 MCP Tool")
    page.wait_for_timeout(500)  # what is asked late; the page keeps streams open, so it is never idle
    assert len(addresses) > 20 and elsewhere(addresses, app) == []


def test_a_request_that_leaves_the_machine_would_be_seen(asked, app):
    """By the listener above, whether or not the page's own policy or the browser stops it."""
    page, addresses = asked
    page.evaluate("fetch('http://fonts.example.com/a.css').catch(() => {})")
    page.evaluate("new Image().src = 'http://198.51.100.1/pixel.png'")
    page.wait_for_timeout(500)
    seen = elsewhere(addresses, app)
    refused = page.evaluate(
        "new Promise((done) => { addEventListener('securitypolicyviolation', (e) => done(e.blockedURI), {once: true});"
        " fetch('http://fonts.example.com/b.css').catch(() => setTimeout(() => done(''), 500)); })"
    )
    assert seen or "fonts.example.com" in refused
