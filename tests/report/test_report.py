"""The page tells the truth about the set, in one file."""

from __future__ import annotations

import html
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from report_set import Made

from bgrsr_data.errors import InputError
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.media.contact import checkerboard, contact_sheet, fit, over, tint_trimap
from bgrsr_data.media.images import read_rgb, write_image
from bgrsr_data.recipes import read_recipe
from bgrsr_data.records import Clip, Combination, Foreground, Frame, RejectionRow, ReportRow, Trimap
from bgrsr_data.report.charts import draw_histograms
from bgrsr_data.report.facts import Dataset, funnel, leaks, read_dataset, refusals, shares, work_done
from bgrsr_data.report.page import recipe_text
from bgrsr_data.report.runs import find_runs
from bgrsr_data.report.sheets import draw_sheets, pick
from bgrsr_data.runner import plan_stage
from bgrsr_data.stages import make_stage


def test_the_page_names_every_source_with_licence_and_creator(made: Made) -> None:
    page = html.unescape(made.report())
    for text in (
        "astronaut-green",
        "James S. Davis, U.S. Navy",
        "CC0-1.0",
        "eileen-collins",
        "No person, clip or place",
    ):
        assert text in page


def test_the_page_needs_nothing_but_itself(made: Made) -> None:
    sources = re.findall(r'(?:src|href)="([^"]{0,12})', made.report())
    assert sources
    assert all(source.startswith(("data:", "#")) for source in sources)


def test_names_are_escaped(made: Made) -> None:
    assert "<odd>" not in made.report()
    assert "small &amp; &lt;odd&gt;" in made.report()


def test_the_headline_counts_what_the_manifests_hold(made: Made) -> None:
    combinations = read_rows(manifest_path(made.workspace.root, Combination), Combination)
    assert f"<b>{len(combinations):,}</b><span>combinations</span>" in made.report()
    assert sum(share.combinations for share in shares(read_dataset(made.workspace.root, made.workspace.ledger))) == len(
        combinations
    )


def test_curves_the_last_panel_and_the_scores_of_a_run_are_shown(made: Made) -> None:
    (run,) = find_runs(made.workspace.root)
    assert [path.name for path in run.pictures] == ["curves.png", "step_000200.png", "worst.png"]
    page = made.report()
    assert "0.7123" in page
    assert "beats baseline: True" in page


