"""A training that is killed goes on where it was, and a run that had trained already does nothing."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest
import yaml
from recovery.conftest import manifests, tree
from small import STEPS, bgrsr, calm, command

pytest.importorskip("torch")
TINY = {
    "recipe": "smoke", "lr_size": [32, 24], "batch": 2, "pixel_steps": 6, "adversarial_steps": 2, "eval_every": 4,
    "eval_pairs": 2, "checkpoint_every": 2, "log_every": 1, "threads": 1,
}  # fmt: skip


def test_killed_in_training_and_run_again_the_weights_are_the_same(
    small_set: Path, undisturbed: Path, tmp_path: Path
) -> None:
    recipe = small_set.with_name("train.yaml")
    recipe.write_text(yaml.safe_dump({"sources": ["sources.yaml"], "steps": [*STEPS, {"train": TINY}]}))
    whole, root = tmp_path / "whole", tmp_path / "killed"
    ended = bgrsr("run", recipe, "-w", whole, "-j", 2)
    assert ended.returncode == 0, ended.stderr
    log = subprocess.DEVNULL
    with subprocess.Popen(command("run", recipe, "-w", root, "-j", 2), env=calm(), stdout=log, stderr=log) as process:
        while process.poll() is None and not any((root / "runs").rglob("*.pt")):
            time.sleep(0.002)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    ended = bgrsr("run", recipe, "-w", root, "-j", 2)
    assert ended.returncode == 0, ended.stderr
    assert manifests(root) == manifests(whole) == manifests(undisturbed)
    weights = [{p: s for p, s in tree(place).items() if p.endswith("best.pt")} for place in (whole, root)]
    assert weights[0] == weights[1] != {}
    assert bgrsr("run", recipe, "-w", root).stdout.startswith("nothing to do: ")
