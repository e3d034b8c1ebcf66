"""One step of each phase: a batch in, the networks a little better, the loss terms out."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_
from torch.optim import AdamW

from bgrsr_data.errors import ToolError
from bgrsrgan.config import TrainConfig
from bgrsrgan.data import Batch
from bgrsrgan.losses import adversarial_terms, alpha_terms, critic_terms, pixel_terms, total
from bgrsrgan.measure import generate
from bgrsrgan.networks import Output
from bgrsrgan.state import TrainingState

Terms = dict[str, Tensor]


def pixel_step(state: TrainingState, batch: Batch, config: TrainConfig) -> Terms:
    """Move the generator towards the target's pixels and alpha.

    Raises:
        ToolError: The loss or its gradient is not a number.
    """
    set_rate(state.generator_optimizer, rate_at(state.step, config.pixel_steps, config.pixel_rate, config))
    terms = content_terms(generate(state.generator, batch), batch, config)
    descend(state.generator_optimizer, terms, state.step, config)
    return terms


def adversarial_step(state: TrainingState, batch: Batch, config: TrainConfig) -> Terms:
    """Sharpen the critic on the generator's present work, then move the generator against it.

    Raises:
        ToolError: A loss or its gradient is not a number.
    """
    step = state.step - config.pixel_steps
    set_rate(state.generator_optimizer, rate_at(step, config.adversarial_steps, config.generator_rate, config))
    set_rate(state.critic_optimizer, rate_at(step, config.adversarial_steps, config.critic_rate, config))
    output = generate(state.generator, batch)
    state.critic.requires_grad_(True)
    judged = critic_terms(state.critic(batch.hr_target), state.critic(output.composite.detach()))
    descend(state.critic_optimizer, judged, state.step, config)
    state.critic.requires_grad_(False)
    terms = content_terms(output, batch, config)
    terms |= adversarial_terms(state.critic(output.composite), weight=config.adversarial_weight)
    descend(state.generator_optimizer, terms, state.step, config)
    return terms | judged


def content_terms(output: Output, batch: Batch, config: TrainConfig) -> Terms:
    """Every term that compares with the truth; those of the alpha where the network makes one."""
    terms = pixel_terms(output.composite, batch.hr_target)
    if output.alpha is not None:
        terms |= alpha_terms(output.alpha, batch.hr_alpha, laplacian_weight=config.laplacian_weight)
    return terms


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