def test_a_broken_evaluation_is_told_with_its_path(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "odd" / "evaluation"
    folder.mkdir(parents=True)
    (folder / "evaluation.json").write_text('{"scores": {"model": 3}}')
    with pytest.raises(InputError, match=r"evaluation.json: is not an evaluation; write it again with: bgrsr evaluate"):
        find_runs(tmp_path)


def test_contact_sheets_lie_beside_the_page_and_are_listed(made: Made) -> None:
    made.report()
    rows = {row.path: row for row in made.workspace.ledger.rows(ReportRow, "report")}
    names = ["combinations", "frames", "keys-best", "keys-random", "keys-worst"]
    assert sorted(rows) == sorted(["report/index.html", *(f"report/contact-{name}.png" for name in names)])
    assert all((made.workspace.root / path).is_file() for path in rows)


def test_a_second_report_of_the_same_set_has_nothing_to_do_and_the_same_rows(made: Made) -> None:
    made.report()
    stage = make_stage("report", {"rows": 2})
    assert not plan_stage(stage, made.workspace).pending
    before = made.workspace.ledger.rows(ReportRow, "report")
    (item,) = stage.items(made.workspace.ledger)
    again = sorted(stage.run(item, made.workspace.root), key=lambda row: row.id)
    assert [row.model_dump() for row in again] == [row.model_dump() for row in before]


def test_the_recipe_on_the_page_is_one_that_runs(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(recipe_text(work_done(made.workspace.ledger)))
    assert yaml.safe_load(path.read_text())["steps"][1]["frames"]["per_second"] == 3
    assert [stage.name for stage in read_recipe(path).stages] == [
        "fetch", "frames", "select", "deblur", "key", "combine", "publish"
    ]  # fmt: skip


def test_the_funnel_and_the_work_tell_of_select_as_long_as_the_set_does_not_go_without_it(made: Made) -> None:
    ledger = made.workspace.ledger
    data = read_dataset(made.workspace.root, ledger)
    chosen = len(ledger.rows(Frame, "select"))
    steps = [(step.label, step.count) for step in funnel(data, ledger)]
    assert steps[3:5] == [("frames chosen", chosen), ("frames sharp enough", len(data.frames))]
    assert chosen > 0
    ledger.suppose({"select"})
    try:
        assert "frames chosen" not in [step.label for step in funnel(data, ledger)]
        assert "select" not in [work.stage for work in work_done(ledger)]
    finally:
        ledger.suppose(())


def test_a_person_in_two_splits_is_called_a_leak(made: Made) -> None:
    data = read_dataset(made.workspace.root, made.workspace.ledger)
    assert leaks(data) == []
    first = data.combinations[0]
    moved = first.model_copy(update={"split": "val" if first.split != "val" else "test"})
    told = leaks(type(data)(**{**vars(data), "combinations": [*data.combinations, moved]}))
    assert any(line.startswith("person") for line in told)


def test_rejections_are_counted_by_stage_and_reason() -> None:
    def row(number: int, reason: str) -> RejectionRow:
        return RejectionRow(id=f"r{number}", stage="key", item="i", reason=reason, detail=f"detail {number}")

    found = refusals([row(0, "no-screen"), row(1, "spoiled"), row(2, "spoiled")])
    assert [(one.reason, one.count, one.example) for one in found] == [
        ("spoiled", 2, "detail 1"), ("no-screen", 1, "detail 0")
    ]  # fmt: skip


def test_a_sheet_has_a_place_for_every_picture() -> None:
    red, wide = np.full((20, 20, 3), (255, 0, 0), np.uint8), np.full((10, 40), 200, np.uint8)
    sheet = contact_sheet([[red, wide], [red]], cell=(40, 30))
    assert sheet.shape == (6 + 2 * 36, 6 + 2 * 46, 3)
    assert sheet[21, 26].tolist() == [255, 0, 0]
    assert sheet[21, 72].tolist() == [200, 200, 200]
    assert sheet[50, 72].tolist() == [250, 250, 250]


def test_shrinking_averages_light_not_numbers() -> None:
    stripes = np.zeros((8, 8, 3), np.uint8)
    stripes[:, ::2] = 255
    assert fit(stripes, (4, 4))[2, 2].tolist() == pytest.approx([188] * 3, abs=1)


def test_half_alpha_blends_in_linear_light() -> None:
    white, black = np.full((2, 2, 3), 255, np.uint8), np.zeros((2, 2, 3), np.uint8)
    assert over(white, np.full((2, 2), 128, np.uint8), black)[0, 0, 0] == pytest.approx(188, abs=1)
    assert len(np.unique(checkerboard(64, 64))) == 2


def test_the_three_labels_of_a_trimap_have_three_tints() -> None:
    grey = np.full((1, 3, 3), 100, np.uint8)
    tinted = tint_trimap(grey, np.array([[0, 128, 255]], np.uint8))[0]
    assert [int(np.argmax(tinted[0])), int(np.argmin(tinted[1])), int(np.argmax(tinted[2]))] == [2, 2, 1]


def test_histograms_are_the_same_bytes_each_time_and_take_one_value() -> None:
    values = {"same": [1.0, 1.0], "spread": [0.0, 0.5, 1.0]}
    assert draw_histograms(values) == draw_histograms(values)
    assert b"spread (median 0.5, n = 3)" in draw_histograms(values)


def test_a_draw_depends_on_the_seed_alone(made: Made) -> None:
    rows = read_rows(manifest_path(made.workspace.root, Combination), Combination)
    assert pick(rows, 5, 1) == pick(rows, 5, 1) != pick(rows, 5, 2)


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 900)])
def test_a_browser_shows_it_without_error_or_network_and_fits_it_to_the_screen(
    made: Made, width: int, height: int, tmp_path: Path
) -> None:
    chromium = Path("/usr/bin/chromium")
    if not chromium.is_file():
        pytest.skip("no chromium here")
    sync_api = pytest.importorskip("playwright.sync_api")
    made.report()
    told: list[str] = []
    asked: list[Any] = []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": height})
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((made.workspace.root / "report" / "index.html").as_uri())
        page.wait_for_load_state("load")
        scroll = page.evaluate("document.documentElement.scrollWidth")
        shown = page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
        page.screenshot(path=tmp_path / "page.png", full_page=True)
        browser.close()
    assert told == []
    assert [url for url in asked if not url.startswith(("data:", "file:"))] == []
    assert scroll <= width
    assert shown
    assert read_rgb(tmp_path / "page.png").shape[1] == width


def test_trimaps_are_drawn_over_the_person_beside_the_picture(tmp_path: Path) -> None:
    write_image(tmp_path / "clips/1.png", np.full((30, 40, 3), 100, np.uint8))
    write_image(tmp_path / "trimaps/1.png", np.full((30, 20), 255, np.uint8))
    write_image(tmp_path / "trimaps/fg.png", np.full((30, 20, 3), 100, np.uint8))
    clip = Clip(
        id="clip-1", source="s", role="coco", person="p", licence="CC0-1.0", creator="me", title="one", sha256="0",
        path="clips/1.png", media="still", width=40, height=30, frames=1, duration=Fraction(0), codec="png",
    )  # fmt: skip
    trimap = Trimap(
        id="trimap-1", clip="clip-1", annotation=7, person="p", path="trimaps/1.png", mask="", sha256="0", width=20,
        height=30, area_px=9, band_px=3,
    )  # fmt: skip
    cut = Foreground(
        id="foreground-1", clip="clip-1", original="trimap-1", person="p", alpha_path="trimaps/1.png",
        foreground_path="trimaps/fg.png", sha256="0", width=20, height=30, box_left=0, box_top=0, box_right=20,
        box_bottom=30, score=1, scores={},
    )  # fmt: skip
    data = Dataset((), [clip], (), (), [trimap], [cut], (), (), ())
    (sheet,) = draw_sheets(data, tmp_path, rows=2, seed=0)
    assert sheet.name == "trimaps"
    assert sheet.pixels[90, 372].tolist() == [73, 127, 86]  # 0.55 · 100 + 0.45 · green
