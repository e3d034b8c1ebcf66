"""The three published networks, layer by layer, against the published listing."""

from __future__ import annotations

import json

import pytest
import torch
from torch import nn
from torch.nn import functional
from typer.testing import CliRunner

from bgrsr_data.cli.app import build
from bgrsr_data.errors import InputError
from bgrsrgan.light import upscale
from bgrsrgan.networks import PUBLISHED, make_network, parameter_count
from bgrsrgan.networks.bgrsrgan import StillNorm2d
from bgrsrgan.networks.blocks import StandardisedConv2d, pad_to
from bgrsrgan.networks.resnet import resnet18, resnet50
from bgrsrgan.networks.summary import forward_backward_mb, gigaflops, summarise

PUBLISHED_FIGURES = {
    "unet-gan": (28_957_481, 1200.33),
    "srgan": (467_843, 2144.53),
    "bgrsrgan": (17_192_908, 2556.45),
}
SIZES = [(32, 48), (30, 22), (17, 33)]


def _counts(modules: nn.Module) -> list[int]:
    return [parameter_count(module) for module in modules.children()]


def _inputs(name: str, height: int, width: int) -> list[torch.Tensor]:
    frame = torch.rand(2, 3, height, width)
    if name == "unet-gan":
        return [frame, torch.randint(3, (2, 1, height, width)) / 2]
    if name == "srgan":
        return [frame]
    return [frame, torch.rand(2, 3, height, width), torch.rand(2, 3, 2 * height, 2 * width)]


@pytest.mark.parametrize("name", sorted(PUBLISHED_FIGURES))
def test_a_published_network_has_its_published_count_and_size(name: str) -> None:
    parameters, megabytes = PUBLISHED_FIGURES[name]
    summary = summarise(name)
    assert summary.parameters == parameters
    assert f"{summary.forward_backward_mb:.2f}" == f"{megabytes:.2f}"


def test_unet_gan_is_its_generator_and_a_stock_resnet18() -> None:
    generator, critic = summarise("unet-gan").parts
    assert (generator.parameters, generator.forward_backward_mb) == (17_267_969, 1103.91)
    assert (critic.parameters, critic.forward_backward_mb) == (11_689_512, 96.42)


def test_every_level_of_unet_gan_has_its_published_count() -> None:
    unet = make_network("unet-gan").unet
    assert _counts(unet.encoder) == [39_552, 221_952, 886_272, 3_542_016, 4_721_664]
    assert _counts(unet.decoder) == [5_900_544, 1_475_712, 369_216, 110_976]
    assert parameter_count(unet.out) == 65


def test_every_part_of_srgan_has_its_published_count() -> None:
    sr = make_network("srgan").sr
    assert parameter_count(sr.head) == 15_616
    assert len(sr.blocks) == 6
    for block in sr.blocks:
        assert _counts(block) == [36_928, 128, 640 + 4_160, 128]
        assert _counts(block.separable) == [640, 4_160]
    assert parameter_count(sr.tail) == 37_056
    assert parameter_count(sr.rise) == 147_712
    assert parameter_count(sr.out) == 15_555


def test_every_part_of_bgrsrgan_has_its_published_count() -> None:
    network = make_network("bgrsrgan")
    unet, sr = network.unet, network.sr
    assert _counts(unet.encoder) == [20_544, 111_360, 443_904, 1_772_544, 7_084_032]
    assert [parameter_count(up.rise) for up in unet.decoder] == [2_097_664, 524_544, 131_200, 32_832]
    assert [parameter_count(up.join) for up in unet.decoder] == [3_542_016, 886_272, 221_952, 55_680]
    assert (parameter_count(unet.out), parameter_count(network.norm)) == (195, 6)
    assert (parameter_count(sr.head), len(sr.blocks)) == (15_616, 3)
    for block in sr.blocks:
        assert [*_counts(block)[:2], *_counts(block.separable), _counts(block)[3]] == [18_496, 128, 640, 4_160, 128]
    assert parameter_count(sr.tail) == 18_624
    assert (parameter_count(sr.rise), parameter_count(sr.out)) == (147_712, 15_555)


