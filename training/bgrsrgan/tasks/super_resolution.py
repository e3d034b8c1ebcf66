"""Super resolution: a picture in, the same at twice the resolution out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from torch import Tensor

from bgrsr_data.combine.render import Renderer
from bgrsr_data.records import Frame
from bgrsrgan.config import TrainConfig
from bgrsrgan.data.examples import Examples, ExamplesOf, Joined
from bgrsrgan.data.frames import FrameDataset, TargetDataset, Views, detailed, talking_heads
from bgrsrgan.data.people import has_footage
from bgrsrgan.light import upscale
from bgrsrgan.losses import pixel_terms
from bgrsrgan.networks import Network, Output
from bgrsrgan.tasks.base import Method, Task, Terms


def bicubic(batch: Views) -> Tensor:
    """What needs no training, (N, 3, H, W)."""
    return upscale(batch.lr)


class SuperResolution(Task[Views]):
    """What srgan does."""

    name: ClassVar[str] = "double the resolution"
    baselines: Mapping[str, Method[Views]] = {"bicubic": bicubic}

    def examples(self, root: Path, config: TrainConfig) -> ExamplesOf:
        """Frames of talking heads, and the targets of combinations, as `config.sources` says."""
        renderer = Renderer(root, lr_size=config.lr_size, hr_size=config.hr_size)

        def of(split: Any) -> Examples[Views]:
            parts: list[Examples[Views]] = []
            if has_footage(root, Frame, config):
                heads = talking_heads(root, split, hr_size=config.hr_size)
                parts.append(FrameDataset(root, heads, hr_size=config.hr_size, degradation=config.degradation))
            if config.sources != "footage":
                parts.append(TargetDataset(renderer, detailed(renderer, split), degradation=config.degradation))
            cache_bytes = config.cache_mb * 1_000_000 if split == "train" else 0
            return Joined(parts, cache_bytes=cache_bytes, crop=config.crop)

        return of

    def generate(self, network: Network, batch: Views) -> Output:
        """The network on the low view."""
        output: Output = network(batch.lr)
        return output

    def truth(self, batch: Views) -> Tensor:
        """The high view, (N, 3, H, W)."""
        return batch.hr

    def content_terms(self, output: Output, batch: Views, config: TrainConfig) -> Terms:
        """Pixels."""
        return pixel_terms(output.image, batch.hr, config.pixel_loss, as_published=config.as_published)

    def pictures(self, output: Output, batch: Views) -> Mapping[str, Tensor]:
        """What went in, what bicubic and the network make of it, and what it was."""
        return {"input": batch.lr, "bicubic": bicubic(batch), "output": output.image, "target": batch.hr}
