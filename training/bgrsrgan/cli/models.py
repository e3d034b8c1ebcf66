"""The command `bgrsr models`: a thin shell over bgrsrgan.networks.summary."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING

import typer

from bgrsr_data.cli.output import table
from bgrsr_data.cli.parameters import JsonOption
from bgrsrgan.backend import require_torch

if TYPE_CHECKING:
    from bgrsrgan.networks.summary import Summary


def models(json: JsonOption = False) -> None:
    """List the networks: what each does, and how large it is.

    Counted on one picture of 320×240. Memory is torchsummary's "forward/backward pass size", in MB of 1024²; a
    GFLOP is 10⁹ operations of the generator, a multiply-add being two.

    Example: bgrsr models
    """
    require_torch()
    from bgrsrgan.networks import NETWORKS
    from bgrsrgan.networks.summary import summarise

    summaries = [summarise(name) for name in NETWORKS]
    if json:
        typer.echo(dumps([_described(summary) for summary in summaries], indent=2, ensure_ascii=False))
    else:
        typer.echo(table([_row(summary) for summary in summaries]))
        for summary in summaries:
            if len(summary.parts) > 1:
                typer.echo(_sum(summary))


def _described(summary: Summary) -> dict[str, object]:
    return {
        "network": summary.network,
        "does": summary.role.does,
        "takes": summary.role.takes,
        "gives": summary.role.gives,
        "parameters": summary.parameters,
        "forward_backward_mb": round(summary.forward_backward_mb, 2),
        "gigaflops": round(summary.gigaflops, 2),
        "parts": [part._asdict() for part in summary.parts],
    }


def _row(summary: Summary) -> dict[str, object]:
    role = summary.role
    return {
        "network": summary.network,
        "does": role.does,
        "takes → gives": f"{role.takes} → {role.gives}",
        "parameters": summary.parameters,
        "forward/backward MB": f"{summary.forward_backward_mb:19,.2f}",
        "GFLOP": f"{summary.gigaflops:5.1f}",
    }


def _sum(summary: Summary) -> str:
    parts = (f"{part.name} {part.parameters:,} ({part.forward_backward_mb:,.2f} MB)" for part in summary.parts)
    return f"{summary.network} is {' + '.join(parts)}"
