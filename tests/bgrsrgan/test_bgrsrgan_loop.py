from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import pytest
import torch
from photo_renderer import TINY, PhotoRenderer
from same_run import assert_same, assert_same_run

from bgrsr_data.errors import InputError, LockedError, ToolError
from bgrsrgan.config import TrainConfig
from bgrsrgan.data.examples import as_float
from bgrsrgan.data.loader import in_order
from bgrsrgan.loop.descent import rate_at
from bgrsrgan.loop.run_folder import RunFolder
from bgrsrgan.loop.state import TrainingState, load_generator, read_checkpoint
from bgrsrgan.loop.steps import Lesson, adversarial_step, pixel_step
from bgrsrgan.loop.train import train
from bgrsrgan.tasks import task_of

TASK = task_of("bgrsr-lite")
CPU = torch.device("cpu")


class _PulledPlugError(Exception):
    """Ends a run where a kill might."""


def _run(config: TrainConfig, renderer: PhotoRenderer, folder: Path, **more):
    return train(config, renderer.examples, RunFolder(folder), manifest_sha256=more.pop("manifest_sha256", "a"), **more)


def _stop_after(last: int):
    def on_step(step: int, terms: object) -> None:
        if step == last:
            raise _PulledPlugError

    return on_step


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """The folder of an unbroken run."""
    folder = tmp_path_factory.mktemp("whole")
    _run(TINY, PhotoRenderer(lr_size=TINY.lr_size), folder)
    return folder


@pytest.mark.parametrize("stop", [1, 4, 5])
def test_a_run_that_is_stopped_and_resumed_ends_in_the_same_bits(tmp_path, tiny, renderer, whole, stop) -> None:
    """Stopped before the first checkpoint; after a measurement; at the border of the phases."""
    with pytest.raises(_PulledPlugError):
        _run(tiny, renderer, tmp_path / "stopped", on_step=_stop_after(stop))
    summary = _run(tiny, renderer, tmp_path / "stopped")
    assert_same_run(whole, tmp_path / "stopped")
    assert summary.steps == 6


def test_a_run_of_a_version_with_other_options_is_told_in_a_line(tmp_path, tiny, renderer, whole) -> None:
    run = RunFolder(shutil.copytree(whole, tmp_path / "run"))
    content = read_checkpoint(run.checkpoint, CPU)
    torch.save(content | {"config": json.dumps(json.loads(content["config"]) | {"warp": 9})}, run.checkpoint)
    with pytest.raises(InputError, match=r"was begun otherwise \(by another version of bgrsr\); take another --name"):
        _run(tiny, renderer, run.root)


def test_a_finished_run_has_nothing_left_to_do(tmp_path, tiny, renderer, whole) -> None:
    run = shutil.copytree(whole, tmp_path / "run")
    steps: list[int] = []
    _run(tiny, renderer, run, on_step=lambda step, terms: steps.append(step))
    assert steps == []
    assert json.loads((run / "summary.json").read_text()) == json.loads((whole / "summary.json").read_text()) | {
        "run": "run"
    }


def test_a_run_with_other_options_or_other_data_is_not_resumed(tmp_path, tiny, renderer, whole) -> None:
    run = shutil.copytree(whole, tmp_path / "run")
    with pytest.raises(InputError, match=r"begun otherwise \(batch 2 → 3\)"):
        _run(tiny.model_copy(update={"batch": 3}), renderer, run)
    with pytest.raises(InputError, match=r"begun otherwise \(another manifest\)"):
        _run(tiny, renderer, run, manifest_sha256="b")
    (run / "best.pt").unlink()
    with pytest.raises(InputError, match=r"begun otherwise \(best.pt is gone\)"):
        _run(tiny, renderer, run)


def test_a_fresh_run_begins_anew_whatever_was_there(tmp_path, tiny, renderer, whole) -> None:
    run = shutil.copytree(whole, tmp_path / "run")
    (run / ".checkpoint.0123abcd.pt").write_bytes(b"half of one, left by a kill")
    with pytest.raises(_PulledPlugError):
        _run(tiny, renderer, run, manifest_sha256="b", fresh=True, on_step=_stop_after(1))
    assert not (run / "checkpoint.pt").exists()
    assert not list(run.glob(".checkpoint.*"))
    assert (run / "stats.jsonl").read_text() == ""


def test_options_that_change_no_weight_may_change_when_resumed(tmp_path, tiny, renderer, whole) -> None:
    with pytest.raises(_PulledPlugError):
        _run(tiny, renderer, tmp_path, on_step=_stop_after(3))
    _run(tiny.model_copy(update={"workers": 1, "cache_mb": 0}), renderer, tmp_path)
    one, other = (load_generator(folder / "best.pt", CPU)[0].state_dict() for folder in (whole, tmp_path))
    assert_same(dict(one), dict(other))


def test_a_damaged_checkpoint_is_an_input_error(tmp_path, tiny, renderer) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(InputError, match="is no checkpoint, or a damaged one"):
        _run(tiny, renderer, tmp_path)


def test_what_is_held_out_is_measured_but_never_learned_from(tmp_path, tiny, renderer) -> None:
    renderer.rendered.clear()
    drawn: list[set[str]] = []

    def on_step(step: int, terms: object) -> None:
        drawn.append(set(renderer.rendered))
        renderer.rendered.clear()

    _run(tiny.model_copy(update={"cache_mb": 0, "eval_every": 100}), renderer, tmp_path, on_step=on_step)
    measured_first, *learned = drawn[0], *drawn[1:]
    assert {name.split("-")[0] for name in measured_first} == {"train", "val"}  # val before the first step
    assert {name.split("-")[0] for names in learned for name in names} == {"train"}


