"""The command `bgrsr train deblur`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bgrsr_data.cli.parameters import JsonOption, OutOption, WorkspaceOption, with_options
from bgrsr_data.errors import InputError
from bgrsrgan.backend import require_torch
from bgrsrgan.deblur.options import DeblurTraining

HERE = Path()


@with_options(DeblurTraining)
def train_deblur(
    clips: Annotated[
        list[Path] | None, typer.Argument(help="Sharp videos, one person each, to learn from.", show_default=False)
    ] = None,
    out: OutOption = None,
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
    *,
    given: dict[str, Any],
) -> None:
    """Train a small network that takes motion blur out, on your own sharp footage.

    Blur is made by averaging frames in linear light; the network sees the frame and its two neighbours. It stops when
    people it never saw gain no more, and writes deblur.onnx for `bgrsr deblur --model`.

    Example: bgrsr train deblur -w demo --max-seconds 1800
    """
    if (clips is None) != (out is None):
        raise InputError("train deblur: clips and --out DIR go together; without both it learns from the workspace")
    require_torch()
    from bgrsrgan.cli.progress import progress
    from bgrsrgan.deblur.loop import train_deblur
    from bgrsrgan.deblur.sources import footage_of_files, footage_of_workspace
    from bgrsrgan.loop.run_folder import RunFolder
    from bgrsrgan.workspace_runs import run_folder

    options = _options(given)
    footage = footage_of_files(clips) if clips else footage_of_workspace(workspace)
    run = RunFolder(out) if out else run_folder(workspace, options.name)
    with run.writing(), progress(options.steps) as on_step:
        summary = train_deblur(footage, options, run, on_step=on_step)
    if json:
        typer.echo(summary.model_dump_json(indent=2))
        return
    best = summary.best
    typer.echo(
        f"{summary.held_out_patches} patches of {len(summary.held_out)} held-out clips: "
        f"PSNR {best.psnr_before:.2f} → {best.psnr:.2f} dB ({best.gain_db:+.2f}), "
        f"SSIM {best.ssim_before:.3f} → {best.ssim:.3f}, best of {summary.steps} steps ({summary.ended})"
    )
    typer.echo(f"{summary.parameters:,} parameters, {summary.seconds:.0f} s; look at {run.root / 'panels.png'}")
    typer.echo(f"use it: bgrsr deblur --model {run.root / 'deblur.onnx'}")


def _options(given: dict[str, Any]) -> DeblurTraining:
    from pydantic import ValidationError

    from bgrsr_data.stages import say

    try:
        return DeblurTraining.model_validate(given)
    except ValidationError as error:
        raise InputError(f"train deblur: {say(error, DeblurTraining)[1]}") from error
