"""Background replacement and ×2 super-resolution at once: frame and target background in, the replaced picture out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from torch import Tensor

from bgrsr_data.combine.render import Renderer
from bgrsrgan.config import TrainConfig
from bgrsrgan.data.combinations import Batch, Combinations
from bgrsrgan.data.examples import ExamplesOf
from bgrsrgan.light import halve, upscale
from bgrsrgan.losses import alpha_terms, intermediate_terms, pixel_terms
from bgrsrgan.networks import Network, Output
from bgrsrgan.tasks.base import Method, Task, Terms


def bicubic(batch: Batch) -> Tensor:
    """The trivial baseline: the frame upscaled, its background not replaced, (N, 3, H, W)."""
    return upscale(batch.lr_frame)


def pasted_background(batch: Batch) -> Tensor:
    """The target background alone, without the person, (N, 3, H, W)."""
    return batch.hr_background


class Replacement(Task[Batch]):
    """What bgrsrgan and bgrsr-lite do."""

    name: ClassVar[str] = "replace the background and double the resolution"
    baselines: Mapping[str, Method[Batch]] = {"bicubic": bicubic, "background": pasted_background}

    def examples(self, root: Path, config: TrainConfig) -> ExamplesOf:
        """The set's combinations, rendered at the config's sizes."""
        renderer = Renderer(root, lr_size=config.lr_size, hr_size=config.hr_size)
        cache_bytes = config.cache_mb * 1_000_000
        return lambda split: Combinations(
            renderer,
            renderer.combinations(split),
            cache_bytes=cache_bytes if split == "train" else 0,
            crop=config.crop,
            recompose=config.recompose,
        )

    def generate(self, network: Network, batch: Batch) -> Output:
        """The network on frame and background."""
        output: Output = network(batch.lr_frame, batch.lr_background, batch.hr_background)
        return output

    def truth(self, batch: Batch) -> Tensor:
        """The person on the background to come, (N, 3, H, W)."""
        return batch.hr_target

    def content_terms(self, output: Output, batch: Batch, config: TrainConfig) -> Terms:
        """Pixels, those before the picture is enlarged, alpha and its edges: of what the network makes."""
        kind, as_published = config.pixel_loss, config.as_published
        terms = pixel_terms(output.image, batch.hr_target, kind, as_published=as_published)
        if output.lr_image is not None:
            true = halve(batch.hr_target)
            weight = config.lr_weight
            terms |= intermediate_terms(output.lr_image, true, kind, weight=weight, as_published=as_published)
        if output.alpha is not None:
            terms |= alpha_terms(output.alpha, batch.hr_alpha, laplacian_weight=config.laplacian_weight)
        return terms

    def mattes(self, output: Output, batch: Batch) -> tuple[Tensor, Tensor] | None:
        """Of a network that makes an alpha."""
        return None if output.alpha is None else (output.alpha, batch.hr_alpha)

    def pictures(self, output: Output, batch: Batch) -> Mapping[str, Tensor]:
        """Input, background, what came out and what should have."""
        shown = {"input": batch.lr_frame, "target background": batch.hr_background}
        if output.lr_image is not None:
            shown["intermediate"] = output.lr_image
        shown |= {"output": output.image, "target": batch.hr_target}
        if output.alpha is not None:
            shown |= {"alpha": output.alpha.expand(-1, 3, -1, -1), "true alpha": batch.hr_alpha.expand(-1, 3, -1, -1)}
        return shown
