"""Matting: a picture and a trimap in, the person's alpha out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor

from bgrsr_data.combine.render import Renderer
from bgrsr_data.records import Trimap
from bgrsrgan.config import TrainConfig
from bgrsrgan.data.examples import Examples, ExamplesOf, Joined
from bgrsrgan.data.mattes import CocoMattes, CombinationMattes, Matte, coco_persons
from bgrsrgan.data.people import has_footage
from bgrsrgan.losses import alpha_terms, pixel_terms
from bgrsrgan.metrics.matte import grad, sad, unknown_mse
from bgrsrgan.networks import Network, Output
from bgrsrgan.tasks.base import Method, Task, Terms


def levels(trimap: Tensor) -> Tensor:
    """A trimap that was bytes as exactly 0, ½ and 1."""
    return (2 * trimap).round() / 2


def guess(batch: Matte) -> Tensor:
    """The trimap's own guess: what is unknown is half there, (N, 1, H, W)."""
    return levels(batch.trimap)


class Matting(Task[Matte]):
    """What unet-gan does."""

    name: ClassVar[str] = "cut a person out by a trimap"
    baselines: Mapping[str, Method[Matte]] = {"trimap": guess}

    def examples(self, root: Path, config: TrainConfig) -> ExamplesOf:
        """COCO's persons, and the inputs of combinations, as `config.sources` says."""
        renderer = Renderer(root, lr_size=config.lr_size, hr_size=config.hr_size)

        def of(split: Any) -> Examples[Matte]:
            parts: list[Examples[Matte]] = []
            if has_footage(root, Trimap, config):
                parts.append(CocoMattes(root, coco_persons(root, split), config.lr_size))
            if config.sources != "footage":
                parts.append(CombinationMattes(renderer, renderer.combinations(split)))
            cache_bytes = config.cache_mb * 1_000_000 if split == "train" else 0
            return Joined(parts, cache_bytes=cache_bytes, crop=config.crop)

        return of

    def generate(self, network: Network, batch: Matte) -> Output:
        """The network on picture and trimap."""
        output: Output = network(batch.image, levels(batch.trimap))
        return output

    def truth(self, batch: Matte) -> Tensor:
        """The alpha, (N, 1, H, W)."""
        return batch.alpha

    def content_terms(self, output: Output, batch: Matte, config: TrainConfig) -> Terms:
        """Cross-entropy and edges where the trimap does not know, per unknown pixel; as published, all pixels alike."""
        if config.as_published:
            return pixel_terms(output.image, batch.alpha, config.pixel_loss)
        unknown = levels(batch.trimap) == 0.5
        alpha = torch.where(unknown, output.image, batch.alpha)
        share = unknown.float().mean().clamp_min(1e-3)
        terms = alpha_terms(alpha, batch.alpha, laplacian_weight=config.laplacian_weight)
        return {name: term / share for name, term in terms.items()}

    def judged(self, image: Tensor, batch: Matte) -> Tensor:
        """The person that the alpha cuts out, before black: a critic of three channels sees where the edge is wrong."""
        return image * batch.image

    def figures(self, image: Tensor, batch: Matte) -> Mapping[str, Tensor]:
        """What a matte is judged by; the first is that of the pixels that the trimap leaves open."""
        return {
            "unknown_mse": unknown_mse(image, batch.alpha, batch.trimap),
            "sad": sad(image, batch.alpha),
            "grad": grad(image, batch.alpha),
        }

    def pictures(self, output: Output, batch: Matte) -> Mapping[str, Tensor]:
        """What went in, what came out, and what should have."""
        shown = {"trimap": guess(batch), "output": output.image, "target": batch.alpha}
        return {"input": batch.image} | {title: grey.expand(-1, 3, -1, -1) for title, grey in shown.items()}
