"""The curves for TensorBoard, where it is installed."""

from __future__ import annotations

import importlib.util
import logging
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

GROUPS = {"psnr": "held out", "ssim": "held out", "published_psnr": "held out", "published_ssim": "held out"}


class Board:
    """Writes what stats.jsonl is told into event files too.

    Args:
        folder: Where they are.
        since: The step that a resumed run goes on from; later ones are forgotten.
    """

    def __init__(self, folder: Path, *, since: int) -> None:
        self._writer: Any = None
        if importlib.util.find_spec("tensorboard") is None:
            log.warning("no curves for TensorBoard: it is not installed (pip install tensorboard)")
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of its protocol buffers
            from torch.utils.tensorboard.writer import SummaryWriter  # noqa: PLC0415 - an extra

            self._writer = SummaryWriter(str(folder), purge_step=since or None)

    def note(self, row: Mapping[str, Any]) -> None:
        """Add the numbers of a row of stats.jsonl at its step."""
        if self._writer is None:
            return
        for name, value in row.items():
            if name != "step" and isinstance(value, float):
                self._writer.add_scalar(f"{GROUPS.get(name, 'losses')}/{name}", value, row["step"])

    def close(self) -> None:
        """Write what is left."""
        if self._writer is not None:
            self._writer.close()
