"""The command `bgrsr compare`: a thin shell over bgrsrgan.workspace_runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bgrsr_data.cli.output import table
from bgrsr_data.cli.parameters import JsonOption, WorkspaceOption
from bgrsrgan.backend import require_torch
from bgrsrgan.cli.evaluate import FeaturesOption, PairsOption, SplitOption, ThreadsOption, measuring
from bgrsrgan.cli.figures import MISSING, figure_table
from bgrsrgan.cli.parameters import HERE, parse_size
from bgrsrgan.cli.scores import NAMES

if TYPE_CHECKING:
    from bgrsrgan.evaluation.compare import Comparison, Row

HELPED = "* its trimap is drawn from the true alpha, an oracle's help that no video call gives"


def compare(
    runs: Annotated[
        list[str], typer.Argument(metavar="RUN...", help="Names of runs; UNET_RUN+SRGAN_RUN is a cascade of two.")
    ],
    workspace: WorkspaceOption = HERE,
    split: SplitOption = "test",
    pairs: PairsOption = None,
    features: FeaturesOption = "efficientnet-lite0",
    size: Annotated[
        str | None, typer.Option(metavar="WxH", help="Of the frames they see.", show_default="as they were trained")
    ] = None,
    blind: Annotated[bool, typer.Option("--blind", help="Show cascades without their trimap too.")] = False,
    threads: ThreadsOption = None,
    out: Annotated[Path | None, typer.Option(help="Where it is written.", show_default="comparisons/RUNS")] = None,
    json: JsonOption = False,
) -> None:
    """Compare trained networks on the same held-out examples: how good, how large, how fast.

    Writes compare.json, compare.png, worst.png and random.png. Published units stand beside the standard ones: PSNR of
    normalised tensors with a peak of 255 is 35.2 dB too much; see docs/evaluation.md.

    Example: bgrsr compare unet-gan+srgan bgrsrgan bgrsr-lite
    """
    require_torch()
    from bgrsrgan.evaluation.measured import Asked
    from bgrsrgan.evaluation.rivals import Contest
    from bgrsrgan.workspace_runs import compare_in, comparison_folder

    contest = Contest(runs, parse_size(size) if size else None, blind)
    out = out or comparison_folder(workspace, runs)
    with measuring() as tell:
        found = compare_in(workspace, contest, out, Asked(split, pairs, features), threads=threads, tell=tell)
    if json:
        typer.echo(found.model_dump_json(indent=2))
        return
    _show(found, features)
    typer.echo(f"look at {out / 'compare.png'} and {out / 'worst.png'}")


def _show(found: Comparison, asked: str) -> None:
    of = "" if found.pairs == found.of else f" of {found.of:,}"
    width, height = found.frame
    typer.echo(f"{found.does}: {found.pairs:,}{of} examples of the {found.split} split, frames of {width}×{height}\n")
    typer.echo(figure_table([({"method": _name(row)}, row.figures) for row in found.rows]))
    typer.echo("")
    typer.echo(table([_size(row) for row in found.rows if row.networks]))
    where = "one thread of the CPU" if found.device == "cpu" else "the GPU"
    typer.echo("\nforward/backward MB and GFLOP: of what runs, without critics, on a frame of 320×240")
    typer.echo(f"ms a frame: plain PyTorch on {where}, one frame at a time; what is shipped: bgrsr bench-model")
    if found.features is None and asked != "none":
        typer.echo("feature distance: not installed: its packages are in bgrsr[train]")
    elif found.seen:
        typer.echo(f"feature distance: through {found.features}, on {found.seen} examples")
    if any(row.helped for row in found.rows):
        typer.echo(HELPED)


def _name(row: Row) -> str:
    return NAMES.get(row.name, row.name) + (" *" if row.helped else "")


def _size(row: Row) -> dict[str, object]:
    pace = row.ms_per_frame
    return {
        "method": _name(row),
        "network": " + ".join(row.networks),
        "steps": " + ".join(f"{step:,}" for step in row.steps),
        "parameters": row.parameters or 0,
        "forward/backward MB": f"{row.forward_backward_mb or 0:19,.2f}",
        "GFLOP": f"{row.gigaflops or 0:6.1f}",
        "ms/frame": f"{pace:8.1f}" if pace else MISSING,
        "fps": f"{1000 / pace:6.1f}" if pace else MISSING,
        "best on": f"{row.best_on:7.0%}",
    }
