from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from skimage import data
from typer.testing import CliRunner

from bgrsr_data.cli.app import build
from bgrsr_data.deblur.restorer import Restorer
from bgrsr_data.errors import InputError
from bgrsr_data.media.colour import to_linear
from bgrsrgan.deblur.examples import array_of, make_examples
from bgrsrgan.deblur.export import export_onnx
from bgrsrgan.deblur.loop import Footage, measure, split_footage, train_deblur
from bgrsrgan.deblur.network import Deblurrer
from bgrsrgan.deblur.options import DeblurTraining
from bgrsrgan.deblur.shutter import Strip
from bgrsrgan.loop.run_folder import RunFolder

TINY = DeblurTraining(width=8, examples=16, patch_px=64, steps=6, batch=2, eval_every=3, threads=1)
SIDE, FRAMES = 208, 40


@pytest.fixture(scope="session")
def clips(make_clip: Callable[..., Path]) -> list[Path]:
    """Two photographs that a camera pans over, 3 px a frame."""
    return [_pan(make_clip, name, getattr(data, name)()) for name in ("astronaut", "coffee")]


def _pan(make_clip: Callable[..., Path], name: str, photograph: np.ndarray) -> Path:
    views = [photograph[40 : 40 + SIDE, 20 + 3 * at : 20 + 3 * at + SIDE] for at in range(FRAMES)]
    raw = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{SIDE}x{SIDE}", "-r", "30", "-i", "-")
    coded = ("-c:v", "libx264", "-crf", "10", "-pix_fmt", "yuv444p")
    return make_clip(f"pan_{name}.mp4", *raw, *coded, pixels=np.stack(views).tobytes())


def test_a_shutter_averages_light_along_the_way() -> None:
    scene = np.zeros((96, 160, 3), np.uint8)
    noise = np.random.default_rng(0).integers(60, 256, (12, 20, 3), np.uint8)
    scene[:] = np.repeat(np.repeat(noise, 8, 0), 8, 1)
    strip = Strip([np.ascontiguousarray(np.roll(scene, 4 * at, 1)) for at in range(5)])
    exposed = strip.expose(2, 2.0)  # open while the scene goes 8 px
    moments = [np.roll(to_linear(scene), 8 + shift, 1) for shift in range(-4, 5)]
    true = (moments[0] / 2 + sum(moments[1:-1]) + moments[-1] / 2) / 8
    inner = np.s_[8:-8, 24:-24]
    assert np.abs(to_linear(exposed) - true)[inner].mean() < 0.02
    assert np.abs(to_linear(strip.frames[2]) - true)[inner].mean() > 0.05
    assert np.array_equal(strip.expose(2, 0), strip.frames[2])


def test_examples_are_blurred_frames_with_their_truth_and_follow_from_the_seed(clips: list[Path]) -> None:
    examples = make_examples(clips, 12, TINY, seed=3, untouched=0)
    frames, truth = array_of(examples)
    assert frames.shape == (12, 9, 64, 64)
    assert truth.shape == (12, 3, 64, 64)
    detail_lost = [_detail(one.frames[3:6]) / _detail(one.truth) for one in examples]
    assert np.median(detail_lost) < 0.8
    assert np.array_equal(frames, array_of(make_examples(clips, 12, TINY, seed=3, untouched=0))[0])
    assert not np.array_equal(frames, array_of(make_examples(clips, 12, TINY, seed=4, untouched=0))[0])


def _detail(picture: np.ndarray) -> float:
    return float(np.abs(np.diff(picture.astype(float), axis=2)).mean())


def test_footage_that_does_not_move_or_is_too_small_gives_nothing_to_learn_from(make_clip: Callable[..., Path]) -> None:
    still = make_clip("still.mp4", "-f", "lavfi", "-i", "color=gray:s=256x256:d=1.5")
    small = make_clip("small.mp4", "-f", "lavfi", "-i", "testsrc2=s=96x96:d=1.5")
    for clip in (still, small):
        with pytest.raises(InputError, match="nothing to learn from"):
            make_examples([clip], 8, TINY, seed=0)


def test_a_person_is_learned_from_or_held_out_but_never_both() -> None:
    footage = [Footage(Path(f"{person}{take}.mp4"), person) for person in "abcdefgh" for take in range(3)]
    learned, held = split_footage(footage, 0.25)
    assert {path.name[0] for path in learned} & {path.name[0] for path in held} == set()
    assert len(learned) + len(held) == 24
    assert len(held) == 6
    with pytest.raises(InputError, match="at least two people"):
        split_footage(footage[:3], 0.25)


