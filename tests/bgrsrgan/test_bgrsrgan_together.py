"""Several processes, or several parts of a batch, take the step that one process takes with the whole batch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from photo_examples import SMALLEST, examples_of
from train_together import learn

from bgrsr_data.errors import InputError
from bgrsrgan.loop.processes import ALONE, Processes, together
from bgrsrgan.loop.run_folder import RunFolder
from bgrsrgan.loop.state import load_generator
from bgrsrgan.loop.train import train

CPU = torch.device("cpu")
LESSON = SMALLEST.model_copy(update={"batch": 4, "pixel_steps": 1, "adversarial_steps": 2, "warm_up_steps": 0})
RUN = SMALLEST.model_copy(update={"lr_size": (32, 24), "batch": 4})
# AdamW divides a gradient by its size: where that is no more than rounding, a step goes either way, by the rate.
ROUNDING = {"rtol": 0, "atol": 5e-5}


@pytest.fixture(scope="module")
def two_processes(tmp_path_factory) -> Path:
    """The folder that two real processes, joined by gloo, wrote into."""
    folder = tmp_path_factory.mktemp("together")
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    script = [str(Path(__file__).with_name("train_together.py")), str(folder)]
    told = [LESSON.model_dump_json(), RUN.model_dump_json()]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*launch, *script, *told], capture_output=True, text=True, check=False, timeout=240, env=environment
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def test_two_processes_take_the_steps_that_one_takes_with_the_whole_batch(two_processes: Path) -> None:
    alone, told = learn(LESSON, ALONE)
    for rank in range(2):
        found = torch.load(two_processes / f"lesson_{rank}.pt")
        for mine, its in zip(told, found["told"], strict=True):
            assert its == pytest.approx(mine, abs=2e-4)  # each term is the mean over the whole batch
        _assert_close(found["generator"], alone.generator.state_dict())


def test_two_processes_end_a_run_with_the_same_weights_and_one_of_them_writes(two_processes: Path) -> None:
    mine, its = (torch.load(two_processes / f"run_{rank}.pt") for rank in range(2))
    for name, value in mine["generator"].items():
        assert torch.equal(value, its["generator"][name]), name
    assert (mine["steps"], its["steps"]) == ([1, 2, 3, 4, 5, 6], [])
    run = RunFolder(two_processes / "run")
    assert [row["step"] for row in run.stats() if "total" in row] == [1, 2, 3, 4, 5, 6]
    assert json.loads(run.config.read_text())["processes"] == 2
    assert json.loads(run.summary.read_text())["ended"] == "whole"


def test_what_two_processes_trained_one_goes_on_with(two_processes: Path) -> None:
    summary = train(RUN, examples_of(RUN), RunFolder(two_processes / "run"), manifest_sha256="a")
    assert summary.steps == 6
    assert load_generator(two_processes / "run" / "best.pt", CPU)[2] in {2, 6}


@pytest.mark.parametrize(
    "more", [{"critic": "patch"}, {"critic": "patch", "adversarial": "wgan-gp", "critic_warm_up_steps": 1}]
)
def test_parts_of_a_batch_add_up_to_the_whole(more: dict[str, object]) -> None:
    config = LESSON.model_copy(update=more)
    whole, told = learn(config, ALONE)
    parts, told_of_parts = learn(config.model_copy(update={"accumulate": 2}), ALONE)
    assert told_of_parts[0] == pytest.approx(told[0], abs=1e-6)
    _assert_close(parts.generator.state_dict(), whole.generator.state_dict())


def test_a_batch_that_cannot_be_shared_evenly_is_an_input_error(monkeypatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "3")
    with (
        pytest.raises(InputError, match="a batch of 4 cannot be shared by 3 processes in 1 equal parts each"),
        together(CPU, 4, 1),
    ):
        pass


def test_the_shares_of_a_step_are_the_whole_step_each_place_once() -> None:
    schedule = [list(range(8)), list(range(8, 16))]
    shares = [list(Processes(rank, 4).share(schedule)) for rank in range(4)]
    for step, draws in enumerate(schedule):
        assert [place for share in shares for place in share[step]] == draws


def _assert_close(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    for name, value in one.items():
        torch.testing.assert_close(value, other[name], **ROUNDING, msg=lambda told, name=name: f"{name}: {told}")
