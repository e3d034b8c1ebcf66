"""Who is shown before what: every foreground before many backgrounds, every background as often as any other.

Without a budget each foreground walks a ring of the backgrounds of its split, from a place of its own, so that what one
foreground gets does not hang on any other. Frames of one clip start a golden section of the ring apart, in the order of
their time: however many there are, their walks cover it evenly (H. Weyl, "Über die Gleichverteilung von Zahlen mod.
Eins", 1916), where places drawn at random would leave gaps.

Under a budget rows are dealt one by one: people take turns, at each turn of a person its poses, at each turn of a pose
its foregrounds; and each takes of the backgrounds that it has not had the one that was used least, places before
pictures. A larger budget only adds rows.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from typing import TypeVar

from bgrsr_data.records import Background, Foreground, Frame, content_hash

T = TypeVar("T")
GOLDEN = (5**0.5 - 1) / 2
CLOSE, FAR = 0.4, 0.2  # heights of a face over the picture's, that part poses
TALL, SMALL = 0.85, 0.6  # heights of a person over the picture's, likewise
LEFT, RIGHT = 0.42, 0.58  # middles of a person in widths of the picture, likewise


class Ring:
    """The backgrounds of a split in a circle: neighbours are of different places as far as that can be.

    Args:
        backgrounds: All of them, those that are left out too: they keep their place and are stepped over.
        seed: Decides the order.
        left_out: Ids of those that are not used.
    """

    def __init__(self, backgrounds: Iterable[Background], seed: int, left_out: Set[str]) -> None:
        places: dict[str, list[Background]] = {}
        for background in sorted(backgrounds, key=lambda b: content_hash(seed, b.id)):
            places.setdefault(background.place, []).append(background)
        in_turn = [iter(places[name]) for name in sorted(places, key=lambda name: content_hash(seed, name))]
        self._all = list(take_turns(in_turn))
        self._out = left_out
        self._others = {name: [b for b in self._all if b.place != name] for name in places}

    def walk(self, start: int, turn: int, count: int) -> Iterator[tuple[Background, Background, int]]:
        """The pairs of one foreground.

        Args:
            start: Where its clip starts; any number.
            turn: Its place in the order of its clip.
            count: How many pairs.

        Yields:
            (original, target, copy): never of one place; all targets come once before one comes again, and copy tells
            how often the same two came before.
        """
        size = len(self._all)
        place, walked, left = start + int(turn * GOLDEN * size), 0, count
        given: Counter[tuple[str, str]] = Counter()
        while left:
            at, lap = (place + walked) % size, walked // size
            target = self._all[at]
            walked += 1
            if target.id not in self._out:
                original = self._next_used(self._others[target.place], at + start + turn + lap)
                yield original, target, given[original.id, target.id]
                given[original.id, target.id] += 1
                left -= 1

    def _next_used(self, others: Sequence[Background], at: int) -> Background:
        while others[at % len(others)].id in self._out:
            at += 1
        return others[at % len(others)]


class Stock:
    """The backgrounds of a split to be dealt for one purpose under a budget, the least used first.

    Each time that all were used as often they come in another order, so that what is dealt with them meets others.

    Args:
        backgrounds: Those that are used.
        lot: Decides the orders.
    """

    def __init__(self, backgrounds: Iterable[Background], lot: str) -> None:
        self._lot = lot
        self._pictures: dict[str, list[tuple[int, str, str, Background]]] = {}
        for background in backgrounds:
            entry = (0, content_hash(lot, 0, background.id), background.id, background)
            heapq.heappush(self._pictures.setdefault(background.place, []), entry)
        self._places = [(0, content_hash(lot, 0, name), name) for name in self._pictures]
        heapq.heapify(self._places)

    def take(self, *, but_of: str | None = None, but: Set[str] = frozenset()) -> Background | None:
        """Use the least used one of the least used place, that is not of the place `but_of` and not in `but`."""
        passed = []
        found = None
        while self._places and found is None:
            entry = heapq.heappop(self._places)
            found = self._of_place(entry[2], but) if entry[2] != but_of else None
            passed.append((entry[0] + 1, content_hash(self._lot, entry[0] + 1, entry[2]), entry[2]) if found else entry)
        for entry in passed:
            heapq.heappush(self._places, entry)
        return found

    def _of_place(self, place: str, but: Set[str]) -> Background | None:
        pictures, passed = self._pictures[place], []
        found = None
        while pictures and found is None:
            entry = heapq.heappop(pictures)
            used, _, name, picture = entry
            found = picture if name not in but else None
            passed.append((used + 1, content_hash(self._lot, used + 1, name), name, picture) if found else entry)
        for entry in passed:
            heapq.heappush(pictures, entry)
        return found


class Stocks:
    """The backgrounds of a split twice: as what is behind people, and as what is to be."""

    def __init__(self, backgrounds: Sequence[Background], seed: int) -> None:
        self.originals = Stock(backgrounds, f"{seed} original")
        self.targets = Stock(backgrounds, f"{seed} target")


def deal(
    foregrounds: Iterable[Foreground],
    pose_of: Mapping[str, str],
    stocks_of: Mapping[str, Stocks],
    *,
    budget: int,
    each: int,
    seed: int,
) -> Iterator[tuple[Foreground, Background, Background, int]]:
    """Deal combinations until the budget is spent, or every foreground has its most.

    Args:
        foregrounds: Those that are used.
        pose_of: The pose of each, by id.
        stocks_of: The backgrounds of the split of each, by id: of two places at least.
        budget: How many combinations in all.
        each: How many for one foreground at most.
        seed: Decides who comes first.

    Yields:
        (foreground, original, target, copy): as of `Ring.walk`.
    """
    had: dict[str, set[str]] = {}
    pairs: dict[tuple[str, str, str], int] = {}
    for foreground, _ in zip(_in_turn(foregrounds, pose_of, each, seed), range(budget), strict=False):
        stocks, lap = stocks_of[foreground.id], had.setdefault(foreground.id, set())
        target = stocks.targets.take(but=lap)
        if target is None:  # it has had them all
            lap.clear()
            target = stocks.targets.take()
        original = stocks.originals.take(but_of=target.place) if target else None
        if target is None or original is None:
            raise ValueError("a stock has fewer than two places")
        lap.add(target.id)
        pair = (foreground.id, original.id, target.id)
        pairs[pair] = pairs.get(pair, -1) + 1
        yield foreground, original, target, pairs[pair]


def _in_turn(
    foregrounds: Iterable[Foreground], pose_of: Mapping[str, str], each: int, seed: int
) -> Iterator[Foreground]:
    """Foregrounds, each up to `each` times: people take turns, of each its poses, of each its foregrounds."""

    def lot(*names: object) -> str:
        return content_hash(seed, "turn", *names)

    def of_person(mine: Sequence[Foreground]) -> Iterator[Foreground]:
        poses = _grouped(mine, lambda f: pose_of[f.id], lot)
        return take_turns([of_pose(pose) for pose in poses])

    def of_pose(mine: Sequence[Foreground]) -> Iterator[Foreground]:
        ordered = sorted(mine, key=lambda f: lot(f.id))
        return (foreground for _ in range(each) for foreground in ordered)

    people = _grouped(foregrounds, lambda f: f.person, lot)
    return take_turns([of_person(person) for person in people])


def take_turns(queues: Iterable[Iterator[T]]) -> Iterator[T]:
    """The first of each queue, the second of each, and so on; a queue that has ended is left out."""
    waiting = deque(queues)
    while waiting:
        queue = waiting.popleft()
        for one in queue:
            yield one
            waiting.append(queue)
            break


def pose_of(foreground: Foreground, frame: Frame | None) -> str:
    """The pose in words, as far as rows tell: how near, where in the footage, how wide, and whether the face is seen.

    Args:
        foreground: Its box.
        frame: What it was cut from, where that is known: its faces.
    """
    width, height = foreground.box_right - foreground.box_left, foreground.box_bottom - foreground.box_top
    middle = (foreground.box_left + foreground.box_right) / 2 / foreground.width
    face = frame.face_height if frame else None
    size, close, far = (face, CLOSE, FAR) if face else (height / foreground.height, TALL, SMALL)
    near = "close" if size >= close else "far" if size < far else "near"
    where = "left" if middle < LEFT else "right" if middle > RIGHT else "middle"
    arms = "wide" if width > height else "upright"
    faces = {None: "", 0: ", face turned away", 1: ""}.get(frame.faces if frame else None, ", several faces")
    return f"{near}, {where}, {arms}{faces}"


def _grouped(
    foregrounds: Iterable[Foreground], key: Callable[[Foreground], Hashable], lot: Callable[..., str]
) -> list[list[Foreground]]:
    groups: dict[Hashable, list[Foreground]] = {}
    for foreground in foregrounds:
        groups.setdefault(key(foreground), []).append(foreground)
    return [groups[name] for name in sorted(groups, key=lot)]
