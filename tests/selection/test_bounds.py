"""What shows nothing is left out by default; what depends on the set's purpose only on demand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from selection_rows import frame

from bgrsr_data.errors import InputError
from bgrsr_data.frames.exposure import measure_exposure
from bgrsr_data.frames.faces import find_faces
from bgrsr_data.media.images import read_rgb
from bgrsr_data.selection.bounds import unfit
from bgrsr_data.selection.options import SelectOptions

DEFAULT = SelectOptions()


@pytest.mark.parametrize(
    ("measured", "options", "reason", "detail"),
    [
        ({"brightness": 0.02}, {}, "too-dark", "mean luma 0.020, needs 0.03"),
        ({"brightness": 0.04, "dark": 0.96}, {}, "too-dark", "96.0% is crushed to black, 95.0% may be"),
        ({"brightness": 0.98}, {}, "too-bright", "mean luma 0.980, may have 0.97"),
        ({"bright": 0.95}, {}, "too-bright", "95.0% is clipped to white, 90.0% may be"),
        ({"faces": 0}, {"min_faces": 1}, "too-few-faces", "0 found, needs 1"),
        ({"faces": 3}, {"max_faces": 1}, "too-many-faces", "3 found, may have 1"),
        ({"face_height": 0.1}, {"min_face_height": 0.25}, "face-too-small", "0.10 of the picture's height, needs 0.25"),
    ],
)  # fmt: skip
def test_a_frame_beyond_a_bound_is_left_out_with_its_figure(
    measured: dict[str, Any], options: dict[str, Any], reason: str, detail: str
) -> None:
    assert unfit(frame("a"), SelectOptions(**options)) is None
    assert unfit(frame("a", **measured), SelectOptions(**options)) == (reason, detail)


@pytest.mark.parametrize(
    "measured", [{"faces": 0, "face_height": 0.0}, {"faces": 7}, {"brightness": 0.06, "dark": 0.8}]
)
def test_turned_heads_crowds_and_night_scenes_stay_by_default(measured: dict[str, Any]) -> None:
    assert unfit(frame("a", **measured), DEFAULT) is None


@pytest.mark.parametrize("bound", [{"min_faces": 1}, {"max_faces": 1}, {"min_face_height": 0.5}])
def test_a_bound_on_faces_is_an_error_where_nobody_looked_for_any(bound: dict[str, Any]) -> None:
    unseen = frame("a", faces=None, face_height=None)
    assert unfit(unseen, DEFAULT) is None
    with pytest.raises(InputError, match="nobody looked for faces in it; run: bgrsr frames --faces"):
        unfit(unseen, SelectOptions(**bound))


@pytest.mark.parametrize(("level", "reason"), [(0, "too-dark"), (5, "too-dark"), (250, "too-bright")])
def test_a_black_frame_the_end_of_a_fade_and_a_flash_are_left_out(level: int, reason: str) -> None:
    picture = np.full((90, 160, 3), level, np.uint8)
    why = unfit(measured_frame(picture), DEFAULT)
    assert why is not None
    assert why[0] == reason


@pytest.mark.parametrize("folder", ["alpha_gt", "backgrounds", "person_stills", "greenscreen"])
def test_no_photograph_of_the_footage_is_left_out(footage: Any, folder: str) -> None:
    photographs = sorted((footage / folder).glob("*.jpg"))
    assert photographs
    assert [unfit(measured_frame(read_rgb(path)), DEFAULT) for path in photographs] == [None] * len(photographs)


def measured_frame(rgb: np.ndarray) -> Any:
    exposure, faces = measure_exposure(rgb), find_faces(rgb)
    return frame(
        "measured", brightness=exposure.brightness, dark=exposure.dark, bright=exposure.bright, faces=faces.count,
        face_height=faces.height,
    )  # fmt: skip
