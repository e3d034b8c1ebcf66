from __future__ import annotations

import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, save
from typer.testing import CliRunner

from bgrsr_data.cli.app import build
from bgrsr_data.deblur import step
from bgrsr_data.deblur.files import plain_items
from bgrsr_data.deblur.options import DeblurOptions
from bgrsr_data.deblur.restorer import Restorer
from bgrsr_data.deblur.step import Deblur
from bgrsr_data.errors import InputError, Rejection, ToolError
from bgrsr_data.media.images import read_rgb, write_image


def write_network(
    path: Path, nodes: list, weights: dict[str, NDArray], shape: list, kind: int = TensorProto.FLOAT
) -> Path:
    """An ONNX network `x` → `y` of these nodes."""
    constants = [helper.make_tensor(name, kind, value.shape, value.ravel()) for name, value in weights.items()]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info("y", kind, None)],
        constants,
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


def box_blur(path: Path, size: list | None = None) -> Path:
    """Each channel's mean over 3×3, with zeros beyond the border."""
    node = helper.make_node("Conv", ["x", "w"], ["y"], pads=[1, 1, 1, 1], group=3)
    shape = ["n", 3, *(size or ["h", "w"])]
    return write_network(path, [node], {"w": np.full((3, 1, 3, 3), 1 / 9, np.float32)}, shape)


def first_of_three(path: Path, frame: int) -> Path:
    """Of three frames, gives one as it is."""
    node = helper.make_node("Slice", ["x", "from", "to", "axis"], ["y"])
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 9, "h", "w"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [
            helper.make_tensor(name, TensorProto.INT64, (1,), [value])
            for name, value in (("from", 3 * frame), ("to", 3 * frame + 3), ("axis", 1))
        ],
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


@pytest.fixture
def picture() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (301, 613, 3), np.uint8)


