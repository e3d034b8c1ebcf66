"""Torch, which is an extra and takes seconds to import: only here is it asked for, and which process this is."""

from __future__ import annotations

import importlib.util
import os

from bgrsr_data.errors import InputError


def require_torch() -> None:
    """Make torch ready to import; call it before the first import of any module of bgrsrgan that needs it.

    Raises:
        InputError: It is not installed.
    """
    if importlib.util.find_spec("torch") is None:
        raise InputError("torch is not installed: pip install 'bgrsr[train]'")
    # Its threads otherwise spin while they wait, and beside any other busy process a step takes ten times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def first_process() -> bool:
    """Whether this is the first of the processes that torchrun started, or the only one: the one that speaks."""
    return os.environ.get("RANK", "0") == "0"
