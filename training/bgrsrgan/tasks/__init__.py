"""The task of each network."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bgrsr_data.errors import InputError
from bgrsrgan.tasks.base import Task, Terms
from bgrsrgan.tasks.matting import Matting
from bgrsrgan.tasks.replacement import Replacement
from bgrsrgan.tasks.super_resolution import SuperResolution

__all__ = ["TASKS", "Task", "Terms", "task_of"]

TASKS: Mapping[str, Task[Any]] = MappingProxyType(
    {"bgrsr-lite": Replacement(), "bgrsrgan": Replacement(), "srgan": SuperResolution(), "unet-gan": Matting()}
)


def task_of(network: str) -> Task[Any]:
    """What a network is for.

    Raises:
        InputError: No network has this name.
    """
    if network not in TASKS:
        raise InputError(f"there is no network {network!r}; known: {', '.join(sorted(TASKS))}")
    return TASKS[network]
