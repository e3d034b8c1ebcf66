"""What goes into a network and what comes out, by name: the inputs and outputs of its ONNX file."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from bgrsrgan.networks import Enlarger, Matter, Network, Output, Replacer

Size = tuple[int, int]
_SEEN, _PICTURES = (48, 48), 2


class Port(NamedTuple):
    """One input.

    Attributes:
        name: As its forward calls it.
        channels: 3: a picture, sRGB; 1: a trimap of 0, ½ (unknown) and 1.
        scale: Its sides, in sides of the frame.
    """

    name: str
    channels: int = 3
    scale: int = 1

    def shape(self, size: Size, batch: int = 1) -> tuple[int, int, int, int]:
        """(N, C, H, W) for a frame of (width, height) pixels."""
        width, height = size
        return batch, self.channels, self.scale * height, self.scale * width


INPUTS: Mapping[type[Network], tuple[Port, ...]] = MappingProxyType(
    {
        Matter: (Port("image"), Port("trimap", channels=1)),
        Enlarger: (Port("lr"),),
        Replacer: (Port("lr_frame"), Port("lr_background"), Port("hr_background", scale=2)),
    }
)


def inputs_of(network: Network) -> tuple[Port, ...]:
    """What a network takes, in the order of its forward."""
    return next(ports for kind, ports in INPUTS.items() if isinstance(network, kind))


def outputs_of(network: Network, output: Output) -> dict[str, Tensor]:
    """What a network gives that is of use, by name; of one that mattes this is the alpha alone."""
    if isinstance(network, Matter):
        return {"alpha": output.image}
    named = {"image": output.image, "alpha": output.alpha, "lr_image": output.lr_image}
    return {name: made for name, made in named.items() if made is not None}


def sample_inputs(network: Network, size: Size, *, seed: int = 0, batch: int = 1) -> tuple[Tensor, ...]:
    """Smooth random pictures with a little noise, and a trimap with all three values where one is taken.

    Args:
        network: For which.
        size: (width, height) of its frame, in pixels.
        seed: Of the pictures.
        batch: How many.

    Returns:
        For each input (N, C, H, W) float32 [0, 1], sRGB.
    """
    generator = torch.Generator().manual_seed(seed)
    return tuple(_sample(port, port.shape(size, batch), generator) for port in inputs_of(network))


def _sample(port: Port, shape: tuple[int, int, int, int], generator: torch.Generator) -> Tensor:
    coarse = torch.rand(*shape[:2], 6, 8, generator=generator)
    noise = torch.rand(shape, generator=generator)
    smooth = functional.interpolate(coarse, size=shape[2:], mode="bicubic", align_corners=False)
    picture = (0.9 * smooth + 0.1 * noise).clamp(0, 1)
    return (3 * picture).floor().clamp_max(2) / 2 if port.name == "trimap" else picture


def settle(network: Network, *, seed: int = 0) -> Network:
    """Give a fresh network the statistics of normalisation that fit its weights, as if it had been trained.

    Fresh statistics are 0 and 1 whatever the activations are; these then grow from layer to layer beyond all bounds,
    and what rounding or bf16 does to such a network tells nothing.

    Args:
        network: Is changed; its scales and shifts are drawn too.
        seed: Of the scales, the shifts and the pictures it sees.

    Returns:
        The same network, ready to evaluate.
    """
    generator = torch.Generator().manual_seed(seed)
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    with torch.no_grad():
        for norm in norms:
            norm.momentum = None  # the plain mean of what it sees
            norm.weight.uniform_(0.3, 0.9, generator=generator)
            norm.bias.normal_(0, 0.1, generator=generator)
        network.train()
        for step in range(_PICTURES):
            network(*sample_inputs(network, _SEEN, seed=seed + step, batch=2))
    return network.requires_grad_(False).eval()
