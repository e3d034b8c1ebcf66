"""The pixels of a set as one hash: equal wherever, and by however many workers, they are drawn."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path

from bgrsr_data.combine.render import CACHE_BYTES, Pair, Renderer
from bgrsr_data.combine.resample import Size
from bgrsr_data.records import Combination

SHARE = 32  # rows that a worker is given at once


def digest(renderer: Renderer, rows: Sequence[Combination], *, workers: int = 0) -> str:
    """SHA-256 (hex) over the pixels of rows, in their order.

    Args:
        renderer: Of the set.
        rows: Some of its combinations, or all.
        workers: Processes to draw with (a script that asks for them does so under `if __name__ == "__main__":`, as for
            every pool of Python's); 0 draws here.
    """
    if not workers:
        return _joined(pair_digest(renderer.render(row)) for row in rows)
    shares = [rows[start : start + SHARE] for start in range(0, len(rows), SHARE)]
    memory = CACHE_BYTES // workers
    told = [(renderer.root, renderer.lr_size, renderer.hr_size, memory, share) for share in shares]
    with ProcessPoolExecutor(workers, multiprocessing.get_context("forkserver")) as pool:
        return _joined(each for share in pool.map(_digests, told) for each in share)


def pair_digest(pair: Pair) -> str:
    """SHA-256 (hex) over the shapes and bytes of a pair's pictures."""
    sha = hashlib.sha256()
    for name in Pair.__slots__:
        picture = getattr(pair, name)
        sha.update(f"{name} {picture.shape}".encode())
        sha.update(picture.tobytes())
    return sha.hexdigest()


def _digests(told: tuple[Path, Size, Size, int, Sequence[Combination]]) -> list[str]:
    root, lr_size, hr_size, memory, rows = told
    renderer = _renderer(root, lr_size, hr_size, memory)
    return [pair_digest(renderer.render(row)) for row in rows]


@lru_cache(1)
def _renderer(root: Path, lr_size: Size, hr_size: Size, memory: int) -> Renderer:
    """A worker's own, with its share of the memory."""
    return Renderer(root, lr_size=lr_size, hr_size=hr_size, cache_bytes=memory)


def _joined(digests: Iterable[str]) -> str:
    sha = hashlib.sha256()
    for each in digests:
        sha.update(each.encode())
    return sha.hexdigest()
