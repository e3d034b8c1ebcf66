"""One step of each phase: a batch in, the networks a little better, the loss terms out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from bgrsrgan.config import TrainConfig
from bgrsrgan.loop.descent import rate_at
from bgrsrgan.loop.processes import ALONE, Processes
from bgrsrgan.loop.state import TrainingState
from bgrsrgan.losses import adversarial_terms, critic_terms, penalty_terms, perceptual_terms, total
from bgrsrgan.networks import Output
from bgrsrgan.networks.features import Features
from bgrsrgan.tasks import Task, Terms

CONTENT = frozenset({"pixel", "intermediate", "alpha", "laplacian", "perceptual"})
DISCRIMINATOR = frozenset({"critic", "penalty"})
NOT_LOSSES = frozenset({"real_score", "fake_score"})
PUBLISHED_WITHOUT = "intermediate"  # the content term that the published code forgets once there is a critic

Figures = dict[str, float]


@dataclass(frozen=True)
class Lesson:
    """What every step works with.

    Attributes:
        task: What the generator is for.
        config: How it is trained.
        state: What changes.
        device: Where it is computed.
        features: What the perceptual loss looks through.
        processes: Those that train together.
    """

    task: Task[Any]
    config: TrainConfig
    state: TrainingState
    device: torch.device
    features: Features | None = None
    processes: Processes = ALONE

    def reduced(self) -> AbstractContextManager[Any]:
        """In here products are taken in the config's precision."""
        dtype = getattr(torch, self.config.precision)
        return torch.autocast(self.device.type, dtype, enabled=dtype != torch.float32)

    def generate(self, batch: Any) -> Output:
        """The generator's work, float32."""
        with self.reduced():
            output = self.task.generate(self.state.generator, batch)
        return Output._make(made if made is None else made.float() for made in output)

    def scores(self, images: Tensor) -> Tensor:
        """The critic's, float32."""
        with self.reduced():
            scores: Tensor = self.state.critic(images)
        return scores.float()

    def truth(self, batch: Any) -> Tensor:
        """What the critic is to find real."""
        return self.task.judged(self.task.truth(batch), batch)


def pixel_step(lesson: Lesson, parts: Sequence[Any]) -> Figures:
    """Move the generator towards the truth.

    Args:
        lesson: What to work with.
        parts: Batches of floats, together this process's share of the step.

    Returns:
        Each loss term, its mean over the whole batch.

    Raises:
        ToolError: The loss or its gradient is not a number.
    """
    state, config = lesson.state, lesson.config
    told: list[Terms] = []
    for part in parts:
        terms = _content(lesson, lesson.generate(part), part)
        state.generator_descent.add(total(terms) / len(parts))
        told.append(terms)
    figures = _means(lesson, told)
    rate = rate_at(state.step, config.pixel_steps, config.pixel_rate, config)
    state.generator_descent.move(rate, state.step, figures, lesson.processes)
    return figures


def adversarial_step(lesson: Lesson, parts: Sequence[Any]) -> Figures:
    """Move the generator against the critic, then sharpen the critic on that same work.

    In the warm-up the generator stays as it is.

    Args:
        lesson: What to work with.
        parts: Batches of floats, together this process's share of the step.

    Returns:
        Each loss term and the critic's scores, means over the whole batch.

    Raises:
        ToolError: A loss or its gradient is not a number.
    """
    step = lesson.state.step - lesson.config.pixel_steps
    if step < lesson.config.critic_warm_up_steps:
        with torch.no_grad():
            fakes = [lesson.task.judged(lesson.generate(part).image, part) for part in parts]
        return _critic_turn(lesson, parts, fakes, step)
    fakes, figures = _generator_turn(lesson, parts, step)
    return figures | _critic_turn(lesson, parts, fakes, step)