def mean_of_nine(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    around = np.pad(picture.astype(float), ((1, 1), (1, 1), (0, 0)))
    height, width = picture.shape[:2]
    return sum(around[y : y + height, x : x + width] for y in range(3) for x in range(3)) / 9


@pytest.mark.parametrize("size", [None, [64, 64], [128, 96]])
def test_tiles_of_any_size_leave_no_seam(tmp_path: Path, picture: NDArray[np.uint8], size: list | None) -> None:
    restored = Restorer(box_blur(tmp_path / "blur.onnx", size))(picture)
    inner = np.s_[1:-1, 1:-1]  # at the picture's own border the network sees zeros
    error = np.abs(restored.astype(float) - mean_of_nine(picture))[inner]
    assert error.max() < 2  # a tile's border is 85 levels off where the next column is black


def test_a_picture_smaller_than_the_tile_comes_back_whole(tmp_path: Path) -> None:
    small = np.random.default_rng(1).integers(0, 256, (40, 50, 3), np.uint8)
    restored = Restorer(first_of_three(tmp_path / "same.onnx", 1))(small, [small, small])
    assert np.array_equal(restored, small)


def test_a_network_of_three_frames_gets_its_neighbours_aligned(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).integers(0, 256, (30, 40, 3), np.uint8)
    scene = np.repeat(np.repeat(noise, 8, 0), 8, 1)
    scene = cv2.GaussianBlur(scene, (0, 0), 3)
    frame, before = scene[20:-20, 20:-20], scene[20:-20, 24:-16]
    given = Restorer(first_of_three(tmp_path / "before.onnx", 0))(frame, [before, frame])
    inner = np.s_[16:-16, 16:-16]
    assert np.abs(before.astype(int) - frame)[inner].mean() > 5
    assert np.abs(given.astype(int) - frame)[inner].mean() < 1


def test_a_missing_neighbour_is_the_frame_itself(tmp_path: Path, picture: NDArray[np.uint8]) -> None:
    assert np.array_equal(Restorer(first_of_three(tmp_path / "after.onnx", 2))(picture), picture)


def test_half_precision_is_fed_as_such(tmp_path: Path, picture: NDArray[np.uint8]) -> None:
    node = helper.make_node("Identity", ["x"], ["y"])
    path = write_network(tmp_path / "half.onnx", [node], {}, [1, 3, "h", "w"], TensorProto.FLOAT16)
    assert np.abs(Restorer(path)(picture).astype(int) - picture).max() <= 1


def test_channels_may_be_last(tmp_path: Path, picture: NDArray[np.uint8]) -> None:
    path = write_network(tmp_path / "last.onnx", [helper.make_node("Identity", ["x"], ["y"])], {}, [1, "h", "w", 3])
    assert np.array_equal(Restorer(path)(picture), picture)


def test_it_travels_to_a_worker(tmp_path: Path, picture: NDArray[np.uint8]) -> None:
    restorer = Restorer(box_blur(tmp_path / "blur.onnx"))
    there = pickle.loads(pickle.dumps(restorer))
    assert np.array_equal(there(picture), restorer(picture))


def test_what_is_no_restoration_is_told_in_one_line(tmp_path: Path, picture: NDArray[np.uint8]) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        Restorer(tmp_path / "nowhere.onnx")
    (tmp_path / "page.onnx").write_text("<html>")
    with pytest.raises(InputError, match="is no ONNX network"):
        Restorer(tmp_path / "page.onnx")
    grey = write_network(tmp_path / "grey.onnx", [helper.make_node("Identity", ["x"], ["y"])], {}, [1, 1, "h", "w"])
    with pytest.raises(InputError, match="1 channels; wanted are 3"):
        Restorer(grey)
    half = helper.make_node("AveragePool", ["x"], ["y"], kernel_shape=[2, 2], strides=[2, 2])
    smaller = Restorer(write_network(tmp_path / "smaller.onnx", [half], {}, [1, 3, "h", "w"]))
    with pytest.raises(InputError, match="keeps height and width"):
        smaller(picture)
    fixed = helper.make_node("Add", ["x", "c"], ["y"])
    unfit = write_network(tmp_path / "unfit.onnx", [fixed], {"c": np.zeros((1, 3, 7, 7), np.float32)}, [1, 3, "h", "w"])
    with pytest.raises(ToolError, match=r"unfit.onnx: failed on a tile of"):
        Restorer(unfit)(picture)


@pytest.fixture
def panned(tmp_path: Path) -> list[Path]:
    """Views of a picture that moves; the middle one is blurred."""
    coarse = np.random.default_rng(5).integers(90, 166, (37, 50, 3), np.uint8)
    wall = np.asarray(cv2.resize(coarse, (200, 150), interpolation=cv2.INTER_CUBIC))
    views = [np.ascontiguousarray(wall[20:116, 20 + at : 148 + at]) for at in range(7)]
    views[3] = np.asarray(cv2.blur(views[3], (9, 1)))
    for at, view in enumerate(views):
        write_image(tmp_path / "views" / f"{at}.png", view)
    return [tmp_path / "views" / f"{at}.png" for at in range(7)]


def test_a_network_mends_what_fusion_may_not_and_is_named_in_the_row(panned: list[Path], tmp_path: Path) -> None:
    model = first_of_three(tmp_path / "taker.onnx", 0)  # gives the frame before, aligned: sharp here
    only_network = DeblurOptions(model=str(model), min_gain_db=99)
    rows = {item.payload.out: Deblur(only_network).run(item, tmp_path)[0] for item in plain_items(panned)}
    assert [rows[str(at)].decision for at in range(7)] == ["kept"] * 3 + ["improved"] + ["kept"] * 3
    assert rows["3"].method == "taker"
    fused = Deblur(DeblurOptions(model=str(model))).run(plain_items(panned)[3], tmp_path)[0]
    assert (fused.decision, fused.method) == ("improved", "fusion")  # which goes first


def test_what_is_sharper_and_still_too_blurred_is_not_let_pass(panned: list[Path], tmp_path: Path) -> None:
    strict = DeblurOptions(keep_ratio=10, reject_ratio=9)  # nothing can be so sharp
    with pytest.raises(Rejection, match="fusion came to"):
        Deblur(strict).run(plain_items(panned)[3], tmp_path)


def test_a_network_that_sharpens_nothing_changes_nothing(panned: list[Path], tmp_path: Path) -> None:
    model = first_of_three(tmp_path / "same.onnx", 1)
    options = DeblurOptions(model=str(model), min_gain_db=99, reject_ratio=0)
    row = Deblur(options).run(plain_items(panned)[3], tmp_path)[0]
    assert row.decision == "kept"
    assert np.array_equal(read_rgb(tmp_path / row.path), read_rgb(panned[3]))


def test_another_network_under_the_same_name_makes_frames_stale(panned: list[Path], tmp_path: Path) -> None:
    item = plain_items(panned)[3]
    model = first_of_three(tmp_path / "net.onnx", 1)
    stages = [Deblur(DeblurOptions()), Deblur(DeblurOptions(model=str(model)))]
    before = [stage.fingerprint(item) for stage in stages]
    first_of_three(model, 0)
    step._hash_of.cache_clear()
    after = [stage.fingerprint(item) for stage in stages]
    assert before[0] == after[0]
    assert len({before[0], before[1], after[1]}) == 3


def test_the_command_tells_an_unfit_network_once(panned: list[Path], tmp_path: Path) -> None:
    given = ["deblur", *map(str, panned), "--out", str(tmp_path / "out"), "--model", str(tmp_path / "no.onnx")]
    ended = CliRunner().invoke(build(), given)
    assert isinstance(ended.exception, InputError)
    assert "there is no such file" in str(ended.exception)
    assert not (tmp_path / "out").exists()
