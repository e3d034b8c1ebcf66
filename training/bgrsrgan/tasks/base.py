"""What a network is for: where its examples come from, what it is given, what it is judged by.

The loop, the measurements and the pictures know a network only through its task, so that one of each serves all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar, Generic

from torch import Tensor

from bgrsrgan.config import TrainConfig
from bgrsrgan.data.examples import B, ExamplesOf
from bgrsrgan.networks import Network, Output

Terms = dict[str, Tensor]
Method = Callable[[B], Tensor]


class Task(ABC, Generic[B]):
    """One kind of work; it holds no state.

    Attributes:
        name: What is done, for a person.
        baselines: What needs no training, by name: a batch of floats → what is judged.
    """

    name: ClassVar[str]
    baselines: Mapping[str, Method[B]]

    @abstractmethod
    def examples(self, root: Path, config: TrainConfig) -> ExamplesOf:
        """The examples of each split of a published set.

        Args:
            root: A workspace, or any folder with its manifests and files.
            config: Sizes, memory, variation.

        Raises:
            InputError: A manifest is missing.
        """

    @abstractmethod
    def generate(self, network: Network, batch: B) -> Output:
        """Run a network on a batch of floats."""

    @abstractmethod
    def truth(self, batch: B) -> Tensor:
        """What Output.image should be, of its shape."""

    @abstractmethod
    def content_terms(self, output: Output, batch: B, config: TrainConfig) -> Terms:
        """Every loss term that compares with the truth, weighted."""

    @abstractmethod
    def pictures(self, output: Output, batch: B) -> Mapping[str, Tensor]:
        """What a person should see side by side, by title: (N, 3, H or h, W or w) float32 [0, 1], sRGB."""

    def judged(self, image: Tensor, batch: B) -> Tensor:  # noqa: ARG002 - for tasks whose image alone says little
        """What the critic sees of an Output.image, or of the truth: (N, 3, H, W) float32 [0, 1]."""
        return image

    def figures(self, image: Tensor, batch: B) -> Mapping[str, Tensor]:  # noqa: ARG002 - for tasks that have some
        """Figures of its own beside PSNR and SSIM, by name: (N,) each."""
        return {}

    def mattes(self, output: Output, batch: B) -> tuple[Tensor, Tensor] | None:  # noqa: ARG002 - for those that have
        """The alpha made on the way and the true one, (N, 1, H, W) each; None where none is, or it is the image."""
        return None
