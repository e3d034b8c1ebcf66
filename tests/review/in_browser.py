"""The App in headless Chromium, and what a person does there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = Path("/usr/bin/chromium")


@contextmanager
def browser(url: str) -> Iterator[Page]:
    """The App in Chromium, the grid drawn."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1920, "height": 1080})
        page.set_default_timeout(15_000)
        page.route("**/fonts.googleapis.com/**", lambda route: route.abort())
        page.add_init_script("localStorage.setItem('fiftyone-enterprise-tooltip-seen', 'true')")
        page.goto(url)
        page.locator("[data-cy=looker] canvas[canvas-loaded=true]").nth(2).wait_for(state="attached")
        yield page
        chromium.close()


def reject(page: Page, number: int) -> None:
    """Select one picture of the grid and tag it."""
    picture = page.locator("[data-cy=fo-grid] [data-cy=looker]").nth(number)
    picture.hover()
    picture.click(position={"x": 14, "y": 14})  # the box that appears in the corner
    page.locator("[data-cy=action-manage-selected]").wait_for()
    page.locator("[data-cy=action-tag-sample-labels]").click()
    page.locator("[data-cy=sample-tag-input]").fill("reject")
    page.keyboard.press("Enter")
    page.locator("[data-cy=button-Apply]").click()
    page.locator("[data-cy=button-Apply]").wait_for(state="detached")


def write_note(page: Page, number: int, text: str) -> None:
    """Open one picture and fill in its note."""
    page.locator("[data-cy=fo-grid] [data-cy=looker]").nth(number).click()
    page.get_by_text("Annotate", exact=True).click()
    page.get_by_text("note", exact=True).last.click()
    field = page.locator("#modal input[type=text], #modal textarea").last
    with page.expect_response(lambda response: response.request.method == "PATCH"):
        field.fill(text)
        field.blur()