def with_sums(figures: Mapping[str, float]) -> Figures:
    """Loss terms, and what they come to.

    Returns:
        The terms; "content", all that compare with the truth; "generator", those and the adversarial one;
        "discriminator", what the critic is taught by; "total", generator and discriminator.
    """
    content = sum(value for name, value in figures.items() if name in CONTENT)
    sums = {"content": content, "generator": content + figures.get("adversarial", 0.0)}
    if not CONTENT & figures.keys():  # the critic's warm-up
        sums = {}
    if DISCRIMINATOR & figures.keys():
        sums["discriminator"] = sum(value for name, value in figures.items() if name in DISCRIMINATOR)
    sums["total"] = sum(value for name, value in figures.items() if name not in NOT_LOSSES)
    return dict(figures) | sums


def _generator_turn(lesson: Lesson, parts: Sequence[Any], step: int) -> tuple[list[Tensor], Figures]:
    state, config = lesson.state, lesson.config
    state.critic.requires_grad_(False).eval()
    fakes: list[Tensor] = []
    told: list[Terms] = []
    for part in parts:
        output = lesson.generate(part)
        fake = lesson.task.judged(output.image, part)
        terms = _content(lesson, output, part)
        if config.as_published:
            terms.pop(PUBLISHED_WITHOUT, None)
        terms |= adversarial_terms(lesson.scores(fake), weight=config.adversarial_weight)
        state.generator_descent.add(total(terms) / len(parts))
        fakes.append(fake.detach())
        told.append(terms)
    figures = _means(lesson, told)
    rate = rate_at(step, config.adversarial_steps, config.generator_rate, config)
    state.generator_descent.move(rate, state.step, figures, lesson.processes)
    return fakes, figures


def _critic_turn(lesson: Lesson, parts: Sequence[Any], fakes: Sequence[Tensor], step: int) -> Figures:
    state, config = lesson.state, lesson.config
    state.critic.requires_grad_(True)
    told: list[Terms] = []
    for part, fake, shares in zip(parts, fakes, _shares(lesson, len(parts)), strict=True):
        real = lesson.truth(part)
        state.critic.train()  # real and fake in one batch: apart, its norms would tell them by their batch alone
        scores = lesson.scores(torch.cat((real, fake)))
        real_scores, fake_scores = scores[: len(real)], scores[len(real) :]
        terms = critic_terms(real_scores, fake_scores, config.adversarial)
        if config.adversarial == "wgan-gp":
            state.critic.eval()
            terms |= penalty_terms(state.critic, real, fake, shares, weight=config.gradient_penalty)
        state.critic_descent.add(total(terms) / len(parts))
        told.append(terms | {"real_score": real_scores.mean(), "fake_score": fake_scores.mean()})
    figures = _means(lesson, told)
    rate = rate_at(step, config.adversarial_steps, config.critic_rate, config)
    state.critic_descent.move(rate, state.step, figures, lesson.processes)
    return figures


def _content(lesson: Lesson, output: Output, batch: Any) -> Terms:
    terms = lesson.task.content_terms(output, batch, lesson.config)
    if lesson.features is not None and lesson.config.perceptual_weight:
        seen = lesson.task.judged(output.image, batch), lesson.truth(batch)
        with lesson.reduced():
            terms |= perceptual_terms(lesson.features, *seen, weight=lesson.config.perceptual_weight)
    return terms


def _shares(lesson: Lesson, parts: int) -> Sequence[Tensor]:
    """Of each part's places the share of the real picture for the penalty; it follows from seed, step and place."""
    drawing = torch.Generator().manual_seed(lesson.config.seed * 1_000_003 + lesson.state.step)
    drawn = torch.rand(lesson.config.batch, generator=drawing).to(lesson.device)
    return drawn[lesson.processes.places(len(drawn))].chunk(parts)


def _means(lesson: Lesson, told: Sequence[Terms]) -> Figures:
    """Means over the parts and over the processes."""
    means = torch.stack([torch.stack([terms[name].detach().float() for terms in told]).mean() for name in told[0]])
    lesson.processes.average([means])
    return dict(zip(told[0], means.tolist(), strict=True))
