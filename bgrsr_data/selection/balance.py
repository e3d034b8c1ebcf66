"""A balanced choice under a budget: all frames in one order, of which any budget takes the first so many.

The order deals like cards: people take turns; at each turn of a person its clips take turns, at each turn of a clip its
shots, and a shot gives its frames from the sharpest on, spread over its time. So whatever the budget, no person (no
clip of a person, no shot of a clip) has two frames more than another that has some left. A larger budget only adds
frames, and a person who joins only takes the last ones of the others: nobody's frames are drawn anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import TypeVar

from bgrsr_data.records import Frame, content_hash

T = TypeVar("T")
K = TypeVar("K", str, int)


def deal(frames: Iterable[Frame]) -> list[Frame]:
    """All frames in the order in which a budget takes them, whatever order they come in."""
    people = _groups(frames, lambda frame: frame.person)
    return take_turns([_deal_person(people[name]) for name in sorted(people, key=_lot)])


def _deal_person(frames: Iterable[Frame]) -> list[Frame]:
    clips = _groups(frames, lambda frame: frame.clip)
    return take_turns([_deal_clip(clips[name]) for name in sorted(clips, key=_lot)])


def _deal_clip(frames: Iterable[Frame]) -> list[Frame]:
    shots = _groups(frames, lambda frame: frame.shot)
    in_turn = spread([shots[number] for number in sorted(shots)], worth=lambda _: 0.0)
    return take_turns([spread(sorted(shot, key=_time), worth=_sharpness) for shot in in_turn])


def take_turns(queues: Iterable[Sequence[T]]) -> list[T]:
    """The first of each queue, the second of each, and so on; a queue that has ended is left out."""
    dealt = [(turn, seat, one) for seat, queue in enumerate(queues) for turn, one in enumerate(queue)]
    return [one for _, _, one in sorted(dealt, key=itemgetter(0, 1))]


def spread(things: Sequence[T], worth: Callable[[T], float]) -> list[T]:
    """The best of all, the best of the other half, the best of each quarter that has none yet, and so on.

    Args:
        things: In order of time.
        worth: What makes one better; of equals the earlier one is.
    """
    if len(things) < 2:
        return list(things)
    middle = (len(things) + 1) // 2
    first, second = spread(things[:middle], worth), spread(things[middle:], worth)
    if worth(second[0]) > worth(first[0]):
        first, second = second, first
    return take_turns([first, second])


def _sharpness(frame: Frame) -> float:
    """Of frames of one shot, where the same is seen: less where what moves is more blurred than the rest."""
    return frame.sharpness * min(1.0, frame.subject_ratio)


def _time(frame: Frame) -> tuple[int, str]:
    return frame.pts, frame.id


def _lot(name: str) -> str:
    """Who comes first, by lot: names that begin with A have no advantage, and who joins moves nobody."""
    return content_hash("lot", name)


def _groups(frames: Iterable[Frame], key: Callable[[Frame], K]) -> dict[K, list[Frame]]:
    groups: dict[K, list[Frame]] = defaultdict(list)
    for frame in frames:
        groups[key(frame)].append(frame)
    return groups
