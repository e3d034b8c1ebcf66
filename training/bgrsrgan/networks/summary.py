"""How large a network is: parameters, memory of a forward and backward pass, multiply-adds.

The memory is what torchsummary prints (https://github.com/sksq96/pytorch-summary), since the networks were published
with its figures. Everything is counted on the meta device, where tensors have shapes but no values: it costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from bgrsrgan.networks import NETWORKS, Enlarger, Matter, Network, Replacer, parameter_count
from bgrsrgan.networks.resnet import resnet18

BYTES = 4
PASSES = 2  # forward, and the gradient of each output
MEBIBYTE = 2**20

Shape = tuple[int, ...]
LR_WIDTH, LR_HEIGHT = 320, 240  # the published size
_LR, _HR = (LR_HEIGHT, LR_WIDTH), (2 * LR_HEIGHT, 2 * LR_WIDTH)


class Role(NamedTuple):
    """What a kind of network does with what.

    Attributes:
        does: In a few words.
        takes: Its inputs, for a person.
        gives: Its output, for a person.
        inputs: Shape of each input at the published size, without the batch.
    """

    does: str
    takes: str
    gives: str
    inputs: tuple[Shape, ...]


ROLES: Mapping[type[Network], Role] = MappingProxyType(
    {
        Matter: Role("cuts the person out", "picture + trimap 320×240", "alpha 320×240", ((3, *_LR), (1, *_LR))),
        Enlarger: Role("doubles the resolution", "frame 320×240", "frame 640×480", ((3, *_LR),)),
        Replacer: Role(
            "replaces the background and doubles the resolution",
            "frame 320×240 + background",
            "frame 640×480",
            ((3, *_LR), (3, *_LR), (3, *_HR)),
        ),
    }
)


class Part(NamedTuple):
    """A generator or a critic.

    Attributes:
        name: What it is.
        parameters: Trained values.
        forward_backward_mb: See forward_backward_mb; to two decimals, as torchsummary prints it.
    """

    name: str
    parameters: int
    forward_backward_mb: float


class Summary(NamedTuple):
    """What there is to know of a network before it is trained.

    Attributes:
        network: Its name in NETWORKS.
        role: What it does.
        gigaflops: Of the generator, for one frame of the published size; see gigaflops.
        parts: What the figures are the sum of.
    """

    network: str
    role: Role
    gigaflops: float
    parts: tuple[Part, ...]

    @property
    def parameters(self) -> int:
        """Of all parts."""
        return sum(part.parameters for part in self.parts)

    @property
    def forward_backward_mb(self) -> float:
        """Of all parts: the sum of what is printed of each, as published (1103.91 + 96.42 = 1200.33)."""
        return sum(part.forward_backward_mb for part in self.parts)


# UNet-GAN was published with its critic, a stock ResNet18, in the count; the others were published without.
COUNTED_CRITICS: Mapping[str, tuple[str, Callable[[], nn.Module]]] = MappingProxyType(
    {"unet-gan": ("ResNet18 critic", resnet18)}
)


def summarise(name: str) -> Summary:
    """Count a network of NETWORKS at the published size, as it was published."""
    make = NETWORKS[name]
    role = next(role for kind, role in ROLES.items() if issubclass(make, kind))
    parts = [_part("generator", make, role.inputs)]
    if name in COUNTED_CRITICS:
        critic, make_critic = COUNTED_CRITICS[name]
        parts.append(_part(critic, make_critic, ((3, *_LR),)))
    return Summary(name, role, gigaflops(make, role.inputs), tuple(parts))


def forward_backward_mb(make: Callable[[], nn.Module], inputs: Sequence[Shape]) -> float:
    """MB (of 1024²) that torchsummary calls "forward/backward pass size", for one picture.

    Its rule: the output of every module that is called counts, once a call, and twice since each has a gradient, at
    4 bytes a value. Not counted are the network itself and what is an nn.Sequential or nn.ModuleList; outputs of
    plain functions are not seen. So a block that is a module counts beside the layers within it.

    Args:
        make: Builds the network.
        inputs: Shape of each input, without the batch.
    """
    network, values = _on_meta(make), 0

    def count(_: nn.Module, __: Any, output: Tensor | Sequence[Tensor]) -> None:
        nonlocal values
        values += sum(each.numel() for each in ([output] if isinstance(output, Tensor) else output))

    for module in network.modules():
        if module is not network and not isinstance(module, nn.Sequential | nn.ModuleList):
            module.register_forward_hook(count)
    network(*_inputs(inputs))
    return values * BYTES * PASSES / MEBIBYTE


def gigaflops(make: Callable[[], nn.Module], inputs: Sequence[Shape]) -> float:
    """10⁹ operations for one picture forward; a multiply-add is two, and only convolutions and products count."""
    network = _on_meta(make)
    with FlopCounterMode(display=False) as counter:
        network(*_inputs(inputs))
    return float(counter.get_total_flops()) / 1e9


def _part(name: str, make: Callable[[], nn.Module], inputs: Sequence[Shape]) -> Part:
    return Part(name, parameter_count(_on_meta(make)), round(forward_backward_mb(make, inputs), 2))


def _on_meta(make: Callable[[], nn.Module]) -> nn.Module:
    with torch.device("meta"):
        return make().eval()


def _inputs(shapes: Sequence[Shape]) -> list[Tensor]:
    return [torch.empty(1, *shape, device="meta") for shape in shapes]
