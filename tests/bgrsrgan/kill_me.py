"""Trains in a process of its own, so that a test can kill it: python kill_me.py RUN CONFIG_JSON."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from photo_renderer import PhotoRenderer

from bgrsrgan.config import TrainConfig
from bgrsrgan.loop.run_folder import RunFolder
from bgrsrgan.loop.train import train

if __name__ == "__main__":
    config = TrainConfig.model_validate_json(sys.argv[2])
    train(
        config,
        PhotoRenderer(lr_size=config.lr_size).examples,
        RunFolder(Path(sys.argv[1])),
        manifest_sha256="a",
        on_step=lambda step, _: time.sleep(0.05 if step < 4 else 60),
    )