def test_all_convolutions_of_bgrsrgan_at_the_frame_s_size_standardise_their_weights() -> None:
    network = make_network("bgrsrgan")
    larger = [module for module in network.modules() if isinstance(module, nn.Conv2d) and module.kernel_size > (1, 1)]
    plain = [module for module in larger if not isinstance(module, StandardisedConv2d) and module.groups == 1]
    assert plain == [network.sr.rise.convolution, network.sr.out]
    in_groups = [
        module for module in larger if isinstance(module, StandardisedConv2d) and module is not network.sr.head
    ]
    assert len(in_groups) == 18 + 3 + 1
    assert {module.groups for module in in_groups} == {2}


def test_the_known_sizes_of_the_resnets_are_torchsummary_s() -> None:
    assert f"{forward_backward_mb(resnet18, [(3, 224, 224)]):.2f}" == "62.79"
    assert f"{forward_backward_mb(resnet50, [(3, 224, 224)]):.2f}" == "286.56"


def test_a_size_counts_every_call_of_a_module_but_neither_the_network_nor_a_sequence() -> None:
    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm = nn.BatchNorm2d(2)
            self.twice = nn.Sequential(self.norm, nn.ReLU())

        def forward(self, image: torch.Tensor) -> torch.Tensor:
            return functional.relu(self.norm(self.twice(image)))

    assert forward_backward_mb(Network, [(2, 8, 8)]) == 3 * (2 * 8 * 8) * 2 * 4 / 2**20


def test_a_multiply_add_is_two_operations() -> None:
    assert gigaflops(lambda: nn.Conv2d(3, 5, 3, padding=1), [(3, 100, 100)]) == pytest.approx(2 * 3 * 5 * 9 * 1e4 / 1e9)


@pytest.mark.parametrize("as_published", [False, True])
@pytest.mark.parametrize("name", sorted(PUBLISHED))
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_a_published_network_takes_any_size_and_stays_in_range(
    name: str, height: int, width: int, as_published: bool
) -> None:
    output = make_network(name, as_published=as_published)(*_inputs(name, height, width))
    scale = 1 if name == "unet-gan" else 2
    assert output.image.shape[-2:] == (scale * height, scale * width)
    for image in output:
        if image is not None:
            assert 0 <= image.min() < image.max() <= 1
    assert (output.lr_image is not None) == (name == "bgrsrgan")


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_weights_as_published_are_those_of_the_corrected_network(name: str) -> None:
    corrected, published = make_network(name), make_network(name, as_published=True)
    published.load_state_dict(corrected.state_dict())
    given = _inputs(name, 32, 32)
    assert not torch.equal(corrected.eval()(*given).image, published.eval()(*given).image)


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_first_weights_follow_from_the_global_seed(name: str) -> None:
    torch.manual_seed(3)
    first = make_network(name).state_dict()
    torch.manual_seed(3)
    again = make_network(name).state_dict()
    assert all(torch.equal(first[key], again[key]) for key in first)


def test_padding_reaches_the_multiple_and_repeats_the_border() -> None:
    image = torch.rand(1, 3, 30, 33)
    padded = pad_to(image, 16)
    assert padded.shape[-2:] == (32, 48)
    assert torch.equal(padded[..., :30, :33], image)
    assert torch.equal(padded[..., 31, 40], image[..., 29, 32])
    fitting = torch.rand(1, 3, 32, 48)
    assert pad_to(fitting, 16) is fitting


