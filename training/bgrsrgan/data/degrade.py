"""What a cheap camera makes of a picture, as an enlarger's input: the shutter, few pixels, noise and a codec.

It is the camera of the combinations (bgrsr_data.combine.camera), with the same ranges: motion blur of up to 2 px, the
area average or a cheaper kernel, noise that grows with the light, JPEG or H.264 for half of the pictures. An enlarger
that learned from clean averages sharpens noise and blocks, too (Wang et al., "Real-ESRGAN", ICCVW 2021,
https://arxiv.org/abs/2107.10833).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.combine.camera import film
from bgrsr_data.combine.draw import Camera, draw_camera, draw_lots
from bgrsr_data.combine.linear import decode
from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.combine.resample import shrink_to

Degradation = Literal["none", "webcam"]
CLEAN = Camera()
_RANGES = CombineOptions()


def draw_degradation(identifier: str, seed: int) -> Camera:
    """What the webcam does to one picture this time: the same for the same id and seed on every machine."""
    return draw_camera(draw_lots("degrade", identifier, seed), _RANGES)


def lr_transform(view: NDArray[np.uint8], camera: Camera = CLEAN) -> NDArray[np.uint8]:
    """The view that a network is given: half as large; by default each pixel has the light of four.

    Args:
        view: (H, W, 3) uint8, sRGB, as `hr_transform` gives it; H and W are even.
        camera: What else happens to it.

    Returns:
        (H / 2, W / 2, 3) uint8, sRGB.
    """
    height, width = view.shape[:2]
    return film(shrink_to(decode(view), (width // 2, height // 2), camera.kernel), camera)
