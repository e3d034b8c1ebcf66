"""Near-duplicates across a set of any size, found exactly and without comparing all with all.

Two pictures are near when their difference hashes differ in few bits, and no part of their thumbnails differs by more
than a few levels. It takes both, as measured on the 8 clips of the development footage, re-encoded (CRF 35; half the
size, CRF 28), with fewer than 6 bits and at most 4 levels:

- 98.7 % of the copies are near their original (88 % of the noisiest clip's); fewer than 4 bits would find 96.8 %;
- no frames of different people are: the nearest, before the same screen, differ in 10 bits, and in 42 levels;
- of a person who talks before a locked camera, frames two seconds apart differ in 1 bit (median), as copies do, but in
  5 to 12 levels (median): 7 % of all such pairs are near; at most 5 levels would make it 23 %.

A copy that is graded, mirrored or cropped is another picture. Where hashes differ in fewer bits than they are cut into
parts, one part is equal (Norouzi, Punjani, Fleet, "Fast search in Hamming space with multi-index hashing", CVPR 2012),
so only those that share a part are compared.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.records import Background, Frame

BITS, LEVELS = 6, 4  # what these figures speak for: fewer bits than that, at most so many levels

_ONES = np.array([value.bit_count() for value in range(1 << 16)], np.uint8)


def looks_of(rows: Sequence[Frame | Background]) -> tuple[NDArray[np.uint64], NDArray[np.uint8]]:
    """The difference hashes (N,), uint64, and thumbnails (N, 64), uint8, of pictures; zeros where a row has none."""
    pixels = b"".join(bytes.fromhex(row.thumbnail or "00" * 64) for row in rows)
    hashes = np.array([int(row.dhash or "0", 16) for row in rows], np.uint64)
    return hashes, np.frombuffer(pixels, np.uint8).reshape(len(rows), 64)


def find_near(
    hashes: NDArray[np.uint64], thumbnails: NDArray[np.uint8], clips: Sequence[str], *, bits: int, levels: int
) -> list[tuple[int, int]]:
    """For each picture, the kept one of another clip that it repeats.

    The pictures are gone through in the order given, best first: one that is near a kept one of another clip is left
    out, any other is kept. Pictures of one clip are not compared: taking them was decided with the clip in view.

    Args:
        hashes: (N,) uint64, difference hashes.
        thumbnails: (N, 64) uint8, grey levels.
        clips: N names.
        bits: Near ones differ in fewer bits; 0: no two are near.
        levels: Near ones differ by at most so many levels in each part of the thumbnail.

    Returns:
        (left out, kept) as indices, in the order of the first: of several kept ones that with the fewest bits between,
        and of these the best.
    """
    of_clip = np.unique(np.asarray(clips), return_inverse=True)[1]
    index = _Index(hashes, bits)
    found = []
    for one in range(len(hashes) if bits else 0):
        among = index.sharing(one)
        apart = _bits_apart(hashes[among], hashes[one])
        close = (apart < bits) & (of_clip[among] != of_clip[one])
        among, apart = among[close], apart[close]
        if len(among):
            alike = (_levels_apart(thumbnails[among], thumbnails[one]) <= levels).all(1)
            among, apart = among[alike], apart[alike]
        if len(among):
            found.append((one, int(among[np.lexsort((among, apart))[0]])))
        else:
            index.add(one)
    return found


def pair_near(
    hashes: NDArray[np.uint64], thumbnails: NDArray[np.uint8], groups: Sequence[str], *, bits: int, levels: int
) -> list[tuple[int, int]]:
    """Which groups have pictures in common: for each picture the nearest earlier one of each other group.

    Args:
        hashes: (N,) uint64, difference hashes.
        thumbnails: (N, 64) uint8, grey levels.
        groups: N names; pictures of one group are not compared.
        bits: As of `find_near`.
        levels: As of `find_near`.

    Returns:
        (later, earlier) as indices, in order. Two groups that are near in any pictures are named by some pair.
    """
    of_group = np.unique(np.asarray(groups), return_inverse=True)[1] if len(groups) else np.empty(0, np.int64)
    index = _Index(hashes, bits)
    pairs = []
    for one in range(len(hashes) if bits else 0):
        among = index.sharing(one)
        among = among[of_group[among] != of_group[one]]
        apart = _bits_apart(hashes[among], hashes[one])
        among, apart = among[apart < bits], apart[apart < bits]
        alike = (_levels_apart(thumbnails[among], thumbnails[one]) <= levels).all(1)
        among, apart = among[alike], apart[alike]
        nearest = among[np.lexsort((among, apart))]
        first = np.unique(of_group[nearest], return_index=True)[1]
        pairs += [(one, int(other)) for other in np.sort(nearest[first])]
        index.add(one)
    return pairs


def _bits_apart(many: NDArray[np.uint64], one: np.uint64) -> NDArray[np.uint8]:
    quarters = _ONES[(many ^ one).view(np.uint16)]
    return quarters[::4] + quarters[1::4] + quarters[2::4] + quarters[3::4]


def _levels_apart(many: NDArray[np.uint8], one: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.maximum(many, one) - np.minimum(many, one)


class _Index:
    """The kept pictures by each part of their hash.

    Args:
        hashes: (N,) uint64, of all pictures.
        bits: Those looked for differ in fewer; so many parts a hash is cut into.
    """

    def __init__(self, hashes: NDArray[np.uint64], bits: int) -> None:
        edges = [64 * part // bits for part in range(bits + 1)] if bits else []
        self._parts = [_cut(hashes, low, high) for low, high in pairwise(edges)]
        self._kept: list[defaultdict[int, array[int]]] = [defaultdict(_indices) for _ in self._parts]

    def add(self, one: int) -> None:
        """Keep a picture."""
        for part, kept in zip(self._parts, self._kept, strict=True):
            kept[part[one]].append(one)

    def sharing(self, one: int) -> NDArray[np.int64]:
        """The kept pictures that have a part of their hash in common with a picture; some more than once."""
        found = list(self._found(one))
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def _found(self, one: int) -> Iterator[NDArray[np.int64]]:
        for part, kept in zip(self._parts, self._kept, strict=True):
            if part[one] in kept:
                yield np.array(kept[part[one]], np.int64)


def _cut(hashes: NDArray[np.uint64], low: int, high: int) -> list[int]:
    mask = np.uint64((1 << (high - low)) - 1)
    values: list[int] = ((hashes >> np.uint64(low)) & mask).tolist()
    return values


def _indices() -> array[int]:
    return array("q")
