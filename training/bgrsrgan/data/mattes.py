"""What a matting network learns from: a picture, a trimap, and the alpha that it should find.

COCO's persons come with all three: their trimap was drawn around what an annotator outlined, their alpha found in its
band (bgrsr_data.trimaps). Of rendered combinations the alpha is known, and the trimap is drawn as it would be around a
mask by hand: a polygon of few points that is some pixels too large or too small, with a band that is wider or narrower
each time. Pictures are what the camera sees, at the size at which the person will be cut out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from bgrsr_data.combine.camera import smear
from bgrsr_data.combine.linear import decode, encode
from bgrsr_data.combine.render import Renderer
from bgrsr_data.combine.resample import shrink_to
from bgrsr_data.errors import Rejection
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.media.images import read_grey, read_rgb
from bgrsr_data.records import Clip, Combination, Foreground, Split, Trimap
from bgrsr_data.trimaps.draw import BACKGROUND, FOREGROUND, UNKNOWN, band_for, draw_trimap
from bgrsr_data.trimaps.options import TrimapOptions
from bgrsrgan.data.combinations import origin_of
from bgrsrgan.data.examples import Examples, Origin, Size, planes
from bgrsrgan.data.people import split_people
from bgrsrgan.data.schedule import Draw

_USUAL = TrimapOptions()
_NARROWEST, _WIDEST = 0.7, 1.5  # of the usual band
_OFF = 0.012  # of √area: 3 px of a person of COCO's largest size
_FEW_POINTS = 0.004  # of the outline's length: how far a polygon of few points strays from it
_SPECK = 0.01  # of the person's area: no annotator outlines what is smaller


class Matte(NamedTuple):
    """A person to be cut out; uint8 as loaded, float32 [0, 1] in use.

    Attributes:
        image: (N, 3, H, W), sRGB.
        trimap: (N, 1, H, W), 0 background, 128 unknown, 255 the person.
        alpha: (N, 1, H, W), straight.
    """

    image: Tensor
    trimap: Tensor
    alpha: Tensor


class CombinationMattes(Examples[Matte]):
    """The inputs of combinations, and of each the person's share of its pixels.

    Args:
        renderer: Renders them.
        combinations: Which.
    """

    def __init__(self, renderer: Renderer, combinations: Sequence[Combination]) -> None:
        super().__init__()
        self._renderer, self.combinations = renderer, combinations

    def __len__(self) -> int:
        return len(self.combinations)

    def load(self, row: int) -> Matte:
        """What the camera saw; the trimap is drawn later."""
        combination = self.combinations[row]
        pair = self._renderer.render(combination)
        alpha = alpha_seen(pair.hr_alpha, combination, self._renderer.lr_size)
        return Matte(planes(pair.lr_frame), planes(np.full_like(alpha, UNKNOWN)[..., None]), planes(alpha[..., None]))

    def finish(self, example: Matte, draw: Draw) -> Matte:
        """With the trimap that somebody would have drawn this time; always the same in measurements."""
        seed = self.combinations[draw.row].seed, draw.seed
        trimap = draw_by_hand(example.alpha[0].numpy(), np.random.default_rng(seed))
        return example._replace(trimap=planes(trimap[..., None]))

    def origin(self, row: int) -> Origin:
        """The combination, its person, and the clip."""
        return origin_of(self._renderer, self.combinations[row])


class CocoMattes(Examples[Matte]):
    """Persons of COCO's pictures.

    Args:
        root: Where their files are.
        persons: Which, as `coco_persons` gives them.
        size: (width, height) of the pictures.
    """

    def __init__(self, root: Path, persons: Sequence[CocoPerson], size: Size) -> None:
        super().__init__()
        self._root, self.persons, self._size = root, persons, size

    def __len__(self) -> int:
        return len(self.persons)

    def load(self, row: int) -> Matte:
        """The part of the picture that shows the person."""
        person = self.persons[row]
        picture = read_rgb(self._root / person.picture)
        trimap, alpha = (np.zeros(picture.shape[:2], np.uint8) for _ in range(2))
        row_of = person.trimap
        place = np.s_[row_of.top : row_of.top + row_of.height, row_of.left : row_of.left + row_of.width]
        trimap[place] = read_grey(self._root / row_of.path)
        alpha[place] = read_grey(self._root / person.alpha)
        part = part_around(row_of, (picture.shape[1], picture.shape[0]), self._size)
        image = encode(shrink_to(decode(np.ascontiguousarray(picture[part])), self._size))
        small = shrink_trimap(trimap[part], self._size)
        return Matte(planes(image), planes(small[..., None]), planes(_shrunk(alpha[part], self._size)[..., None]))

    def origin(self, row: int) -> Origin:
        """The trimap, its person and picture."""
        trimap = self.persons[row].trimap
        return Origin(trimap.id, trimap.person, clip=trimap.clip)


class CocoPerson(NamedTuple):
    """A person of a COCO picture: the row of the trimap, and the paths of the picture and of the alpha."""

    trimap: Trimap
    picture: str
    alpha: str


def coco_persons(root: Path, split: Split, *, seed: int = 0) -> list[CocoPerson]:
    """COCO's persons of one split whose alpha was found, picture by picture.

    Args:
        root: A workspace, or any folder with its manifests.
        split: "train", "val" or "test"; a picture's persons are together, and where the combinations put them.
        seed: Another seed gives another split.

    Raises:
        InputError: A manifest is missing.
    """
    rows = read_rows(manifest_path(root, Trimap), Trimap)
    splits = split_people(root, rows, seed=seed)
    pictures: Mapping[str, str] = {row.id: row.path for row in read_rows(manifest_path(root, Clip), Clip)}
    cut = {row.original: row.alpha_path for row in read_rows(manifest_path(root, Foreground), Foreground)}
    rows.sort(key=lambda row: (row.clip, row.annotation))
    return [
        CocoPerson(row, pictures[row.clip], cut[row.id])
        for row in rows
        if splits[row.person] == split and row.id in cut and row.clip in pictures
    ]


def alpha_seen(hr_alpha: NDArray[np.uint8], row: Combination, size: Size) -> NDArray[np.uint8]:
    """The person's share of each pixel of the input: through the same lens and shutter as the light.

    Args:
        hr_alpha: (H, W) uint8, of the target.
        row: Its kernel and motion blur.
        size: (width, height) of the input, w and h.

    Returns:
        (h, w) uint8.
    """
    share = shrink_to(hr_alpha[None].astype(np.float32) / np.float32(255), size, row.kernel)
    if row.blur_px > 0:
        share = smear(share, row.blur_px, row.blur_angle)
    return _to_bytes(share[0])


def draw_by_hand(alpha: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Draw a trimap as around a mask by hand.

    Args:
        alpha: (H, W) uint8.
        random: Decides how the outline is wrong, and how wide the band is.

    Returns:
        (H, W) uint8, each value BACKGROUND, UNKNOWN or FOREGROUND. A person thinner than the band, or too small for an
        outline, is unknown as a whole.
    """
    mask = outlined((alpha > 127).astype(np.uint8), random)
    wide = random.uniform(_NARROWEST, _WIDEST)
    options = _USUAL.model_copy(update={"inside": wide * _USUAL.inside, "outside": wide * _USUAL.outside})
    band = band_for(int(mask.sum()), options)
    try:
        if mask.any():
            return draw_trimap(mask, band)
    except Rejection:
        pass
    near = cv2.dilate((mask | (alpha > 0)).astype(np.uint8), _disk(band.outside_px))
    return np.where(near > 0, UNKNOWN, BACKGROUND).astype(np.uint8)


