"""How much a result changes where the truth does not, or otherwise than it.

No optical flow: what is compared is the change from frame to frame of the result with that of the truth, which is
known exactly. dtSSD is that of Erofeev et al., "Perceptually motivated benchmark for video matting", BMVC 2015, as
Robust Video Matting reports it: in hundredths.
"""

from __future__ import annotations

from torch import Tensor


def flicker(frames: Tensor, true: Tensor) -> Tensor:
    """Root of the mean squared difference between the change of a result and that of the truth.

    A result that is wrong, but always in the same way, has none.

    Args:
        frames: (T, C, H, W) float32 [0, 1], successive frames: of alpha (C = 1) that is dtSSD, of sRGB the same for it.
        true: The same.

    Returns:
        (T - 1,) float32 [0, 200], in hundredths of the full range.
    """
    return (frames.diff(dim=0) - true.diff(dim=0)).square().mean((1, 2, 3)).sqrt() * 100
