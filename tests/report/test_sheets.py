"""The contact sheets: what is chosen, and how it is laid out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from report_set import Made

from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.media.contact import checkerboard, contact_sheet, fit, over, tint_trimap
from bgrsr_data.media.images import write_image
from bgrsr_data.records import Clip, Combination, Foreground, Trimap
from bgrsr_data.report.facts import Dataset
from bgrsr_data.report.sheets import draw_sheets, pick, three


def test_the_worst_and_the_best_show_two_of_each_clip_before_a_third() -> None:
    rows = [("a", 0.1), ("a", 0.2), ("a", 0.3), ("b", 0.4), ("b", 0.5), ("a", 0.9)]
    chosen = dict(three(rows, lambda row: row[1], 3, 0, lambda row: row[0]))
    assert chosen["worst"] == [("a", 0.1), ("a", 0.2), ("b", 0.4)]
    assert chosen["best"] == [("a", 0.9), ("b", 0.5), ("b", 0.4)]
    assert len(chosen["random"]) == 3


def test_a_small_set_is_shown_once_whole_from_the_worst() -> None:
    assert list(three([0.5, 0.1], lambda row: row, 2, 0)) == [("all", [0.1, 0.5])]
    assert list(three([], lambda row: 0.0, 2, 0)) == []


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


def test_a_draw_depends_on_the_seed_alone(made: Made) -> None:
    rows = read_rows(manifest_path(made.workspace.root, Combination), Combination)
    assert pick(rows, 5, 1) == pick(rows, 5, 1) != pick(rows, 5, 2)


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
    assert sheet.name == "trimaps-all"
    assert sheet.strips[0].cells[1].pixels[15, 10].tolist() == [73, 127, 86]  # 0.55 · 100 + 0.45 · green
