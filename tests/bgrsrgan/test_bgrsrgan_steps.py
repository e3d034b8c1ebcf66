from __future__ import annotations

import logging

import pytest
import torch
from photo_examples import SMALLEST, as_float_batch, examples_of
from torch import nn

from bgrsr_data.errors import ToolError
from bgrsrgan.cli.progress import Pace, phase_of
from bgrsrgan.config import TrainConfig
from bgrsrgan.loop import board, origin
from bgrsrgan.loop.collapse import Adversarial, adversarial_phase, collapses
from bgrsrgan.loop.descent import MOST_SKIPPED, Descent
from bgrsrgan.loop.processes import ALONE
from bgrsrgan.loop.run_folder import RunFolder
from bgrsrgan.loop.state import TrainingState
from bgrsrgan.loop.steps import Lesson, adversarial_step, pixel_step, with_sums
from bgrsrgan.loop.train import train
from bgrsrgan.networks.features import features
from bgrsrgan.tasks import task_of

CPU = torch.device("cpu")
HEALTHY = Adversarial(25.0, 24.9, 0.850, 0.845, 0.3, -0.2, 1.6, -0.002, 0.2)


def _lesson(config: TrainConfig, **more) -> Lesson:
    torch.set_num_threads(1)
    return Lesson(task_of(config.network), config, TrainingState.fresh(config, CPU), CPU, **more)


def _weights(network: nn.Module) -> list[torch.Tensor]:
    return [weight.detach().clone() for weight in network.parameters()]


def _same(one: list[torch.Tensor], other: list[torch.Tensor]) -> bool:
    return all(map(torch.equal, one, other))


def test_in_the_critics_warm_up_the_generator_stays_as_it_is() -> None:
    config = SMALLEST.model_copy(update={"critic_warm_up_steps": 1, "warm_up_steps": 0})
    lesson, batch = _lesson(config), as_float_batch(config, 2)
    generator, critic = _weights(lesson.state.generator), _weights(lesson.state.critic)
    lesson.state.step = config.pixel_steps
    terms = adversarial_step(lesson, [batch])
    assert terms.keys() == {"critic", "real_score", "fake_score"}
    assert _same(generator, _weights(lesson.state.generator))
    assert not _same(critic, _weights(lesson.state.critic))
    lesson.state.step += 1
    adversarial_step(lesson, [batch])
    assert not _same(generator, _weights(lesson.state.generator))


def test_the_generators_turn_moves_nothing_of_the_critic() -> None:
    config = SMALLEST.model_copy(update={"critic_rate": 1e-30, "warm_up_steps": 0})
    lesson, batch = _lesson(config), as_float_batch(config, 2)
    critic = _weights(lesson.state.critic)
    lesson.state.step = config.pixel_steps
    adversarial_step(lesson, [batch])
    assert _same(critic, _weights(lesson.state.critic))


def test_the_sums_are_those_of_the_terms() -> None:
    terms = {"pixel": 1.0, "alpha": 2.0, "perceptual": 4.0, "adversarial": -0.5, "critic": 8.0, "penalty": 16.0}
    sums = with_sums(terms | {"real_score": 99.0, "fake_score": 99.0})
    assert (sums["content"], sums["generator"], sums["discriminator"], sums["total"]) == (7.0, 6.5, 24.0, 30.5)
    assert "generator" not in with_sums({"critic": 8.0})


def test_the_perceptual_term_is_there_and_reaches_the_generator() -> None:
    config = SMALLEST.model_copy(update={"lr_size": (32, 24), "perceptual_weight": 0.5})
    lesson, batch = _lesson(config, features=features("efficientnet-lite0")), as_float_batch(config, 2)
    without = pixel_step(_lesson(config), [batch])
    terms = pixel_step(lesson, [batch])
    assert terms.keys() - without.keys() == {"perceptual"}
    assert terms["perceptual"] > 0
    assert terms["pixel"] == without["pixel"]


def test_the_published_bgrsrgan_forgets_its_intermediate_picture_once_there_is_a_critic() -> None:
    published = SMALLEST.model_copy(update={"network": "bgrsrgan", "as_published": True, "critic": "resnet18"})
    lesson, batch = _lesson(published), as_float_batch(published, 2)
    assert "intermediate" in pixel_step(lesson, [batch])
    lesson.state.step = published.pixel_steps
    assert "intermediate" not in adversarial_step(lesson, [batch])


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_reduced_precision_learns_what_float32_does(precision: str) -> None:
    config = SMALLEST.model_copy(update={"lr_size": (32, 24), "pixel_steps": 16, "warm_up_steps": 0})
    batch = as_float_batch(config, 2)
    full = pixel_step(_lesson(config), [batch])["alpha"]
    lesson, alphas = _lesson(config.model_copy(update={"precision": precision})), []
    for lesson.state.step in range(16):  # in float16 the first ones find the scale
        alphas.append(pixel_step(lesson, [batch])["alpha"])
    assert alphas[0] == pytest.approx(full, rel=0.02)
    assert alphas[0] != full
    assert alphas[-1] < alphas[0]
    assert all(weight.dtype == torch.float32 for weight in lesson.state.generator.parameters())


