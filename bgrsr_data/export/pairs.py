"""The pairs of a set as picture files, drawn ahead by threads, in the order of the rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from bgrsr_data.combine.render import Pair, Renderer
from bgrsr_data.export.rights import Rights
from bgrsr_data.licences import canonical
from bgrsr_data.media.png import encode_png
from bgrsr_data.records import Combination

PICTURES: tuple[str, ...] = Pair.__slots__
AHEAD = 16  # drawn pairs that wait: some 20 MB


def draw_pairs(
    renderer: Renderer, rows: Sequence[Combination], *, workers: int
) -> Iterator[tuple[Combination, dict[str, bytes]]]:
    """Draw rows as PNG files.

    Args:
        renderer: Of the set.
        rows: Which.
        workers: Threads.

    Yields:
        Each row with its pictures by name, in the order of the rows.
    """
    pool = ThreadPoolExecutor(workers)
    waiting: deque[tuple[Combination, Future[dict[str, bytes]]]] = deque()
    try:
        for row in rows:
            waiting.append((row, pool.submit(_draw, renderer, row)))
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


def _draw(renderer: Renderer, row: Combination) -> dict[str, bytes]:
    pair = renderer.render(row)
    return {name: encode_png(getattr(pair, name)) for name in PICTURES}
