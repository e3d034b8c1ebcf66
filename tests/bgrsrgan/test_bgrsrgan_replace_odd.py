"""Other networks, other backends, odd inputs, and real footage."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from replacing import MOVING, SMALL, call, pictures, refusal, replaced, save_network, sound, times
from typer.testing import CliRunner

from bgrsr_data.cli.app import build
from bgrsr_data.errors import BgrsrError, InputError
from bgrsr_data.media.colour import to_srgb8
from bgrsrgan.replace.backdrops import Blurred, colour_of, open_backdrop, scene_of
from bgrsrgan.replace.framing import cover, seen_size
from bgrsrgan.replace.threads import Ahead, Behind
from bgrsrgan.replace.whole import fit_alpha, lay_over

NETWORK_INPUTS = {"lr_frame": 1, "lr_background": 1, "hr_background": 2}
NOTHING = np.zeros((48, 64, 3), np.uint8)


@pytest.fixture(scope="module")
def clip(make_clip) -> Path:
    return make_clip("odd.mp4", *MOVING)


@pytest.fixture(scope="module")
def room(tmp_path_factory) -> Path:
    """A network that sees nobody: what comes out is the background."""
    return save_network(tmp_path_factory.mktemp("room") / "best.pt", cover=0)


def _save_onnx(path: Path, *, fixed: tuple[int, int] | None = None, output: str = "image") -> Path:
    """A network of one node, which gives the background: (width, height) fixed, or any."""
    width, height = fixed or (None, None)

    def told(name: str, scale: int) -> onnx.ValueInfoProto:
        shape = [1, 3, height * scale, width * scale] if fixed else [1, 3, f"h{scale}", f"w{scale}"]
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    inputs = [told(name, scale) for name, scale in NETWORK_INPUTS.items()]
    node = helper.make_node("Identity", ["hr_background"], [output])
    graph = helper.make_graph([node], "room", inputs, [told(output, 2)])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))
    return path


@pytest.mark.parametrize(("network", "why"), [("srgan", "enlarges"), ("unet-gan", "needs a trimap")])
def test_a_network_of_another_kind_is_refused_in_a_line(clip, tmp_path, network, why) -> None:
    model = save_network(tmp_path / "best.pt", network)
    line = refusal(call(clip, "--background", "navy", "--model", model, "--out", tmp_path / "o.mp4"))
    assert network in line
    assert why in line
    assert not (tmp_path / "o.mp4").exists()


def test_bgrsrgan_replaces_too(clip, tmp_path) -> None:
    model = save_network(tmp_path / "best.pt", "bgrsrgan")
    words = ("--background", "navy", "--model", model, "--out", tmp_path / "o.mp4", *SMALL, "--seconds", "0.1")
    told = replaced(clip, *words)
    assert (told["network"], told["frames"], told["size"]) == ("bgrsrgan", 3, [128, 96])


def test_an_onnx_network_replaces_at_any_size(clip, tmp_path) -> None:
    model = _save_onnx(tmp_path / "room.onnx")
    told = replaced(clip, "--background", "#c81e3c", "--model", model, "--out", tmp_path / "o.mp4", *SMALL)
    assert told["backend"] == "ONNX Runtime, 1 thread"
    assert told["size"] == [128, 96]
    for _, picture in pictures(tmp_path / "o.mp4"):
        assert np.abs(picture.astype(int) - (200, 30, 60)).max() <= 3


def test_what_bgrsr_export_writes_makes_the_video_that_the_run_makes(clip, tmp_path) -> None:
    run = tmp_path / "runs" / "first"
    run.mkdir(parents=True)
    save_network(run / "best.pt")
    export = (
        "export",
        "--format",
        "onnx",
        "-w",
        tmp_path,
        "--name",
        "first",
        "--dynamic",
        "--out",
        tmp_path / "f.onnx",
    )
    exported = CliRunner().invoke(build(), list(map(str, export)))
    assert exported.exit_code == 0, (exported.output, exported.exception)
    words = ("--background", "#c81e3c", *SMALL, "--seconds", "0.1", "--out")
    by_torch = replaced(clip, "-w", tmp_path, "--name", "first", *words, tmp_path / "torch.mp4")
    by_onnx = replaced(clip, "--model", tmp_path / "f.onnx", *words, tmp_path / "onnx.mp4")
    assert by_onnx["backend"] == "ONNX Runtime, 1 thread"
    assert by_onnx["network"] == by_torch["network"] == "bgrsr-lite"
    for (_, one), (_, other) in zip(pictures(tmp_path / "torch.mp4"), pictures(tmp_path / "onnx.mp4"), strict=True):
        assert np.abs(one.astype(int) - other).mean() < 0.5  # H.264 makes a level here and there of a rounded pixel


def test_an_onnx_network_of_one_size_takes_that_size_alone(clip, tmp_path) -> None:
    model = _save_onnx(tmp_path / "room.onnx", fixed=(96, 64))
    out = ("--background", "navy", "--model", model, "--out", tmp_path / "o.mp4")
    assert replaced(clip, *out)["size"] == [192, 128]
    assert "96×64 alone" in refusal(call(clip, *out, "--size", "64x48"))


def test_an_onnx_network_of_another_kind_is_refused_in_a_line(clip, tmp_path) -> None:
    model = _save_onnx(tmp_path / "depth.onnx", output="depth")
    line = refusal(call(clip, "--background", "navy", "--model", model, "--out", tmp_path / "o.mp4"))
    assert "depth.onnx" in line
    assert "gives depth" in line


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("gone.mp4", "--background", "navy"), "gone.mp4: cannot be read"),
        (("CLIP", "--background", "gone.png"), "gone.png: there is no such file, and it is no colour"),
        (("CLIP", "--background", "TEXT"), "notes.png: is not an image"),
        (("CLIP", "--background", "navy", "--model", "gone.pt"), "gone.pt: there is no such model"),
        (("CLIP", "--background", "navy", "--model", "TEXT"), "no checkpoint"),
        (("CLIP", "--background", "navy", "--out", "o.avi"), "MP4"),
        (("CLIP", "--background", "navy", "--size", "64"), "--size 64: write it as 320x240"),
        (("TEXT", "--background", "navy"), "cannot be opened as a video"),
        (("camera:9", "--background", "navy"), "camera:9: gives no picture"),
    ],
)
def test_what_cannot_be_used_is_told_in_a_line(clip, room, tmp_path, monkeypatch, words, why) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.png").write_text("these are notes")
    given = [{"CLIP": clip, "TEXT": "notes.png"}.get(word, word) for word in words]
    line = refusal(call("--model", room, "--out", "o.mp4", *given))
    assert why in line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.png"]


def test_a_broken_sound_costs_no_picture(make_clip, room, tmp_path) -> None:
    tone = ("-f", "lavfi", "-i", "sine=duration=0.4", "-c:a", "aac")
    whole = make_clip("spoilt.mp4", *MOVING[:4], *tone, *MOVING[4:])
    data, first = bytearray(whole.read_bytes()), sound(whole)[5].data
    at = data.index(first)
    data[at : at + len(first)] = bytes(len(first))
    (tmp_path / "spoilt.mp4").write_bytes(data)
    told = replaced(
        tmp_path / "spoilt.mp4", "--background", "navy", "--model", room, "--out", tmp_path / "o.mp4", *SMALL
    )
    assert told["frames"] == 10


def test_what_a_network_sees_has_the_shape_of_the_picture_at_the_height_of_training() -> None:
    box = (320, 240)
    assert seen_size((640, 480), box) == (320, 240)
    assert seen_size((1920, 1080), box) == (432, 240)
    assert seen_size((1080, 1920), box) == (240, 432)
    assert seen_size((512, 512), box) == (240, 240)
    assert seen_size((4000, 100), box) == (720, 240)


def test_a_background_is_cut_and_never_squeezed() -> None:
    """A circle stays one."""
    y, x = np.mgrid[0:300, 0:900]
    disk = np.repeat(np.where((x - 450) ** 2 + (y - 150) ** 2 < 100**2, 255, 0).astype(np.uint8)[..., None], 3, 2)
    seen = cover(disk, (120, 90))[..., 0] > 127
    assert seen.any(0).sum() == pytest.approx(60, abs=2)
    assert seen.any(1).sum() == pytest.approx(60, abs=2)


def test_fine_stripes_are_averaged_as_light() -> None:
    stripes = np.zeros((96, 128, 3), np.uint8)
    stripes[:, ::2] = 255
    assert np.abs(scene_of(stripes, (32, 24)).low.astype(int) - 188).max() <= 1  # half of the light


def test_the_person_s_light_does_not_glow_around_them_in_the_blurred_room() -> None:
    frame = NOTHING.copy()
    frame[12:36, 20:44] = 255
    alpha = np.zeros((96, 128), np.float32)
    alpha[24:72, 40:88] = 1
    beside = (slice(14, 34), slice(46, 50))
    assert Blurred((64, 48)).at(Fraction(0), frame, None).low[beside].max() > 20
    assert Blurred((64, 48)).at(Fraction(0), frame, alpha).low[beside].max() == 0


def test_colours_are_read_as_people_write_them() -> None:
    assert colour_of("#2040a0") == (32, 64, 160)
    assert colour_of("white") == (255, 255, 255)
    assert colour_of("officewall") is None


def test_a_file_goes_before_a_colour_of_its_name(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "navy").write_text("no video")
    with pytest.raises(InputError, match="navy"):
        open_backdrop("navy", (64, 48))


def test_what_a_thread_ahead_raises_is_raised_after_what_came_before() -> None:
    def items():
        yield 1
        yield 2
        raise InputError("it broke")

    ahead = Ahead(items())
    given = iter(ahead)
    assert (next(given), next(given)) == (1, 2)
    with pytest.raises(InputError, match="it broke"):
        next(given)
    ahead.close()


def _give(behind: Behind[int], items: Iterable[int]) -> None:
    for item in items:
        behind.put(item)
    behind.finish()


def test_what_a_thread_behind_raises_is_raised_where_it_is_waited_for() -> None:
    done: list[int] = []

    def work(item: int) -> None:
        if item == 2:
            raise BgrsrError("no more")
        done.append(item)

    behind = Behind(work)
    with pytest.raises(BgrsrError, match="no more"):
        _give(behind, range(100))
    behind.close()
    assert done == [0, 1]


@pytest.mark.parametrize("cover", [0, 1])
def test_a_video_that_keeps_its_size_keeps_its_pixels_where_the_person_is(make_clip, tmp_path, cover) -> None:
    source = "testsrc2=size=171x121:rate=25:duration=0.12"  # odd, which 4:2:0 is not
    clip = make_clip("kept.mkv", "-f", "lavfi", "-i", source, "-c:v", "ffv1", "-pix_fmt", "yuv444p")
    model = save_network(tmp_path / "best.pt", cover=cover)
    words = ("--background", "#c81e3c", "--model", model, "--out", tmp_path / "o.mp4", *SMALL, "--keep-size")
    assert replaced(clip, *words)["size"] == [170, 120]
    for (_, before), (_, after) in zip(pictures(clip), pictures(tmp_path / "o.mp4"), strict=True):
        wanted = before[:120, :170] if cover else (200, 30, 60)
        assert np.abs(after.astype(int) - wanted).mean() < (6 if cover else 3)  # 4:2:0 and H.264 take the rest


def test_a_network_without_alpha_cannot_keep_the_size(clip, tmp_path) -> None:
    model = _save_onnx(tmp_path / "room.onnx")
    words = ("--background", "navy", "--model", model, "--out", tmp_path / "o.mp4", *SMALL, "--keep-size")
    assert "room makes none" in refusal(call(clip, *words))
    assert not (tmp_path / "o.mp4").exists()


def test_alpha_is_brought_to_the_edges_of_a_larger_picture() -> None:
    """A disk, known at an eighth of the size: nearer to the truth than what is interpolated, by half."""
    y, x = np.mgrid[0:480, 0:640]
    truth = ((x - 320) ** 2 + (y - 240) ** 2 < 150**2).astype(np.float32)
    grey = np.where(truth > 0, 200, 60).astype(np.uint8)
    small = cv2.resize(truth, (80, 60), interpolation=cv2.INTER_AREA)
    plain = cv2.resize(small, (640, 480), interpolation=cv2.INTER_LINEAR)
    assert np.abs(fit_alpha(small, grey) - truth).mean() < 0.5 * np.abs(plain - truth).mean()


def test_the_old_room_is_taken_out_of_the_colour_of_soft_pixels() -> None:
    """A white person whose edge fades over a green room, put before black: what is left of the green is little."""
    share = np.clip((np.arange(320, dtype=np.float32) - 140) / 40, 0, 1)[None].repeat(240, 0)
    light = share[..., None] * np.float32(1) + (1 - share[..., None]) * np.array([0, 0.5, 0], np.float32)
    after = lay_over(to_srgb8(light), share, np.zeros((240, 320, 3), np.uint8)).astype(int)
    edge = after[:, 145:175]
    greener = (edge[..., 1] - (edge[..., 0] + edge[..., 2]) / 2).mean()
    old = to_srgb8(light)[:, 145:175].astype(int)
    assert greener < 0.25 * (old[..., 1] - (old[..., 0] + old[..., 2]) / 2).mean()


@pytest.mark.footage
@pytest.mark.parametrize("name", ["hdtf_WDA_KatieHill_000.mp4", "liveportrait_s18.mp4"])
def test_a_real_talk_keeps_its_sound_and_its_times(footage, room, tmp_path, name) -> None:
    talk, office = footage / "talking_heads" / name, footage / "backgrounds" / "twilio_office.jpg"
    told = replaced(talk, "--background", office, "--model", room, "--out", tmp_path / "o.mp4", *SMALL)
    assert told["complaints"] == []
    assert sound(tmp_path / "o.mp4") == sound(talk)
    assert times(tmp_path / "o.mp4") == times(talk)


@pytest.mark.footage
def test_a_real_talk_of_mpeg_1_has_its_sound_coded_anew(footage, room, tmp_path) -> None:
    talk, office = footage / "greenscreen" / "grid_bbaf2n.mpg", footage / "backgrounds" / "twilio_office.jpg"
    told = replaced(talk, "--background", office, "--model", room, "--out", tmp_path / "o.mp4", *SMALL)
    assert told["sound"] == "mp2 coded anew as aac"
    assert len(times(tmp_path / "o.mp4")) == len(times(talk))
    assert float(sound(tmp_path / "o.mp4")[-1].time_s) == pytest.approx(float(sound(talk)[-1].time_s), abs=0.06)
