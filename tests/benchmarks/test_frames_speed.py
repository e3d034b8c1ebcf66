"""Taking frames from 1080p, beside PySceneDetect and ffmpeg in one run: `pytest -m benchmark -s` on this file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bgrsr_data.media.ffmpeg import ffmpeg_path

pytestmark = pytest.mark.benchmark
SECONDS = 60
FULL_HD = "scale=1920:1080:flags=lanczos,setsar=1,fps=30"
CODED = (
    "-c:v",
    "libx264",
    "-preset",
    "medium",
    "-b:v",
    "4M",
    "-maxrate",
    "6M",
    "-bufsize",
    "8M",
    "-pix_fmt",
    "yuv420p",
)


def ffmpeg(*arguments: str) -> None:
    subprocess.run([str(ffmpeg_path()), "-v", "error", "-y", *arguments], check=True)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute of 1080p at the rate that sites stream: two real clips in turn, or a made one where there are none."""
    path = tmp_path_factory.getbasetemp().parent / f"bgrsr_bench_{SECONDS}s_1080p.mp4"
    if path.is_file():
        return path
    beside = path.with_name(f"half_{path.name}")
    talking = Path(__file__).parents[3] / "shared" / "data" / "talking_heads"
    if talking.is_dir():
        parts = [talking / "hdtf_WDA_KatieHill_000.mp4", talking / "liveportrait_s18.mp4"]
        inputs = [word for part in parts * 4 for word in ("-i", str(part))]
        heads = ";".join(f"[{n}:v]{FULL_HD}[v{n}]" for n in range(8))
        chain = f"{heads};{''.join(f'[v{n}]' for n in range(8))}concat=n=8:v=1:a=0"
        ffmpeg(*inputs, "-filter_complex", chain, "-t", str(SECONDS), "-an", *CODED, str(beside))
    else:
        made = f"testsrc2=s=1920x1080:r=30:d={SECONDS},noise=alls=6:allf=t"
        ffmpeg("-f", "lavfi", "-i", made, *CODED, str(beside))
    beside.replace(path)
    return path


def work(way: str, clip: Path, out: Path, *rest: object, times: int = 1) -> dict[str, Any]:
    """Figures of the cheapest of some runs, each in a process of its own."""
    command = [
        sys.executable,
        str(Path(__file__).with_name("frames_work.py")),
        way,
        str(clip),
        str(out),
        *map(str, rest),
    ]
    runs = []
    for _ in range(times):
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    return min(runs, key=lambda figures: float(figures["cpu_s"]))


@pytest.mark.parametrize(("role", "suffix"), [("talking-head", "jpg"), ("greenscreen", "png")])
def test_frames_beside_pyscenedetect_and_ffmpeg(clip: Path, tmp_path: Path, role: str, suffix: str) -> None:
    decoding, cuts = work("decoding", clip, tmp_path), work("cuts", clip, tmp_path)
    ours = work("stage", clip, tmp_path, role)
    theirs = {backend: work("scenedetect", clip, tmp_path, backend) for backend in ("opencv", "pyav")}
    backend, detection = min(theirs.items(), key=lambda one: one[1]["cpu_s"])
    extraction = work("ffmpeg", clip, tmp_path, suffix, *ours["pts"])
    assert extraction["files"] == len(ours["pts"])
    frames = cuts["frames"]
    total = detection["cpu_s"] + extraction["cpu_s"]
    print(f"\n{role}: {frames} frames of 1080p, {len(ours['pts'])} kept as {suffix}")
    print(f"  decoding alone  {decoding['cpu_s']:6.2f} CPU-s  {frames / decoding['cpu_s']:5.0f} frames/s")
    print(f"  and cuts        {cuts['cpu_s']:6.2f} CPU-s  {frames / cuts['cpu_s']:5.0f} frames/s")
    print(f"  frames stage    {ours['cpu_s']:6.2f} CPU-s  {frames / ours['cpu_s']:5.0f} frames/s a core")
    print(f"  PySceneDetect   {detection['cpu_s']:6.2f} CPU-s  ({backend}), ffmpeg {extraction['cpu_s']:.2f} CPU-s")
    print(f"  ratio           {total / ours['cpu_s']:6.2f}")
    print(f"  peak memory     {ours['peak_mb']:6.0f} MB, of which {ours['idle_mb']:.0f} MB before the first frame")
    print(f"  cuts of both    {cuts['cuts'] == detection['cuts']}: {cuts['cuts']}")


def test_cost_and_memory_grow_with_length_alone(clip: Path, tmp_path: Path) -> None:
    print()
    for times in (1, 2, 4):
        longer = tmp_path / f"{times}.mp4"
        ffmpeg("-stream_loop", str(times - 1), "-i", str(clip), "-c", "copy", str(longer))
        figures = work("stage", longer, tmp_path, "talking-head")
        kept = len(figures["pts"])
        print(f"{times * SECONDS:4d} s: {figures['cpu_s']:6.2f} CPU-s, {figures['peak_mb']:.0f} MB, {kept} kept")
