"""One step of each phase: a batch in, the networks a little better, the loss terms out."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch.nn.utils import clip_grad_norm_
from torch.optim import AdamW

from bgrsr_data.errors import ToolError
from bgrsrgan.config import TrainConfig
from bgrsrgan.loop.state import TrainingState
from bgrsrgan.losses import adversarial_terms, critic_terms, total
from bgrsrgan.tasks import Task, Terms


def pixel_step(task: Task[Any], state: TrainingState, batch: Any, config: TrainConfig) -> Terms:
    """Move the generator towards the target's pixels and alpha.

    Raises:
        ToolError: The loss or its gradient is not a number.
    """
    set_rate(state.generator_optimizer, rate_at(state.step, config.pixel_steps, config.pixel_rate, config))
    terms = task.content_terms(task.generate(state.generator, batch), batch, config)
    descend(state.generator_optimizer, terms, state.step, config)
    return terms


def adversarial_step(task: Task[Any], state: TrainingState, batch: Any, config: TrainConfig) -> Terms:
    """Sharpen the critic on the generator's present work, then move the generator against it.

    Raises:
        ToolError: A loss or its gradient is not a number.
    """
    step = state.step - config.pixel_steps
    set_rate(state.generator_optimizer, rate_at(step, config.adversarial_steps, config.generator_rate, config))
    set_rate(state.critic_optimizer, rate_at(step, config.adversarial_steps, config.critic_rate, config))
    output = task.generate(state.generator, batch)
    fake = task.judged(output.image, batch)
    state.critic.requires_grad_(True)
    judged = critic_terms(state.critic(task.judged(task.truth(batch), batch)), state.critic(fake.detach()))
    descend(state.critic_optimizer, judged, state.step, config)
    state.critic.requires_grad_(False)
    terms = task.content_terms(output, batch, config)
    terms |= adversarial_terms(state.critic(fake), weight=config.adversarial_weight)
    descend(state.generator_optimizer, terms, state.step, config)
    return terms | judged


def descend(optimizer: AdamW, terms: Terms, step: int, config: TrainConfig) -> None:
    """One step down the sum of the terms, unless it is not a number: then nothing is changed.

    Raises:
        ToolError: The loss or its gradient is not a number.
    """
    loss = total(terms)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]  # torch's
    norm = clip_grad_norm_(optimizer.param_groups[0]["params"], config.clip_norm)
    if not (torch.isfinite(loss) and torch.isfinite(norm)):
        values = ", ".join(f"{name} {float(value.detach()):g}" for name, value in terms.items())
        raise ToolError(
            f"step {step}: the loss or its gradient is not a number ({values}); "
            "the last checkpoint is kept; start a new run with a lower rate"
        )
    optimizer.step()


def rate_at(step: int, steps: int, highest: float, config: TrainConfig) -> float:
    """The learning rate of a phase's step: a linear rise over the warm-up, and a cosine fall over the whole phase."""
    rise = min(1.0, (step + 1) / max(1, config.warm_up_steps))
    return highest * rise * 0.5 * (1 + math.cos(math.pi * step / max(1, steps)))


def set_rate(optimizer: AdamW, rate: float) -> None:
    """Give an optimiser its learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = rate
