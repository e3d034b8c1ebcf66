"""ResNets under torchvision's names, checked against its listing."""

from __future__ import annotations

import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import nn

from bgrsr_data.errors import InputError, ToolError
from bgrsrgan.networks import parameter_count
from bgrsrgan.networks.resnet import ResNet, load_weights, read_weights, resnet18, resnet50

Listing = list[tuple[str, tuple[int, ...]]]


def _norm(name: str, channels: int) -> Listing:
    values = [(f"{name}.{key}", (channels,)) for key in ("weight", "bias", "running_mean", "running_var")]
    return [*values, (f"{name}.num_batches_tracked", ())]


def _basic(into: int, width: int) -> Listing:
    return [
        ("conv1.weight", (width, into, 3, 3)),
        *_norm("bn1", width),
        ("conv2.weight", (width, width, 3, 3)),
        *_norm("bn2", width),
    ]


def _bottleneck(into: int, width: int) -> Listing:
    return [
        ("conv1.weight", (width, into, 1, 1)),
        *_norm("bn1", width),
        ("conv2.weight", (width, width, 3, 3)),
        *_norm("bn2", width),
        ("conv3.weight", (4 * width, width, 1, 1)),
        *_norm("bn3", 4 * width),
    ]


def _blocks(depth: int) -> Iterator[tuple[str, Listing]]:
    """Every block of torchvision's resnet18 or resnet50."""
    block, expansion, repeats = (_basic, 1, (2, 2, 2, 2)) if depth == 18 else (_bottleneck, 4, (3, 4, 6, 3))
    into = 64
    for layer, (width, repeat) in enumerate(zip((64, 128, 256, 512), repeats, strict=True), start=1):
        out = width * expansion
        for index in range(repeat):
            listing = block(into, width)
            if index == 0 and into != out:
                listing += [("downsample.0.weight", (out, into, 1, 1)), *_norm("downsample.1", out)]
            yield f"layer{layer}.{index}", listing
            into = out


def _listing(depth: int) -> Listing:
    """Names and shapes of torchvision's state_dict, in its order."""
    blocks = [(f"{name}.{key}", shape) for name, block in _blocks(depth) for key, shape in block]
    features = 512 if depth == 18 else 2048
    head = [("fc.weight", (1000, features)), ("fc.bias", (1000,))]
    return [("conv1.weight", (64, 3, 7, 7)), *_norm("bn1", 64), *blocks, *head]


def _made(depth: int) -> ResNet:
    return resnet18() if depth == 18 else resnet50()


@pytest.mark.parametrize(("depth", "tensors"), [(18, 122), (50, 320)])
def test_names_shapes_and_order_are_torchvision_s(depth: int, tensors: int) -> None:
    state = _made(depth).state_dict()
    assert len(state) == tensors
    assert [(name, tuple(value.shape)) for name, value in state.items()] == _listing(depth)


@pytest.mark.parametrize(("depth", "parameters"), [(18, 11_689_512), (50, 25_557_032)])
def test_parameters_are_torchvision_s(depth: int, parameters: int) -> None:
    assert parameter_count(_made(depth)) == parameters


@pytest.mark.parametrize("depth", [18, 50])
def test_weights_load_from_a_file_and_give_the_same_scores(depth: int, tmp_path: Path) -> None:
    torch.manual_seed(0)
    trained, fresh = _made(depth).eval(), _made(depth).eval()
    torch.save(trained.state_dict(), tmp_path / "weights.pth")
    load_weights(fresh, tmp_path / "weights.pth")
    image = torch.rand(1, 3, 64, 64)
    assert torch.equal(fresh(image), trained(image))


def test_a_critic_has_one_score() -> None:
    assert resnet18(classes=1)(torch.rand(2, 3, 64, 96)).shape == (2, 1)


@pytest.mark.parametrize(("depth", "widest"), [(18, 512), (50, 2048)])
def test_stages_are_at_a_4th_8th_16th_and_32nd(depth: int, widest: int) -> None:
    stages = _made(depth).eval().stages(torch.rand(1, 3, 64, 96))
    assert [tuple(stage.shape[1:]) for stage in stages] == [
        (widest // 8, 16, 24),
        (widest // 4, 8, 12),
        (widest // 2, 4, 6),
        (widest, 2, 3),
    ]


def test_the_stride_of_a_bottleneck_lies_on_its_3x3_convolution() -> None:
    block = resnet50().layer3[0]
    assert (block.conv1.stride, block.conv2.stride, block.conv3.stride) == ((1, 1), (2, 2), (1, 1))


def test_a_missing_weights_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no weights file .*nowhere\.pth"):
        read_weights(tmp_path / "nowhere.pth")


@pytest.mark.parametrize("content", [b"", b"not a file of weights", b"\x80\x02K\x01."])
def test_what_is_no_file_of_weights_is_an_input_error(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"weights\.pth (is no file of weights|holds no tensors)"):
        read_weights(path)


@pytest.mark.parametrize(
    ("given", "wanted", "difference"),
    [
        (resnet18, resnet50, r"layer1\.0\.conv1\.weight is \(64, 64, 3, 3\), not \(64, 64, 1, 1\)"),
        (resnet18, lambda: resnet18(classes=1), r"fc\.weight is \(1000, 512\), not \(1, 512\)"),
        (lambda: nn.Linear(2, 2), resnet18, r"there is no conv1\.weight"),
        (lambda: nn.Linear(2, 2), lambda: nn.Linear(2, 2, bias=False), "bias is too much"),
    ],
)
def test_weights_of_another_network_are_refused_with_the_first_difference(
    given, wanted, difference: str, tmp_path: Path
) -> None:
    torch.save(given().state_dict(), tmp_path / "given.pth")
    with pytest.raises(InputError, match=rf"given\.pth holds weights of another network: {difference}"):
        load_weights(wanted(), tmp_path / "given.pth")


def test_no_network_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", refuse)
    with pytest.raises(ToolError, match=r"cannot fetch https://x\.org/r\.pth .*fetch it elsewhere and give its path"):
        load_weights(resnet18(), "https://x.org/r.pth")
