"""A run that is killed in its adversarial phase and resumed ends in the bits of one that was never stopped."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from photo_examples import EVERY_NETWORK, examples_of
from same_run import assert_same_run

from bgrsrgan.config import TrainConfig
from bgrsrgan.loop.run_folder import RunFolder
from bgrsrgan.loop.state import read_checkpoint
from bgrsrgan.loop.train import train

CPU = torch.device("cpu")


@pytest.mark.parametrize("network", EVERY_NETWORK)
def test_killed_in_the_adversarial_phase_and_resumed_every_bit_is_the_same(network: str, tmp_path: Path) -> None:
    config = EVERY_NETWORK[network]
    _train(config, tmp_path / "whole")
    _kill_in_step(5, config, tmp_path / "killed")
    assert read_checkpoint(tmp_path / "killed" / "checkpoint.pt", CPU)["step"] == 4  # two steps into the second phase
    summary = _train(config, tmp_path / "killed")
    assert summary.steps == 6
    assert_same_run(tmp_path / "whole", tmp_path / "killed")


def _train(config: TrainConfig, folder: Path):
    return train(config, examples_of(config), RunFolder(folder), manifest_sha256="a")


def _kill_in_step(step: int, config: TrainConfig, folder: Path) -> None:
    script = [sys.executable, str(Path(__file__).with_name("kill_me.py"))]
    process = subprocess.Popen([*script, str(folder), config.model_dump_json(), str(step)])
    try:
        deadline = time.monotonic() + 300
        while not (folder / "there").is_file():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
