"""Draw a row: everything that decides a pair's pixels, from the names of what it joins.

Every value has a lot of its own, a number in [0, 1) that a hash of the names gives (seed, foreground, backgrounds), and
turns it into its range by the options. So no row depends on another one, and no value on another value's range.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.records import Background, Combination, Foreground, Split, make_id

if TYPE_CHECKING:
    from bgrsr_data.combine.codec import Codec
    from bgrsr_data.combine.resample import Kernel

LOTS = (
    "distance", "across", "flip", "match", "cast", "wrap", "shadow", "spill", "blur", "angle", "kernel", "noise",
    "codec", "quality", "seed",
)  # fmt: skip
OTHER_KERNELS: tuple[Kernel, ...] = ("bilinear", "bicubic", "lanczos")
BEST_QUALITY, BEST_QP = 95, 18
LEAST_SHOWN = 0.4  # of the picture's height; a webcam shows 60 % and more
EDGE_PX = 2  # a box that ends this close to the frame's border is cut off there
BLEED = 0.01  # a cut lies so far outside of the picture, in its heights: rounding to pixels never shows it


class Camera(NamedTuple):
    """What a webcam does to a picture; each as `Combination` has it. As it is here, it only makes it smaller."""

    blur_px: float = 0.0
    blur_angle: float = 0.0
    kernel: Kernel = "area"
    noise: float = 0.0
    codec: Codec = "none"
    quality: int = 100
    seed: int = 0


def draw_lots(*names: object) -> dict[str, float]:
    """A number in [0, 1) for each of LOTS, the same for the same names on every machine."""
    text = "\x1f".join(map(str, names)).encode()
    words = struct.unpack(f"<{len(LOTS)}I", hashlib.shake_128(text).digest(4 * len(LOTS)))
    return {lot: word / 2**32 for lot, word in zip(LOTS, words, strict=True)}


def draw_row(
    foreground: Foreground,
    original: Background,
    target: Background,
    split: Split,
    options: CombineOptions,
    *,
    copy: int = 0,
) -> Combination:
    """The combination of a foreground and two backgrounds.

    Args:
        foreground: Who.
        original: Behind them in the input.
        target: Behind them in the answer.
        split: Of all three.
        options: The range of each value.
        copy: How many rows of the same three there are before this one.
    """
    lots = draw_lots(options.seed, foreground.id, original.id, target.id, copy)
    zoom, left, top = place(foreground, lots["distance"], lots["across"], options)
    cast = options.max_cast * (2 * lots["cast"] - 1)
    values = {
        "foreground": foreground.id,
        "original_background": original.id,
        "target_background": target.id,
        "split": split,
        "zoom": zoom,
        "left": left,
        "top": top,
        "flip": lots["flip"] < 0.5,
        "match": round(options.light_match * lots["match"], 4),
        "light": [round(1 + cast, 4), 1.0, round(1 - cast, 4)],
        "wrap": round(options.max_wrap * lots["wrap"], 4),
        "shadow": round(options.max_shadow * _half(lots["shadow"]), 4),
        "spill": round(options.max_spill * lots["spill"], 4),
        **draw_camera(lots, options)._asdict(),
    }
    return Combination.model_validate({"id": make_id("combination", *values.values()), **values})


def draw_camera(lots: Mapping[str, float], options: CombineOptions) -> Camera:
    """What the webcam does.

    Args:
        lots: As of `draw_lots`.
        options: The range of each value.
    """
    codec, quality = _coding(lots["codec"], lots["quality"], options)
    return Camera(
        blur_px=round(options.max_blur * _half(lots["blur"]), 4),
        blur_angle=round(180 * lots["angle"], 2),
        kernel=_kernel(lots["kernel"], options.kernel_share),
        noise=round(options.max_noise * lots["noise"], 4),
        codec=codec,
        quality=quality,
        seed=int(lots["seed"] * 2**32),
    )


def place(
    foreground: Foreground, distance: float, across: float, options: CombineOptions
) -> tuple[float, float, float]:
    """Place the foreground's file in the picture as a webcam would see it.

    A person that the footage cuts off at a border stays cut off there: the cut is never moved into the picture.

    Args:
        foreground: Its size and the person's box in it.
        distance: How near the person sits, in [0, 1): 0 fills 60 % of the height, 1 fills 92 %.
        across: Where, in [0, 1): the middle of the person is within 12 % of the width of the picture's middle.
        options: Aspect of the picture, and the largest zoom.

    Returns:
        (zoom, left, top) as in `Combination`, before flipping, rounded to 1e-4.
    """
    box_width = (foreground.box_right - foreground.box_left) / foreground.height  # in heights of the file
    box_height = (foreground.box_bottom - foreground.box_top) / foreground.height
    cut_left = foreground.box_left <= EDGE_PX
    cut_right = foreground.box_right >= foreground.width - EDGE_PX
    cut_top = foreground.box_top <= EDGE_PX
    fill_width = (options.aspect + 2 * BLEED) / max(box_width, 1e-3) if cut_left and cut_right else 0.0
    least = max(fill_width, (1 + 2 * BLEED) / max(box_height, 1e-3) if cut_top else 0.0)
    natural = (0.6 + 0.32 * distance) / max(box_height, 1e-3)  # the person fills this share of the height
    zoom = max(least, min(natural, options.max_zoom * max(least, 1.0)))
    scale = zoom / foreground.height
    left = options.aspect * (0.38 + 0.24 * across) - (foreground.box_left + foreground.box_right) / 2 * scale
    if cut_left:
        left = min(left, -BLEED - foreground.box_left * scale)
    if cut_right:
        left = max(left, options.aspect + BLEED - foreground.box_right * scale)
    top = 1 + BLEED - foreground.box_bottom * scale
    return round(zoom, 4), round(left, 4), round(top, 4)


def too_small(foreground: Foreground, options: CombineOptions) -> str | None:
    """Why a foreground shows too little of a person to be seen by a webcam: a hand, somebody who leaves the frame."""
    height = (foreground.box_bottom - foreground.box_top) / foreground.height
    if height * options.max_zoom >= LEAST_SHOWN:
        return None
    return (
        f"the person fills {height:.0%} of the footage's height, at the largest zoom {height * options.max_zoom:.0%} "
        f"of the picture's, of {LEAST_SHOWN:.0%} at least"
    )


def _half(lot: float) -> float:
    """Nothing for half of the lots; for the others evenly from none to all."""
    return max(0.0, 2 * lot - 1)


def _kernel(lot: float, share: float) -> Kernel:
    return OTHER_KERNELS[int(lot / share * len(OTHER_KERNELS))] if lot < share else "area"


def _coding(lot: float, quality: float, options: CombineOptions) -> tuple[Codec, int]:
    """Codec and its quality: JPEG's from the lowest to the best, H.264's quantiser from the best to the highest."""
    if lot >= options.codec_share:
        return "none", 100
    if lot < options.codec_share / 2:
        return "jpeg", options.min_quality + int(quality * (BEST_QUALITY - options.min_quality + 1))
    return "h264", BEST_QP + int(quality * (options.max_qp - BEST_QP + 1))
