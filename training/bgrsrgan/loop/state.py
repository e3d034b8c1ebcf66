"""Everything a training run is, in one file.

A checkpoint holds both networks, their optimisers, the running mean of the weights, torch's random state, the best
score and the step. It is written beside and renamed, so a kill at any moment leaves the last whole one, and going on
from it leads to the same bits as never having stopped.
"""

from __future__ import annotations

import copy
import io
import pickle
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from torch import nn

from bgrsr_data.errors import InputError
from bgrsr_data.media.files import write_bytes
from bgrsrgan.config import TrainConfig
from bgrsrgan.loop.descent import Descent
from bgrsrgan.loop.processes import ALONE, Processes
from bgrsrgan.networks import Network, make_network
from bgrsrgan.networks.critic import Critic, make_critic

FORMAT = 2  # of the file; raised when an older one cannot be gone on with


@dataclass
class TrainingState:
    """What changes while training."""

    generator: Network
    mean_generator: Network
    critic: Critic
    generator_descent: Descent
    critic_descent: Descent
    step: int = 0
    best_ssim: float = -1.0
    seconds: float = 0.0

    @classmethod
    def fresh(cls, config: TrainConfig, device: torch.device, processes: Processes = ALONE) -> TrainingState:
        """The state before the first step; its weights follow from the seed alone."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            generator = make_network(config.network, as_published=config.as_published)
            if config.pretrained:
                generator.begin_pretrained()
            critic = make_critic(config.critic)
        mean = copy.deepcopy(generator).requires_grad_(False).eval()
        generator = processes.normalise_together(generator, device)
        critic = processes.normalise_together(critic, device)
        for network in (generator, mean, critic):
            network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
        return cls(generator, mean, critic, Descent(generator, config, device), Descent(critic, config, device))

    def update_mean(self, decay: float) -> None:
        """Move the running mean towards the generator.

        The decay is smaller in the first steps (as in Abadi et al., TensorFlow), so that a short run's mean forgets
        the random weights it began with.
        """
        share = 1 - min(decay, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, new in zip(_values(self.mean_generator), _values(self.generator), strict=True):
                if mean.is_floating_point():
                    mean.lerp_(new, share)
                else:
                    mean.copy_(new)

    def running_statistics(self) -> list[torch.Tensor]:
        """What the norms of both networks have seen: kept beside the weights, and moved by no gradient."""
        buffers = [*self.generator.buffers(), *self.critic.buffers()]
        return [buffer for buffer in buffers if buffer.is_floating_point()]

    def save(self, path: Path, *, config: TrainConfig, manifest_sha256: str) -> None:
        """Write the checkpoint.

        Raises:
            DiskFullError: Nothing more can be written.
        """
        content = {
            "format": FORMAT,
            "config": config.model_dump_json(),
            "manifest_sha256": manifest_sha256,
            "random": torch.get_rng_state(),
            "random_cuda": torch.cuda.get_rng_state_all(),
            **{name: getattr(self, name) for name in ("step", "best_ssim", "seconds")},
            **{name: part.state_dict() for name, part in self._parts().items()},
        }
        write_bytes(path, _packed(content))

    def restore(self, content: dict[str, Any]) -> None:
        """Take over what `read_checkpoint` gave."""
        for name, part in self._parts().items():
            part.load_state_dict(content[name])
        self.step, self.best_ssim, self.seconds = content["step"], content["best_ssim"], content["seconds"]
        torch.set_rng_state(content["random"].cpu())
        if len(content["random_cuda"]) == torch.cuda.device_count():
            torch.cuda.set_rng_state_all([state.cpu() for state in content["random_cuda"]])

    def _parts(self) -> dict[str, nn.Module | Descent]:
        return {
            "generator": self.generator,
            "mean_generator": self.mean_generator,
            "critic": self.critic,
            "generator_descent": self.generator_descent,
            "critic_descent": self.critic_descent,
        }


def read_checkpoint(path: Path, device: torch.device) -> dict[str, Any]:
    """Read what `torch.save` wrote; only tensors and plain values, never code.

    Raises:
        InputError: The file is missing, damaged, or no checkpoint.
    """
    unfit = InputError(f"{path}: is no checkpoint, or a damaged one")
    try:
        if path.is_file() and not zipfile.is_zipfile(path):  # torch would take it for a pickle and stumble anywhere
            raise unfit
        content: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except (RuntimeError, pickle.UnpicklingError, EOFError, zipfile.BadZipFile) as error:
        raise unfit from error
    return content


def save_generator(path: Path, state: TrainingState, *, config: TrainConfig) -> None:
    """Write the mean generator alone: what is evaluated and used.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    content = {
        "config": config.model_dump_json(),
        "step": state.step,
        "best_ssim": state.best_ssim,
        "mean_generator": state.mean_generator.state_dict(),
    }
    write_bytes(path, _packed(content))


def load_generator(path: Path, device: torch.device) -> tuple[Network, TrainConfig, int]:
    """Read a trained generator.

    Returns:
        The generator, ready to evaluate; the options it was trained with; its step.

    Raises:
        InputError: The file is missing, damaged, or of another kind.
    """
    content = read_checkpoint(path, device)
    if not isinstance(content, dict) or not {"config", "mean_generator", "step"} <= content.keys():
        raise InputError(f"{path}: holds no generator of bgrsrgan")
    try:
        config = TrainConfig.model_validate_json(content["config"])
        generator = make_network(config.network, as_published=config.as_published)
        generator.load_state_dict(content["mean_generator"])
    except (ValidationError, RuntimeError) as error:
        raise InputError(f"{path}: was trained by another version of bgrsr; train it anew") from error
    generator.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return generator.requires_grad_(False).eval(), config, content["step"]


def _values(network: nn.Module) -> list[torch.Tensor]:
    return [*network.parameters(), *network.buffers()]


def _packed(content: dict[str, Any]) -> bytes:
    # Through memory: torch writes the file's name into the file, and equal weights shall give equal bytes.
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()
