"""The commands about networks, which join the one command line through an entry point.

Thin shells; torch is imported when a command runs, never when it is listed.
"""

from __future__ import annotations

import typer

from bgrsrgan.cli.bench import bench_model
from bgrsrgan.cli.compare import compare
from bgrsrgan.cli.evaluate import evaluate
from bgrsrgan.cli.export import add_export
from bgrsrgan.cli.models import models
from bgrsrgan.cli.replace import replace
from bgrsrgan.cli.train import trainer_of
from bgrsrgan.cli.validate import validate
from bgrsrgan.config import NETWORK_NAMES
from bgrsrgan.deblur.cli import train_deblur


def commands(app: typer.Typer) -> None:
    """Add the commands to the one command line."""
    trainers = typer.Typer(help="Train a network on your own footage.", no_args_is_help=True)
    for network in NETWORK_NAMES:
        trainers.command(network)(trainer_of(network))
    trainers.command("deblur")(train_deblur)
    app.add_typer(trainers, name="train")
    app.command("evaluate")(evaluate)
    app.command("compare")(compare)
    app.command("models")(models)
    add_export(app)
    app.command("bench-model")(bench_model)
    app.command("replace")(replace)
    app.command("validate")(validate)
