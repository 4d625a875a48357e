"""One visit of the page without a server that the tests of a module share: loading its networks is most of their time."""

import pytest

from tests.conftest import expect_only, note_other_host


@pytest.fixture(scope="module")
def visit(browser, site):
    """The page, open; at the end nothing may have been logged as an error, and no request may have left the folder."""
    context, errors = browser.new_context(viewport={"width": 1280, "height": 860}), []
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.set_default_navigation_timeout(120_000)
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    context.on("request", lambda request: note_other_host(request.url, site, errors))
    page.goto(site)
    page.locator(".predict.ready").wait_for()
    yield page
    context.close()
    expect_only([], errors)
