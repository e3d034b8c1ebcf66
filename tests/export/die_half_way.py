"""Hands a set on, and is killed when half of it is written: WORKSPACE OUT FORMAT."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from handed import OPTIONS

from bgrsr_data.export.hand_over import hand_over


def die(what: str, done: int, total: int) -> None:
    if done > total // 2:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    hand_over(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], OPTIONS, workers=1, progress=die)
