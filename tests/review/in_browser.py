"""The App in headless Chromium, and what a person does there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from processes import GIVE_UP_S, until

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Locator, Page

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE_MS = 2 * GIVE_UP_S * 1000  # for everything that must come true
GRID = "[data-cy=fo-grid] [data-cy=looker]"
PROMPT = ".MuiDialog-root"
MODAL = "[data-cy=modal]"
MARK = f"document.querySelectorAll('{GRID}').forEach((picture) => {{ picture.dataset.seen = 'yes' }})"
DRAWN = f"""() => {{
  const pictures = [...document.querySelectorAll('{GRID}')];
  const drawn = (picture) => !picture.dataset.seen && picture.querySelector('canvas[canvas-loaded=true]');
  return pictures.length > 0 && pictures.every(drawn);
}}"""
PIXELS = f"""() => {{
  const canvas = [...document.querySelectorAll('{MODAL} [data-cy=looker] canvas')].at(-1);
  return canvas?.matches('[canvas-loaded=true]') ? canvas.toDataURL() : null;
}}"""


@contextmanager
def browser(url: str, console: list[str] | None = None) -> Iterator[Page]:
    """The App in Chromium, the grid drawn; what the page says of our plugin goes into `console`."""
    from playwright.sync_api import sync_playwright

    def hear(message: ConsoleMessage) -> None:
        if console is not None and message.type == "error" and "bgrsr" in message.text:
            console.append(message.text)

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"], timeout=PATIENCE_MS)
        page = chromium.new_page(viewport={"width": 1920, "height": 1080})
        page.set_default_timeout(PATIENCE_MS)
        page.route("**/fonts.googleapis.com/**", lambda route: route.abort())
        page.add_init_script("localStorage.setItem('fiftyone-enterprise-tooltip-seen', 'true')")
        page.on("console", hear)
        page.goto(url)
        page.wait_for_function(DRAWN)
        page.get_by_text("Accept (A)", exact=True).wait_for()  # the plugin is there
        yield page
        chromium.close()


@contextmanager
def drawn_anew(page: Page) -> Iterator[None]:
    """What is done in the block lets the grid load its pictures again; wait until every one is drawn."""
    page.evaluate(MARK)  # the App makes other elements
    yield
    page.wait_for_function(DRAWN)


def open_view(page: Page, name: str) -> None:
    """Choose a saved view."""
    with drawn_anew(page):
        page.locator("[data-cy=saved-views-selection-container], [data-cy=saved-views-selection]").first.click()
        page.get_by_text(name, exact=True).last.click()
        page.wait_for_url(re.compile("view=" + name.replace(" ", "-")))


def select(page: Page, *numbers: int) -> None:
    """Tick pictures of the grid."""
    for count, number in enumerate(numbers, 1):
        picture = page.locator(GRID).nth(number)
        picture.hover()
        picture.click(position={"x": 14, "y": 14})  # the box that appears in the corner
        page.locator("[data-cy=action-manage-selected]").get_by_text(str(count)).wait_for()


def press(page: Page, label: str) -> None:
    """Press one of the plugin's buttons."""
    page.get_by_text(re.compile(rf"^{label} \([A-Z]\)$")).last.click()


def fill_in_reason(page: Page, reason: str) -> None:
    """Answer the form of Reject, and send it."""
    prompt = page.locator(PROMPT)
    prompt.get_by_role("combobox").first.click()
    page.get_by_role("option", name=re.compile(f"^{reason}:")).click()
    send(page, "Reject")


def send(page: Page, label: str) -> None:
    """Send a form."""
    page.locator(PROMPT).get_by_role("button", name=label, exact=True).click()
    page.locator(PROMPT).first.wait_for(state="detached")


def told(page: Page, text: str) -> Locator:
    """The line that tells what was done."""
    line = page.get_by_text(text, exact=False).last
    line.wait_for()
    return line


def open_picture(page: Page, number: int) -> None:
    """Open one picture of the grid."""
    page.locator(GRID).nth(number).click()
    page.locator(f"{MODAL} [data-cy=looker] canvas[canvas-loaded=true]").last.wait_for(state="attached")


def pixels(page: Page) -> str:
    """The picture in view with its overlay, once it stands still: the overlay comes after the picture."""
    seen: list[str | None] = []

    def stands_still() -> bool:
        page.wait_for_timeout(500)
        seen.append(page.evaluate(PIXELS))
        return seen[-1] is not None and seen[-3:] == [seen[-1]] * 3

    until(stands_still)
    return str(seen[-1])


def rekey(page: Page, option: str, value: str) -> None:
    """Key the picture in view anew, with one option changed in the form."""
    page.keyboard.press("k")
    page.locator(PROMPT).get_by_text(option, exact=True).locator("xpath=following::input[1]").fill(value)
    send(page, "Key anew")


def reject(page: Page, number: int) -> None:
    """Select one picture of the grid and tag it, without the plugin."""
    select(page, number)
    with drawn_anew(page):
        page.locator("[data-cy=action-tag-sample-labels]").click()
        page.locator("[data-cy=sample-tag-input]").fill("reject")
        page.keyboard.press("Enter")
        page.locator("[data-cy=button-Apply]").click()
        page.locator("[data-cy=button-Apply]").wait_for(state="detached")


def write_note(page: Page, number: int, text: str) -> None:
    """Open one picture and fill in its note."""
    page.locator(GRID).nth(number).click()
    page.get_by_text("Annotate", exact=True).click()
    page.get_by_text("note", exact=True).last.click()
    field = page.locator("#modal input[type=text], #modal textarea").last
    with page.expect_response(lambda response: response.request.method == "PATCH"):
        field.fill(text)
        field.blur()
