"""A person reviews in the App by the plugin's buttons and keys: what they say and change is in the ledger at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from processes import until
from review.in_browser import (
    CHROMIUM,
    browser,
    drawn_anew,
    fill_in_reason,
    open_picture,
    open_view,
    pixels,
    press,
    rekey,
    select,
    told,
)  # fmt: skip
from review.test_review_whole_way import RECIPE, bgrsr, explain_counts, opened

from bgrsr_data.quickstart.footage import make_footage
from bgrsr_data.workspace import Workspace

if TYPE_CHECKING:
    from bgrsr_data.records import Verdict

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, database: dict[str, str]) -> Iterator[Path]:
    """A set of six foregrounds, made by the commands."""
    pytest.importorskip("playwright")
    if not CHROMIUM.is_file():
        pytest.skip("no chromium here")
    folder = tmp_path_factory.mktemp("plugin")
    sources = make_footage(folder / "footage", frames=12)
    (folder / "recipe.yaml").write_text(RECIPE)
    bgrsr(database, "run", str(folder / "recipe.yaml"), "-w", str(folder / "set"), "--sources", str(sources))
    return folder / "set"


def test_a_review_by_buttons_and_keys_is_in_the_ledger_and_shrinks_the_combinations(
    place: Path, database: dict[str, str]
) -> None:
    before, console = explain_counts(place), list[str]()
    with opened(place, database, "Ada") as url, browser(url, console) as page:
        open_view(page, "worst score")
        select(page, 0, 1, 2)
        press(page, "Reject")
        with drawn_anew(page):
            fill_in_reason(page, "halo")
            line = told(page, "3 rejected")
        assert {(v.verdict, v.reason) for v in said(place)} == {("reject", "halo")}
        with drawn_anew(page):
            page.keyboard.press("u")
            told(page, "Undone: 3 pictures as before")
        assert said(place) == []
        line.wait_for(state="hidden")  # so that the next one is not taken for it
        select(page, 0, 1, 2)
        press(page, "Reject")
        with drawn_anew(page):
            fill_in_reason(page, "spill")
            told(page, "3 rejected")
        open_picture(page, 3)
        shown = pixels(page)
        rekey(page, "Garbage", "0,0,0.5,1")
        told(page, "1 picture keyed anew")
        until(lambda: pixels(page) != shown)  # the new alpha is seen
        with closing(Workspace(place)) as workspace:
            (changed,) = workspace.ledger.rekeys().values()
        assert [(rekey.told, rekey.reviewer) for rekey in changed] == [({"garbage": ["0,0,0.5,1"]}, "Ada")]
    verdicts = said(place)
    assert {(v.verdict, v.reason, v.reviewer) for v in verdicts} == {("reject", "spill", "Ada")}
    with closing(Workspace(place)) as workspace:
        assert {v.row: [v.row_content] for v in verdicts} == workspace.ledger.contents([v.row for v in verdicts])
    assert console == []
    assert sum(explain_counts(place).values()) == sum(before.values()) - 9


def test_what_was_said_by_a_key_stays_when_the_browser_is_closed_mid_way_and_a_second_opinion_is_a_conflict(
    place: Path, database: dict[str, str]
) -> None:
    with opened(place, database, "Bob") as url:
        with browser(url) as page:
            open_view(page, "worst score")
            open_picture(page, 5)
            page.keyboard.press("a")
            told(page, "1 accepted")
        (accepted,) = [v for v in said(place) if v.reviewer == "Bob"]  # the App runs on
    with opened(place, database, "Eve") as url, browser(url) as page:
        open_view(page, "worst score")
        open_picture(page, 5)
        page.keyboard.press("d")
        fill_in_reason(page, "hair")
        told(page, "1 rejected")
    (rejected,) = [v for v in said(place) if v.reviewer == "Eve"]
    assert (rejected.row, rejected.verdict, rejected.reason) == (accepted.row, "reject", "hair")
    with closing(Workspace(place)) as workspace:
        assert [conflict.row for conflict in workspace.ledger.conflicts()] == [accepted.row]


def said(place: Path) -> list[Verdict]:
    """What the ledger holds."""
    with closing(Workspace(place)) as workspace:
        return workspace.ledger.verdicts()
