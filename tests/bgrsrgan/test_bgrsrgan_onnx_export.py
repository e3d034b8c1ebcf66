"""What `bgrsr export --format onnx` writes, and what it refuses to write."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
import typer
from torch import Tensor, nn
from typer.testing import CliRunner

from bgrsr_data.cli.app import build
from bgrsr_data.errors import InputError, ToolError
from bgrsrgan.cli.export import add_export, joined
from bgrsrgan.cli.export import export as export_network
from bgrsrgan.config import TrainConfig
from bgrsrgan.deploy.onnx import PARITY, export_onnx, parity_of
from bgrsrgan.deploy.ports import inputs_of, sample_inputs, settle
from bgrsrgan.loop.run_folder import RunFolder
from bgrsrgan.loop.state import TrainingState, save_generator
from bgrsrgan.networks import NETWORKS, Network, Output, make_network

SIZE = (64, 48)
OUTPUTS = {
    "unet-gan": {"alpha": [1, 1, 48, 64]},
    "srgan": {"image": [1, 3, 96, 128]},
    "bgrsrgan": {"image": [1, 3, 96, 128], "lr_image": [1, 3, 48, 64]},
    "bgrsr-lite": {"image": [1, 3, 96, 128], "alpha": [1, 1, 96, 128]},
}


@pytest.fixture(scope="module")
def srgan() -> Network:
    return _network("srgan")


def _network(name: str) -> Network:
    torch.manual_seed(0)
    return settle(make_network(name))


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_onnxruntime_makes_what_torch_makes(name: str, tmp_path: Path) -> None:
    network = _network(name)
    written = export_onnx(network, tmp_path / "made.onnx", size=SIZE)
    assert _files(tmp_path) == ["made.onnx"]  # one file, weights within
    assert written.bytes == (tmp_path / "made.onnx").stat().st_size
    assert written.inputs == {port.name: list(port.shape(SIZE)) for port in inputs_of(network)}
    assert written.outputs == OUTPUTS[name]
    given = sample_inputs(network, SIZE, seed=99)  # none of those it was checked with
    session = onnxruntime.InferenceSession(written.path, providers=["CPUExecutionProvider"])
    made = session.run(None, {port.name: one.numpy() for port, one in zip(inputs_of(network), given, strict=True)})[0]
    assert np.abs(made - network(*given).image.numpy()).max() <= PARITY


@pytest.mark.parametrize("name", ["srgan", "bgrsr-lite"])
def test_a_dynamic_file_takes_any_number_of_frames_of_any_size(name: str, tmp_path: Path) -> None:
    network = _network(name)
    written = export_onnx(network, tmp_path / "any.onnx", size=(SIZE[0] - 2, SIZE[1] + 4), dynamic=True)  # as trained
    assert len(written.checked) == 2
    given = sample_inputs(network, (112, 80), seed=5, batch=3)
    session = onnxruntime.InferenceSession(written.path, providers=["CPUExecutionProvider"])
    made = session.run(None, {port.name: one.numpy() for port, one in zip(inputs_of(network), given, strict=True)})[0]
    assert np.abs(made - network(*given).image.numpy()).max() <= PARITY


def test_float16_weights_take_half_the_bytes_and_make_nearly_the_same(srgan: Network, tmp_path: Path) -> None:
    whole = export_onnx(srgan, tmp_path / "whole.onnx", size=SIZE)
    half = export_onnx(srgan, tmp_path / "half.onnx", size=SIZE, float16=True)
    assert half.bytes < 0.55 * whole.bytes
    assert 0 < parity_of(srgan, half.path.read_bytes(), SIZE) < 0.01


def test_nothing_is_kept_that_differs_from_torch(srgan: Network, tmp_path: Path) -> None:
    class Restless(type(srgan)):  # type: ignore[misc]
        """Makes something else each time it is asked by torch, as a file that was exported wrongly would."""

        calls = 0

        def forward(self, lr: Tensor) -> Output:
            self.calls += 1
            return Output(super().forward(lr).image * (1 - 0.001 * self.calls))

    network = Restless()
    network.load_state_dict(srgan.state_dict())
    before = tmp_path / "made.onnx"
    before.write_bytes(b"what was there")
    with pytest.raises(
        ToolError, match=r"not written: ONNX Runtime's pictures are \d\.\de-0\d from torch's, allowed are 1e-04"
    ):
        export_onnx(network.eval(), before, size=SIZE)
    assert before.read_bytes() == b"what was there"
    assert _files(tmp_path) == ["made.onnx"]


def test_a_network_that_makes_no_numbers_is_not_kept(tmp_path: Path) -> None:
    network = make_network("srgan").eval()
    nn.init.constant_(network.sr.out.bias, float("nan"))
    with pytest.raises(ToolError, match="not written"):
        export_onnx(network, tmp_path / "made.onnx", size=SIZE)
    assert _files(tmp_path) == []


def test_the_command_says_where_and_how_exact_and_the_file_says_what_it_is(tmp_path: Path) -> None:
    config = TrainConfig(network="srgan", lr_size=(64, 48))
    state = TrainingState.fresh(config, torch.device("cpu"))
    run = RunFolder(tmp_path / "runs" / "first")
    run.root.mkdir(parents=True)
    save_generator(run.best, state, config=config)
    run.config.write_text(json.dumps({"manifest_sha256": "abc123"}))
    result = CliRunner().invoke(build(), ["export", "-w", str(tmp_path), "--name", "first"])
    assert result.exit_code == 0, result.output
    file = run.root / "srgan.onnx"
    assert f"{file}: 2." in result.stdout
    assert "takes lr 1×3×48×64" in result.stdout
    assert "as torch makes it within" in result.stdout
    noted = {entry.key: entry.value for entry in onnx.load(file).metadata_props}
    assert (noted["network"], noted["run"], noted["manifest_sha256"]) == ("srgan", "first", "abc123")
    assert noted["frame_size"] == "64x48"
    assert "sRGB" in noted["pictures"]
    assert "licences of its footage apply" in noted["licence"]
    assert len(noted["revision"]) >= len("unknown")


def test_a_run_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(build(), ["export", "-w", str(tmp_path), "--name", "none"])
    assert isinstance(result.exception, InputError)
    assert "runs/none/best.pt: is not there" in str(result.exception)


def test_the_command_for_data_sets_and_that_for_networks_are_one() -> None:
    told: list[dict[str, object]] = []

    def data_set(form: str, out: Path, shard: int = 5) -> None:
        """Hand on a set."""
        told.append({"form": form, "out": out, "shard": shard})

    def network(form: str = "onnx", out: Path | None = None, dynamic: bool = False) -> None:
        """Hand on a network."""
        told.append({"form": form, "out": out, "dynamic": dynamic})

    app = typer.Typer()
    app.command()(joined(network, data_set))
    runner = CliRunner()
    assert runner.invoke(app, ["--form", "coco", "--out", "there", "--shard", "7"]).exit_code == 0
    assert runner.invoke(app, ["--dynamic"]).exit_code == 0
    assert told == [
        {"form": "coco", "out": Path("there"), "shard": 7},
        {"form": "onnx", "out": None, "dynamic": True},
    ]
    assert "needs --out" in str(runner.invoke(app, ["--form", "coco"]).exception)
    unknown = runner.invoke(app, ["--form", "zip"]).exception
    assert isinstance(unknown, InputError)
    assert "there is no format 'zip'; known: onnx, webdataset" in str(unknown)


def test_without_a_command_for_data_sets_the_other_formats_are_refused() -> None:
    app = typer.Typer()
    add_export(app)
    assert app.registered_commands[0].callback is export_network
    with pytest.raises(InputError, match="--format coco: known is onnx"):
        export_network(form="coco")
