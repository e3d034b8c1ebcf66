"""The pairs of a set as picture files, drawn ahead by threads, in the order of the rows.

Pictures are PNG, or JPEG of quality 95 with full chroma; alpha is always PNG, since a matte is measured in single
levels.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from bgrsr_data.combine.render import Pair, Renderer
from bgrsr_data.export.options import ImageFormat
from bgrsr_data.export.rights import Rights
from bgrsr_data.licences import canonical
from bgrsr_data.media.images import encode_image
from bgrsr_data.records import Combination

PICTURES: tuple[str, ...] = Pair.__slots__
ALPHA = "hr_alpha"
AHEAD = 16  # drawn pairs that wait: some 20 MB


def suffix_of(picture: str, image_format: ImageFormat) -> str:
    """What the file of one of PICTURES ends in: ".png" or ".jpg"."""
    return ".jpg" if image_format == "jpeg" and picture != ALPHA else ".png"


def draw_pairs(
    renderer: Renderer, rows: Sequence[Combination], *, image_format: ImageFormat, workers: int
) -> Iterator[tuple[Combination, dict[str, bytes]]]:
    """Draw rows as image files.

    Args:
        renderer: Of the set.
        rows: Which.
        image_format: Of all pictures but alpha.
        workers: Threads.

    Yields:
        Each row with its pictures by name, in the order of the rows.
    """
    pool = ThreadPoolExecutor(workers)
    waiting: deque[tuple[Combination, Future[dict[str, bytes]]]] = deque()
    try:
        for row in rows:
            waiting.append((row, pool.submit(_draw, renderer, row, image_format)))
            if len(waiting) > AHEAD:
                done, future = waiting.popleft()
                yield done, future.result()
        while waiting:
            done, future = waiting.popleft()
            yield done, future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def describe_pair(row: Combination, renderer: Renderer, rights: Rights) -> dict[str, Any]:
    """What goes with a pair: the row, who is seen, and whose the footage is."""
    clips = rights.of(row)
    return row.model_dump(mode="json") | {
        "person": renderer.foreground(row).person,
        "licence": sorted({canonical(clip.licence) for clip in clips}),
        "creator": sorted({clip.creator for clip in clips}),
        "url": sorted({clip.url for clip in clips if clip.url}),
    }


def _draw(renderer: Renderer, row: Combination, image_format: ImageFormat) -> dict[str, bytes]:
    pair = renderer.render(row)
    return {name: encode_image(suffix_of(name, image_format), getattr(pair, name)) for name in PICTURES}