def test_the_generator_learns_a_batch_by_heart(tiny, renderer) -> None:
    config = tiny.model_copy(update={"pixel_steps": 40, "pixel_rate": 3e-3, "warm_up_steps": 2})
    batch = as_float(next(in_order(renderer.examples("train"), batch=2)), CPU)
    torch.set_num_threads(1)
    state = TrainingState.fresh(config, CPU)
    alphas = []
    for state.step in range(40):
        alphas.append(pixel_step(Lesson(TASK, config, state, CPU), [batch])["alpha"])
    assert alphas[-1] < 0.25 * alphas[0]


def test_the_critic_learns_to_tell_and_the_generator_is_told(tiny, renderer) -> None:
    config = tiny.model_copy(
        update={"pixel_steps": 1, "adversarial_steps": 12, "warm_up_steps": 0, "critic_rate": 2e-3}
    )
    batch = as_float(next(in_order(renderer.examples("train"), batch=2)), CPU)
    torch.set_num_threads(1)
    state = TrainingState.fresh(config, CPU)
    terms = []
    for state.step in range(1, 13):
        terms.append(adversarial_step(Lesson(TASK, config, state, CPU), [batch]))
    assert terms[0]["critic"] == pytest.approx(2, abs=0.1)
    assert terms[-1]["critic"] < 1.8
    assert terms[-1]["adversarial"] > terms[0]["adversarial"]


def test_a_loss_that_is_not_a_number_ends_the_run_and_keeps_the_checkpoint(tmp_path, tiny, renderer) -> None:
    config = tiny.model_copy(update={"pixel_rate": 1e30, "warm_up_steps": 0, "clip_norm": 1e30})
    with pytest.raises(ToolError, match=r"step \d: the loss or its gradient is not a number .*lower rate"):
        _run(config, renderer, tmp_path)


def test_a_step_that_is_not_a_number_changes_no_weight(tiny, renderer) -> None:
    batch = as_float(next(in_order(renderer.examples("train"), batch=2)), CPU)
    state = TrainingState.fresh(tiny, CPU)
    before = {name: value.clone() for name, value in state.generator.named_parameters()}
    spoiled = batch._replace(hr_target=torch.full_like(batch.hr_target, float("nan")))
    with pytest.raises(ToolError, match="not a number"):
        pixel_step(Lesson(TASK, tiny, state, CPU), [spoiled])
    assert_same(before, dict(state.generator.named_parameters()))


def test_the_rate_rises_over_the_warm_up_and_falls_to_nothing() -> None:
    config = TrainConfig(warm_up_steps=10)
    rates = [rate_at(step, 100, 1.0, config) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == rates[9]
    assert rates[50] == pytest.approx(0.5, abs=0.01)
    assert rates[99] < 0.001


def test_the_first_mean_of_weights_forgets_the_random_ones() -> None:
    """After one step the mean has moved by 1 - 2/11, not by a thousandth."""
    state = TrainingState.fresh(TrainConfig(), CPU)
    bias = state.generator.head[0].bias
    with torch.no_grad():
        before = state.mean_generator.head[0].bias.clone()
        bias += 1.0
    state.step = 1
    state.update_mean(0.999)
    assert (state.mean_generator.head[0].bias - before) == pytest.approx(torch.full((64,), 9 / 11).numpy(), abs=1e-5)


def test_the_clock_ends_a_run_in_good_order_and_more_time_goes_on_with_it(tmp_path, tiny, renderer) -> None:
    hurried = _run(tiny.model_copy(update={"max_seconds": 1e-6}), renderer, tmp_path)
    assert (hurried.ended, hurried.steps) == ("time", 0)
    assert (tmp_path / "best.pt").is_file()
    assert _run(tiny, renderer, tmp_path).ended == "whole"


def test_one_folder_takes_one_trainer(tmp_path) -> None:
    run = RunFolder(tmp_path)
    with run.writing(), pytest.raises(LockedError, match="another process is training here"), run.writing():
        pass


def test_a_run_leaves_its_config_stats_curves_panels_and_summary(tiny, whole) -> None:
    summary = json.loads((whole / "summary.json").read_text())
    told = json.loads((whole / "config.json").read_text())
    assert TrainConfig.model_validate(told["config"]) == tiny
    assert told["manifest_sha256"] == "a"
    rows = [json.loads(line) for line in (whole / "stats.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows if "pixel" in row] == [1, 2, 3, 4, 5, 6]
    assert [row["step"] for row in rows if "ssim" in row] == [3, 4, 6]
    assert [row["phase"] for row in rows if "critic" in row] == ["adversarial"] * 2
    best = max((row for row in rows if "ssim" in row), key=lambda row: row["ssim"])
    assert (summary["best_step"], summary["ssim"]) == (best["step"], best["ssim"])
    assert summary["baselines"]["bicubic"]["psnr"] > 0
    assert cv2.imread(str(whole / "curves.png")).shape == (900, 2000, 3)
    assert cv2.imread(str(whole / "panels" / "step_000006.png")).shape == (34 + 3 * (300 + 36), 6 * 406 + 6, 3)
