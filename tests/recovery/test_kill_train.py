"""A training that is killed goes on where it was, and a run that had trained already does nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from recovery.conftest import manifests, tree
from small import STEPS, bgrsr, calm

torch = pytest.importorskip("torch")
KILL_TRAIN = str(Path(__file__).with_name("kill_train.py"))
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
    words = [sys.executable, KILL_TRAIN, "6", "run", str(recipe), "-w", str(root), "-j", "2"]
    killed = subprocess.run(words, check=False, capture_output=True, text=True, env=calm(), timeout=300)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    (kept,) = (root / "runs").glob("*/checkpoint.pt")
    assert torch.load(kept, weights_only=False)["step"] == 4
    ended = bgrsr("run", recipe, "-w", root, "-j", 2)
    assert ended.returncode == 0, ended.stderr
    assert manifests(root) == manifests(whole) == manifests(undisturbed)
    weights = [{p: s for p, s in tree(place).items() if p.endswith("best.pt")} for place in (whole, root)]
    assert weights[0] == weights[1] != {}
    assert bgrsr("run", recipe, "-w", root).stdout.startswith("nothing to do: ")
