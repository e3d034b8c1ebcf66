"""Which split each foreground and each background falls into, and why they cannot be parted.

What shares a person, a place, a clip or a file is tied together; so is what looks the same: two names for one person's
footage, or for one room, are found out by frames that are near-duplicates of each other (`frames.near`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.combine.split import assign, components
from bgrsr_data.errors import InputError
from bgrsr_data.frames.near import BITS, LEVELS, looks_of, pair_near
from bgrsr_data.records import Background, Clip, Foreground, Frame, Split

PLACES = 2  # that a split needs: something to replace, and something to put in its place
Tie = tuple[str, ...]  # an id, a person or place, and all else that must stay with them


def split_material(
    foregrounds: Sequence[Foreground],
    backgrounds: Sequence[Background],
    clips: Sequence[Clip],
    options: CombineOptions,
    frames: Iterable[Frame] = (),
    repeats: Iterable[Frame | Background] = (),
) -> dict[str, Split]:
    """The split of every foreground and background, by id.

    People and places are assigned separately, so that each split has both; a file that serves as both ties them
    together, and so does a background that shows what a frame shows.

    Args:
        foregrounds: Every foreground there is.
        backgrounds: Every background there is.
        clips: What they were made from; of those that are missing only the id counts.
        options: Seed and shares.
        frames: What the foregrounds were cut from; the looks of those that are missing tie nothing.
        repeats: Pictures of their clips that need not be in the set (`leaks.read_repeats`); they tie the clips too.

    Raises:
        InputError: Forced splits would leak.
    """
    file_of = {clip.id: clip.sha256 for clip in clips}
    people: list[Tie] = [(f.id, f.person, f.clip, file_of.get(f.clip, f.clip), f.sha256) for f in foregrounds]
    places: list[Tie] = [(b.id, b.place, b.clip, file_of.get(b.clip, b.clip), b.sha256) for b in backgrounds]
    named = components([*people, *places])
    alike = _lookalikes(foregrounds, backgrounds, frames, repeats, named)
    component = _named(components([*people, *places, *alike]), [*people, *places])
    forced = _forced(clips, component, [*people, *places], alike)
    split_of: dict[str, Split] = {}
    rooms = {component[tie[0]] for tie in places}
    for ties, least in ((people, 1), (places, PLACES)):
        groups = {component[tie[0]] for tie in ties}
        demanded = {g: {given[g]} for given in (forced, split_of) for g in groups & given.keys()}
        split_of |= assign(
            groups,
            demanded,
            val_share=options.val_share if _room_for("val", 3, rooms, forced) else 0,
            test_share=options.test_share if _room_for("test", 2, rooms, forced) else 0,
            seed=options.seed,
            least=least,
        )
    return {tie[0]: split_of[component[tie[0]]] for tie in (*people, *places)}


def places_of(backgrounds: Iterable[Background], split_of: Mapping[str, Split]) -> dict[Split, set[str]]:
    """The places that each split has."""
    places: dict[Split, set[str]] = {}
    for background in backgrounds:
        places.setdefault(split_of[background.id], set()).add(background.place)
    return places


def _room_for(split: Split, splits: int, rooms: set[str], forced: Mapping[str, Split]) -> bool:
    """Whether a split can have its places: enough for so many splits, or some that sources force into it.

    People who are held out where no place is would be lost.
    """
    return len(rooms) >= splits * PLACES or sum(forced.get(room) == split for room in rooms) >= PLACES


def _lookalikes(
    foregrounds: Sequence[Foreground],
    backgrounds: Sequence[Background],
    frames: Iterable[Frame],
    repeats: Iterable[Frame | Background],
    component: Mapping[str, str],
) -> list[Tie]:
    """Pairs of ids that nothing else ties and whose pictures are near-duplicates; a repeat stands for its clip."""
    frame_of = {frame.id: frame for frame in frames}
    seen: dict[str, tuple[str, Frame | Background]] = {}  # of several foregrounds of one frame, the first stands for it
    for foreground in sorted(foregrounds, key=lambda f: f.id):
        if foreground.original in frame_of:
            seen.setdefault(foreground.original, (foreground.id, frame_of[foreground.original]))
    for background in sorted(backgrounds, key=lambda b: b.id):
        seen[background.id] = (background.id, background)
    for repeat in sorted(repeats, key=lambda row: row.id):
        if repeat.clip in component:
            seen.setdefault(repeat.id, (repeat.clip, repeat))
    shown = [(owner, picture) for owner, picture in seen.values() if picture.dhash]
    hashes, thumbnails = looks_of([picture for _, picture in shown])
    groups = [component[owner] for owner, _ in shown]
    return [(shown[a][0], shown[b][0]) for a, b in pair_near(hashes, thumbnails, groups, bits=BITS, levels=LEVELS)]


def _named(component: dict[str, str], ties: Sequence[Tie]) -> dict[str, str]:
    """Name each component after its first person or place, so that one frame more or less leaves the name as it is."""
    name: dict[str, str] = {}
    for tie in ties:
        root = component[tie[0]]
        name[root] = min(tie[1], name.get(root, tie[1]))
    return {member: name[root] for member, root in component.items()}


def _forced(
    clips: Sequence[Clip], component: Mapping[str, str], ties: Sequence[Tie], alike: Sequence[Tie]
) -> dict[str, Split]:
    """The split that sources demand of a component."""
    first: dict[str, Clip] = {}
    for clip in sorted(clips, key=lambda clip: clip.id):
        if clip.split is not None and clip.id in component:
            other = first.setdefault(component[clip.id], clip)
            if other.split != clip.split:
                raise InputError(
                    f"'{other.title}' is forced into {other.split} and '{clip.title}' into {clip.split}, "
                    f"but {_what_ties(other, clip, ties, alike)}: that would leak; give them one split"
                )
    return {group: clip.split for group, clip in first.items() if clip.split is not None}


def _what_ties(one: Clip, other: Clip, ties: Sequence[Tie], alike: Sequence[Tie]) -> str:
    """Why two clips of one component cannot be parted."""
    of_one, of_other = ({clip.id, *(tie[0] for tie in ties if tie[2] == clip.id)} for clip in (one, other))
    people = {tie[1] for tie in ties if tie[0] in of_one} & {tie[1] for tie in ties if tie[0] in of_other}
    if people:
        return f"both are of '{min(people)}'"
    if one.sha256 == other.sha256:
        return "they are one file"
    for a, b in alike:
        if (a in of_one and b in of_other) or (b in of_one and a in of_other):
            return f"{a} and {b} of them are near-duplicates"
    return "they share a person, a place, a file or near-duplicates with others that are between them"
