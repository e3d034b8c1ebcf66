"""The networks by name; how another joins: CONTRIBUTING.md."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bgrsr_data.errors import InputError
from bgrsrgan.networks.base import Enlarger, Matter, Network, Output, Replacer, parameter_count
from bgrsrgan.networks.bgrsrgan import BgrSrGan
from bgrsrgan.networks.critic import PatchCritic
from bgrsrgan.networks.lite import Lite
from bgrsrgan.networks.srgan import SRGan
from bgrsrgan.networks.unet_gan import UNetGan

__all__ = [
    "NETWORKS",
    "PUBLISHED",
    "Enlarger",
    "Matter",
    "Network",
    "Output",
    "PatchCritic",
    "Replacer",
    "make_network",
    "parameter_count",
]

PUBLISHED: Mapping[str, type[UNetGan | SRGan | BgrSrGan]] = MappingProxyType(
    {"unet-gan": UNetGan, "srgan": SRGan, "bgrsrgan": BgrSrGan}
)
NETWORKS: Mapping[str, type[Network]] = MappingProxyType({**PUBLISHED, "bgrsr-lite": Lite})


def make_network(name: str, *, as_published: bool = False) -> Network:
    """Build a network with fresh weights drawn from torch's global generator.

    Args:
        name: In NETWORKS.
        as_published: With the behaviour it was published with; weights have the same names and shapes.

    Raises:
        InputError: No network has this name, or it was never published.
    """
    if name not in NETWORKS:
        raise InputError(f"there is no network {name!r}; known: {', '.join(sorted(NETWORKS))}")
    if not as_published:
        return NETWORKS[name]()
    if name not in PUBLISHED:
        raise InputError(f"{name} was never published; as published there are {', '.join(sorted(PUBLISHED))}")
    return PUBLISHED[name](as_published=True)
