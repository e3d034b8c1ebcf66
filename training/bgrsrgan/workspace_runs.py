"""Training and evaluation in a workspace: what the commands and the stages both call."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import torch

from bgrsr_data.errors import InputError
from bgrsr_data.manifests import manifest_path
from bgrsr_data.media.files import sha256_of
from bgrsr_data.records import content_hash
from bgrsrgan.backend import first_process
from bgrsrgan.config import EvaluateOptions, TrainOptions
from bgrsrgan.evaluation.cases import Tell
from bgrsrgan.evaluation.compare import Comparison, compare
from bgrsrgan.evaluation.evaluate import Evaluation, evaluate
from bgrsrgan.evaluation.measured import Asked, Trained
from bgrsrgan.evaluation.rivals import Contest, rivals_of
from bgrsrgan.loop.run_folder import RunFolder
from bgrsrgan.loop.state import load_generator
from bgrsrgan.loop.train import OnStep, Summary, choose_device, obstacle, train
from bgrsrgan.manifests import needs, reads
from bgrsrgan.tasks import task_of


def run_folder(root: Path, name: str) -> RunFolder:
    """Where a run of a workspace is kept."""
    return RunFolder(root / "runs" / name)


def manifest_hash(root: Path, network: str, sources: str) -> str:
    """Hash of the manifests that training a network from these sources reads, as far as they are there.

    Raises:
        InputError: One is missing that it cannot do without.
    """
    for path in (manifest_path(root, model) for model in needs(network, sources)):
        if not path.is_file():
            raise InputError(f"{path}: there is no such manifest; publish one with: bgrsr publish")
    paths = (manifest_path(root, model) for model in reads(network))
    return content_hash(*(sha256_of(path) for path in paths if path.is_file()))


def train_in(
    root: Path, options: TrainOptions, *, fresh: bool = False, replace: bool = False, on_step: OnStep | None = None
) -> Summary:
    """Train on a workspace's published set, or go on with a run that was stopped.

    Args:
        root: The workspace, or any folder with its manifests and files.
        options: What is trained, and the run's name.
        fresh: Begin anew even where a run was begun.
        replace: Begin anew where the run that was begun had other options or other data.
        on_step: Called after each step with its number and its loss terms.

    Raises:
        InputError: A manifest or a split is missing; the run was begun otherwise (unless `replace`).
        LockedError: Another process trains under this name.
        ToolError: A loss is not a number.
        DiskFullError: Nothing more can be written.
    """
    hashed = manifest_hash(root, options.network, options.sources)
    examples_of = task_of(options.network).examples(root, options.config)
    run = run_folder(root, options.name)
    with run.writing() if first_process() else nullcontext():
        fresh = fresh or (replace and obstacle(options.config, run, hashed) is not None)
        return train(
            options.config,
            examples_of,
            run,
            manifest_sha256=hashed,
            fresh=fresh,
            on_step=on_step,
            recipe=options.recipe,
        )


def evaluate_in(
    root: Path, options: EvaluateOptions, *, threads: int | None = None, tell: Tell | None = None
) -> Evaluation:
    """Measure the best generator of a run on a held-out split.

    Args:
        root: The workspace, or any folder with its manifests, files and runs.
        options: Which run, split and features.
        threads: Threads of torch; what the run was told when None.
        tell: Called with (what, done, all).

    Raises:
        InputError: There is no such run, or no such features; a manifest or the split is missing.
        DiskFullError: Nothing more can be written.
    """
    trained = trained_in(root, options.name)
    config = trained.config
    device = choose_device(config.model_copy(update={"device": "auto", "threads": threads or config.threads}))
    return evaluate(
        trained._replace(generator=trained.generator.to(device)),
        task_of(config.network).examples(root, config),
        run_folder(root, options.name).evaluation,
        asked=Asked(options.split, options.pairs, options.features),
        device=device,
        tell=tell,
    )


def trained_in(root: Path, name: str) -> Trained:
    """The best generator of a run.

    Raises:
        InputError: There is no such run, or its file is damaged.
    """
    return Trained(*load_generator(run_folder(root, name).trained(), torch.device("cpu")))


def compare_in(
    root: Path, contest: Contest, out: Path, asked: Asked, *, threads: int | None = None, tell: Tell | None = None
) -> Comparison:
    """Measure several runs on the same held-out examples.

    Args:
        root: The workspace, or any folder with its manifests, files and runs.
        contest: Who is compared, on what.
        out: The folder written into.
        asked: What is measured.
        threads: Threads of torch; all cores when None.
        tell: Called with (what, done, all).

    Raises:
        InputError: A run is not there; they do different work; a manifest or the split is missing.
        DiskFullError: Nothing more can be written.
    """
    runs = {name: trained_in(root, name) for name in contest.runs}
    config = next(iter(runs.values())).config
    device = choose_device(config.model_copy(update={"device": "auto", "threads": threads}))
    for trained in runs.values():
        trained.generator.to(device)
    task, rivals, config = rivals_of(contest, runs.__getitem__)
    return compare(task, rivals, task.examples(root, config), out, asked=asked, device=device, tell=tell)


def comparison_folder(root: Path, names: Sequence[str]) -> Path:
    """Where a comparison of runs is kept."""
    return root / "comparisons" / "_".join(names)
