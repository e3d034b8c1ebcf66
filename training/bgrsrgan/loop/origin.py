"""What a run was made by: which code, which torch, which machine. It is kept in config.json."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path
from typing import Any

import torch

import bgrsr_data

_HERE = Path(__file__).resolve()


def origin(device: torch.device) -> dict[str, Any]:
    """Version and git revision of the code, torch's version, and the machine."""
    return {
        "bgrsr": bgrsr_data.__version__,
        "revision": revision(),
        "torch": torch.__version__,
        "machine": {
            "system": platform.platform(),
            "processor": platform.processor() or platform.machine(),
            "cores": os.cpu_count(),
            "threads": torch.get_num_threads(),
            "gpu": torch.cuda.get_device_name(device) if device.type == "cuda" else None,
        },
    }


def revision() -> str | None:
    """The commit of this code, with "+" where a tracked file differs from it; None outside a repository of its own."""
    told = _git("log", "-1", "--format=%H", "--", _HERE.name)
    if not told:
        return None
    head, changed = _git("rev-parse", "HEAD"), _git("status", "--porcelain", "--untracked-files=no")
    return f"{head}+" if changed else head


def _git(*words: str) -> str | None:
    try:
        ended = subprocess.run(["git", "-C", str(_HERE.parent), *words], capture_output=True, text=True, timeout=10)  # noqa: PLW1510
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ended.stdout.strip() if ended.returncode == 0 else None
