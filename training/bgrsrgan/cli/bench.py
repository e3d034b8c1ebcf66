"""The command `bgrsr bench-model`: a thin shell over bgrsrgan.deploy.bench."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bgrsr_data.cli.output import table
from bgrsr_data.cli.parameters import JsonOption, WorkspaceOption
from bgrsr_data.errors import InputError, InterruptedRunError
from bgrsrgan.backend import require_torch
from bgrsrgan.cli.parameters import HERE, parse_size

if TYPE_CHECKING:
    from bgrsrgan.deploy.bench import Speed

USUAL = ("bgrsr-lite", "bgrsrgan")
WAYS = "torch,torch-folded,torch-bf16,onnxruntime"


def bench_model(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RUN|NETWORK]...", help=f"By default {' '.join(USUAL)}.", show_default=False),
    ] = None,
    workspace: WorkspaceOption = HERE,
    backend: Annotated[str, typer.Option(help="Separated by commas.")] = WAYS,
    threads: Annotated[str, typer.Option(help="On a CPU; several, separated by commas.")] = "1,2",
    size: Annotated[str, typer.Option(metavar="WxH", help="Of the frame.")] = "320x240",
    repeats: Annotated[int, typer.Option(min=2, help="Rounds in which each backend is measured once.")] = 7,
    picture: Annotated[Path | None, typer.Option(help="A PNG of bars to write.")] = None,
    json: JsonOption = False,
) -> None:
    """Measure how many frames a second a network makes, by backend, all of them in turn.

    A network that is not trained is measured with random weights, which are as fast. fps is the median round; best
    and CPU-ms are of the fastest, and say more than the median where the machine is busy. x torch compares with plain
    torch in the same rounds; PSNR and difference compare the pictures.

    Example: bgrsr bench-model bgrsr-lite bgrsrgan --threads 1,2 --picture speed.png
    """
    counts, frame = _counts(threads), parse_size(size)
    backends = [word.strip() for word in backend.split(",")]
    require_torch()
    from bgrsrgan.deploy.bench import Setting, load, measure
    from bgrsrgan.deploy.chart import draw_speeds
    from bgrsrgan.deploy.runs import network_called

    measured: dict[str, list[Speed]] = {}
    busy = load()
    try:
        for name in names or USUAL:
            title, network = network_called(name, workspace)
            for count in counts:
                typer.echo(f"measuring {title}, threads {count}: {repeats} rounds", err=True)
                setting = Setting(frame, count, repeats)
                measured.setdefault(title, []).extend(measure(network, backends, setting))
    except KeyboardInterrupt as error:
        raise InterruptedRunError("stopped; nothing is written") from error
    where = f"{frame[0]}x{frame[1]}, {os.cpu_count()} cores, load {busy:.1f} before and {load():.1f} after"
    if picture:
        draw_speeds(picture, measured, title=f"Speed at {where}")
    if json:
        typer.echo(dumps(_described(measured, frame, (busy, load())), indent=2, ensure_ascii=False))
        return
    typer.echo(table([_row(name, speed) for name, speeds in measured.items() for speed in speeds]))
    typer.echo(where + (f"; look at {picture}" if picture else ""))
    if busy > 1:
        typer.echo("other work was running: fps are lower than they could be; ratios and CPU-ms hold", err=True)


def _counts(text: str) -> list[int]:
    words = text.split(",")
    if not all(word.isdecimal() and int(word) for word in words):
        raise InputError(f"--threads {text}: write them as 1,2")
    return [int(word) for word in words]


def _row(name: str, speed: Speed) -> dict[str, object]:
    return {
        "network": name,
        "backend": speed.backend,
        "device": speed.device,
        "threads": speed.threads,
        "fps": f"{speed.fps:6.2f}",
        "quartiles": f"{speed.fps_low:.2f}–{speed.fps_high:.2f}",
        "best": f"{speed.fps_best:6.2f}",
        "CPU-ms": speed.cpu_ms,
        "x torch": f"{speed.ratio:.2f}",
        "PSNR, dB": "same" if speed.psnr is None else f"{speed.psnr:.1f}",
        "difference": f"{speed.difference:.1e}",
    }


def _described(
    measured: Mapping[str, Sequence[Speed]], size: tuple[int, int], loads: tuple[float, float]
) -> dict[str, object]:
    return {
        "size": list(size),
        "cores": os.cpu_count(),
        "load": list(loads),
        "speeds": [{"network": name, **speed._asdict()} for name, speeds in measured.items() for speed in speeds],
    }
