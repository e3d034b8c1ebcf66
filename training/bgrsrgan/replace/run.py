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
from numpy.typing import NDArray

from bgrsr_data.errors import InputError, InterruptedRunError
from bgrsrgan.replace.backdrops import Backdrop, Scene, open_backdrop, scene_of
from bgrsrgan.replace.framing import Pixels, Size, cover, seen_size
from bgrsrgan.replace.job import Job, Summary
from bgrsrgan.replace.models import Model
from bgrsrgan.replace.reel import open_reel
from bgrsrgan.replace.sound import Sound
from bgrsrgan.replace.sources import Shot, Source
from bgrsrgan.replace.threads import Ahead, Behind
from bgrsrgan.replace.whole import lay_over
from bgrsrgan.replace.window import Window

OnFrame = Callable[[int, float], None]


class _Taken(NamedTuple):
    """A shot, as the network sees it, and as large as the video where that is needed."""

    shot: Shot
    frame: Pixels
    large: Pixels | None


class _Finished(NamedTuple):
    """A shot; what became of it, (H, W, 3) uint8, sRGB; and what is shown, which may be both."""

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
        sizes = _sizes(source, model, job)
        backdrop = open_backdrop(job.background, (sizes.video[0] // 2, sizes.video[1] // 2))
        stack.callback(backdrop.close)
        window = stack.enter_context(Window()) if job.show else None
        sound = stack.enter_context(Sound(source.path)) if source.path and job.out else None
        shown = (sizes.video[0] * (2 if job.side_by_side else 1), sizes.video[1])
        reel = stack.enter_context(open_reel(job, source, shown, sound))
        behind = Behind[_Finished](lambda one: reel.add(*one)) if reel else None
        if behind:
            stack.callback(behind.close)
        _warm_up(model, sizes, job)
        ahead = Ahead(_taken(source, sizes, job), newest=source.live)
        stack.callback(ahead.close)
        pace, stopped, closed = _Pace(), False, False
        try:
            for finished in _finished(ahead, _Replacing(model, backdrop, sizes, job), source, pace):
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
        seen=sizes.seen,
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


class _Sizes(NamedTuple):
    """(width, height) in pixels: of what the network sees, and of the video that comes out."""

    seen: Size
    video: Size


class _Replacing:
    """What happens to one picture.

    Args:
        model: The network.
        backdrop: Gives the background, in the video's size.
        sizes: Of both.
        job: How the two are put together.
    """

    def __init__(self, model: Model, backdrop: Backdrop, sizes: _Sizes, job: Job) -> None:
        self._model, self._backdrop, self._sizes, self._job = model, backdrop, sizes, job
        self._alpha: NDArray[np.float32] | None = None
        self._scene: Scene | None = None
        self._seen_scene: Scene

    def __call__(self, taken: _Taken, time_s: Fraction) -> tuple[_Finished, float]:
        """The picture that it becomes, and for how many seconds the network worked on it."""
        scene = self._backdrop.at(time_s, taken.frame, self._alpha)
        given = self._as_seen(scene)
        began = time.perf_counter()
        after, self._alpha = self._model(taken.frame, given)
        model_s = time.perf_counter() - began
        if self._job.keep_size and taken.large is not None and self._alpha is not None:
            after = lay_over(taken.large, self._alpha, scene.high)
        if self._job.side_by_side and taken.large is not None:
            return _Finished(taken.shot, after, np.hstack([taken.large, after])), model_s
        return _Finished(taken.shot, after, after), model_s

    def _as_seen(self, scene: Scene) -> Scene:
        if scene is not self._scene:
            larger = self._sizes.video != (2 * self._sizes.seen[0], 2 * self._sizes.seen[1])
            self._scene, self._seen_scene = scene, scene_of(scene.high, self._sizes.seen) if larger else scene
        return self._seen_scene


def _sizes(source: Source, model: Model, job: Job) -> _Sizes:
    width, height = model.size
    if model.fixed and job.size not in (None, model.size):
        raise InputError(f"--size: this model takes {width}×{height} alone; export one that takes any size")
    seen = model.size if model.fixed else seen_size(source.size, job.size or model.size)
    if job.keep_size:
        return _Sizes(seen, (source.size[0] // 2 * 2, source.size[1] // 2 * 2))  # 4:2:0 has no odd sides
    return _Sizes(seen, (2 * seen[0], 2 * seen[1]))


def _warm_up(model: Model, sizes: _Sizes, job: Job) -> None:
    """The first picture takes longer than the others: memory is laid out, code is chosen."""
    nothing = np.zeros((sizes.seen[1], sizes.seen[0], 3), np.uint8)
    made = model(nothing, scene_of(nothing, sizes.seen))
    if job.keep_size and made.alpha is None:
        raise InputError(f"--keep-size takes a network's alpha, and {model.name} makes none; leave it out")


def _taken(source: Source, sizes: _Sizes, job: Job) -> Iterator[_Taken]:
    for shot in source.shots():
        large = cover(shot.pixels, sizes.video) if job.side_by_side or job.keep_size else None
        yield _Taken(shot, cover(shot.pixels, sizes.seen), large)


def _finished(ahead: Ahead[_Taken], replacing: _Replacing, source: Source, pace: _Pace) -> Iterator[_Finished]:
    for taken in ahead:
        time_s = (taken.shot.pts - source.first_pts) * source.time_base
        finished, model_s = replacing(taken, time_s)
        pace.note(model_s, time_s)
        yield finished
