"""Which manifests a network is trained from. Imports no torch."""

from __future__ import annotations

from bgrsr_data.records import Background, Clip, Combination, Foreground, Frame, Record, Trimap

COMBINED: tuple[type[Record], ...] = (Combination, Foreground, Background)
FILMED: tuple[type[Record], ...] = (Clip, Frame, Trimap)


def needs(network: str, sources: str = "both") -> tuple[type[Record], ...]:
    """The rows without which it cannot be trained: those of combinations; where footage alone is asked for, all."""
    return reads(network) if sources == "footage" else COMBINED


def reads(network: str) -> tuple[type[Record], ...]:
    """The rows that training a network reads: combinations; and for an enlarger or a matter what was filmed."""
    return (*COMBINED, *FILMED) if network in {"srgan", "unet-gan"} else COMBINED
