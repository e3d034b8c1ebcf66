"""What `bgrsr bench-model` measures; how fast it is, is measured in tests/benchmarks/test_model_speed.py."""

from __future__ import annotations

import json
import re
from pathlib import Path

import cv2
import pytest
import torch
from typer.testing import CliRunner

from bgrsr_data.cli.app import build
from bgrsr_data.errors import InputError
from bgrsrgan.deploy import bench
from bgrsrgan.deploy.bench import BACKENDS, Setting, measure
from bgrsrgan.deploy.ports import sample_inputs, settle
from bgrsrgan.deploy.precision import in_bfloat16
from bgrsrgan.networks import NETWORKS, Network, make_network

SETTING = Setting(size=(48, 32), threads=1, repeats=3)


@pytest.fixture(scope="module")
def srgan() -> Network:
    torch.manual_seed(0)
    return settle(make_network("srgan"))


def test_every_backend_makes_the_picture_of_plain_torch(srgan: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "SLOW_S", 0.001)
    rounds: list[int] = []
    speeds = measure(srgan, list(BACKENDS), SETTING, on_round=rounds.append)
    assert [speed.backend for speed in speeds] == list(BACKENDS)
    assert rounds == [1, 2, 3]
    for speed in speeds:
        assert 0 < speed.fps_low <= speed.fps <= speed.fps_high
        assert speed.fps_best >= speed.fps
        assert speed.cpu_ms > 0
        assert speed.difference <= (0.02 if speed.backend == "torch-bf16" else 1e-4)
    plain, *_, reduced, _ = speeds
    assert (plain.ratio, plain.psnr, plain.difference) == (1, None, 0)
    assert 40 < reduced.psnr < 100  # bf16 was at work, and did no harm


def test_threads_are_those_asked_for_and_afterwards_as_before(srgan: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    before, seen = torch.get_num_threads(), []
    monkeypatch.setattr(bench, "_frames_for", lambda run: seen.append(torch.get_num_threads()) or 1)
    measure(srgan, ["torch"], SETTING._replace(threads=before + 1))
    assert set(seen) == {before + 1}
    assert torch.get_num_threads() == before


def test_backends_take_turns(srgan: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    def backend(name: str) -> object:
        return lambda network, setting: lambda: order.append(name) or torch.zeros(1)

    monkeypatch.setattr(bench, "BACKENDS", {"torch": backend("torch"), "other": backend("other")})
    monkeypatch.setattr(bench, "_frames_for", lambda run: 1)
    measure(srgan, ["other"], SETTING)
    assert order == ["torch", "other"] * (1 + SETTING.repeats)  # once to warm up


def test_an_unknown_backend_is_told(srgan: Network) -> None:
    with pytest.raises(InputError, match="no backend 'tensorrt'; known: torch, torch-folded"):
        measure(srgan, ["tensorrt"], SETTING)


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_a_network_in_bfloat16_takes_and_gives_float32(name: str) -> None:
    torch.manual_seed(0)
    network = settle(make_network(name))
    given = sample_inputs(network, (48, 32))
    with torch.inference_mode():
        plain, reduced = network(*given), in_bfloat16(network)(*given)
    for before, after in zip(plain, reduced, strict=True):
        if before is not None:
            assert after.dtype == torch.float32
            assert (before - after).abs().mean() < 0.05
    steps = reduced.image.flatten() * 256  # what is only bf16 lies on a grid of 1/256 between ½ and 1
    assert (steps[steps > 128].frac() != 0).float().mean() > 0.5 or name in {"unet-gan", "bgrsr-lite"}


def test_the_command_writes_a_table_json_and_a_picture(tmp_path: Path) -> None:
    picture = tmp_path / "speed.png"
    words = ["bench-model", "srgan", "-w", str(tmp_path), "--size", "32x32", "--threads", "1", "--repeats", "2"]
    words += ["--backend", "torch,torch-folded"]
    shown = CliRunner().invoke(build(), [*words, "--picture", str(picture)])
    assert shown.exit_code == 0, shown.output
    assert "srgan (random weights)  torch-folded  CPU" in shown.stdout
    assert "2 rounds" in shown.stderr
    assert cv2.imread(str(picture)).shape[1] == 1100
    told = json.loads(CliRunner().invoke(build(), [*words, "--json"]).stdout)
    assert told["size"] == [32, 32]
    assert [speed["backend"] for speed in told["speeds"]] == ["torch", "torch-folded"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--threads", "0"], "--threads 0: write them as 1,2"),
        (["--size", "big"], "--size big: write it as 320x240"),
        (["--size", "65x48"], "--size 65x48: both sides must be even"),
        (["nobody"], "nobody: there is no such run in .*, nor a network; known: bgrsr-lite"),
    ],
)
def test_what_cannot_be_measured_is_told_in_a_line(words: list[str], told: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(build(), ["bench-model", "-w", str(tmp_path), *words])
    assert isinstance(result.exception, InputError)
    assert re.search(told, str(result.exception))
