"""Everything a training of the deblurring network is, in one file, so that one that is stopped goes on."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.optim import AdamW

from bgrsr_data.errors import ToolError
from bgrsr_data.media.files import write_bytes
from bgrsrgan.deblur.network import Deblurrer
from bgrsrgan.deblur.options import DeblurTraining
from bgrsrgan.loop.state import read_checkpoint

WARM_UP_STEPS, CLIP_NORM, CHARBONNIER, MEAN_DECAY = 50, 0.5, 1e-3, 0.995


class DeblurState:
    """The network, its running mean (which is measured and kept), the optimiser, and the draws to come."""

    def __init__(self, options: DeblurTraining) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(options.seed)
            self.network = Deblurrer(options.width)
        self.mean = Deblurrer(options.width)
        self.mean.load_state_dict(self.network.state_dict())
        self.mean.requires_grad_(False).eval()
        self.optimizer = AdamW(self.network.parameters(), betas=(0.9, 0.99), weight_decay=0.0)
        self.rng = np.random.default_rng(options.seed)
        self.step = 0
        self.seconds = 0.0

    def advance(self, frames: Tensor, truth: Tensor, options: DeblurTraining) -> dict[str, float]:
        """One step of descent on a batch that is drawn and varied.

        Args:
            frames: (N, 9, P, P) uint8, all there are.
            truth: (N, 3, P, P) uint8.
            options: Batch and rate.

        Returns:
            {"loss": Charbonnier}.

        Raises:
            ToolError: The loss is not a number.
        """
        drawn = self.rng.integers(0, len(frames), options.batch)
        batch, true = _vary(frames[drawn], truth[drawn], self.rng)
        self.optimizer.param_groups[0]["lr"] = _rate(self.step, options)
        loss = ((self.network(batch) - true).square() + CHARBONNIER**2).sqrt().mean()
        if not torch.isfinite(loss):
            raise ToolError(f"step {self.step + 1}: the loss is not a number; train again with a lower --rate")
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), CLIP_NORM)
        self.optimizer.step()
        self.step += 1
        share = 1 - min(MEAN_DECAY, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, new in zip(self.mean.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(new, share)
        return {"loss": float(loss.detach())}

    def save(self, path: Path, begun_with: str) -> None:
        """Write the checkpoint, with what the training was begun with.

        Raises:
            DiskFullError: Nothing more can be written.
        """
        buffer = io.BytesIO()
        parts = {name: getattr(self, name).state_dict() for name in ("network", "mean", "optimizer")}
        told = {"step": self.step, "seconds": self.seconds, "begun_with": begun_with}
        torch.save(parts | told | {"draws": json.dumps(self.rng.bit_generator.state)}, buffer)
        write_bytes(path, buffer.getvalue())

    def restore(self, path: Path, begun_with: str) -> bool:
        """Go on from a checkpoint; False where there is none, or it was begun with something else.

        Raises:
            InputError: It is damaged.
        """
        if not path.is_file():
            return False
        content: dict[str, Any] = read_checkpoint(path, torch.device("cpu"))
        if content.get("begun_with") != begun_with:
            return False
        for name in ("network", "mean", "optimizer"):
            getattr(self, name).load_state_dict(content[name])
        self.rng.bit_generator.state = json.loads(content["draws"])
        self.step, self.seconds = content["step"], content["seconds"]
        return True


def save_network(network: Deblurrer, path: Path) -> None:
    """Write the weights alone.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    buffer = io.BytesIO()
    torch.save({"network": network.state_dict()}, buffer)
    write_bytes(path, buffer.getvalue())


def load_network(path: Path, width: int) -> Deblurrer:
    """Read what `save_network` wrote, ready to run.

    Raises:
        InputError: It is missing or damaged.
    """
    network = Deblurrer(width)
    network.load_state_dict(read_checkpoint(path, torch.device("cpu"))["network"])
    return network.requires_grad_(False).eval()


def _rate(step: int, options: DeblurTraining) -> float:
    rise = min(1.0, (step + 1) / WARM_UP_STEPS)
    return options.rate * rise * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / options.steps)))


def _vary(frames: Tensor, truth: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Mirror, turn, let time run backwards, and swap colour channels: none of it changes what blur is."""
    given, true = frames.float() / 255, truth.float() / 255
    if rng.random() < 0.5:
        given, true = given.flip(3), true.flip(3)
    if rng.random() < 0.5:
        given, true = given.flip(2), true.flip(2)
    if rng.random() < 0.5:
        given, true = given.transpose(2, 3), true.transpose(2, 3)
    order: NDArray[np.int64] = rng.permutation(3)
    times = [2, 1, 0] if rng.random() < 0.5 else [0, 1, 2]
    channels = [3 * time + int(channel) for time in times for channel in order]
    return given[:, channels].contiguous(), true[:, order.tolist()].contiguous()