def test_in_float16_a_number_too_large_passes_the_step_over_and_halves_the_scale_but_not_for_ever() -> None:
    network = nn.Linear(1, 1)
    descent = Descent(network, TrainConfig(precision="float16"), CPU)
    before, scale = _weights(network), descent.scaler.get_scale()
    for time in range(MOST_SKIPPED):
        descent.add(network(torch.ones(1, 1)).sum() * float("inf"))
        descent.move(1.0, time, {"pixel": 1.0}, ALONE)
    assert _same(before, _weights(network))
    assert descent.scaler.get_scale() == scale * 0.5**MOST_SKIPPED
    descent.add(network(torch.ones(1, 1)).sum() * float("inf"))
    with pytest.raises(ToolError, match="step 7: the loss or its gradient is not a number"):
        descent.move(1.0, 7, {"pixel": 1.0}, ALONE)


def test_in_float16_a_loss_that_is_not_a_number_passes_the_step_over_whatever_its_gradient_is() -> None:
    network = nn.Linear(1, 1)
    descent, before = Descent(network, TrainConfig(precision="float16"), CPU), _weights(network)
    descent.add(network(torch.ones(1, 1)).sum())
    descent.move(1.0, 0, {"pixel": float("nan")}, ALONE)
    assert _same(before, _weights(network))
    assert descent.skipped == 1


def test_the_scale_is_kept_with_the_optimiser() -> None:
    config = TrainConfig(precision="float16")
    one, other = (Descent(nn.Linear(1, 1), config, CPU) for _ in range(2))
    one.add(one.weights[0].sum() * float("inf"))
    one.move(1.0, 0, {}, ALONE)
    other.load_state_dict(one.state_dict())
    assert other.scaler.get_scale() == one.scaler.get_scale() == 32768
    assert other.skipped == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"ssim_after": 0.80}, "held-out SSIM fell from 0.850 to 0.800"),
        ({"real_score": 4000.0, "fake_score": -100.0}, "real and fake are 4100 apart"),
        ({"discriminator": 0.01}, "the critic tells all apart"),
        ({"adversarial": 0.9}, "drives the generator more than the truth does"),
    ],
)
def test_each_way_of_collapsing_is_told(change: dict[str, float], told: str) -> None:
    assert collapses(HEALTHY, "hinge") == []
    (reason,) = collapses(HEALTHY._replace(**change), "hinge")
    assert told in reason


def test_the_second_phase_is_judged_by_where_it_began_and_where_it_is() -> None:
    losses = {"real_score": 1.0, "fake_score": 0.0, "discriminator": 2.0, "adversarial": 0.1, "content": 0.5}
    rows = [{"step": 4, "ssim": 0.8, "psnr": 20.0}, {"step": 5, **losses}]
    assert adversarial_phase(rows, begins=4) is None
    rows += [{"step": 6, "ssim": 0.7, "psnr": 19.0}, {"step": 7, **losses}, {"step": 8, "ssim": 0.6, "psnr": 18.0}]
    found = adversarial_phase(rows, begins=4)
    assert (found.ssim_before, found.ssim_after, found.psnr_after) == (0.8, 0.6, 18.0)
    assert found.content == 0.5


def test_a_published_critic_runs_away_and_the_run_says_so(tmp_path, caplog) -> None:
    """Without a bound on its slope the scores grow for ever: here its rate is high, so that it takes no hours."""
    config = SMALLEST.model_copy(
        update={
            "network": "srgan", "as_published": True, "critic": "resnet18", "adversarial": "wasserstein",
            "adversarial_steps": 40, "critic_rate": 0.1, "eval_every": 100, "checkpoint_every": 100,
        }
    )  # fmt: skip
    summary = train(config, examples_of(config), RunFolder(tmp_path), manifest_sha256="a")
    assert any("run away" in reason for reason in summary.collapsed)
    assert "it collapses" in caplog.text


def test_without_tensorboard_the_run_goes_on_and_says_so_once(tmp_path, monkeypatch, caplog) -> None:
    monkeypatch.setattr(board.importlib.util, "find_spec", lambda name: None)
    with caplog.at_level(logging.WARNING):
        curves = board.Board(tmp_path, since=0)
        curves.note({"step": 1, "total": 0.5})
        curves.close()
    assert caplog.text.count("not installed") == 1
    assert list(tmp_path.iterdir()) == []


def test_tensorboard_is_told_what_the_stats_are(tmp_path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    curves = board.Board(tmp_path, since=0)
    curves.note({"step": 3, "phase": "pixel", "total": 0.5})
    curves.note({"step": 3, "psnr": 20.0})
    curves.close()
    told = EventAccumulator(str(tmp_path)).Reload()
    assert [(point.step, point.value) for point in told.Scalars("losses/total")] == [(3, 0.5)]
    assert told.Scalars("held out/psnr")[0].value == 20.0


def test_the_code_tells_its_commit_or_that_it_has_none(monkeypatch, tmp_path) -> None:
    revision = origin.revision()
    assert revision is None or len(revision.rstrip("+")) == 40
    monkeypatch.setattr(origin, "_HERE", tmp_path / "origin.py")
    assert origin.revision() is None


def test_progress_tells_phase_speed_and_what_is_left() -> None:
    phase = phase_of(TrainConfig(pixel_steps=10, adversarial_steps=10, critic_warm_up_steps=2))
    assert [phase(step) for step in (1, 10, 11, 12, 13)] == [
        "pixel phase", "pixel phase", "critic's warm-up", "critic's warm-up", "adversarial phase",
    ]  # fmt: skip
    pace = Pace(steps=1000, batch=8)
    assert pace.told(101, now_s=50.0) == ""
    assert pace.told(201, now_s=75.0) == "32.0 examples/s, 3:20 left"
