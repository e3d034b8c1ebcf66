"""The distance from the truth is what it is by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from bgrsr_data.errors import InputError
from bgrsr_data.ledger import Done
from bgrsr_data.media.images import read_rgb, write_image
from bgrsr_data.quickstart.footage import truth_path
from bgrsr_data.quickstart.truth import compare_alpha, draw_key_error, key_error, keyed_frames
from bgrsr_data.records import Clip, Foreground, Frame, Record, Source
from bgrsr_data.workspace import Workspace

SIZE = (4, 10)  # height, width


def fill(value: int) -> np.typing.NDArray[np.uint8]:
    return np.full(SIZE, value, np.uint8)


@pytest.fixture
def keyed(tmp_path: Path) -> tuple[Workspace, Path]:
    """Frames 3 and 4 of a clip, keyed as 51 and 0 where the truth is 0 everywhere."""
    workspace = Workspace.create(tmp_path / "workspace")
    rows: list[Record] = [
        Source(id="source-1", name="hall", role="greenscreen", path="/hall.mp4", licence="CC0-1.0", creator="me"),
        Clip(
            id="clip-1", source="source-1", role="greenscreen", person="p", licence="CC0-1.0", creator="me", title="t",
            path="clips/1.mp4", sha256="0", media="video", width=10, height=4, frames=9, duration=Fraction(9, 25),
            codec="h264",
        ),
    ]  # fmt: skip
    for index, alpha in ((3, 51), (4, 0)):
        common = {"clip": "clip-1", "person": "p", "sha256": "0", "width": 10, "height": 4}
        frame, key = f"frames/{index}.png", f"foregrounds/{index}.png"
        rows.append(
            Frame(
                id=f"frame-{index}", role="greenscreen", path=frame, pts=512 * index, time_base=Fraction(1, 12800),
                dhash="0" * 16, sharpness=1, sharpness_ratio=1, **common,
            )
        )  # fmt: skip
        rows.append(
            Foreground(
                id=f"foreground-{index}", original=f"frame-{index}", alpha_path=key, foreground_path=frame, score=1,
                scores={}, box_left=0, box_top=0, box_right=1, box_bottom=1, **common,
            )
        )  # fmt: skip
        write_image(workspace.root / frame, np.dstack([fill(90)] * 3))
        write_image(workspace.root / key, fill(alpha))
        write_image(truth_path(tmp_path / "footage", "hall", index), fill(0))
    workspace.ledger.commit(Done("key", "all", "f", "done"), rows)
    return workspace, tmp_path / "footage"


def test_figures_are_those_of_the_definition() -> None:
    error = compare_alpha(fill(51), fill(0))
    assert (error.mad, error.mse, error.sad) == (pytest.approx(200), pytest.approx(40), pytest.approx(0.2 * 40 / 1e3))


def test_frames_find_their_truth_by_time_and_are_meaned(keyed: tuple[Workspace, Path]) -> None:
    assert [one.index for one in keyed_frames(*keyed)] == [3, 4]
    errors = key_error(*keyed)
    assert errors["hall"] == errors["all"]
    assert (errors["all"].frames, errors["all"].mad) == (2, pytest.approx(100))


def test_the_picture_has_best_middle_and_worst(keyed: tuple[Workspace, Path], tmp_path: Path) -> None:
    picture = read_rgb(draw_key_error(*keyed, tmp_path / "error.png"))
    assert picture.shape[:2] == (6 + 3 * (240 + 16 + 6), 6 + 4 * 326)
    assert picture[126, -160].tolist() == [0, 0, 0]  # best: no difference
    assert picture[-150, -160].tolist() == [204, 204, 204]  # worst: 51, four times as strong


def test_alphas_of_two_sizes_are_refused() -> None:
    with pytest.raises(InputError, match=r"\(10, 4\) cannot be compared with a truth of \(5, 2\)"):
        compare_alpha(fill(0), np.zeros((2, 5), np.uint8))


def test_a_workspace_with_other_footage_is_refused(keyed: tuple[Workspace, Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing that was keyed there is known"):
        key_error(keyed[0], tmp_path / "elsewhere")
