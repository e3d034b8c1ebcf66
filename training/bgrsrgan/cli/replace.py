"""The command `bgrsr replace`: a thin shell over bgrsrgan.replace."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bgrsr_data.cli.parameters import JsonOption, WorkspaceOption
from bgrsr_data.errors import InterruptedRunError
from bgrsrgan.backend import require_torch
from bgrsrgan.cli.parameters import HERE, NameOption, parse_size
from bgrsrgan.cli.progress import LINE_EVERY_S

if TYPE_CHECKING:
    from bgrsrgan.replace.job import Summary
    from bgrsrgan.replace.run import OnFrame

VideoArgument = Annotated[str, typer.Argument(metavar="VIDEO", help="A video file, or camera:0 for the first webcam.")]


def replace(
    video: VideoArgument,
    background: Annotated[
        str, typer.Option(help="An image, a video (it is looped), a colour as #2040a0 or navy, or blur.")
    ],
    out: Annotated[Path | None, typer.Option(help="The MP4 to write; with --show it can be left out.")] = None,
    name: NameOption = "bgrsr-lite",
    model: Annotated[
        Path | None,
        typer.Option(help="Instead of a run: a best.pt, or what bgrsr export wrote.", show_default="the run"),
    ] = None,
    workspace: WorkspaceOption = HERE,
    size: Annotated[
        str | None, typer.Option(metavar="WxH", help="What the network sees, as 320x240.", show_default="as trained")
    ] = None,
    keep_size: Annotated[
        bool, typer.Option("--keep-size", help="Keep the video's size and pixels; of the network take only the alpha.")
    ] = False,
    side_by_side: Annotated[bool, typer.Option("--side-by-side", help="The video shows before and after.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Also write OUT.jpg: a few moments.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Show it in a window while it runs; q ends.")] = False,
    seconds: Annotated[float | None, typer.Option(min=0.001, help="End after so much of the video.")] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads of the network; by default one for each core.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that was not made by this.")] = False,
    json: JsonOption = False,
) -> None:
    """Put a person before another background, with a trained network.

    The sound and the time of every picture are kept. Ctrl-C ends the video properly, with what was done by then.

    Example: bgrsr replace talk.mp4 --background office.jpg --out replaced.mp4 --preview
    """
    box = parse_size(size) if size else None
    path = model or workspace / "runs" / name / "best.pt"
    if path.suffix.lower() != ".onnx":
        require_torch()
    from bgrsrgan.replace.job import Job, check_job
    from bgrsrgan.replace.models import load_model
    from bgrsrgan.replace.run import replace as run
    from bgrsrgan.replace.sources import open_source

    limit_s = None if seconds is None else Fraction(str(seconds))
    job = Job(
        background=background, out=out, size=box, keep_size=keep_size, side_by_side=side_by_side, preview=preview,
        show=show, force=force, seconds=limit_s,
    )  # fmt: skip
    source = open_source(video, seconds=limit_s)
    check_job(job, source, path)
    network = load_model(path, threads=threads)
    with _progress(source.frames) as on_frame:
        summary = run(source, network, job, on_frame=on_frame)
    typer.echo(summary.model_dump_json(indent=2) if json else _told(summary))
    for complaint in summary.complaints:
        typer.echo(f"{video}: {complaint}", err=True)
    if summary.stopped and not source.live:
        raise InterruptedRunError(f"stopped after {summary.seconds:.1f} s of {video}; what was done by then is kept")


@contextmanager
def _progress(frames: int | None) -> Iterator[OnFrame]:
    """How far it is and how fast, on stderr: a bar on a terminal, a line now and then elsewhere.

    Raises:
        InterruptedRunError: Ctrl-C before there was anything to keep.
    """
    try:
        if sys.stderr.isatty():
            with _bar(frames) as on_frame:
                yield on_frame
        else:
            yield _lines(frames)
    except KeyboardInterrupt as error:
        raise InterruptedRunError("stopped; nothing is written") from error


@contextmanager
def _bar(frames: int | None) -> Iterator[OnFrame]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("replacing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.fields[fps]:.1f} fps"), console=Console(stderr=True)) as bar:
        task = bar.add_task("replacing", total=frames, fps=0.0)
        yield lambda done, fps: bar.update(task, completed=done, fps=fps)


def _lines(frames: int | None) -> OnFrame:
    told = time.monotonic()

    def on_frame(done: int, fps: float) -> None:
        nonlocal told
        if time.monotonic() - told >= LINE_EVERY_S:
            told = time.monotonic()
            typer.echo(f"replacing: picture {done}{f' of {frames}' if frames else ''}, {fps:.1f} fps", err=True)

    return on_frame


def _told(summary: Summary) -> str:
    width, height = summary.size
    lost = f", {summary.dropped} dropped" if summary.dropped else ""
    sound = f"sound: {summary.sound}" if summary.sound else "no sound"
    seen = f"{summary.network} in {summary.backend}, seeing {summary.seen[0]}×{summary.seen[1]}"
    pace = f"{summary.model_fps:.1f} fps in the network, {summary.fps:.1f} fps in all"
    lines = [
        f"{summary.source}: {summary.frames} pictures{lost}, {summary.seconds:.2f} s, {width}×{height}, {sound}",
        f"{seen}: {pace}; the source has {summary.source_fps:.1f}",
    ]
    lines += [f"look at {path}" for path in (summary.out, summary.preview) if path]
    return "\n".join(lines)
