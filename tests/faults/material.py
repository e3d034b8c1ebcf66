"""What the faults are made with: tiny clips and images, each odd or broken in one way; one function writes one file."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from fetch.conftest import run_ffmpeg
from fetch.server import PAGE

GREEN = (0, 177, 64)
MOVING = ("-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=2")
NOISY = ("-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=2,noise=alls=30:allf=t:all_seed=1")
SOUND = ("-f", "lavfi", "-i", "sine=d=2")
PLAIN = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-threads", "1", "-g", "12")
INDEX_FIRST = ("-movflags", "+faststart")

Maker = Callable[[Path], object]
MATERIAL: dict[str, Maker] = {}


def material(name: str) -> Callable[[Maker], Maker]:
    """Register the maker of the file `name`."""

    def register(maker: Maker) -> Maker:
        MATERIAL[name] = maker
        return maker

    return register


def make(name: str, folder: Path) -> Path:
    """Write one file into `folder`, unless it is there already."""
    path = folder / name
    if not path.exists():
        MATERIAL[name](path)
    return path


def encoded(name: str, *words: object) -> None:
    """Register a file that ffmpeg alone can make."""
    MATERIAL[name] = lambda path: run_ffmpeg(*words, path)


encoded("good.mp4", *MOVING, *PLAIN, *INDEX_FIRST)
encoded("other.mp4", "-f", "lavfi", "-i", "mandelbrot=s=160x120:r=25", "-t", 2, *PLAIN, *INDEX_FIRST)
encoded("noisy.mp4", *NOISY, *PLAIN, *INDEX_FIRST)
encoded("photo.png", *MOVING, "-frames:v", 1)
encoded("photo.jpg", *MOVING, "-frames:v", 1)
encoded("song.mp4", *SOUND)
encoded("spoken.mkv", *NOISY, *SOUND, *PLAIN, "-c:a", "libmp3lame")
encoded("late-index.mp4", *MOVING, *PLAIN)
encoded("one-picture.mp4", *MOVING, "-frames:v", 1, *PLAIN, *INDEX_FIRST)
encoded("animated.gif", *MOVING, "-frames:v", 5)
FIELDS = ("-f", "lavfi", "-i", "testsrc2=s=160x120:r=50:d=2,interlace=scan=tff")
encoded("interlaced.mp4", *FIELDS, "-flags", "+ildct+ilme", "-x264opts", "tff=1", *PLAIN, *INDEX_FIRST)
encoded("ten-bit.mp4", *MOVING, "-c:v", "libx264", "-pix_fmt", "yuv420p10le", "-threads", 1, *INDEX_FIRST)
encoded("wide-pixels.mp4", *MOVING, "-vf", "setsar=4/3", *PLAIN, *INDEX_FIRST)
encoded("odd-size.mkv", "-f", "lavfi", "-i", "testsrc=s=161x121:r=25:d=2", "-pix_fmt", "yuv420p", "-c:v", "ffv1")
encoded("vfr.mp4", *MOVING, "-vf", "select='lt(n,25)+not(mod(n,5))'", "-fps_mode", "vfr", *PLAIN, *INDEX_FIRST)
encoded("negative.mp4", *MOVING, *PLAIN, "-output_ts_offset", "-1", "-avoid_negative_ts", "disabled", *INDEX_FIRST)
for _turn in (90, 180, 270):
    MATERIAL[f"turned-{_turn}.mp4"] = lambda path, turn=_turn: run_ffmpeg(
        "-display_rotation", turn, "-i", make("good.mp4", path.parent), "-c", "copy", *INDEX_FIRST, path
    )
for _name, _transfer in (("pq", "smpte2084"), ("hlg", "arib-std-b67")):
    _tags = f"format=yuv420p10le,setparams=color_trc={_transfer}:color_primaries=bt2020:colorspace=bt2020nc"
    encoded(f"{_name}.mp4", *MOVING, "-vf", _tags, "-c:v", "libx264", "-threads", 1, *INDEX_FIRST)


@material("untagged.mp4")
def untagged(path: Path) -> None:
    """A 720-line clip of one green in BT.709 that does not say so."""
    _one_colour(path, "out_color_matrix=bt709:out_range=tv", "h264_metadata=matrix_coefficients=2", size="1280x720")


@material("full-range.mp4")
def full_range(path: Path) -> None:
    """One green in BT.601, coded from 0 to 255."""
    _one_colour(path, "out_color_matrix=smpte170m:out_range=pc", "null", "-color_range", "pc", size="160x120")


def _one_colour(path: Path, matrix: str, filtered: str, *tags: str, size: str) -> None:
    green = "".join(f"{value:02X}" for value in GREEN)
    run_ffmpeg(
        "-f", "lavfi", "-i", f"color=0x{green}:s={size}:r=5:d=2,format=rgb24", "-vf",
        f"scale={matrix}:flags=accurate_rnd+full_chroma_int,format=yuv420p", "-c:v", "libx264", "-qp", 4, "-threads", 1,
        *tags, "-bsf:v", filtered, *INDEX_FIRST, path,
    )  # fmt: skip


def _joined(*pictures: str) -> Maker:
    """Pieces of a second each, one after the other, whose clocks all start at zero."""

    def join(path: Path) -> None:
        part = path.with_suffix(".part.ts")
        for nth, picture in enumerate(pictures):
            run_ffmpeg("-f", "lavfi", "-i", f"{picture}:r=25", "-t", 1, *PLAIN, part)
            with path.open("ab" if nth else "wb") as whole:
                whole.write(part.read_bytes())
        part.unlink()

    return join


MATERIAL["size-change.ts"] = _joined("testsrc2=s=160x120", "testsrc2=s=96x72")
MATERIAL["clock-restarts.ts"] = _joined("testsrc2=s=160x120", "mandelbrot=s=160x120")


@material("cover.mp3")
def cover(path: Path) -> None:
    """A song with the picture of its album."""
    run_ffmpeg(
        *SOUND, "-i", make("photo.png", path.parent), "-map", 0, "-map", 1, "-c:v", "copy", "-disposition:v",
        "attached_pic", path,
    )  # fmt: skip


@material("cover.mp4")
def cover_named_as_video(path: Path) -> None:
    """The same, under a video's name."""
    path.write_bytes(make("cover.mp3", path.parent).read_bytes())


