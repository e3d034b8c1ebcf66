"""A trained network with nothing left in it that only training needs.

Three rewrites, each exact but for rounding:

- Standardised weights (Qiao et al., 2019) are the same at every call once training is over: they are computed once,
  into a plain convolution.
- Batch normalisation (Ioffe & Szegedy, 2015) with its kept statistics is x·s + t for each channel. A convolution right
  before it takes s into its weights and t into its bias. This holds across all that treats channels alike and is
  linear with weights of sum 1, as a crop or a bilinear upscale, and across a sum, if each of its parts is scaled.
  (A normalisation before a padded convolution could not be folded: the padding is 0 after it, not before. None is.)
- A convolution after a PixelShuffle, with only a function of each value in between, is a smaller convolution of more
  channels before it (Shi et al., CVPR 2016, section 2.2): of a 9×9 kernel, each of the 2×2 pixels of a cell reaches
  5×5 cells. As 3 output channels fill a processor's vectors badly and 12 do well, it takes a third of the time.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from torch import Tensor, nn

from bgrsrgan.light import SCALE
from bgrsrgan.networks.bgrsrgan import BgrSrGan
from bgrsrgan.networks.blocks import Residual, StandardisedConv2d, SubPixel, SuperResolution
from bgrsrgan.networks.lite import Merge

N = TypeVar("N", bound=nn.Module)


class Fold(NamedTuple):
    """A normalisation, and the convolutions whose sum it normalises.

    Attributes:
        owner: The module that holds the normalisation.
        name: Its name there.
        convolutions: They become what it would make of their sum; the last takes the shift.
    """

    owner: nn.Module
    name: str
    convolutions: tuple[nn.Conv2d, ...]


def fold(network: N) -> N:
    """A copy that makes the same pictures with less work; for evaluation only.

    Args:
        network: Any; what is not known to be foldable stays as it is.

    Returns:
        The copy, in evaluation mode, without gradients; outputs differ by rounding alone.
    """
    folded = copy.deepcopy(network).requires_grad_(False).eval()
    for parent in list(folded.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, StandardisedConv2d):
                setattr(parent, name, _plain(child))
    for parent in list(folded.modules()):
        for found in _folds(parent):
            _absorb(found)
        if isinstance(parent, SuperResolution) and isinstance(parent.rise, SubPixel):
            _shuffle_last(parent)
    return folded


def _folds(module: nn.Module) -> Iterator[Fold]:
    """The normalisations that a module itself holds, for which convolutions are known."""
    if isinstance(module, nn.Sequential):
        for (_, before), (name, after) in pairwise(module.named_children()):
            if isinstance(before, nn.Conv2d) and isinstance(after, nn.BatchNorm2d):
                yield Fold(module, name, (before,))
    for kind, found in _NORMALISED.items():
        if isinstance(module, kind):
            for name, convolutions in found(module).items():
                yield Fold(module, name, convolutions)


# Where a normalisation and its convolutions are not neighbours in an nn.Sequential, by the module that holds it.
_NORMALISED: Mapping[type[nn.Module], Callable[[Any], dict[str, tuple[nn.Conv2d, ...]]]] = MappingProxyType(
    {
        Residual: lambda block: {
            "norm": (block.convolution,),
            "separable_norm": (block.separable.pointwise,),
        },
        Merge: lambda merge: {"norm": (merge.from_deep, merge.from_skipped)},
        BgrSrGan: lambda network: {"norm": (network.unet.out.mix,)},
    }
)


def _plain(convolution: StandardisedConv2d) -> nn.Conv2d:
    return _convolution(convolution, convolution.standardised(), convolution.bias)


def _absorb(found: Fold) -> None:
    norm = getattr(found.owner, found.name)
    if not isinstance(norm, nn.BatchNorm2d):
        return
    mean, variance = norm.running_mean, norm.running_var
    if mean is None or variance is None:  # it normalises by the batch itself
        return
    scale = norm.weight.double() / (variance.double() + norm.eps).sqrt()
    shift = norm.bias.double() - mean.double() * scale
    last = found.convolutions[-1]
    for convolution in found.convolutions:
        bias = 0 if convolution.bias is None else convolution.bias.double() * scale
        bias = bias + shift if convolution is last else bias
        weight = convolution.weight
        convolution.weight = _fixed((weight.double() * scale[:, None, None, None]).to(weight))
        if isinstance(bias, Tensor):
            convolution.bias = _fixed(bias.to(weight))
    setattr(found.owner, found.name, nn.Identity())


def _shuffle_last(part: SuperResolution) -> None:
    after = part.out
    shuffled = _convolution(
        after,
        before_shuffle(after.weight),
        None if after.bias is None else after.bias.repeat_interleave(SCALE**2),
        padding=_reach(after.kernel_size[0]),
    )
    rise: Any = nn.Sequential(part.rise.convolution, nn.SiLU(inplace=True))
    out: Any = nn.Sequential(shuffled, nn.PixelShuffle(SCALE))
    part.rise, part.out = rise, out


def before_shuffle(weight: Tensor) -> Tensor:
    """The kernel that does before a PixelShuffle of 2 what another does after it.

    Args:
        weight: (out, into, k, k), k odd, of a convolution that keeps the size.

    Returns:
        (4 out, 4 into, r, r), r = 2⌊(k + 1) / 4⌋ + 1: channels in PixelShuffle's order, value · 4 + row · 2 + column.
    """
    out, into, side, _ = weight.shape
    reach = _reach(side)
    made = weight.new_zeros(out, SCALE, SCALE, into, SCALE, SCALE, 2 * reach + 1, 2 * reach + 1)
    for row in range(SCALE):
        for column in range(SCALE):
            for i in range(side):
                for j in range(side):
                    cell_y, y = divmod(row + i - side // 2, SCALE)
                    cell_x, x = divmod(column + j - side // 2, SCALE)
                    made[:, row, column, :, y, x, cell_y + reach, cell_x + reach] = weight[:, :, i, j]
    return made.flatten(3, 5).flatten(0, 2)


def _reach(side: int) -> int:
    """How many cells of 2×2 pixels a kernel of this side reaches to each side of its own."""
    return (side // 2 + 1) // SCALE


def _convolution(like: nn.Conv2d, weight: Tensor, bias: Tensor | None, *, padding: int | None = None) -> nn.Conv2d:
    """A plain convolution with these weights, stride and groups as of another."""
    out, into, *kernel = weight.shape
    stride, dilation, groups = like.stride, like.dilation, like.groups
    made = nn.Conv2d(1, 1, 1, device="meta")
    made.in_channels, made.out_channels, made.kernel_size = into * groups, out, tuple(kernel)
    made.stride, made.dilation, made.groups = stride, dilation, groups
    made.padding = like.padding if padding is None else (padding, padding)
    made.weight = _fixed(weight)
    made.bias = None if bias is None else _fixed(bias)
    return made.eval()


def _fixed(values: Tensor) -> nn.Parameter:
    return nn.Parameter(values.detach().clone(), requires_grad=False)
