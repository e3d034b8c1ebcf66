"""Training runs as the page shows them, read from their folders: curves, panels, figures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bgrsr_data.errors import InputError

PICTURES = ("curves.png", "panels*.png", "panels/*.png", "evaluation/random.png", "evaluation/worst.png")


@dataclass(frozen=True)
class Run:
    """One training run.

    Args:
        name: Of its folder.
        figures: (what, value) of the evaluation.
        scores: (method, mean PSNR in dB, mean SSIM) on the held-out split.
        pictures: Files to show, in order; of a numbered series the last one.
    """

    name: str
    figures: list[tuple[str, str]]
    scores: list[tuple[str, float, float]]
    pictures: list[Path]


def find_runs(root: Path) -> list[Run]:
    """Every run in a workspace that has something to show, by name.

    Raises:
        InputError: An evaluation cannot be read.
    """
    folders = sorted(path for path in (root / "runs").glob("*") if path.is_dir())
    runs = [_read(folder) for folder in folders]
    return [run for run in runs if run.pictures or run.scores]


def _read(folder: Path) -> Run:
    pictures = [found[-1] for pattern in PICTURES if (found := sorted(folder.glob(pattern)))]
    path = folder / "evaluation" / "evaluation.json"
    if not path.is_file():
        return Run(folder.name, [], [], pictures)
    try:
        told = json.loads(path.read_text())
        scores = [(name, float(score["psnr"]), float(score["ssim"])) for name, score in told["scores"].items()]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: is not an evaluation; write it again with: bgrsr evaluate") from error
    figures = [(key, str(told[key])) for key in ("split", "pairs", "step", "beats_baseline") if key in told]
    return Run(folder.name, figures, scores, pictures)
