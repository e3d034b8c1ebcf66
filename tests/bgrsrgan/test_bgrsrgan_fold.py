"""A folded network makes the same pictures as the network it was made of."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from bgrsrgan.deploy.fold import before_shuffle, fold
from bgrsrgan.deploy.ports import sample_inputs, settle
from bgrsrgan.networks import NETWORKS, PUBLISHED, make_network
from bgrsrgan.networks.blocks import StandardisedConv2d

FORMS = [*((name, False) for name in sorted(NETWORKS)), *((name, True) for name in sorted(PUBLISHED))]


def _differences(name: str, as_published: bool, dtype: torch.dtype, size: tuple[int, int]) -> list[float]:
    torch.manual_seed(1)
    network = settle(make_network(name, as_published=as_published)).to(dtype)
    given = [picture.to(dtype) for picture in sample_inputs(network, size, seed=2)]
    with torch.inference_mode():
        plain, folded = network(*given), fold(network)(*given)
    assert plain.image.std() > 0.01
    assert [made is None for made in plain] == [made is None for made in folded]
    return [(a - b).abs().max().item() for a, b in zip(plain, folded, strict=True) if a is not None]


@pytest.mark.parametrize(("name", "as_published"), FORMS)
def test_folding_is_exact(name: str, as_published: bool) -> None:
    """In float64, where rounding hides nothing; bgrsr-lite itself goes on in float32 from its head."""
    assert max(_differences(name, as_published, torch.float64, (44, 38))) < (1e-6 if name == "bgrsr-lite" else 1e-12)


@pytest.mark.parametrize(("name", "as_published"), FORMS)
def test_a_folded_network_makes_the_same_picture(name: str, as_published: bool) -> None:
    assert max(_differences(name, as_published, torch.float32, (48, 32))) < 5e-5


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_nothing_of_training_is_left_and_the_network_itself_is_untouched(name: str) -> None:
    network = make_network(name)
    before = {key: values.clone() for key, values in network.state_dict().items()}
    folded = fold(network)
    assert not any(isinstance(module, nn.BatchNorm2d | StandardisedConv2d) for module in folded.modules())
    assert not any(values.requires_grad for values in folded.parameters())
    assert not folded.training
    assert network.training
    assert all(torch.equal(before[key], values) for key, values in network.state_dict().items())


def test_a_normalisation_whose_convolution_is_not_known_stays() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.BatchNorm2d(4)).eval()
    image = torch.rand(1, 3, 8, 8)
    assert torch.equal(fold(network)(image), network(image))


def test_a_normalisation_by_the_batch_itself_stays() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, track_running_stats=False)).eval()
    image = torch.rand(2, 3, 8, 8)
    assert torch.equal(fold(network)(image), network(image))


def test_a_convolution_without_bias_gets_the_shift() -> None:
    network = nn.Sequential(nn.Conv2d(1, 1, 1, bias=False), nn.BatchNorm2d(1, eps=0)).eval()
    convolution, norm = network
    nn.init.constant_(convolution.weight, 6)
    norm.running_mean.fill_(3)
    norm.running_var.fill_(4)
    nn.init.constant_(norm.weight, 5)
    nn.init.constant_(norm.bias, 7)
    folded = fold(network)[0]
    assert folded.weight.item() == 15  # 6 · 5 / √4
    assert folded.bias.item() == -0.5  # 7 − 3 · 5 / √4


@pytest.mark.parametrize("side", [1, 3, 5, 9])
def test_a_convolution_may_go_before_a_shuffle(side: int) -> None:
    torch.manual_seed(0)
    weight, features = torch.rand(3, 5, side, side), torch.rand(2, 20, 6, 7)
    after = functional.conv2d(functional.pixel_shuffle(features, 2), weight, padding=side // 2)
    moved: Tensor = before_shuffle(weight)
    before = functional.pixel_shuffle(functional.conv2d(features, moved, padding=moved.shape[-1] // 2), 2)
    assert moved.shape[:2] == (12, 20)
    assert (after - before).abs().max() < 1e-4
