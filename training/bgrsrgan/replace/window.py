"""A window on the screen, by OpenCV."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import cv2

from bgrsr_data.errors import InputError
from bgrsrgan.replace.framing import Pixels

TITLE = "bgrsr replace"
_TRY = "import cv2; cv2.namedWindow('bgrsr'); cv2.destroyAllWindows()"
_END_KEYS = {27, ord("q")}  # 27 is Esc


class Window:
    """An open window.

    Raises:
        InputError: None can be opened here.
    """

    def __init__(self) -> None:
        # Tried by another process, since without a screen Qt ends the one that asks.
        tried = subprocess.run([sys.executable, "-c", _TRY], capture_output=True, check=False)
        if tried.returncode:
            raise InputError("--show: no window can be opened here (no screen, or OpenCV without windows); use --out")
        cv2.namedWindow(TITLE, cv2.WINDOW_NORMAL)

    def __enter__(self) -> Window:
        return self

    def __exit__(self, *told: Any) -> None:
        cv2.destroyWindow(TITLE)

    def show(self, pixels: Pixels) -> bool:
        """Show a picture, (H, W, 3) uint8, sRGB; False when the person pressed q or Esc, or closed the window."""
        cv2.imshow(TITLE, cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
        ended = cv2.waitKey(1) & 0xFF in _END_KEYS
        return not ended and cv2.getWindowProperty(TITLE, cv2.WND_PROP_VISIBLE) >= 1
