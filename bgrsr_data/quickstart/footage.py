"""Footage made on the spot, with known alpha.

Three persons of public-domain portraits move in front of uneven screens; a fourth clip shows one of them in front of a
wall, as on a video call. Clips are H.264 4:2:0 as a camera would write them. Beside them: the alpha of every frame, and
a source list for `bgrsr fetch`.

    clips/*.mp4  backgrounds/PLACE/*.png  truth/CLIP/alpha/0000.png …  sources.yaml
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import ffmpeg
import imageio_ffmpeg
import numpy as np
import yaml
from numpy.typing import NDArray

from bgrsr_data.errors import ToolError
from bgrsr_data.media.colour import to_linear, to_srgb8
from bgrsr_data.media.images import read_rgb, write_bytes, write_image, written_beside
from bgrsr_data.quickstart.cutout import cut_out
from bgrsr_data.quickstart.photographs import BACKGROUNDS, BRICK, CAMERAMAN, COLLINS, GRACE_HOPPER, Photograph, Portrait
from bgrsr_data.quickstart.studio import FPS, HEIGHT, WIDTH, Pose, add_noise, expose, hang_screen, light_frame, soften

FRAMES = 100
SOURCES = "sources.yaml"


@dataclass(frozen=True, slots=True)
class Shot:
    """One clip to be made.

    Args:
        name: Of the clip and its source.
        portrait: Who is seen.
        behind: A screen's colour (sRGB, uint8), or a photograph.
        pose: The movement.
        spill: Share of the screen's light that comes back from the person's rim.
        warmth: Gains of red, green and blue, the light on the person.
    """

    name: str
    portrait: Portrait
    behind: tuple[int, int, int] | Photograph
    pose: Pose
    spill: float = 0.5
    warmth: tuple[float, float, float] = (1.0, 1.0, 1.0)

    @property
    def role(self) -> str:
        """The role of the clip's source."""
        return "talking-head" if isinstance(self.behind, Photograph) else "greenscreen"


SHOTS = (
    Shot(
        "astronaut-green", COLLINS, (34, 168, 72),
        Pose((240, 380), (328, 536), 1.25, ((1.1, 1.8, 70), (2.9, 3.4, -60))),
    ),
    Shot(
        "admiral-blue", GRACE_HOPPER, (32, 84, 196),
        Pose((262, 420), (318, 500), 1.12, ((0.8, 1.5, -60), (2.5, 3.1, 65)), phase=1.9),
    ),
    Shot(
        "cameraman-teal", CAMERAMAN, (20, 150, 120),
        Pose((120, 420), (128, 520), 1.3, ((1.6, 2.2, -55), (3.2, 3.6, -45)), phase=4.0), 0.35, (1.12, 1.0, 0.86),
    ),
    Shot("admiral-call", GRACE_HOPPER, BRICK, Pose((262, 420), (318, 505), 1.15, ((2.0, 2.6, 40),), phase=0.6), 0.0),
)  # fmt: skip


def make_footage(out: Path, *, seed: int = 0, frames: int = FRAMES, shots: Sequence[Shot] = SHOTS) -> Path:
    """Write clips, backgrounds, the true alphas and a source list.

    Args:
        out: A folder; files of an earlier run are replaced.
        seed: Decides screens and noise.
        frames: Length of each clip.
        shots: What to make.

    Returns:
        The source list.

    Raises:
        InputError: A bundled photograph is missing.
        ToolError: ffmpeg failed.
        DiskFullError: Nothing more can be written.
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # numpy and OpenCV let other threads run
        rngs = [np.random.default_rng([seed, number]) for number in range(len(shots))]
        list(pool.map(lambda shot, rng: _write_shot(out, shot, rng, frames), shots, rngs))
    entries = [
        _entry(shot.name, shot.role, f"clips/{shot.name}.mp4", shot.portrait.photograph)
        | {"person": shot.portrait.person}
        for shot in shots
    ]
    for photograph in BACKGROUNDS:
        folder = f"backgrounds/{photograph.name}"
        for number, picture in enumerate(photograph.pictures()):
            write_image(out / folder / f"{photograph.name}-{number}.png", picture)
        entries.append(_entry(photograph.name, "background", folder, photograph))
    text = yaml.safe_dump({"sources": entries}, sort_keys=False, allow_unicode=True)
    write_bytes(out / SOURCES, text.encode())
    return out / SOURCES


def truth_path(footage: Path, clip: str, index: int) -> Path:
    """Where the true alpha of a clip's frame lies."""
    return footage / "truth" / clip / "alpha" / f"{index:04d}.png"


