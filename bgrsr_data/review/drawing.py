"""Draws the reviewer's pictures when they are asked for, and keeps them.

Threads share one drawer: each picture is drawn once, two at a time, and appears under its name when it is whole.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from bgrsr_data.combine.render import Renderer, Rows
from bgrsr_data.errors import BgrsrError
from bgrsr_data.ledger import Ledger
from bgrsr_data.media.images import read_grey, read_rgb, write_image
from bgrsr_data.records import Background, Clip, Combination, Foreground, Record, Trimap
from bgrsr_data.review.previews import FOLDER, PICTURES, draw_on_checkerboard, picture_path
from bgrsr_data.workspace import LEDGER

R = TypeVar("R", bound=Record)
AT_ONCE = 2
CACHE_BYTES = 128 << 20


class Drawer:
    """Draws the pictures of one workspace.

    Args:
        root: The workspace.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folder = root / FOLDER / PICTURES
        self._hands = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._busy: dict[Path, threading.Lock] = {}
        self._foregrounds: dict[str, Foreground] = {}
        self._backgrounds: dict[str, Background] = {}
        self._renderer = self._new_renderer()

    def draw(self, path: Path) -> bool:
        """Draw a picture that is not there yet.

        Args:
            path: Any path; only those that `picture_path` gives are drawn.

        Returns:
            Whether the file is there now.
        """
        if path.parent.parent != self._folder or ".." in path.parts:
            return path.is_file()
        with self._alone(path), self._hands:
            if not path.is_file():
                try:
                    self._draw(path)
                except BgrsrError:
                    return False  # a row or a file of it is gone; the App shows an empty picture
            return path.is_file()

    def _draw(self, path: Path) -> None:
        identifier = path.name.partition("~")[0]
        with closing(Ledger(self.root / LEDGER)) as ledger:
            if identifier.startswith(Combination.kind):
                self._draw_pair(path, identifier, ledger)
            elif identifier.startswith(Trimap.kind):
                self._draw_window(path, identifier, ledger)
            else:
                self._draw_cutout(path, identifier, ledger)

    def _draw_cutout(self, path: Path, identifier: str, ledger: Ledger) -> None:
        row = _find(ledger, Foreground, identifier)
        if row is None:
            return
        alpha = read_grey(self.root / row.alpha_path)
        if path == picture_path(self.root, "alpha", row, row.content):
            write_image(path, alpha)
        elif path == picture_path(self.root, "foreground", row, row.content):
            write_image(path, draw_on_checkerboard(read_rgb(self.root / row.foreground_path), alpha))

    def _draw_window(self, path: Path, identifier: str, ledger: Ledger) -> None:
        row = _find(ledger, Trimap, identifier)
        clip = row and _find(ledger, Clip, row.clip)
        if row is not None and clip is not None and path == picture_path(self.root, "window", row, row.content):
            picture = read_rgb(self.root / clip.path)
            write_image(path, picture[row.top : row.top + row.height, row.left : row.left + row.width])

    def _draw_pair(self, path: Path, identifier: str, ledger: Ledger) -> None:
        """Draw all three pictures of a pair: the other two cost next to nothing then."""
        row = _find(ledger, Combination, identifier)
        if row is None:
            return
        foreground = _find(ledger, Foreground, row.foreground)
        backgrounds = [_find(ledger, Background, name) for name in (row.original_background, row.target_background)]
        if foreground is None or None in backgrounds:
            return
        key = row.content + foreground.content
        if path.name != picture_path(self.root, "target", row, key).name:
            return  # it shows what is no more
        pair = self._renderer_of(foreground, backgrounds).render(row)
        write_image(picture_path(self.root, "input", row, key), pair.lr_frame)
        write_image(picture_path(self.root, "background", row, key), pair.hr_target_background)
        write_image(picture_path(self.root, "target", row, key), pair.hr_target)

    def _renderer_of(self, foreground: Foreground, backgrounds: list[Background | None]) -> Renderer:
        """A renderer that knows these rows; a new one where the foreground has changed, as it keeps what it decoded."""
        with self._lock:
            if self._foregrounds.get(foreground.id, foreground) != foreground:
                self._foregrounds = {}
                self._renderer = self._new_renderer()
            self._foregrounds[foreground.id] = foreground
            self._backgrounds |= {row.id: row for row in backgrounds if row is not None}
            return self._renderer

    def _new_renderer(self) -> Renderer:
        return Renderer(self.root, Rows([], self._foregrounds, self._backgrounds), cache_bytes=CACHE_BYTES)

    @contextmanager
    def _alone(self, path: Path) -> Iterator[None]:
        with self._lock:
            busy = self._busy.setdefault(path, threading.Lock())
        with busy:
            yield
        with self._lock:
            self._busy.pop(path, None)


def _find(ledger: Ledger, model: type[R], identifier: str) -> R | None:
    rows = [row for _, _, row in ledger.find(identifier) if isinstance(row, model) and row.id == identifier]
    return rows[-1] if rows else None
