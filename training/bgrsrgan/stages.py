"""Training and evaluation as steps of a recipe: one item each, in the driver's process.

The rows point at what a person looks at and uses. A run's folder is its owner's: no rerun of another name deletes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bgrsr_data.manifests import manifest_path
from bgrsr_data.media.files import sha256_of
from bgrsr_data.records import ManifestRow, ReportRow, make_id
from bgrsr_data.stage import Item, Stage
from bgrsrgan.backend import require_torch
from bgrsrgan.config import NETWORK_NAMES, EvaluateOptions, TrainOptions
from bgrsrgan.manifests import reads

if TYPE_CHECKING:
    from bgrsr_data.ledger import Ledger
    from bgrsrgan.evaluation.measure import Score


class Train(Stage[None]):
    """Train a network on the published set; a run that was killed goes on."""

    name = "train"
    command = "train bgrsr-lite"
    needs = ("publish",)
    pooled = False
    whole = True
    options: TrainOptions

    def items(self, ledger: Ledger) -> Iterable[Item[None]]:
        """The one run, where something is published."""
        if published := _published(ledger, self.options.network):
            yield Item(self.options.name, published, None)

    def run(self, item: Item[None], root: Path) -> Sequence[ReportRow]:  # noqa: ARG002 - the options say it all
        """Train, or go on; begin anew where options or data have changed."""
        require_torch()
        from bgrsrgan.workspace_runs import run_folder, train_in  # noqa: PLC0415 - torch

        summary = train_in(root, self.options, replace=True)
        figures = _figures({"model": (summary.psnr, summary.ssim), **summary.baselines})
        run = run_folder(root, self.options.name)
        figures |= {"steps": summary.steps, "best_step": summary.best_step, "train_pairs": summary.train_pairs}
        return [_row(self.name, root, run.best, figures), _row(self.name, root, run.curves, {})]


class Evaluate(Stage[None]):
    """Measure the trained network on the held-out split."""

    name = "evaluate"
    needs = ("publish", "train")
    pooled = False
    whole = True
    options: EvaluateOptions

    def items(self, ledger: Ledger) -> Iterable[Item[None]]:
        """The one evaluation, where the run is known."""
        trained = [row.content for row in ledger.rows(ReportRow, "train") if f"runs/{self.options.name}/" in row.path]
        if trained:
            yield Item(self.options.name, (*_published(ledger, *NETWORK_NAMES), *trained), None)

    def run(self, item: Item[None], root: Path) -> Sequence[ReportRow]:  # noqa: ARG002 - the options say it all
        """Evaluate."""
        require_torch()
        from bgrsrgan.workspace_runs import evaluate_in, run_folder  # noqa: PLC0415 - torch

        evaluation = evaluate_in(root, self.options)
        out = run_folder(root, self.options.name).evaluation
        figures: dict[str, float] = {"pairs": evaluation.pairs}
        for method, found in evaluation.scores.items():
            figures |= {f"{method}_{figure}": round(value, 4) for figure, value in found.items()}
        figures |= {f"beats_{name}": float(beaten) for name, beaten in evaluation.beats.items()}
        rows = [_row(self.name, root, out / "evaluation.json", figures)]
        return rows + [_row(self.name, root, out / name, {}) for name in ("random.png", "worst.png")]


def _published(ledger: Ledger, *networks: str) -> tuple[str, ...]:
    paths = {manifest_path(Path(), model).as_posix() for network in networks for model in reads(network)}
    return tuple(row.sha256 for row in ledger.rows(ManifestRow) if row.path in paths)


def _figures(scores: dict[str, Score] | dict[str, tuple[float, float]]) -> dict[str, float]:
    """{"model_psnr": …, "model_ssim": …, "bicubic_psnr": …}."""
    return {
        f"{name}_{metric}": round(value, 4)
        for name, score in scores.items()
        for metric, value in zip(("psnr", "ssim"), score, strict=True)
    }


def _row(stage: str, root: Path, path: Path, figures: dict[str, float]) -> ReportRow:
    where = path.relative_to(root).as_posix()
    return ReportRow(id=make_id("report", stage, where), path=where, sha256=sha256_of(path), figures=figures)