def render(shot: Shot, rng: np.random.Generator, frames: int) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Draw a shot.

    Args:
        shot: What to draw.
        rng: Decides the screen and the noise.
        frames: How many.

    Yields:
        frame (HEIGHT, WIDTH, 3) uint8, sRGB, as before the codec; and its alpha (HEIGHT, WIDTH) uint8.
    """
    foreground, alpha = _cut_out(shot.portrait)
    foreground = 0.9 * foreground * np.array(shot.warmth, np.float32)
    person = np.dstack([foreground * alpha[..., None], alpha]).astype(np.float32)
    plate = _plate(shot, rng)
    for index in range(frames):
        exposed = expose(person, shot.pose, index / FPS)
        flicker = np.float32(1 + 0.008 * np.sin(1.7 * index))
        lit = light_frame(exposed, plate * flicker, spill=shot.spill, shadow=0.35 if shot.spill else 0.15)
        noisy = add_noise(soften(lit), rng, read=0.0015, shot=0.009)
        truth = soften(exposed[..., 3])
        yield to_srgb8(noisy), np.rint(truth * 255).clip(0, 255).astype(np.uint8)


def encode(path: Path, pictures: Iterable[NDArray[np.uint8]]) -> None:
    """Write H.264 4:2:0, tagged BT.709, on one thread so that every machine writes the same bytes.

    Args:
        path: An .mp4 file.
        pictures: (HEIGHT, WIDTH, 3) uint8 each, sRGB.

    Raises:
        ToolError: ffmpeg failed.
    """
    raw = ffmpeg.input("pipe:", format="rawvideo", pix_fmt="rgb24", s=f"{WIDTH}x{HEIGHT}", r=FPS)
    yuv = raw.filter("scale", out_color_matrix="bt709", out_range="tv").filter("format", "yuv420p")
    tags = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "range": "tv"}
    with written_beside(path) as beside:
        command = yuv.filter("setparams", **tags).output(
            str(beside), vcodec="libx264", preset="fast", crf=20, threads=1
        )
        process = command.global_args("-loglevel", "error").run_async(
            cmd=imageio_ffmpeg.get_ffmpeg_exe(), pipe_stdin=True, pipe_stderr=True, overwrite_output=True
        )
        try:
            for picture in pictures:
                process.stdin.write(np.ascontiguousarray(picture).tobytes())
        except BrokenPipeError:
            pass  # ffmpeg ended early: its own words follow
        finally:
            said = process.communicate()[1].decode(errors="replace").strip()
        if process.returncode:
            raise ToolError(f"{path}: ffmpeg could not write it: {said or 'no reason given'}")


def _write_shot(out: Path, shot: Shot, rng: np.random.Generator, frames: int) -> None:
    def pictures() -> Iterator[NDArray[np.uint8]]:
        for index, (picture, alpha) in enumerate(render(shot, rng, frames)):
            write_image(truth_path(out, shot.name, index), alpha)
            yield picture

    encode(out / "clips" / f"{shot.name}.mp4", pictures())


@cache
def _cut_out(portrait: Portrait) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return cut_out(to_linear(read_rgb(portrait.photograph.path)), portrait.outline)


def _plate(shot: Shot, rng: np.random.Generator) -> NDArray[np.float32]:
    """The screen, or the photograph filling the frame, out of focus."""
    if not isinstance(shot.behind, Photograph):
        return hang_screen(to_linear(np.array(shot.behind, np.uint8)), rng)
    picture = to_linear(shot.behind.pictures()[0])
    height, width = picture.shape[:2]
    factor = max(WIDTH / width, HEIGHT / height)
    filled = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)[:HEIGHT, :WIDTH]
    return np.asarray(cv2.GaussianBlur(filled, (0, 0), 2.0), np.float32)


def _entry(name: str, role: str, path: str, photograph: Photograph) -> dict[str, str]:
    return {
        "name": name, "role": role, "path": path,
        "licence": photograph.licence, "creator": photograph.creator, "split": photograph.split,
    }  # fmt: skip
