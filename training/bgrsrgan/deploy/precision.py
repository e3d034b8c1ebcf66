"""A folded network whose features are bfloat16 and whose pictures are float32.

bfloat16 (Kalamkar et al., 2019, https://arxiv.org/abs/1905.12322) has the range of float32 and 8 bits of precision.
That is enough within a network and too little for what a person sees: so a convolution rounds what it is given, and
the last one of each picture gives float32 again; sigmoid, upscale and composite follow in float32. Processors with
avx512_bf16 or AMX, and GPUs, multiply such numbers at least twice as fast; others run them, slowly.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from bgrsrgan.deploy.fold import fold
from bgrsrgan.networks import Network
from bgrsrgan.networks.blocks import SuperResolution, UNet


def in_bfloat16(network: Network) -> Network:
    """A folded copy that computes features in bfloat16, channels last in memory.

    Args:
        network: Trained, float32; it is left as it is.

    Returns:
        A copy that takes and gives float32 as the network does.
    """
    made: Network = fold(network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
    for module in made.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            module.to(torch.bfloat16).register_forward_pre_hook(_round)
        if isinstance(module, UNet | SuperResolution):
            module.out.register_forward_hook(_widen)
    return made


def _round(_: nn.Module, given: tuple[Tensor, ...]) -> Tensor:
    return given[0].to(torch.bfloat16, memory_format=torch.channels_last)


def _widen(_: nn.Module, __: Any, made: Tensor) -> Tensor:
    return made.float()
