"""The sheet that shows frames before and after deblurring."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from bgrsr_data.media.images import write_image
from bgrsr_data.records import Frame
from bgrsr_data.report.deblurred import draw_deblurred, most_changed
from bgrsr_data.report.facts import Dataset
from bgrsr_data.report.sheets import draw_sheets


def test_the_close_up_is_where_two_pictures_differ_most() -> None:
    one = np.full((240, 320, 3), 90, np.uint8)
    for y, x in ((10, 10), (120, 200), (239, 319)):
        other = one.copy()
        other[max(0, y - 4) : y + 4, max(0, x - 4) : x + 4] = 200
        rows, columns = most_changed(one, other)
        assert rows.start <= y < rows.stop <= 240
        assert columns.start <= x < columns.stop <= 320
        assert (rows.stop - rows.start, columns.stop - columns.start) == (60, 80)


def frame(path: str, **fields: object) -> Frame:
    row = {
        "id": path, "clip": "clip-1", "role": "talking-head", "person": "p", "path": path, "sha256": "", "width": 64,
        "height": 48, "pts": 0, "time_base": Fraction(1, 25), "dhash": "0" * 16, "sharpness": 1.0,
        "sharpness_ratio": 1.0,
    }  # fmt: skip
    return Frame.model_validate(row | fields)


def test_only_what_was_replaced_or_improved_is_shown_beside_its_original(tmp_path: Path) -> None:
    for name, level in (("a.png", 50), ("b.png", 150), ("c.png", 250)):
        write_image(tmp_path / name, np.full((48, 64, 3), level, np.uint8))
    before = frame("a.png")
    after = frame("b.png", original="a.png", decision="replaced", method="neighbour", pts=2)
    kept = frame("c.png", original="c.png", decision="kept")
    data = Dataset((), (), (after, kept), (), (), (), (), (), (), {"a.png": before, "c.png": kept})
    sheet = next(one for one in draw_sheets(data, tmp_path, rows=3, seed=0) if one.name == "deblurred")
    (shown,) = sheet.strips
    assert shown.words == draw_deblurred([(before, after)], tmp_path)[0].words
    assert [int(cell.pixels.mean()) for cell in shown.cells] == [50, 150, 50, 150]
