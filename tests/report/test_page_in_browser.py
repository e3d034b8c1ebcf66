"""The page in a browser, as a phone and a desk show it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from processes import GIVE_UP_S
from report_set import Made

pytestmark = pytest.mark.browser
PATIENCE_MS = 2 * GIVE_UP_S * 1000  # for everything that must come true
WIDTHS = (360, 390, 768, 1920)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = Path("/usr/bin/chromium")
    if not chromium.is_file():
        pytest.skip("no chromium here")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"], timeout=PATIENCE_MS)
        yield opened
        opened.close()


def new_page(browser: Any, **options: Any) -> Any:
    page = browser.new_page(**options)
    page.set_default_timeout(PATIENCE_MS)
    return page


@pytest.fixture(scope="module")
def address(made: Made) -> str:
    made.report()
    return (made.workspace.root / "report" / "index.html").as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_loads_without_error_or_request_shows_every_picture_and_never_scrolls_sideways(
    browser: Any, address: str, scheme: str
) -> None:
    told: list[str] = []
    asked: list[str] = []
    page = new_page(browser, viewport={"width": WIDTHS[0], "height": 800}, color_scheme=scheme)
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_load_state("load")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
    pictures = page.evaluate("Promise.all([...document.images].map(one => one.decode().then(() => one.naturalWidth)))")
    page.close()
    assert len(pictures) > 20
    assert min(pictures) > 0
    assert told == []
    assert [url for url in asked if not url.startswith("data:")] == [address]


def test_a_picture_opens_large_by_keyboard_goes_on_and_closes_where_it_was(browser: Any, address: str) -> None:
    page = new_page(browser, viewport={"width": 390, "height": 844})
    page.goto(address)
    button = page.locator(".strips button.pic").first
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog")
    first = dialog.locator("img").get_attribute("alt")
    page.wait_for_function("document.querySelector('dialog img').getBoundingClientRect().width === 390")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("first => document.querySelector('dialog img').alt !== first", arg=first)
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("first => document.querySelector('dialog img').alt === first", arg=first)
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    page.wait_for_function("document.activeElement === document.querySelector('.strips button.pic')")
    page.close()


def test_everyone_can_read_it(browser: Any, address: str) -> None:
    page = new_page(browser, viewport={"width": 1280, "height": 900})
    page.goto(address)
    assert page.evaluate("[...document.images].every(one => one.alt.length > 3)")
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(one => +one.tagName[1])")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    broken = "[...document.querySelectorAll('nav a')].filter(one => !document.querySelector(one.getAttribute('href')))"
    assert page.evaluate(f"{broken}.length") == 0
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(ids) == len(set(ids))
    page.close()


def test_it_prints_on_white_with_everything_open_and_no_contents(browser: Any, address: str) -> None:
    page = new_page(browser, viewport={"width": 800, "height": 900}, color_scheme="dark")
    page.goto(address)
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(29, 39, 51)"
    assert page.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert page.evaluate("[...document.querySelectorAll('details')].every(one => one.open)")
    page.close()
