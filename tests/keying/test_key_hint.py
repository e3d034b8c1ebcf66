from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from keying_scenes import SCREENS, compose, disc
from onnx import TensorProto, helper, save

from bgrsr_data.errors import InputError
from bgrsr_data.keying.core import key_image
from bgrsr_data.keying.hint import Segmenter, load_segmenter, with_hint
from bgrsr_data.keying.mattes import Mattes
from bgrsr_data.keying.options import KeyOptions

SKIN = (205, 166, 127)
SIZE = (360, 640)


def red(path: Path, *, last: bool = False, scale: float = 1.0, size: tuple[int | str, int | str] = (64, 64)) -> Path:
    """A network that takes the red channel, times `scale`, for the person's probability."""
    shape = ["n", *size, 3] if last else ["n", 3, *size]
    numbers = {"from": [0], "to": [1], "axis": [3 if last else 1]}
    constants = [helper.make_tensor(name, TensorProto.INT64, (1,), value) for name, value in numbers.items()]
    constants.append(helper.make_tensor("scale", TensorProto.FLOAT, (1,), [scale]))
    graph = helper.make_graph(
        [helper.make_node("Slice", ["x", "from", "to", "axis"], ["r"]), helper.make_node("Mul", ["r", "scale"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        constants,
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


def two_channels(path: Path) -> Path:
    """A network that takes green for logits of what is no person, and red for those of the person."""
    weight = np.zeros((2, 3, 1, 1), np.float32)
    weight[0, 1], weight[1, 0] = 20, 20
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, "h", "w"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [helper.make_tensor("w", TensorProto.FLOAT, weight.shape, weight.ravel())],
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("size", [(64, 64), ("h", "w")])
def test_the_order_of_channels_and_the_size_are_found_out(
    tmp_path: Path, last: bool, size: tuple[int | str, int | str]
) -> None:
    rgb = np.zeros((*SIZE, 3), np.uint8)
    rgb[:, 320:, 0] = 255
    person = Segmenter(red(tmp_path / "red.onnx", last=last, size=size))(rgb)
    assert person.shape == ((64, 64) if size == (64, 64) else (288, 512))
    assert person[:, : person.shape[1] // 2 - 1].max() == 0
    assert person[:, person.shape[1] // 2 + 1 :].min() == 1


def test_logits_are_made_probabilities_and_of_two_channels_the_second_is_the_person(tmp_path: Path) -> None:
    rgb = np.zeros((64, 64, 3), np.uint8)
    rgb[:, :32], rgb[:, 32:] = (255, 0, 0), (0, 255, 0)
    one, two = (
        Segmenter(red(tmp_path / "one.onnx", scale=20.0))(rgb),
        Segmenter(two_channels(tmp_path / "two.onnx"))(rgb),
    )
    assert one[:, :31].min() > 0.99
    assert two[:, :31].min() > 0.99
    assert two[:, 33:].max() < 0.01


def test_what_finds_no_persons_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere.onnx: there is no such file; --hint takes an ONNX network"):
        load_segmenter(str(tmp_path / "nowhere.onnx"))
    (tmp_path / "page.onnx").write_text("<html>")
    with pytest.raises(InputError, match="is no ONNX network"):
        load_segmenter(str(tmp_path / "page.onnx"))
    graph = helper.make_graph(
        [helper.make_node("Identity", ["x"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, "h", "w"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), tmp_path / "same.onnx")
    with pytest.raises(InputError, match=r"same.onnx: makes 3 channels; wanted is a mask of persons"):
        Segmenter(tmp_path / "same.onnx")(np.zeros((64, 64, 3), np.uint8))


def test_a_network_that_sees_nobody_changes_nothing() -> None:
    own = Mattes(garbage=np.zeros(SIZE, np.bool_))
    assert with_hint(own, np.full((8, 8), 0.4, np.float32), SIZE) is own
    assert with_hint(None, np.zeros((8, 8), np.float32), SIZE) is None


def test_the_hint_takes_a_far_piece_away_and_leaves_every_edge_of_the_person_as_it_was() -> None:
    scene = compose(SCREENS["green"], SKIN, size=SIZE, noise=0.002)
    rgb = scene.rgb.copy()
    rgb[20:90, 30:100] = (40, 40, 45)  # a lamp
    seen = cv2.resize(cv2.dilate(disc(*SIZE, 1.0), np.ones((15, 15))), (64, 64), interpolation=cv2.INTER_AREA)
    without = key_image(rgb, KeyOptions())
    found = key_image(rgb, KeyOptions(), mattes=with_hint(None, seen, SIZE))
    assert without.alpha[30:80, 40:90].min() > 0.9
    assert found.alpha[30:80, 40:90].max() == 0
    person = np.s_[:, 150:490]
    assert np.array_equal(found.alpha[person], without.alpha[person])


@pytest.mark.footage
def test_a_real_network_finds_the_man_before_yellow(footage: Path) -> None:
    from bgrsr_data.media.video import decode

    picture = next(iter(decode(footage / "greenscreen" / "mdn_yellowscreen_man.mp4"))).rgb()
    person = Segmenter(footage / "weights" / "prisma_nchw.onnx")(picture)
    assert person.shape == (256, 256)
    assert person[80:200, 110:150].min() > 0.9  # his face
    assert person[:100, :40].max() < 0.2
    mattes = with_hint(None, person, picture.shape[:2])
    assert mattes is not None
    assert mattes.near is not None
    assert mattes.near.mean() < 0.95
    found = key_image(picture, KeyOptions(), mattes=mattes).alpha
    assert np.abs(found - key_image(picture, KeyOptions()).alpha).mean() < 0.01
