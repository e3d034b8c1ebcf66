"""The older way, as it was published: one network cuts the person out, another enlarges what is pasted together.

The first needs a trimap, which nobody draws in a video call. The published system was tried on trimaps of COCO's
annotators; here one is drawn from the true alpha, as by hand. **That is an oracle's help** which a network that sees
only frame and background does not get: figures of the cascade are what it would be at best. Without it, the trimap
knows nothing anywhere.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from bgrsrgan.data.combinations import Batch
from bgrsrgan.data.mattes import draw_by_hand
from bgrsrgan.light import SCALE, blend, upscale
from bgrsrgan.networks import Enlarger, Matter, Output

UNKNOWN = 0.5


def cascade(matter: Matter, enlarger: Enlarger, batch: Batch, trimap: Tensor) -> Output:
    """Matte the frame, paste the person on the target background in linear light, and double the size.

    Args:
        matter: Picture and trimap in, alpha out.
        enlarger: Picture in, twice the size out.
        batch: Floats.
        trimap: (N, 1, h, w) of 0, ½ and 1.

    Returns:
        The enlarged picture; alpha at its size by the bicubic upscale; the frame's colours as they are, spill and all.
    """
    alpha = matter(batch.lr_frame, trimap).image
    pasted = blend(batch.lr_frame, batch.lr_background, alpha)
    return Output(enlarger(pasted).image, alpha=upscale(alpha), lr_image=pasted)


def oracle_trimap(batch: Batch) -> Tensor:
    """A trimap as somebody who sees the true alpha would draw it by hand, (N, 1, h, w) of 0, ½ and 1."""
    alpha = functional.avg_pool2d(batch.hr_alpha, SCALE)
    drawn = [draw_by_hand(_bytes(image), np.random.default_rng(0)) for image in alpha[:, 0]]
    return (torch.from_numpy(np.stack(drawn))[:, None].to(alpha) / 255 * 2).round() / 2


def blank_trimap(batch: Batch) -> Tensor:
    """The trimap of somebody who knows nothing: unknown everywhere, (N, 1, h, w)."""
    return torch.full_like(batch.lr_frame[:, :1], UNKNOWN)


def _bytes(alpha: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray((alpha * 255).round().byte().cpu().numpy(), np.uint8)
