"""Training runs as the page shows them, read from their folders: curves, panels, and how good they are on whom."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bgrsr_data.errors import InputError
from bgrsr_data.report.curves import draw_curves, read_steps

PANELS = {
    "panels/*.png": "The last look while it trained",
    "evaluation/random.png": "Held-out examples, drawn at random",
    "evaluation/worst.png": "Held-out examples, the worst",
}
FIGURES = {  # name: (as a person reads it, digits, whether more is better)
    "psnr": ("PSNR, dB", 2, True),
    "ssim": ("SSIM", 4, True),
    "unknown_mse": ("alpha MSE in the band, ×1000", 2, False),
    "sad": ("alpha SAD", 3, False),
    "grad": ("alpha gradient error", 3, False),
    "feature_distance": ("feature distance", 3, False),
    "flicker": ("flicker, levels", 2, False),
    "alpha_flicker": ("alpha flicker", 2, False),
}
MODEL = "model"


@dataclass(frozen=True)
class Run:
    """One training run.

    Args:
        name: Of its folder.
        network: What was trained; empty where the run does not say.
        told: (what, value), in words, of how it was trained.
        evaluated: On what it was evaluated, in words; empty where it was not.
        scores: {the run's network or a rival that needs no training: {figure: value}}, on the held-out split.
        beats: For each rival, whether the network is better.
        people: (person, pairs, {figure: value}) of each held-out person, the hardest first.
        curves: (title, SVG).
        pictures: (title, file).
        command: That trains it again.
    """

    name: str
    network: str
    told: list[tuple[str, str]]
    evaluated: str
    scores: Mapping[str, Mapping[str, float]]
    beats: Mapping[str, bool]
    people: list[tuple[str, int, Mapping[str, float]]]
    curves: list[tuple[str, str]]
    pictures: list[tuple[str, Path]]
    command: str

    @property
    def figures(self) -> list[tuple[str, str, int, bool]]:
        """(key, words, digits, whether more is better) of what was measured, the known ones in their order."""
        have = {key for scores in self.scores.values() for key in scores}
        return [(key, *told) for key, told in FIGURES.items() if key in have]

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        people = [{"person": name, "pairs": pairs, **figures} for name, pairs, figures in self.people]
        return {
            "name": self.name, "network": self.network, **dict(self.told), "scores": self.scores,
            "beats": self.beats, "people": people,
        }  # fmt: skip


def find_runs(root: Path) -> list[Run]:
    """Every run in a workspace that has something to show, by name.

    Raises:
        InputError: What a run wrote down cannot be read.
    """
    folders = sorted(path for path in (root / "runs").glob("*") if path.is_dir())
    runs = [_read(folder) for folder in folders]
    return [run for run in runs if run.pictures or run.scores or run.curves]


def best_rival(run: Run) -> str | None:
    """What comes nearest to the network without training, by PSNR."""
    rivals = {name: scores["psnr"] for name, scores in run.scores.items() if name != MODEL and "psnr" in scores}
    return max(rivals, key=lambda name: rivals[name], default=None)


def _read(folder: Path) -> Run:
    config, summary = _json(folder / "config.json"), _json(folder / "summary.json")
    path = folder / "evaluation" / "evaluation.json"
    evaluation = _json(path)
    try:
        scores, people = _scores(evaluation), _people(evaluation)
        beats = {str(name): bool(better) for name, better in evaluation.get("beats", {}).items()}
        baselines = {name: float(figures["psnr"]) for name, figures in summary.get("baselines", {}).items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: is not an evaluation; write it again with: bgrsr evaluate") from error
    steps = read_steps(folder / "stats.jsonl") if (folder / "stats.jsonl").is_file() else []
    curves = draw_curves(folder.name, steps, baselines)
    pictures = [(title, found[-1]) for pattern, title in PANELS.items() if (found := sorted(folder.glob(pattern)))]
    if not curves and (folder / "curves.png").is_file():
        pictures.insert(0, ("Curves", folder / "curves.png"))
    network = str(summary.get("network") or config.get("config", {}).get("network") or evaluation.get("network") or "")
    return Run(
        folder.name, network, _told(config, summary), _evaluated(evaluation), scores,
        beats, people, curves, pictures, _command(folder.name, network, config),
    )  # fmt: skip


def _json(path: Path) -> dict[str, Any]:
    """What a file holds; nothing where it is not there."""
    if not path.is_file():
        return {}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path}: is not JSON; the run was damaged; move {path.parent} out of the way") from error
    return told if isinstance(told, dict) else {}


def _scores(evaluation: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    return {
        name: {key: float(value) for key, value in figures.items() if value is not None}
        for name, figures in evaluation.get("scores", {}).items()
    }


def _people(evaluation: Mapping[str, Any]) -> list[tuple[str, int, Mapping[str, float]]]:
    people = [(str(one["name"]), int(one["pairs"]), one["figures"]) for one in evaluation.get("people", [])]
    return sorted(people, key=lambda one: (one[2].get("psnr", 0.0), one[0]))


def _told(config: Mapping[str, Any], summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How it was trained, in words."""
    settings, machine = config.get("config", {}), config.get("machine", {})
    size = settings.get("lr_size")
    words = {
        "recipe": config.get("recipe"),
        "parameters": f"{summary['parameters']:,}" if "parameters" in summary else None,
        "steps": f"{summary['steps']:,}" if "steps" in summary else None,
        "took": f"{summary['seconds'] / 60:.1f} min" if "seconds" in summary else None,
        "training pairs": f"{summary['train_pairs']:,}" if "train_pairs" in summary else None,
        "frames": f"{size[0]}×{size[1]} to {size[0] * settings.get('scale', 1)}×{size[1] * settings.get('scale', 1)}"
        if size
        else None,
        "batch": settings.get("batch"),
        "seed": settings.get("seed"),
        "weights of step": f"{summary['best_step']:,}" if "best_step" in summary else None,
        "ended": summary.get("ended") if summary.get("ended") != "whole" else None,
        "torch": config.get("torch"),
        "machine": machine.get("gpu") or (f"{machine['cores']} cores" if "cores" in machine else None),
    }
    return [(what, str(value)) for what, value in words.items() if value not in (None, "")]


def _evaluated(evaluation: Mapping[str, Any]) -> str:
    if "split" not in evaluation:
        return ""
    of = f" of {evaluation['of']:,}" if "of" in evaluation else ""
    step = f", weights of step {evaluation['step']:,}" if "step" in evaluation else ""
    return f"{evaluation.get('pairs', 0):,}{of} pairs of the {evaluation['split']} split{step}"


def _command(name: str, network: str, config: Mapping[str, Any]) -> str:
    """The command that trains it again; what is not told here its recipe gives, and config.json has all."""
    if not network:
        return ""
    told = {key: config.get("config", {}).get(key) for key in ("pixel_steps", "adversarial_steps", "batch", "seed")}
    words = ["bgrsr", "train", network, *(["--recipe", str(config["recipe"])] if config.get("recipe") else [])]
    words += [
        word for key, value in told.items() if value is not None for word in (f"--{key.replace('_', '-')}", f"{value}")
    ]
    return shlex.join([*words, "--name", name])


def score_table(run: Run) -> list[tuple[str, bool | None, list[tuple[str, bool]]]]:
    """What was measured, a line a method: (method, whether the network beats it, [(value, whether it is best)])."""
    best = {
        key: (max if more else min)(scores[key] for scores in run.scores.values() if key in scores)
        for key, _, _, more in run.figures
    }
    lines = []
    for method, scores in run.scores.items():
        cells = [
            (f"{scores[key]:.{digits}f}" if key in scores else "–", scores.get(key) == best[key])
            for key, _, digits, _ in run.figures
        ]
        lines.append((run.network if method == MODEL and run.network else method, run.beats.get(method), cells))
    return lines
