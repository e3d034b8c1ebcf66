"""Frames a second as bars."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from bgrsr_data.media.files import write_bytes
from bgrsrgan.deploy.bench import REFERENCE, Speed

_REAL_TIME_FPS = 25


def draw_speeds(path: Path, speeds: Mapping[str, Sequence[Speed]], *, title: str) -> None:
    """Draw the median of each backend, with the quartiles of its rounds, as a PNG.

    Args:
        path: Where it appears, whole.
        speeds: By what was measured, as "bgrsr-lite (random weights)".
        title: Above it.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - a second that --help would pay
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.ticker import LogLocator, NullFormatter  # noqa: PLC0415

    rows = [(name, speed) for name, measured in speeds.items() for speed in measured]
    figure = Figure(figsize=(11, 1.4 + 0.42 * len(rows)), dpi=100, layout="constrained")
    axis = figure.subplots()
    for place, (_, speed) in enumerate(rows):
        reach = [[max(0.0, speed.fps - speed.fps_low)], [max(0.0, speed.fps_high - speed.fps)]]
        colour = "tab:grey" if speed.backend == REFERENCE else "tab:blue"
        axis.barh(place, speed.fps, color=colour, xerr=reach, error_kw={"ecolor": "black", "capsize": 3})
        axis.text(speed.fps_high, place, f"   {speed.fps:.3g} fps, ×{speed.ratio:.2f}", va="center")
    axis.set_yticks(range(len(rows)), [_label(name, speed) for name, speed in rows])
    axis.invert_yaxis()
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter("{x:g}")
    axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.set_xlim(right=4 * max(speed.fps_high for _, speed in rows))
    axis.axvline(_REAL_TIME_FPS, color="tab:green", linestyle=":")
    axis.set_xlabel(f"frames a second (log scale; dotted: {_REAL_TIME_FPS}); × against plain torch in the same rounds")
    axis.set_title(title)
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)  # type: ignore[no-untyped-call]
    write_bytes(path, buffer.getvalue())


def _label(name: str, speed: Speed) -> str:
    where = "1 thread" if speed.threads == 1 else f"{speed.threads} threads"
    return f"{name}: {speed.backend}, {speed.device if speed.device != 'CPU' else where}"
