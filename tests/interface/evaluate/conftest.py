"""The app opened on its Evaluate tab, for the browser tests of this folder."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def evaluate(new_page):
    """evaluate(**options) opens the app on its Evaluate tab."""

    def open_tab(path="/", **options):
        page = new_page(path, **options)
        page.get_by_role("tab", name="Evaluate").click()
        expect(page.get_by_test_id("confusion-matrix")).to_be_visible()
        return page

    return open_tab
