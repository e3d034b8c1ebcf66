"""Replace the background of a video, from the first picture to the last.

One process: pictures are decoded ahead of the network and coded behind it, each in a thread, so that the network sets
the pace.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from bgrsr_data.errors import InputError, InterruptedRunError
from bgrsrgan.replace.backdrops import Backdrop, open_backdrop
from bgrsrgan.replace.framing import Pixels, Size, cover, seen_size
from bgrsrgan.replace.job import Job, Summary
from bgrsrgan.replace.models import Model
from bgrsrgan.replace.reel import open_reel
from bgrsrgan.replace.sound import Sound
from bgrsrgan.replace.sources import Shot, Source
from bgrsrgan.replace.threads import Ahead, Behind
from bgrsrgan.replace.window import Window

OnFrame = Callable[[int, float], None]


class _Taken(NamedTuple):
    """A shot, as the network sees it, and as large as what it makes where that is shown beside."""

    shot: Shot
    frame: Pixels
    before: Pixels | None


class _Finished(NamedTuple):
    """A shot; what the network made of it, (H, W, 3) uint8, sRGB; and what is shown, which may be both."""

    shot: Shot
    after: Pixels
    picture: Pixels


@dataclass(slots=True)
class _Pace:
    """How far it is, and how fast."""

    frames: int = 0
    model_s: float = 0.0
    last_s: Fraction = Fraction(0)
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None

    def note(self, model_s: float, time_s: Fraction) -> None:
        """A picture is done: how long the network took, and the picture's time."""
        self.frames, self.model_s, self.last_s = self.frames + 1, self.model_s + model_s, time_s

    def end(self) -> None:
        """Everything is written."""
        self.ended = time.monotonic()

    @property
    def fps(self) -> float:
        """Pictures a second in all."""
        return self.frames / max((self.ended or time.monotonic()) - self.began, 1e-9)


def replace(source: Source, model: Model, job: Job, *, on_frame: OnFrame | None = None) -> Summary:
    """Replace the background of all pictures of a source; at Ctrl-C of those until then.

    Args:
        source: What is replaced; it is closed at the end.
        model: The network.
        job: The rest; see `check_job`.
        on_frame: Called after each picture with how many are done, and pictures a second.

    Raises:
        InputError: The background or a picture cannot be read; the model takes no such size; there is no screen.
        InterruptedRunError: Ctrl-C before the first picture was done.
        ToolError: The video cannot be written, or the model breaks down.
        DiskFullError: Nothing more can be written; nothing is left of it.
    """
    with ExitStack() as stack:
        stack.callback(source.close)
        seen = _seen_size(source, model, job)
        shown = (2 * seen[0] * (2 if job.side_by_side else 1), 2 * seen[1])
        backdrop = open_backdrop(job.background, seen)
        stack.callback(backdrop.close)
        window = stack.enter_context(Window()) if job.show else None
        sound = stack.enter_context(Sound(source.path)) if source.path and job.out else None
        reel = stack.enter_context(open_reel(job, source, shown, sound))
        behind = Behind[_Finished](lambda one: reel.add(*one)) if reel else None
        if behind:
            stack.callback(behind.close)
        _warm_up(model, backdrop, seen)
        ahead = Ahead(_taken(source, seen, side_by_side=job.side_by_side), newest=source.live)
        stack.callback(ahead.close)
        pace, stopped, closed = _Pace(), False, False
        try:
            for finished in _finished(ahead, model, backdrop, source, pace):
                if behind:
                    behind.put(finished)
                if on_frame:
                    on_frame(pace.frames, pace.fps)
                closed = window is not None and not window.show(finished.picture)
                if closed:
                    break
        except KeyboardInterrupt:
            stopped = True
        if not pace.frames:
            raise InterruptedRunError("stopped before the first picture was done; nothing is written")
        if behind and reel:
            behind.finish()
            reel.finish(early=stopped or closed)
        pace.end()
    return Summary(
        source=source.name,
        out=str(job.out) if job.out else None,
        preview=str(job.sheet) if job.sheet else None,
        network=model.name,
        backend=model.backend,
        seen=seen,
        size=shown,
        frames=pace.frames,
        dropped=ahead.dropped,
        seconds=round(float(pace.last_s + 1 / source.rate), 3),
        source_fps=round(float(source.rate), 2),
        model_fps=round(pace.frames / pace.model_s, 2),
        fps=round(pace.fps, 2),
        sound=sound.told if sound else None,
        complaints=source.complaints() + (sound.complaints() if sound else []),
        stopped=stopped,
    )


def _seen_size(source: Source, model: Model, job: Job) -> Size:
    if not model.fixed:
        return seen_size(source.size, job.size or model.size)
    if job.size not in (None, model.size):
        width, height = model.size
        raise InputError(f"--size: this model takes {width}×{height} alone; export one that takes any size")
    return model.size


def _warm_up(model: Model, backdrop: Backdrop, seen: Size) -> None:
    """The first picture takes longer than the others: memory is laid out, code is chosen."""
    nothing = np.zeros((seen[1], seen[0], 3), np.uint8)
    model(nothing, backdrop.at(Fraction(0), nothing, None))


def _taken(source: Source, seen: Size, *, side_by_side: bool) -> Iterator[_Taken]:
    for shot in source.shots():
        before = cover(shot.pixels, (2 * seen[0], 2 * seen[1])) if side_by_side else None
        yield _Taken(shot, cover(shot.pixels, seen), before)


def _finished(
    ahead: Ahead[_Taken], model: Model, backdrop: Backdrop, source: Source, pace: _Pace
) -> Iterator[_Finished]:
    alpha = None
    for shot, frame, before in ahead:
        time_s = (shot.pts - source.first_pts) * source.time_base
        scene = backdrop.at(time_s, frame, alpha)
        began = time.perf_counter()
        after, alpha = model(frame, scene)
        pace.note(time.perf_counter() - began, time_s)
        yield _Finished(shot, after, after if before is None else np.hstack([before, after]))
