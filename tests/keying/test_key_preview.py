from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from keying_scenes import SCREENS, compose

from bgrsr_data.errors import InputError
from bgrsr_data.keying.files import plain_items
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.preview import CELL_PX, ROWS, draw_preview, preview_path
from bgrsr_data.keying.step import Keyable
from bgrsr_data.media.contact import GAP_PX, LINE_PX
from bgrsr_data.media.images import write_image

SKIN = (205, 166, 127)
WIDE = CELL_PX * 9 // 16  # height of a cell of 16:9


def keyables(*paths: Path) -> list[Keyable]:
    return [item.payload for item in plain_items(paths)]


def cell(sheet: np.ndarray, row: int, column: int, height: int = WIDE) -> np.ndarray:
    top, left = GAP_PX + row * (height + LINE_PX + GAP_PX), GAP_PX + column * (CELL_PX + GAP_PX)
    return sheet[top : top + height, left : left + CELL_PX].astype(int)


@pytest.fixture
def clip(make_clip: Callable[..., Path]) -> Path:
    """Two seconds at 12 pictures each: a person's disc that fades from white to dark before green."""
    pictures = [compose(SCREENS["green"], (240 - 8 * n, 200 - 6 * n, 170 - 5 * n)).rgb for n in range(24)]
    words = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "320x180", "-r", "12", "-i", "-", "-pix_fmt", "yuv444p")
    return make_clip("fades.mp4", *words, "-crf", "10", pixels=b"".join(picture.tobytes() for picture in pictures))


def test_a_row_shows_frame_alpha_and_subject_before_four_backgrounds(tmp_path: Path) -> None:
    rgb = compose(SCREENS["green"], SKIN, noise=0.002).rgb
    write_image(tmp_path / "a.png", rgb)
    sheet = draw_preview(keyables(tmp_path / "a.png"), KeyOptions())
    middle = np.s_[WIDE // 2 - 20 : WIDE // 2 + 20, CELL_PX // 2 - 20 : CELL_PX // 2 + 20]
    shown = [cell(sheet, 0, column) for column in range(6)]
    assert np.abs(shown[0][5, 5] - SCREENS["green"]).max() <= 12
    assert shown[1][middle].min() == 255
    for column in (0, 2, 3, 4, 5):
        assert np.abs(shown[column][middle].mean((0, 1)) - SKIN).max() <= 3
    behind = [picture[:30, :30].mean((0, 1)) for picture in shown]
    assert behind[1].max() == 0
    assert behind[3].min() == 255
    assert behind[4].max() == 0
    assert np.abs(behind[5] - (255 - np.array(SCREENS["green"]))).max() <= 3
    assert {205, 245} >= set(np.unique(shown[2][:30, :30]))


def test_rows_are_spread_over_a_clip(clip: Path) -> None:
    sheet = draw_preview(keyables(clip), KeyOptions())
    brightness = [cell(sheet, row, 3)[WIDE // 2, CELL_PX // 2].mean() for row in range(ROWS)]
    steps = -np.diff(brightness)
    assert steps.min() > 0.6 * steps.max()  # each row as much later as the one before
    assert sheet.shape[0] == GAP_PX + ROWS * (WIDE + LINE_PX + GAP_PX)


def test_a_frame_without_a_screen_keeps_its_row(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", compose(SCREENS["green"], SKIN).rgb)
    write_image(tmp_path / "b.png", np.full((180, 320, 3), 90, np.uint8))
    sheet = draw_preview(keyables(tmp_path / "a.png", tmp_path / "b.png"), KeyOptions())
    assert cell(sheet, 1, 0).mean() == pytest.approx(90, abs=1)
    assert cell(sheet, 1, 1).min() == 250  # bare paper


def test_marks_show_in_the_preview(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", compose(SCREENS["green"], SKIN, noise=0.002).rgb)
    options = KeyOptions(garbage=("0,0,0.5,1",))
    (item,) = plain_items([tmp_path / "a.png"], options)
    alpha = cell(draw_preview([item.payload], options), 0, 1)
    assert alpha[:, : CELL_PX // 2 - 2].max() == 0
    assert alpha[WIDE // 2, CELL_PX // 2 + 10].min() == 255


def test_a_name_that_is_taken_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_image(tmp_path / "a.png", compose(SCREENS["green"], SKIN).rgb)
    items = keyables(tmp_path / "a.png")
    assert preview_path(items, None) == Path("a-key.png")
    Path("a-key.png").touch()
    assert preview_path(items, None) == Path("a-key-2.png")
    with pytest.raises(InputError, match="is there already"):
        preview_path(items, tmp_path / "a.png")
    with pytest.raises(InputError, match="a preview is a PNG"):
        preview_path(items, tmp_path / "sheet.jpg")
