"""The public-domain photographs that come inside the wheels of scikit-image and matplotlib; nothing is downloaded.

Only files whose rights are stated by the packages themselves are used (public domain or CC0).
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import InputError
from bgrsr_data.media.images import read_rgb
from bgrsr_data.quickstart.outlines import ASTRONAUT, HOPPER, PHOTOGRAPHER, Outline
from bgrsr_data.records import Split

_FOLDERS = {"skimage": "data", "matplotlib": "mpl-data/sample_data"}
_DISTRIBUTIONS = {"skimage": "scikit-image", "matplotlib": "matplotlib"}


@dataclass(frozen=True, slots=True)
class Photograph:
    """A bundled photograph.

    Args:
        name: What it shows.
        package: The package that carries it.
        file: Its name there.
        licence: SPDX-like.
        creator: Whom to credit.
        split: Where everything made from it goes, two people to learn from, the third to test.
        crops: Parts (x, y, width, height) used as pictures of their own; none for the whole.
    """

    name: str
    package: Literal["skimage", "matplotlib"]
    file: str
    licence: Literal["CC0-1.0", "public-domain"]
    creator: str
    split: Split
    crops: tuple[tuple[int, int, int, int], ...] = ()

    @property
    def path(self) -> Path:
        """Where it lies.

        Raises:
            InputError: The package is not installed, or carries this picture no more.
        """
        spec = find_spec(self.package)
        distribution = _DISTRIBUTIONS[self.package]
        if spec is None or spec.origin is None:
            raise InputError(f"quickstart: {distribution} is missing; install it with: pip install 'bgrsr[quickstart]'")
        path = Path(spec.origin).parent / _FOLDERS[self.package] / self.file
        if not path.is_file():
            raise InputError(
                f"quickstart: {distribution} lacks {self.file}; mend it with: pip install -U {distribution}"
            )
        return path

    def pictures(self) -> list[NDArray[np.uint8]]:
        """The whole photograph, or its crops: (H, W, 3) uint8, sRGB."""
        whole = read_rgb(self.path)
        return [whole[y : y + height, x : x + width] for x, y, width, height in self.crops] or [whole]


@dataclass(frozen=True, slots=True)
class Portrait:
    """A photograph of a person, with the person's outline."""

    person: str
    photograph: Photograph
    outline: Outline


COLLINS = Portrait(
    "eileen-collins", Photograph("astronaut", "skimage", "astronaut.png", "public-domain", "NASA", "train"), ASTRONAUT
)
GRACE_HOPPER = Portrait(
    "grace-hopper",
    Photograph("grace_hopper", "matplotlib", "grace_hopper.jpg", "public-domain", "James S. Davis, U.S. Navy", "test"),
    HOPPER,
)
CAMERAMAN = Portrait(
    "cameraman", Photograph("camera", "skimage", "camera.png", "CC0-1.0", "Lav Varshney", "train"), PHOTOGRAPHER
)

BRICK = Photograph("brick", "skimage", "brick.png", "CC0-1.0", "CC0Textures.com", "test")
BACKGROUNDS = (
    Photograph("coffee", "skimage", "coffee.png", "CC0-1.0", "Rachel Michetti", "train"),
    Photograph(
        "hubble", "skimage", "hubble_deep_field.jpg", "public-domain", "NASA, ESA, HUDF09 team", "train",
        ((0, 0, 640, 480), (360, 392, 640, 480)),
    ),
    Photograph("coins", "skimage", "coins.png", "public-domain", "Brooklyn Museum", "train"),
    Photograph("gravel", "skimage", "gravel.png", "CC0-1.0", "CC0Textures.com", "train"),
    Photograph("chelsea", "skimage", "chelsea.png", "CC0-1.0", "Stefan van der Walt", "train"),
    Photograph("grass", "skimage", "grass.png", "CC0-1.0", "linolafett", "train"),
    Photograph("rocket", "skimage", "rocket.jpg", "public-domain", "SpaceX", "test"),
    BRICK,
)  # fmt: skip
