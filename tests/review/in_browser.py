"""The App in headless Chromium, and what a person does there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Locator, Page

CHROMIUM = Path("/usr/bin/chromium")
GRID = "[data-cy=fo-grid] [data-cy=looker]"
PROMPT = ".MuiDialog-root"


@contextmanager
def browser(url: str, console: list[str] | None = None) -> Iterator[Page]:
    """The App in Chromium, the grid drawn; what the page says of our plugin goes into `console`."""
    from playwright.sync_api import sync_playwright

    def hear(message: ConsoleMessage) -> None:
        if console is not None and message.type == "error" and "bgrsr" in message.text:
            console.append(message.text)

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1920, "height": 1080})
        page.set_default_timeout(60_000)
        page.route("**/fonts.googleapis.com/**", lambda route: route.abort())
        page.add_init_script("localStorage.setItem('fiftyone-enterprise-tooltip-seen', 'true')")
        page.on("console", hear)
        page.goto(url)
        page.locator("[data-cy=looker] canvas[canvas-loaded=true]").nth(2).wait_for(state="attached")
        page.get_by_text("Accept (A)", exact=True).wait_for()  # the plugin is there
        yield page
        chromium.close()


def open_view(page: Page, name: str) -> None:
    """Choose a saved view."""
    page.locator("[data-cy=saved-views-selection-container], [data-cy=saved-views-selection]").first.click()
    page.get_by_text(name, exact=True).last.click()
    page.wait_for_url(re.compile("view=" + name.replace(" ", "-")))
    page.locator("[data-cy=looker] canvas[canvas-loaded=true]").first.wait_for(state="attached")


def select(page: Page, *numbers: int) -> None:
    """Tick pictures of the grid."""
    page.wait_for_timeout(1500)  # what is loaded again is not ticked before it is there
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
    page.locator("[data-cy=modal] [data-cy=looker] canvas[canvas-loaded=true]").last.wait_for(state="attached")


def pixels(page: Page) -> str:
    """What the modal shows of the picture in view, as a hash of its pixels."""
    page.locator("[data-cy=modal] [data-cy=looker] canvas[canvas-loaded=true]").last.wait_for(state="attached")
    page.wait_for_timeout(1500)  # the overlay fades in
    return hashlib.sha256(page.locator("[data-cy=modal] [data-cy=looker]").last.screenshot()).hexdigest()


def rekey(page: Page, option: str, value: str) -> None:
    """Key the picture in view anew, with one option changed in the form."""
    page.keyboard.press("k")
    page.locator(PROMPT).get_by_text(option, exact=True).locator("xpath=following::input[1]").fill(value)
    send(page, "Key anew")


def reject(page: Page, number: int) -> None:
    """Select one picture of the grid and tag it, without the plugin."""
    select(page, number)
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