def _cut(source: str, share: float) -> Maker:
    def cut(path: Path) -> None:
        data = make(source, path.parent).read_bytes()
        path.write_bytes(data[: int(len(data) * share)])

    return cut


MATERIAL["no-index.mp4"] = _cut("late-index.mp4", 0.6)
MATERIAL["cut.mp4"] = _cut("good.mp4", 0.6)
MATERIAL["cut.mkv"] = _cut("spoken.mkv", 0.6)
encoded("stream.ts", *MOVING, *PLAIN)
MATERIAL["cut.ts"] = _cut("stream.ts", 0.6)
MATERIAL["cut.jpg"] = _cut("photo.jpg", 0.6)
MATERIAL["cut.png"] = _cut("photo.png", 0.6)


def _holes(spoilt: range) -> Maker:
    """Overwrites a piece of some packets of noisy.mp4 with chance."""

    def damage(path: Path) -> None:
        whole = make("noisy.mp4", path.parent)
        data, dice = bytearray(whole.read_bytes()), random.Random(0)
        with av.open(str(whole)) as container:
            packets = [(int(p.pos or 0), p.size) for p in container.demux(container.streams.video[0]) if p.size]
        for number in spoilt:
            at, size = packets[number]
            for place in range(at + size // 4, at + size // 2):
                data[place] = dice.randrange(256)
        path.write_bytes(data)

    return damage


MATERIAL["one-hole.mp4"] = _holes(range(27, 28))
MATERIAL["many-holes.mp4"] = _holes(range(8, 48, 3))


@material("damaged.jpg")
def damaged_photograph(path: Path) -> None:
    """A block of the disk in the middle was never written."""
    data = bytearray(make("photo.jpg", path.parent).read_bytes())
    middle = len(data) // 2
    data[middle : middle + 512] = bytes(512)
    path.write_bytes(data)


def _bytes(content: bytes) -> Maker:
    return lambda path: path.write_bytes(content)


MATERIAL["page.mp4"] = MATERIAL["page.jpg"] = _bytes(PAGE)
MATERIAL["error.mp4"] = _bytes(b'{"error": {"code": 404, "message": "No such video"}}')
MATERIAL["zero.mp4"] = _bytes(b"")
MATERIAL["noise.mp4"] = _bytes(random.Random(0).randbytes(5000))
MATERIAL["script.mp4"] = _bytes(b"ffconcat version 1.0\nfile good.mp4\n")
MATERIAL["README.txt"] = _bytes(b"About these clips.\n")


@material("photo-as.mp4")
def photo_as_video(path: Path) -> None:
    """A still image under a video's name."""
    path.write_bytes(make("photo.jpg", path.parent).read_bytes())


def _stills(count: int) -> list[np.ndarray[Any, Any]]:
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:, :32] = GREEN
    return [np.roll(picture, 5 * n, axis=1) for n in range(count)]


@material("animated.webp")
def animated_webp(path: Path) -> None:
    """Five pictures in one WebP."""
    from PIL import Image

    first, *rest = map(Image.fromarray, _stills(5))
    first.save(path, save_all=True, append_images=rest, duration=40)


@material("pages.tif")
def pages(path: Path) -> None:
    """Three pictures in one TIFF."""
    cv2.imwritemulti(str(path), _stills(3))


@material("print.jpg")
def print_colours(path: Path) -> None:
    """A JPEG in cyan, magenta, yellow and black."""
    from PIL import Image

    Image.fromarray(_stills(1)[0]).convert("CMYK").save(path)


@material("sixteen-bit.png")
def sixteen_bit(path: Path) -> None:
    """16 bits for each colour."""
    green = np.full((48, 64, 3), GREEN[::-1], np.uint16)
    cv2.imwrite(str(path), green * 257)


@material("hls/index.m3u8")
def hls(path: Path) -> None:
    """good.mp4 in five pieces."""
    path.parent.mkdir()
    run_ffmpeg(
        "-i", make("good.mp4", path.parent.parent), "-c", "copy", "-hls_time", 0.4, "-hls_playlist_type", "vod",
        "-hls_segment_filename", path.parent / "part%03d.ts", path,
    )  # fmt: skip


@material("dash/index.mpd")
def dash(path: Path) -> None:
    """good.mp4 in pieces, as DASH."""
    path.parent.mkdir()
    run_ffmpeg(
        "-i", make("good.mp4", path.parent.parent), "-c", "copy", "-f", "dash", "-seg_duration", 0.4,
        "-media_seg_name", "part-$RepresentationID$-$Number%03d$.m4s", path,
    )  # fmt: skip


def make_all(folder: Path) -> Path:
    """Write every file."""
    for name in MATERIAL:
        make(name, folder)
    return folder