def test_a_standardised_convolution_is_blind_to_the_scale_and_offset_of_its_weights() -> None:
    torch.manual_seed(0)
    convolution, image = StandardisedConv2d(4, 6, 3, groups=2), torch.rand(1, 4, 9, 9)
    before = convolution(image)
    with torch.no_grad():
        convolution.weight.mul_(7).add_(3)
    assert torch.allclose(convolution(image), before, atol=1e-3)
    filters = convolution.standardised().flatten(1)
    assert filters.mean(1).abs().max() < 1e-5
    assert torch.allclose(filters.std(1), torch.ones(6), atol=1e-4)


def test_unet_gan_keeps_what_the_trimap_knows() -> None:
    photo, trimap = _inputs("unet-gan", 32, 32)
    known = trimap != 0.5
    corrected = make_network("unet-gan")(photo, trimap).alpha
    assert torch.equal(corrected[known], trimap[known])
    assert not torch.equal(corrected[~known], trimap[~known])
    published = make_network("unet-gan", as_published=True)(photo, trimap).alpha
    assert not torch.equal(published[known], trimap[known])


def test_srgan_without_detail_is_the_bicubic_upscale() -> None:
    network, lr = make_network("srgan"), torch.rand(1, 3, 16, 16)
    for values in network.sr.out.parameters():
        nn.init.zeros_(values)
    assert torch.equal(network(lr).image, upscale(lr))
    network.as_published = True
    assert torch.equal(network(lr).image, torch.full((1, 3, 32, 32), 0.5))


def test_bgrsrgan_enlarges_what_it_replaced() -> None:
    network = make_network("bgrsrgan")
    for values in network.sr.out.parameters():
        nn.init.zeros_(values)
    output = network(*_inputs("bgrsrgan", 32, 32))
    assert torch.equal(output.image, upscale(output.lr_image))


@pytest.mark.parametrize(("logit", "source"), [(9.0, 0), (-9.0, 1)])
def test_bgrsrgan_takes_each_pixel_from_the_frame_or_the_background(logit: float, source: int) -> None:
    network, given = make_network("bgrsrgan"), _inputs("bgrsrgan", 32, 32)
    nn.init.zeros_(network.norm.weight)
    nn.init.constant_(network.norm.bias, logit)
    assert torch.allclose(network(*given).lr_image, given[source], atol=1e-6)


def test_what_bgrsrgan_makes_of_a_picture_depends_on_no_other_in_its_last_norm_unless_as_published() -> None:
    for as_published in (False, True):
        norm = make_network("bgrsrgan", as_published=as_published).train().norm
        dark, bright = torch.zeros(1, 3, 4, 4), torch.ones(1, 3, 4, 4)
        together = norm(torch.cat((dark, bright)))[:1]
        assert torch.allclose(together, norm(dark), atol=1e-4) != as_published
    assert parameter_count(StillNorm2d(3)) == 6


def test_a_network_that_was_never_published_has_no_published_form() -> None:
    with pytest.raises(InputError, match="bgrsr-lite was never published; as published there are bgrsrgan, srgan"):
        make_network("bgrsr-lite", as_published=True)


def test_models_prints_the_published_counts_and_sizes() -> None:
    result = CliRunner().invoke(build(), ["models"])
    assert result.exit_code == 0
    lines = {line.split()[0]: line for line in result.stdout.splitlines()[1:5]}
    for name, (parameters, megabytes) in PUBLISHED_FIGURES.items():
        assert f"{parameters:,}" in lines[name]
        assert f"{megabytes:,.2f}" in lines[name]
    assert "unet-gan is generator 17,267,969 (1,103.91 MB) + ResNet18 critic 11,689,512 (96.42 MB)" in result.stdout
    assert "bgrsr-lite" in lines


def test_models_as_json_gives_the_same_figures() -> None:
    result = CliRunner().invoke(build(), ["models", "--json"])
    listed = {row["network"]: (row["parameters"], row["forward_backward_mb"]) for row in json.loads(result.stdout)}
    assert {name: listed[name] for name in PUBLISHED_FIGURES} == PUBLISHED_FIGURES
