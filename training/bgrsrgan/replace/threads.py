"""Work beside the network: pictures are decoded ahead of it and coded behind it, each in a thread of its own.

Decoders, scalers, encoders and networks let other threads run while they compute, so that threads suffice.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")
_TURN_S = 0.1  # how long a thread waits before it looks whether it is still wanted


class Ahead(Generic[T]):
    """Takes items from an iterable in a thread, some of them ahead; iterate over it once.

    Args:
        items: What is taken; a generator is closed at the end.
        held: At most so many wait.
        newest: For a camera: what waits is thrown away for what comes, so that nothing grows old.

    Attributes:
        dropped: Items thrown away.
    """

    def __init__(self, items: Iterable[T], *, held: int = 4, newest: bool = False) -> None:
        self._items = items
        self._queue: queue.Queue[T | _End] = queue.Queue(1 if newest else held)
        self._newest, self._over = newest, threading.Event()
        self.dropped = 0
        self._thread = threading.Thread(target=self._run, name="ahead", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[T]:
        """Give the items; what the thread raised is raised here, after all that came before it."""
        while True:
            item = self._queue.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item

    def close(self) -> None:
        """End the thread, whatever is left."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        end = _End()
        try:
            for item in self._items:
                self._put(item)
                if self._over.is_set():
                    break
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            end = _End(error)
        if isinstance(self._items, Generator):
            self._items.close()
        self._put(end)

    def _put(self, item: T | _End) -> None:
        if self._newest and not isinstance(item, _End):
            with suppress(queue.Empty):
                self._queue.get_nowait()
                self.dropped += 1
        while not self._over.is_set():
            with suppress(queue.Full):
                self._queue.put(item, timeout=_TURN_S)
                return


class Behind(Generic[T]):
    """Gives items to a function in a thread, in order.

    Args:
        work: Called with each item.
        held: `put` waits when so many wait.
    """

    def __init__(self, work: Callable[[T], None], *, held: int = 4) -> None:
        self._work = work
        self._queue: queue.Queue[T | _End] = queue.Queue(held)
        self._error: BaseException | None = None
        self._left = False
        self._thread = threading.Thread(target=self._run, name="behind", daemon=True)
        self._thread.start()

    def put(self, item: T) -> None:
        """Have an item worked on.

        Raises:
            BaseException: What the work on an earlier one raised.
        """
        self._raise()
        self._queue.put(item)

    def finish(self) -> None:
        """Wait until all is done.

        Raises:
            BaseException: What the work raised.
        """
        self._queue.put(_End())
        self._thread.join()
        self._raise()

    def close(self) -> None:
        """End the thread; what still waits is left."""
        self._left = True
        if self._thread.is_alive():
            self._queue.put(_End())
            self._thread.join()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while not isinstance(item := self._queue.get(), _End):
            if self._error is None and not self._left:  # after an error what still comes is taken, and left
                try:
                    self._work(item)
                except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
                    self._error = error


class _End:
    """After the last item."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error
