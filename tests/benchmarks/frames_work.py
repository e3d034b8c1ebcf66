"""One way of taking frames, in a process of its own: python frames_work.py WAY CLIP OUT [pts …]; prints its figures."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2

from bgrsr_data.frames.footage import Footage
from bgrsr_data.frames.options import FrameOptions
from bgrsr_data.frames.select import measure
from bgrsr_data.frames.shots import ShotCounter
from bgrsr_data.frames.step import Frames
from bgrsr_data.media.ffmpeg import ffmpeg_path
from bgrsr_data.media.video import VideoReader
from bgrsr_data.records import Frame
from bgrsr_data.stage import Item


def stage(clip: Path, out: Path, role: str) -> dict[str, object]:
    """The whole `frames` stage; near-duplicates are kept, so that a looped clip gives a frame a second too."""
    stage = Frames(FrameOptions(near_duplicate_bits=0))
    footage = Footage("clip", role, "someone", "video", str(clip), "frames")  # type: ignore[arg-type]
    rows = [row for row in stage.run(Item("clip", (), footage), out) if isinstance(row, Frame)]
    return {"pts": [row.pts for row in rows]}


def cuts(clip: Path, out: Path) -> dict[str, object]:
    """Decode and find cuts, nothing else."""
    shots: list[int] = []
    with VideoReader(clip) as reader:
        shots = [one.shot for one in measure(reader, ShotCounter())]
    return {"frames": len(shots), "cuts": [n for n in range(1, len(shots)) if shots[n] != shots[n - 1]]}


def decoding(clip: Path, out: Path) -> dict[str, object]:
    """Decode alone."""
    with VideoReader(clip) as reader:
        return {"frames": sum(1 for _ in reader)}


def scenedetect(clip: Path, out: Path, backend: str) -> dict[str, object]:
    """PySceneDetect's detection, alone."""
    from scenedetect import ContentDetector, SceneManager, open_video

    manager = SceneManager()
    manager.add_detector(ContentDetector())
    manager.detect_scenes(open_video(str(clip), backend=backend))
    return {"cuts": [scene[0].frame_num for scene in manager.get_scene_list()][1:]}


def ffmpeg(clip: Path, out: Path, suffix: str, *pts: str) -> dict[str, object]:
    """The same frames by the ffmpeg program, one thread."""
    wanted = "+".join(f"eq(pts\\,{one})" for one in pts)
    coded = ["-compression_level", "1"] if suffix == "png" else ["-q:v", "1", "-pix_fmt", "yuvj444p"]
    command = [str(ffmpeg_path()), "-v", "error", "-y", "-threads", "1", "-filter_threads", "1", "-i", str(clip)]
    command += [
        "-vf",
        f"select={wanted}",
        "-fps_mode",
        "passthrough",
        "-threads",
        "1",
        *coded,
        str(out / f"%05d.{suffix}"),
    ]
    subprocess.run(command, check=True)
    return {"files": len(list(out.glob(f"*.{suffix}")))}


WAYS: dict[str, Callable[..., dict[str, object]]] = {
    one.__name__: one for one in (stage, cuts, decoding, scenedetect, ffmpeg)
}

if __name__ == "__main__":
    cv2.setNumThreads(1)
    way, clip, out, *rest = sys.argv[1:]
    if way == "scenedetect":
        import scenedetect as _  # noqa: F401 - its import is not measured
    import bgrsr_data.frames.extract  # noqa: F401 - nor is ours

    idle_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start, wall = time.process_time(), time.perf_counter()
    figures = WAYS[way](Path(clip), Path(out), *rest)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures["cpu_s"] = time.process_time() - start + children.ru_utime + children.ru_stime
    figures["wall_s"] = time.perf_counter() - wall
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures["idle_mb"] = idle_mb
    print(json.dumps(figures))
