"""Runs side by side: one network against a cascade of two, on the same examples."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import cv2
import pytest
import torch
from photo_renderer import TINY, PhotoRenderer
from published_set import publish_set
from typer.testing import CliRunner

from bgrsr_data.cli.app import build
from bgrsr_data.errors import InputError
from bgrsrgan.config import TrainConfig
from bgrsrgan.data.combinations import Batch
from bgrsrgan.data.examples import Origin, as_float
from bgrsrgan.data.loader import in_order
from bgrsrgan.evaluation.cascade import blank_trimap, cascade, oracle_trimap
from bgrsrgan.evaluation.cases import Case
from bgrsrgan.evaluation.compare import compare, shares_of_best
from bgrsrgan.evaluation.measured import Asked, Trained
from bgrsrgan.evaluation.pace import ms_per_frame
from bgrsrgan.evaluation.rivals import Contest, rivals_of
from bgrsrgan.light import blend, upscale
from bgrsrgan.loop.state import save_generator
from bgrsrgan.metrics import psnr
from bgrsrgan.networks import Enlarger, Matter, Output, make_network
from bgrsrgan.networks.summary import summarise

CPU = torch.device("cpu")
RUNS = {"unet": "unet-gan", "sr": "srgan", "both": "bgrsrgan", "lite": "bgrsr-lite"}


class Bicubic(Enlarger):
    def forward(self, lr) -> Output:
        return Output(upscale(lr))


class ByTrimap(Matter):
    def forward(self, image, trimap) -> Output:
        return Output(trimap)


@pytest.fixture(scope="module")
def batch() -> Batch:
    return as_float(next(in_order(PhotoRenderer(lr_size=(96, 72)).examples("test"), batch=3)), CPU)


@cache
def _read(name: str) -> Trained:
    torch.manual_seed(0)
    config = TINY.model_copy(update={"network": RUNS[name]})
    return Trained(make_network(RUNS[name]).requires_grad_(False).eval(), config, 7)


def test_a_cascade_pastes_in_linear_light_and_enlarges_what_it_pasted(batch) -> None:
    trimap = torch.zeros_like(batch.lr_frame[:, :1])
    trimap[..., :48] = 1
    output = cascade(ByTrimap(), Bicubic(), batch, trimap)
    assert torch.equal(output.lr_image, blend(batch.lr_frame, batch.lr_background, trimap))
    assert torch.allclose(output.lr_image[..., :48], batch.lr_frame[..., :48], atol=1e-5)
    assert torch.allclose(output.lr_image[..., 48:], batch.lr_background[..., 48:], atol=1e-5)
    assert torch.equal(output.image, upscale(output.lr_image))
    assert output.alpha.shape == batch.hr_alpha.shape


def test_the_oracle_knows_most_and_is_never_sure_of_what_is_wrong(batch) -> None:
    """Where its trimap is sure, the true alpha agrees, but for the pixel or two by which a hand misses the outline."""
    trimap = oracle_trimap(batch)
    alpha = torch.nn.functional.avg_pool2d(batch.hr_alpha, 2)
    assert set(trimap.unique().tolist()) == {0, 0.5, 1}
    assert (trimap == 0.5).float().mean() < 0.35
    assert (alpha[trimap == 1] > 0.5).float().mean() > 0.99
    assert (alpha[trimap == 0] < 0.5).float().mean() > 0.99
    assert torch.equal(trimap, oracle_trimap(batch))  # always the same
    assert set(blank_trimap(batch).unique().tolist()) == {0.5}


def test_the_oracle_s_help_is_worth_decibels(batch) -> None:
    """A matter that believes its trimap: pasting with help is closer to the truth than a ghost everywhere."""
    helped, alone = (
        psnr(cascade(ByTrimap(), Bicubic(), batch, trimap).image, batch.hr_target)
        for trimap in (oracle_trimap(batch), blank_trimap(batch))
    )
    assert (helped > alone + 3).all()


def test_rivals_are_runs_and_cascades_with_the_size_of_what_runs() -> None:
    task, rivals, config = rivals_of(Contest(["unet+sr", "both", "lite", "lite"], blind=True), _read)
    assert [rival.name for rival in rivals] == ["unet+sr", "unet+sr without trimap", "both", "lite"]
    assert [rival.helped for rival in rivals] == [True, False, False, False]
    assert rivals[0].parameters == 17_267_969 + 467_843  # the critic does not run
    assert rivals[0].forward_backward_mb == pytest.approx(1103.91 + 2144.53)
    assert (rivals[2].parameters, rivals[2].forward_backward_mb) == (17_192_908, 2556.45)
    assert rivals[3].parameters == summarise("bgrsr-lite").parameters
    assert task.name == "replace the background and double the resolution"
    assert (config.network, config.lr_size) == ("bgrsrgan", TINY.lr_size)


def test_a_cascade_alone_is_measured_on_combinations() -> None:
    _, _, config = rivals_of(Contest(["unet+sr"]), _read)
    assert config.network == "bgrsr-lite"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["sr+unet"], r"sr\+unet: a cascade is a run of unet-gan, \+, and a run of srgan"),
        (["unet+sr+sr"], "a cascade is a run of unet-gan"),
        (["lite", "sr"], r"do different work .*lite: replace the background.*sr: double.*UNET_RUN\+SRGAN_RUN"),
    ],
)
def test_what_cannot_be_compared_is_an_input_error(names: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        rivals_of(Contest(names), _read)


def test_runs_that_learned_from_frames_of_another_size_are_compared_on_one_that_is_given() -> None:
    def read(name: str) -> Trained:
        trained = _read("lite")
        config = trained.config if name == "a" else trained.config.model_copy(update={"lr_size": (64, 48)})
        return trained._replace(config=config)

    with pytest.raises(InputError, match=r"different sizes \(a: 48×36; b: 64×48\); .*--size 320x240"):
        rivals_of(Contest(["a", "b"]), read)
    _, rivals, config = rivals_of(Contest(["a", "b"], (320, 240)), read)
    assert [rival.name for rival in rivals] == ["a", "b"]
    assert config.lr_size == (320, 240)


def test_a_comparison_measures_all_on_the_same_and_draws_it(tmp_path: Path) -> None:
    renderer = PhotoRenderer(lr_size=TINY.lr_size)
    task, rivals, _ = rivals_of(Contest(["unet+sr", "lite"]), _read)
    asked = Asked(features="none")
    found = compare(task, rivals, renderer.examples, tmp_path, asked=asked, device=CPU)
    assert [row.name for row in found.rows] == ["unet+sr", "lite", "bicubic", "background"]
    assert (found.pairs, found.frame, found.device) == (3, (48, 36), "cpu")
    assert all(row.ms_per_frame > 0 for row in found.rows if row.networks)
    assert sum(row.best_on for row in found.rows) == pytest.approx(1)
    content = json.loads((tmp_path / "compare.json").read_text())
    assert content["images"][0].keys() >= {"id", "person", "unet+sr", "lite", "background"}
    assert cv2.imread(str(tmp_path / "compare.png")).shape == (600, 1500, 3)
    for name, rows in (("worst.png", 2), ("random.png", 3)):  # input, target background, two outputs, target
        assert cv2.imread(str(tmp_path / name)).shape == (34 + rows * (300 + 36), 5 * 406 + 6, 3)


def test_the_best_on_an_example_is_told_and_equals_share() -> None:
    ssims = [(0.9, 0.5), (0.2, 0.7), (0.4, 0.4), (0.8, 0.1)]
    cases = [
        Case(row, Origin(str(row), "x"), {"a": {"psnr": 0, "ssim": a}, "b": {"psnr": 0, "ssim": b}})
        for row, (a, b) in enumerate(ssims)
    ]
    assert shares_of_best(cases) == pytest.approx({"a": 0.625, "b": 0.375})


def test_time_is_taken_with_one_thread_and_the_threads_are_given_back() -> None:
    threads: list[int] = []
    torch.set_num_threads(2)
    assert ms_per_frame(lambda batch: threads.append(torch.get_num_threads()), None, CPU) >= 0
    assert torch.get_num_threads() == 2
    assert set(threads) == {1}


def test_the_time_of_a_frame_is_the_least_that_the_processor_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    passed, needed = [0.0], iter([9.0, 0.5, 0.25, 0.75])  # the first one is to warm up

    def make(batch: object) -> None:
        passed[0] += next(needed)

    monkeypatch.setattr("time.process_time", lambda: passed[0])
    assert ms_per_frame(make, None, CPU) == 250


def test_the_command_compares_runs_of_a_workspace(tmp_path: Path) -> None:
    publish_set(tmp_path).close()
    for name in ("lite", "sr"):
        _save(tmp_path, name)
    _save(tmp_path, "other", network="lite", seed=5)
    words = ["compare", "lite", "other", "-w", str(tmp_path), "--threads", "1", "--pairs", "2"]
    result = CliRunner().invoke(build(), words)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert "2 of 3 examples of the test split, frames of 48×36" in lines[0]
    assert "published PSNR" in lines[2]
    assert [line.split()[0] for line in lines[3:5]] == ["lite", "other"]
    assert (tmp_path / "comparisons" / "lite_other" / "compare.png").is_file()
    told = json.loads(CliRunner().invoke(build(), [*words, "--json", "--features", "none"]).stdout)
    assert [row["name"] for row in told["rows"]] == ["lite", "other", "bicubic", "background"]
    with pytest.raises(InputError, match="train it with: bgrsr train"):
        build()(["compare", "nobody", "-w", str(tmp_path)], standalone_mode=False)


def _save(root: Path, name: str, *, network: str = "", seed: int = 0) -> None:
    torch.manual_seed(seed)
    config = TrainConfig(**TINY.model_dump() | {"network": RUNS[network or name]})
    folder = root / "runs" / name
    folder.mkdir(parents=True)
    state = SimpleNamespace(step=3, best_ssim=0.5, mean_generator=make_network(config.network))
    save_generator(folder / "best.pt", state, config=config)
