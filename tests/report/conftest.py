"""A small set, made by the real stages from a second of quickstart footage, and its page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from report_set import Made

from bgrsr_data.fetch.sources import read_sources
from bgrsr_data.media.images import write_image
from bgrsr_data.quickstart.footage import SHOTS, make_footage
from bgrsr_data.runner import run_stage
from bgrsr_data.sources import remember
from bgrsr_data.stages import make_stage
from bgrsr_data.workspace import Workspace

STEPS: dict[str, dict[str, object]] = {
    "fetch": {},
    "frames": {"per_second": 3},
    "select": {},
    "deblur": {},
    "key": {},
    "combine": {"per_foreground": 3},
    "publish": {},
}


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("set")
    sources = make_footage(folder / "footage", frames=30, shots=SHOTS[:2])
    workspace = Workspace.create(folder / "small & <odd>")
    remember(workspace.ledger, read_sources(sources))
    for name, options in STEPS.items():
        outcome = run_stage(make_stage(name, options), workspace, workers=1)
        assert not outcome.errors
    _pretend_run(workspace.root / "runs" / "first")
    yield Made(workspace, folder / "footage")
    workspace.close()


def _pretend_run(folder: Path) -> None:
    """The files that a training run leaves; the training itself has tests of its own."""
    grey = np.full((40, 60, 3), 128, np.uint8)
    for name in ("curves.png", "panels/step_000010.png", "panels/step_000200.png", "evaluation/worst.png"):
        write_image(folder / name, grey)
    scores = {"model": {"psnr": 21.5, "ssim": 0.71234}, "bicubic": {"psnr": 12.25, "ssim": 0.4}}
    told = {
        "split": "test",
        "network": "srgan",
        "pairs": 9,
        "step": 200,
        "beats": {"bicubic": True},
        "scores": scores,
        "images": [],
    }
    (folder / "evaluation" / "evaluation.json").write_text(json.dumps(told))
