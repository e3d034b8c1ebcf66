"""ResNet18 and ResNet50, under torchvision's names, so that its ImageNet weights load.

He et al., CVPR 2016 (https://arxiv.org/abs/1512.03385); the stride of a bottleneck lies on its 3×3 convolution, as in
torchvision. Critic and perceptual features of the published networks; torchvision itself is not needed.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor, nn

from bgrsr_data.errors import InputError, ToolError

IMAGENET_CLASSES = 1000
STAGE_WIDTHS = (64, 128, 256, 512)
WEIGHTS_URLS = {
    "resnet18": "https://download.pytorch.org/models/resnet18-f37072fd.pth",
    "resnet50": "https://download.pytorch.org/models/resnet50-0676ba61.pth",
}


class BasicBlock(nn.Module):
    """Two 3×3 convolutions, added to what came in.

    Args:
        into: Channels that come in.
        width: Channels within; out go `width * expansion`.
        stride: 2 halves the resolution.
    """

    expansion: ClassVar[int] = 1

    def __init__(self, into: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(into, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = _projection(into, width, stride)

    def forward(self, features: Tensor) -> Tensor:
        """(N, into, h, w) → (N, width, h / stride, w / stride)."""
        made = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(features)))))
        kept = features if self.downsample is None else self.downsample(features)
        result: Tensor = self.relu(made + kept)
        return result


class Bottleneck(nn.Module):
    """1×1 narrowing, 3×3, 1×1 widening, added to what came in; arguments as those of BasicBlock."""

    expansion: ClassVar[int] = 4

    def __init__(self, into: int, width: int, stride: int) -> None:
        super().__init__()
        out = width * self.expansion
        self.conv1 = nn.Conv2d(into, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = _projection(into, out, stride)

    def forward(self, features: Tensor) -> Tensor:
        """(N, into, h, w) → (N, 4 * width, h / stride, w / stride)."""
        made = self.relu(self.bn2(self.conv2(self.relu(self.bn1(self.conv1(features))))))
        kept = features if self.downsample is None else self.downsample(features)
        result: Tensor = self.relu(self.bn3(self.conv3(made)) + kept)
        return result


class ResNet(nn.Module):
    """A residual network.

    Args:
        block: What its stages are made of.
        depths: Blocks in each of the four stages.
        classes: Values that it gives; 1 for a critic.
    """

    def __init__(
        self, block: type[BasicBlock | Bottleneck], depths: tuple[int, int, int, int], classes: int = IMAGENET_CLASSES
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, STAGE_WIDTHS[0], 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(STAGE_WIDTHS[0])
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        into = STAGE_WIDTHS[0]
        for number, (width, depth) in enumerate(zip(STAGE_WIDTHS, depths, strict=True), start=1):
            self.add_module(f"layer{number}", _stage(block, into, width, depth, stride=1 if number == 1 else 2))
            into = width * block.expansion
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(into, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def stages(self, image: Tensor) -> list[Tensor]:
        """Features after each of the four stages.

        Args:
            image: (N, 3, H, W) float32, normalised as the weights want it.

        Returns:
            (N, C, H / s, W / s) for s = 4, 8, 16, 32.
        """
        features: Tensor = self.maxpool(self.relu(self.bn1(self.conv1(image))))
        made: list[Tensor] = []
        for number in range(1, 5):
            features = self.get_submodule(f"layer{number}")(features)
            made.append(features)
        return made

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) → (N, classes), unbounded."""
        scores: Tensor = self.fc(self.avgpool(self.stages(image)[-1]).flatten(1))
        return scores


def resnet18(classes: int = IMAGENET_CLASSES) -> ResNet:
    """18 layers; with ImageNet's classes 11,689,512 parameters."""
    return ResNet(BasicBlock, (2, 2, 2, 2), classes)


def resnet50(classes: int = IMAGENET_CLASSES) -> ResNet:
    """50 layers; with ImageNet's classes 25,557,032 parameters."""
    return ResNet(Bottleneck, (3, 4, 6, 3), classes)


def load_weights(network: nn.Module, source: str | Path) -> None:
    """Load all weights of a network from a file or a URL; a fetched file is kept in torch's cache.

    Raises:
        InputError: The file is missing, or holds weights of something else.
        ToolError: The URL cannot be fetched.
    """
    state = read_weights(source)
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        difference = _difference(network.state_dict(), state)
        raise InputError(f"{source} holds weights of another network: {difference}") from error


def read_weights(source: str | Path) -> Mapping[str, Tensor]:
    """The tensors of a weights file by name, from a path or a URL.

    Raises:
        InputError: The file is missing, or is no file of tensors.
        ToolError: The URL cannot be fetched.
    """
    try:
        if str(source).startswith(("https://", "http://")):
            return _fetched(str(source))
        state = torch.load(source, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise InputError(f"there is no weights file {source}") from error
    except (pickle.UnpicklingError, RuntimeError, EOFError, IsADirectoryError) as error:
        raise InputError(f"{source} is no file of weights that torch.load can read safely") from error
    if not isinstance(state, Mapping) or not all(isinstance(value, Tensor) for value in state.values()):
        raise InputError(f"{source} holds no tensors by name (a state_dict)")
    return state


def _fetched(url: str) -> Mapping[str, Tensor]:
    try:
        return torch.hub.load_state_dict_from_url(url, map_location="cpu", check_hash=True, weights_only=True)
    except (OSError, RuntimeError) as error:  # no network (URLError is an OSError); a hash that differs
        raise ToolError(f"cannot fetch {url} ({error}); fetch it elsewhere and give its path") from error


def _difference(wanted: Mapping[str, Tensor], given: Mapping[str, Tensor]) -> str:
    """The first tensor that is missing, too much, or of another shape."""
    for name, tensor in wanted.items():
        if name not in given:
            return f"there is no {name}"
        if given[name].shape != tensor.shape:
            return f"{name} is {tuple(given[name].shape)}, not {tuple(tensor.shape)}"
    return f"{next(name for name in given if name not in wanted)} is too much"


def _projection(into: int, out: int, stride: int) -> nn.Sequential | None:
    if into == out and stride == 1:
        return None
    return nn.Sequential(nn.Conv2d(into, out, 1, stride, bias=False), nn.BatchNorm2d(out))


def _stage(block: type[BasicBlock | Bottleneck], into: int, width: int, depth: int, *, stride: int) -> nn.Sequential:
    later = (block(width * block.expansion, width, 1) for _ in range(depth - 1))
    return nn.Sequential(block(into, width, stride), *later)
