from __future__ import annotations

import copy

import pytest
import skimage.data
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from bgrsr_data.errors import InputError
from bgrsrgan.light import blend, upscale
from bgrsrgan.losses import alpha_terms, pixel_terms, total
from bgrsrgan.networks import make_network, parameter_count
from bgrsrgan.networks.features import LiteBackbone, lite_weights
from bgrsrgan.networks.lite import Context, Lite, Separable
from bgrsrgan.networks.lite_encoder import MIDDLE, SPREAD, Encoder
from bgrsrgan.networks.resnet import resnet18


def _pictures(height: int, width: int, *, count: int = 1) -> tuple[Tensor, Tensor, Tensor]:
    random = torch.Generator().manual_seed(1)
    low = (count, 3, height, width)
    return (
        torch.rand(low, generator=random),
        torch.rand(low, generator=random),
        torch.rand((count, 3, 2 * height, 2 * width), generator=random),
    )


@pytest.fixture
def lite() -> Lite:
    torch.manual_seed(0)
    network = make_network("bgrsr-lite")
    assert isinstance(network, Lite)
    return network


def test_the_lite_generator_has_913_thousand_parameters_most_of_them_in_its_eye(lite) -> None:
    assert parameter_count(lite) == 913_184
    assert parameter_count(lite.encoder) == 700_768


def test_a_frame_of_320_by_240_costs_less_than_a_gflop(lite) -> None:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        lite.eval()(*_pictures(240, 320))
    assert counter.get_total_flops() == 933_001_600  # two for each product and its sum


@pytest.mark.parametrize("size", [(2, 2), (34, 50), (38, 94), (120, 160)])
def test_lite_doubles_any_even_size_and_stays_in_range(lite, size: tuple[int, int]) -> None:
    height, width = size
    output = lite.eval()(*_pictures(height, width))
    assert output.image.shape == output.foreground.shape == (1, 3, 2 * height, 2 * width)
    assert output.alpha.shape == (1, 1, 2 * height, 2 * width)
    for image in (output.image, output.alpha, output.foreground):
        assert 0 <= image.min() <= image.max() <= 1


def test_a_gradient_reaches_every_parameter_of_lite(lite) -> None:
    output = lite(*_pictures(64, 96, count=2))
    terms = pixel_terms(output.image, torch.rand_like(output.image), "l1")
    total(terms | alpha_terms(output.alpha, torch.rand_like(output.alpha), laplacian_weight=0.2)).backward()
    still = [name for name, parameter in lite.named_parameters() if parameter.grad is None or not parameter.grad.any()]
    assert still == []


def test_the_first_output_of_lite_has_no_grid(lite) -> None:
    """Untrained, the sixteen pixels of a cell are alike."""
    alpha = lite.eval()(*_pictures(32, 32)).alpha
    cells = alpha.view(16, 4, 16, 4)
    assert (cells - cells[:, :1, :, :1]).abs().max() < 1e-6


def test_lite_looks_at_the_frame_alone(lite) -> None:
    frame, background, behind = _pictures(32, 48)
    one, other = lite.eval()(frame, background, behind), lite(frame, 1 - background, 1 - behind)
    assert torch.equal(one.alpha, other.alpha)
    assert torch.equal(one.foreground, other.foreground)


def test_the_composite_of_lite_is_its_foreground_over_the_background_in_linear_light(lite) -> None:
    pictures = _pictures(32, 48)
    output = lite.eval()(*pictures)
    assert torch.equal(output.image, blend(output.foreground, pictures[2], output.alpha))


def test_lite_without_a_person_gives_the_background_and_without_doubt_the_upscaled_frame(lite) -> None:
    frame, background, behind = _pictures(32, 48)
    head = lite.eval().head[0]
    for bias, expected in ((-20.0, behind), (20.0, upscale(frame))):
        with torch.no_grad():
            head.weight.zero_()
            head.bias.zero_()
            head.bias[:16] = bias
        assert (lite(frame, background, behind).image - expected).abs().max() < 1e-5


def test_a_context_tells_every_place_of_every_other() -> None:
    torch.manual_seed(0)
    features = torch.rand(1, 8, 5, 6, requires_grad=True)
    Context(8)(features)[..., -1, -1].sum().backward()
    assert features.grad.abs().sum(1).min() > 0


def test_an_encoder_with_imagenets_weights_sees_what_efficientnet_sees_a_pixel_further() -> None:
    """Of its first level; each halving adds such a shift, for it is padded evenly."""
    encoder, theirs = Encoder(), LiteBackbone().eval()
    weights = lite_weights()
    encoder.begin_with(weights)
    theirs.network.load_state_dict(weights)
    image = torch.from_numpy(skimage.data.astronaut()[:224, 100:324].copy()).permute(2, 0, 1)[None] / 255
    expected = theirs.stages((image - MIDDLE) / SPREAD)[0]
    seen = encoder(torch.roll(image, (-1, -1), (2, 3)))[0]
    assert (seen - expected)[..., 2:-2, 2:-2].abs().max() < 1e-3


def test_a_pretrained_encoder_neither_learns_nor_forgets(lite) -> None:
    lite.begin_pretrained()
    before = {name: value.clone() for name, value in lite.encoder.state_dict().items()}
    optimizer = torch.optim.AdamW(lite.parameters(), lr=0.1)
    lite.train()(*_pictures(32, 48, count=2)).image.mean().backward()
    optimizer.step()
    assert all(torch.equal(value, before[name]) for name, value in lite.encoder.state_dict().items())
    assert copy.deepcopy(lite).train().encoder.frozen


def test_a_fresh_encoder_learns(lite) -> None:
    lite.train()(*_pictures(32, 48, count=2)).image.mean().backward()
    assert all(weight.grad is not None for weight in lite.encoder.parameters())


def test_another_networks_weights_are_no_eye() -> None:
    for weights in (resnet18().state_dict(), {}):
        with pytest.raises(InputError, match="not the weights of EfficientNet-Lite0"):
            Encoder().begin_with(weights)


def test_only_lite_has_a_pretrained_part() -> None:
    with pytest.raises(InputError, match="no part that was trained elsewhere"):
        make_network("srgan").begin_pretrained()


def test_a_separable_block_adds_its_input_only_where_the_shape_stays() -> None:
    same, other = Separable(8, 8).eval(), Separable(8, 12, stride=2).eval()
    for block in (same, other):
        for layer in block.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.zeros_(layer.weight)
    features = torch.rand(1, 8, 6, 6)
    assert torch.equal(same(features), features)
    assert torch.equal(other(features), torch.zeros(1, 12, 3, 3))