def outlined(person: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.bool_]:
    """The mask that an annotator draws: somewhat too large or too small, a polygon of few points, without specks.

    Args:
        person: (H, W) uint8, 1 on the person.
        random: Decides how it is wrong.
    """
    area = max(int(person.sum()), 1)
    off = round(random.uniform(-1, 1) * max(1.0, _OFF * area**0.5))
    beyond = 8 + int(0.1 * area**0.5)  # who is cut off by the border is outlined to it
    wider = cv2.copyMakeBorder(person, beyond, beyond, beyond, beyond, cv2.BORDER_REPLICATE)
    moved = cv2.dilate(wider, _disk(off)) if off > 0 else cv2.erode(wider, _disk(-off))
    outlines, _ = cv2.findContours(moved, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    polygons = []
    for outline in outlines:
        if cv2.contourArea(outline) > _SPECK * area:
            points = cv2.approxPolyDP(outline, max(1.0, _FEW_POINTS * cv2.arcLength(outline, True)), True)
            polygons.append((points + random.integers(-1, 2, points.shape)).astype(np.int32))
    drawn = cv2.fillPoly(np.zeros_like(wider), polygons, 1)  # a hole is inside two of them, and stays
    return np.ascontiguousarray(drawn[beyond:-beyond, beyond:-beyond]).astype(bool)


def part_around(row: Trimap, picture: Size, size: Size) -> tuple[slice, slice]:
    """The part of a picture that shows a person as a camera would: of the view's shape, not blown up if possible.

    Args:
        row: Where the person's files lie in the picture.
        picture: (width, height) of the picture.
        size: (width, height) of the view.

    Returns:
        Rows and columns. Where the picture is too narrow for all of the person, the head stays.
    """
    times = max(row.height / size[1], row.width / size[0], 1.0)
    times = min(times, picture[0] / size[0], picture[1] / size[1])
    width, height = round(times * size[0]), round(times * size[1])
    left = min(max(row.left + (row.width - width) // 2, 0), picture[0] - width)
    above = max((height - row.height) // 2, 0)
    top = min(max(row.top - above, 0), picture[1] - height)
    return slice(top, top + height), slice(left, left + width)


def shrink_trimap(trimap: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    """Scale a trimap: what is not wholly sure is unknown.

    Args:
        trimap: (h, w) uint8 of BACKGROUND, UNKNOWN and FOREGROUND.
        size: (width, height) wanted.

    Returns:
        (H, W) uint8, the same labels.
    """
    sure = np.stack([trimap == BACKGROUND, trimap == FOREGROUND]).astype(np.float32)
    background, person = shrink_to(sure, size) > 0.999
    return np.where(person, FOREGROUND, np.where(background, BACKGROUND, UNKNOWN)).astype(np.uint8)


def _shrunk(alpha: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    return _to_bytes(shrink_to(alpha[None].astype(np.float32) / np.float32(255), size)[0])


def _to_bytes(share: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(255 * np.clip(share, 0, 1)).astype(np.uint8)


def _disk(radius: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)), np.uint8)
