"""The networks by name; a published one joins by a file beside lite.py and a line in NETWORKS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bgrsr_data.errors import InputError
from bgrsrgan.networks.base import Generator, Output, parameter_count
from bgrsrgan.networks.critic import PatchCritic
from bgrsrgan.networks.lite import Lite

__all__ = ["NETWORKS", "Generator", "Output", "PatchCritic", "make_generator", "parameter_count"]

NETWORKS: Mapping[str, Callable[[], Generator]] = MappingProxyType({"bgrsr-lite": Lite})


def make_generator(name: str) -> Generator:
    """Build a network with fresh weights drawn from torch's global generator.

    Raises:
        InputError: No network has this name.
    """
    if name not in NETWORKS:
        raise InputError(f"there is no network {name!r}; known: {', '.join(sorted(NETWORKS))}")
    return NETWORKS[name]()