def test_an_untrained_network_gives_the_frame_as_it_is_and_its_file_gives_what_it_gives(tmp_path: Path) -> None:
    network = Deblurrer(8).eval()
    frames = torch.rand(1, 9, 64, 128)
    assert torch.equal(network(frames), frames[:, 3:6])
    with torch.no_grad():
        for values in network.parameters():
            values.add_(0.05 * torch.randn(values.shape, generator=torch.Generator().manual_seed(1)))
    export_onnx(network, tmp_path / "network.onnx")
    picture = np.random.default_rng(0).integers(0, 256, (128, 192, 3), np.uint8)
    stack = torch.from_numpy(picture.transpose(2, 0, 1).copy()).repeat(3, 1, 1)[None].float() / 255
    true = (network(stack).clamp(0, 1)[0].detach().numpy().transpose(1, 2, 0) * 255).round()
    restorer = Restorer(tmp_path / "network.onnx")
    assert restorer.frames == 3
    assert np.abs(restorer(picture).astype(float) - true).max() <= 1
    assert np.abs(true - picture).mean() > 0.5


def test_training_gains_on_what_it_never_saw(clips: list[Path], tmp_path: Path) -> None:
    options = TINY.model_copy(update={"steps": 120, "eval_every": 60, "examples": 48, "batch": 4, "width": 12})
    run = RunFolder(tmp_path)
    summary = train_deblur([Footage(clip, clip.stem) for clip in clips], options, run)
    assert summary.best.gain_db > 0.2
    assert summary.best_step == 120
    assert run.curves.is_file()
    assert (tmp_path / "panels.png").is_file()
    frames, truth = array_of(make_examples([_held(clips, summary.held_out)], 8, options, seed=9, untouched=0))
    assert measure(Deblurrer(12), torch.from_numpy(frames), torch.from_numpy(truth)).gain_db == 0


def _held(clips: list[Path], names: list[str]) -> Path:
    return next(clip for clip in clips if clip.name in names)


def test_a_training_that_was_stopped_ends_in_the_same_bits(clips: list[Path], tmp_path: Path) -> None:
    footage = [Footage(clip, clip.stem) for clip in clips]
    whole, stopped = RunFolder(tmp_path / "whole"), RunFolder(tmp_path / "stopped")
    for run in (whole, stopped):
        run.root.mkdir()
    train_deblur(footage, TINY, whole)

    def stop(step: int, _terms: object) -> None:
        if step == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_deblur(footage, TINY, stopped, on_step=stop)
    steps: list[int] = []
    train_deblur(footage, TINY, stopped, on_step=lambda step, _terms: steps.append(step))
    assert steps == [4, 5, 6]
    ends = [torch.load(run.checkpoint, weights_only=True)["network"] for run in (whole, stopped)]
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])
    assert [row["psnr"] for row in whole.stats()] == [row["psnr"] for row in stopped.stats()]
    assert train_deblur(footage, TINY, stopped).steps == 6  # nothing left to do


def test_it_stops_when_nothing_is_gained(clips: list[Path], tmp_path: Path) -> None:
    options = TINY.model_copy(update={"steps": 40, "eval_every": 1, "patience": 2, "rate": 1e-12})
    summary = train_deblur([Footage(clip, clip.stem) for clip in clips], options, RunFolder(tmp_path))
    assert summary.ended == "no more gain"
    assert summary.steps < 40


def test_the_command_learns_from_files_and_says_how_to_use_it(clips: list[Path], tmp_path: Path) -> None:
    given = ["--width", "8", "--examples", "16", "--patch-px", "64", "--steps", "2", "--batch", "2", "--threads", "1"]
    done = CliRunner().invoke(build(), ["train", "deblur", *map(str, clips), "--out", str(tmp_path / "run"), *given])
    assert done.exit_code == 0, done.output
    assert f"bgrsr deblur --model {tmp_path / 'run' / 'deblur.onnx'}" in done.output
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["steps"] == 2


def test_what_cannot_be_learned_from_is_told(tmp_path: Path) -> None:
    none = CliRunner().invoke(build(), ["train", "deblur", str(tmp_path / "no.mp4"), "--out", str(tmp_path / "run")])
    assert "is no video" in str(none.exception)
    alone = CliRunner().invoke(build(), ["train", "deblur", "--out", str(tmp_path)])
    assert "go together" in str(alone.exception)
    width = CliRunner().invoke(build(), ["train", "deblur", "-w", str(tmp_path), "--width", "9"])
    assert "width" in str(width.exception)
