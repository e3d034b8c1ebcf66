"""Down the loss: gradients gathered over the parts of a step and over processes, checked, cut, and followed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_
from torch.optim import AdamW

from bgrsr_data.errors import ToolError
from bgrsrgan.config import TrainConfig
from bgrsrgan.loop.processes import Processes

BETAS = (0.9, 0.99)
MOST_SKIPPED = 20  # in a row; a fresh scale of 65536 is found too large some times


class Descent:
    """Moves the weights of one network.

    Args:
        network: Its weights.
        config: Clip and precision.
        device: Where they are.
    """

    def __init__(self, network: nn.Module, config: TrainConfig, device: torch.device) -> None:
        self.weights = list(network.parameters())
        self.optimizer = AdamW(self.weights, betas=BETAS, weight_decay=0.0)
        # Small gradients are nothing in float16: the loss is scaled up, and the gradients down again.
        self.scaler = torch.amp.GradScaler(device.type, enabled=config.precision == "float16")
        self.clip_norm = config.clip_norm
        self.skipped = 0

    def add(self, loss: Tensor) -> None:
        """Add the gradient of a part's loss."""
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]  # torch's

    def move(self, rate: float, step: int, terms: Mapping[str, float], processes: Processes) -> None:
        """One step down the gradients gathered, unless they or the loss are not numbers: then nothing is changed.

        In float16 a number too large happens; the scale is halved then, and the step passed over.

        Args:
            rate: The learning rate.
            step: Of the run, for the error.
            terms: Means over the batch.
            processes: Their gradients are averaged.

        Raises:
            ToolError: The loss or its gradient is not a number.
        """
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        processes.average([weight.grad for weight in self.weights if weight.grad is not None])
        self.scaler.unscale_(self.optimizer)
        norm = float(clip_grad_norm_(self.weights, self.clip_norm))
        if math.isfinite(norm) and all(map(math.isfinite, terms.values())):
            self.skipped = 0
            self.scaler.step(self.optimizer)
        else:
            self._pass_over(step, terms)
        self.scaler.update()
        self.optimizer.zero_grad(set_to_none=True)

    def state_dict(self) -> dict[str, Any]:
        """What `load_state_dict` takes."""
        return {
            "optimizer": self.optimizer.state_dict(),
            "scaler": self.scaler.state_dict(),
            "skipped": self.skipped,
        }

    def load_state_dict(self, content: dict[str, Any]) -> None:
        """Go on where `state_dict` was taken."""
        self.optimizer.load_state_dict(content["optimizer"])
        self.scaler.load_state_dict(content["scaler"])
        self.skipped = content["skipped"]

    def _pass_over(self, step: int, terms: Mapping[str, float]) -> None:
        self.skipped += 1
        if self.scaler.is_enabled() and self.skipped <= MOST_SKIPPED:
            return
        values = ", ".join(f"{name} {value:g}" for name, value in terms.items())
        raise ToolError(
            f"step {step}: the loss or its gradient is not a number ({values}); "
            "the last checkpoint is kept; start a new run with a lower rate"
        )


def rate_at(step: int, steps: int, highest: float, config: TrainConfig) -> float:
    """The learning rate of a phase's step: a linear rise over the warm-up, and a cosine fall over the whole phase."""
    rise = min(1.0, (step + 1) / max(1, config.warm_up_steps))
    return highest * rise * 0.5 * (1 + math.cos(math.pi * step / max(1, steps)))
