"""The Predict tab on phones and desktops: what stays in sight, nothing wider than the page, accessibility by axe."""

import pytest
from playwright.sync_api import expect

from interface.predict.examples.draw import one, row
from tests.browser import (
    PHONE,
    draw,
    expect_text,
    open_files,
    picture_file,
    png,
    strokes_of,
    touch,
)
from tests.conftest import proxy


def test_the_pad_stays_where_it_is_while_an_answer_appears_on_a_phone(new_page):
    phone = new_page(**PHONE)
    before = phone.get_by_test_id("sketchpad").bounding_box()
    touch(phone, strokes_of("7"))
    expect_text(phone, "7")
    assert phone.get_by_test_id("sketchpad").bounding_box() == before


def test_the_answer_stays_in_sight_when_a_phone_is_scrolled_to_the_pad(new_page):
    phone = new_page(**PHONE)
    touch(phone, strokes_of("7"))
    expect_text(phone, "7")
    phone.evaluate("scrollTo(0, 300)")
    expect(phone.get_by_test_id("verdict")).to_be_in_viewport()


def test_the_page_works_under_a_proxys_sub_path(browser, start_app):
    with proxy(start_app("--root-path", "/digits"), "/digits") as address:
        page = browser.new_page()
        page.goto(f"{address}/digits/")
        page.locator(".predict.ready").wait_for()
        draw(page, strokes_of("7"))
        expect_text(page, "7")
        page.close()


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/?__theme=light", "/?__theme=dark"])
def test_axe_finds_no_serious_problem(new_page, axe, path):
    for options in ({}, PHONE):
        page = new_page(path, **options)
        draw(page, strokes_of("7"))
        expect(page.get_by_test_id("why")).to_be_visible()
        assert axe(page, ".predict, .page-header", ("serious", "critical")) == []


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("/?__theme=light", {}),
        ("/?__theme=dark", PHONE),
        pytest.param("/?__theme=dark", {}, marks=pytest.mark.slow),
        pytest.param("/?__theme=light", PHONE, marks=pytest.mark.slow),
    ],
    ids=["desktop-light", "phone-dark", "desktop-dark", "phone-light"],
)
def test_axe_finds_no_serious_problem_with_everything_open(new_page, axe, path, options):
    page = new_page(path, **options)
    draw(page, strokes_of("7", 110, 30, 80) + strokes_of("1", 110, 170, 80))
    expect_text(page, "71")
    expect(page.get_by_test_id("nearest").or_(page.get_by_test_id("no-nearest")).first).to_be_visible()
    page.get_by_test_id("tell").click()
    page.get_by_test_id("labels").get_by_role("button", name="2", exact=True).click()
    page.get_by_test_id("tell").click()
    open_files(
        page,
        [
            picture_file("seven.png", png(one("7"))),
            picture_file("bad.png", b"text"),
            picture_file("row.png", png(row("71"))),
        ],
    )
    expect(page.get_by_test_id("batch-title")).to_have_text("3 pictures")
    for _ in range(2):  # the second time with a row open
        assert axe(page, ".predict, .page-header", ("serious", "critical")) == []
        page.get_by_role("button", name="row.png").click()
        expect_text(page, "71")


@pytest.mark.parametrize("width", [390, 1280, *(pytest.param(width, marks=pytest.mark.slow) for width in (768, 1920))])
def test_nothing_is_wider_than_the_page(new_page, width):
    page = new_page(viewport={"width": width, "height": 900})
    draw(page, strokes_of("3"))
    expect(page.get_by_test_id("why")).to_be_visible()
    page.get_by_test_id("tell").click()
    open_files(
        page,
        [
            picture_file("a-rather-long-name-of-a-picture-from-a-camera.png", png(one("7"))),
            picture_file("bad.png", b"text"),
        ],
    )
    expect(page.get_by_test_id("batch-title")).to_have_text("2 pictures")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_the_bars_follow_the_tools(new_page):
    phone = new_page(**PHONE)
    draw(phone, strokes_of("3"))
    expect_text(phone, "3")
    tops = [
        phone.locator(part).bounding_box()["y"] for part in (".pad", ".draw > .tools", ".bars", ".open", ".examples")
    ]
    assert tops == sorted(tops)
