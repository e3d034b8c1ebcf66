from __future__ import annotations

import numpy as np
import pytest
import torch

from bgrsr_data.errors import InputError
from bgrsr_data.media import colour
from bgrsrgan.light import blend, to_linear, to_srgb, upscale
from bgrsrgan.networks import PatchCritic, make_network


@pytest.mark.parametrize("name", ["bgrsr-lite"])
@pytest.mark.parametrize("size", [(36, 48), (120, 160), (50, 38)])
def test_a_generator_doubles_any_even_size_and_stays_in_range(name: str, size: tuple[int, int]) -> None:
    height, width = size
    frame, background = torch.rand(2, 3, height, width), torch.rand(2, 3, height, width)
    output = make_network(name)(frame, background, torch.rand(2, 3, 2 * height, 2 * width))
    assert output.image.shape == (2, 3, 2 * height, 2 * width)
    assert output.alpha.shape == (2, 1, 2 * height, 2 * width)
    for image in (output.image, output.alpha, output.foreground):
        assert image.min() >= 0
        assert image.max() <= 1


def test_an_unknown_network_is_an_input_error_that_names_the_known() -> None:
    with pytest.raises(InputError, match="no network 'unet'; known: bgrsr-lite"):
        make_network("unet")


def test_the_critic_scores_one_place_for_each_16_pixels() -> None:
    assert PatchCritic()(torch.rand(2, 3, 72, 96)).shape == (2, 1, 4, 6)


def test_no_layer_of_the_critic_stretches_more_than_its_norm_of_one() -> None:
    torch.manual_seed(0)
    critic = PatchCritic()
    for _ in range(30):  # the power iteration converges
        critic(torch.rand(1, 3, 32, 32))
    for layer in critic.eval().body[::2]:
        assert torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item() == pytest.approx(1, abs=0.02)


def test_light_is_that_of_the_data_tool() -> None:
    values = np.arange(256, dtype=np.uint8)
    linear = colour.to_linear(values)
    assert to_linear(torch.from_numpy(values / np.float32(255))).numpy() == pytest.approx(linear, abs=1e-6)
    assert to_srgb(torch.from_numpy(linear)).numpy() == pytest.approx(values / 255, abs=1e-5)


def test_half_white_over_black_is_188_not_128() -> None:
    white, black = torch.ones(1, 3, 1, 1), torch.zeros(1, 3, 1, 1)
    assert blend(white, black, torch.full((1, 1, 1, 1), 0.5)).mul(255).round().flatten().tolist() == [188] * 3


def test_a_blend_of_black_has_a_finite_slope() -> None:
    alpha = torch.full((1, 1, 1, 1), 0.5, requires_grad=True)
    black = torch.zeros(1, 3, 1, 1, requires_grad=True)
    blend(black, torch.zeros(1, 3, 1, 1), alpha).sum().backward()
    assert torch.isfinite(black.grad).all()
    assert torch.isfinite(alpha.grad).all()


def test_an_upscale_keeps_an_even_grey_and_the_range() -> None:
    assert upscale(torch.full((1, 3, 8, 8), 0.3)) == pytest.approx(torch.full((1, 3, 16, 16), 0.3).numpy(), abs=1e-6)
    edge = torch.zeros(1, 1, 8, 8)
    edge[..., 4:] = 1
    assert upscale(edge).min() >= 0
    assert upscale(edge).max() <= 1


def test_an_upscale_is_torchs_own_bicubic() -> None:
    image = torch.rand(2, 3, 7, 10, generator=torch.Generator().manual_seed(0))
    theirs = torch.nn.functional.interpolate(image, scale_factor=2, mode="bicubic", align_corners=False).clamp(0, 1)
    assert (upscale(image) - theirs).abs().max() < 1e-6
