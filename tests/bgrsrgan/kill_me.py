"""Trains in a process of its own, so that a test can kill it: python kill_me.py RUN CONFIG_JSON STEP.

In STEP it makes the file RUN/there and waits to be killed; what the steps before it wrote is on the disk.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from photo_examples import examples_of

from bgrsrgan.config import TrainConfig
from bgrsrgan.loop.run_folder import RunFolder
from bgrsrgan.loop.train import train

if __name__ == "__main__":
    run, config, last = Path(sys.argv[1]), TrainConfig.model_validate_json(sys.argv[2]), int(sys.argv[3])

    def on_step(step: int, terms: object) -> None:
        if step == last:
            (run / "there").touch()
            time.sleep(600)

    train(config, examples_of(config), RunFolder(run), manifest_sha256="a", on_step=on_step)
