"""The networks by name; another joins by a file beside lite.py, a line in NETWORKS, and one in bgrsrgan.tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bgrsr_data.errors import InputError
from bgrsrgan.networks.base import Enlarger, Matter, Network, Output, Replacer, parameter_count
from bgrsrgan.networks.critic import PatchCritic
from bgrsrgan.networks.lite import Lite

__all__ = [
    "NETWORKS",
    "Enlarger",
    "Matter",
    "Network",
    "Output",
    "PatchCritic",
    "Replacer",
    "make_network",
    "parameter_count",
]

NETWORKS: Mapping[str, Callable[[], Network]] = MappingProxyType({"bgrsr-lite": Lite})


def make_network(name: str) -> Network:
    """Build a network with fresh weights drawn from torch's global generator.

    Raises:
        InputError: No network has this name.
    """
    if name not in NETWORKS:
        raise InputError(f"there is no network {name!r}; known: {', '.join(sorted(NETWORKS))}")
    return NETWORKS[name]()
