"""How far a key is from the truth, where the truth is known.

The figures are those of matting papers (Rhemann et al., "A Perceptually Motivated Online Benchmark for Image Matting",
CVPR 2009): sum and mean of absolute differences and mean squared error of alpha, over whole frames.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import InputError
from bgrsr_data.media.contact import contact_sheet
from bgrsr_data.media.files import write_bytes
from bgrsr_data.media.images import read_grey, read_rgb, write_image
from bgrsr_data.quickstart.footage import truth_path
from bgrsr_data.quickstart.studio import FPS
from bgrsr_data.records import Clip, Foreground, Frame, Source
from bgrsr_data.workspace import Workspace

MAGNIFIED = 4  # differences are drawn so many times as strong


@dataclass(frozen=True, slots=True)
class AlphaError:
    """Differences of alpha, meaned over frames.

    Args:
        frames: How many frames were compared.
        mad: Mean absolute difference, in thousandths of full alpha.
        mse: Mean squared difference, in thousandths.
        sad: Sum of absolute differences of a frame, in thousands of pixels.
    """

    frames: int
    mad: float
    mse: float
    sad: float


@dataclass(frozen=True, slots=True)
class Keyed:
    """A keyed frame whose truth is known; the three paths are absolute."""

    clip: str
    index: int
    frame: Path
    alpha: Path
    truth: Path


def key_error(workspace: Workspace, footage: Path) -> dict[str, AlphaError]:
    """Compare every keyed frame with the truth.

    Args:
        workspace: Where the footage was keyed.
        footage: The folder that `make_footage` wrote.

    Returns:
        The error of each clip by its source's name, and of all frames under "all".

    Raises:
        InputError: No keyed frame of this footage is in the workspace.
    """
    errors: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for keyed in keyed_frames(workspace, footage):
        one = compare_alpha(read_grey(keyed.alpha), read_grey(keyed.truth))
        errors[keyed.clip].append((one.mad, one.mse, one.sad))
    everything = [error for clip in errors.values() for error in clip]
    if not everything:
        raise InputError(f"{workspace.root}: nothing that was keyed there is known to {footage}/truth")
    return {name: _mean(each) for name, each in sorted(errors.items())} | {"all": _mean(everything)}


def keyed_frames(workspace: Workspace, footage: Path) -> Iterator[Keyed]:
    """Every keyed frame whose true alpha lies in `footage`."""
    ledger = workspace.ledger
    clips = {clip.id: clip for clip in ledger.rows(Clip)}
    names = {source.id: source.name for source in ledger.rows(Source)}
    frames = {frame.id: frame for frame in ledger.rows(Frame)}
    for foreground in ledger.rows(Foreground):
        frame, clip = frames.get(foreground.original), clips.get(foreground.clip)
        name = names.get(clip.source) if clip else None
        if frame is None or name is None:
            continue
        index = round(frame.pts * frame.time_base * FPS)
        truth = truth_path(footage, name, index)
        if truth.is_file():
            yield Keyed(name, index, workspace.root / frame.path, workspace.root / foreground.alpha_path, truth)


def compare_alpha(alpha: NDArray[np.uint8], truth: NDArray[np.uint8]) -> AlphaError:
    """The error of one frame.

    Args:
        alpha: (H, W) uint8.
        truth: (H, W) uint8.

    Raises:
        InputError: They differ in size.
    """
    if alpha.shape != truth.shape:
        raise InputError(f"an alpha of {alpha.shape[::-1]} cannot be compared with a truth of {truth.shape[::-1]}")
    difference = np.abs(alpha.astype(np.float64) - truth) / 255
    return AlphaError(1, 1e3 * float(difference.mean()), 1e3 * float((difference**2).mean()), difference.sum() / 1e3)


def draw_key_error(workspace: Workspace, footage: Path, out: Path) -> Path:
    """Draw input, alpha, truth and difference of the best, the middle and the worst frame of each clip.

    Args:
        workspace: Where the footage was keyed.
        footage: The folder that `make_footage` wrote.
        out: The picture to write, PNG or JPEG.

    Returns:
        `out`.
    """
    ranked: dict[str, list[tuple[float, Keyed]]] = defaultdict(list)
    for keyed in keyed_frames(workspace, footage):
        ranked[keyed.clip].append((compare_alpha(read_grey(keyed.alpha), read_grey(keyed.truth)).mad, keyed))
    rows, captions = [], []
    for clip, each in sorted(ranked.items()):
        each.sort(key=lambda pair: (pair[0], pair[1].index))
        for word, (mad, keyed) in _three(each).items():
            alpha, truth = read_grey(keyed.alpha), read_grey(keyed.truth)
            difference = np.minimum(MAGNIFIED * np.abs(alpha.astype(np.int16) - truth), 255).astype(np.uint8)
            rows.append([read_rgb(keyed.frame), alpha, truth, difference])
            title = f"{clip} {keyed.index:04d}, {word}"
            captions.append([title, "alpha of the key", "truth", f"difference x{MAGNIFIED}, MAD {mad:.2f}e-3"])
    write_image(out, contact_sheet(rows, captions, cell=(320, 240)))
    return out


def write_key_error(workspace: Workspace, footage: Path, out: Path) -> dict[str, AlphaError]:
    """Draw the picture of `draw_key_error` and put the figures of `key_error` beside it (JSON), for the report.

    Args:
        workspace: Where the footage was keyed.
        footage: The folder that `make_footage` wrote.
        out: The picture to write, PNG.

    Returns:
        The error of each clip by its source's name, and of all frames under "all".

    Raises:
        InputError: No keyed frame of this footage is in the workspace.
    """
    errors = key_error(workspace, footage)
    draw_key_error(workspace, footage, out)
    rows = [{"name": name, **asdict(error)} for name, error in errors.items()]
    write_bytes(out.with_suffix(".json"), (json.dumps(rows, indent=2) + "\n").encode())
    return errors


def _three(ranked: list[tuple[float, Keyed]]) -> Mapping[str, tuple[float, Keyed]]:
    return {"best": ranked[0], "middle": ranked[len(ranked) // 2], "worst": ranked[-1]}


def _mean(errors: list[tuple[float, float, float]]) -> AlphaError:
    mad, mse, sad = np.mean(errors, 0)
    return AlphaError(len(errors), float(mad), float(mse), float(sad))
