"""Faces: found on real talking heads, not on walls; the figures are those of the module's docstring."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from bgrsr_data.errors import ToolError
from bgrsr_data.frames import faces
from bgrsr_data.frames.faces import Faces, find_faces
from bgrsr_data.media.images import read_rgb
from bgrsr_data.media.video import decode


@pytest.mark.parametrize(
    "clip", ["talking_heads/hdtf_WDA_KatieHill_000.mp4", "talking_heads/liveportrait_s18.mp4",
             "greenscreen/grid_bbaf2n.mpg", "greenscreen/mdn_yellowscreen_man.mp4"],
)  # fmt: skip
def test_one_face_is_found_in_every_picture_of_a_talking_head(footage: Path, clip: str) -> None:
    found = [find_faces(picture.rgb()) for picture in islice(decode(footage / clip), 0, 75, 15)]
    assert [one.count for one in found] == [1] * 5
    assert all(0.3 < one.height < 0.7 for one in found)


def test_two_people_before_a_screen_are_not_taken_for_none(footage: Path) -> None:
    assert find_faces(read_rgb(footage / "greenscreen/skimage_two_people.jpg")).count >= 1


def test_no_face_is_found_in_photographs_with_nobody_in_them(footage: Path) -> None:
    photographs = [read_rgb(path) for path in sorted((footage / "backgrounds").glob("*.jpg"))]
    assert [find_faces(rgb).count for rgb in photographs] == [0] * len(photographs) != []


def test_a_face_is_as_high_in_a_picture_of_any_size(footage: Path) -> None:
    rgb = read_rgb(footage / "person_stills/twilio_person.jpg")
    whole, half = find_faces(rgb), find_faces(np.ascontiguousarray(rgb[::2, ::2]))
    assert whole.count == half.count == 1
    assert half.height == pytest.approx(whole.height, abs=0.03)
    assert find_faces(rgb) == whole


@pytest.mark.parametrize("size", [(1, 1), (8, 600), (720, 1280)])
def test_there_is_no_face_on_a_flat_wall_of_any_size(size: tuple[int, int]) -> None:
    assert find_faces(np.full((*size, 3), 140, np.uint8)) == Faces(0, 0.0)


def test_an_opencv_without_its_cascades_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    faces._cascade.cache_clear()
    monkeypatch.setattr(faces, "_CASCADE", "none.xml")
    with pytest.raises(ToolError, match="reinstall"):
        find_faces(np.zeros((40, 40, 3), np.uint8))
