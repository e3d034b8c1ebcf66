"""Plan combinations: which foreground, before which background, to be moved before which other one.

Nothing is rendered here. Every draw hangs on the names of what it joins (a hash of seed, foreground and background),
so a foreground that a reviewer rejects takes its own combinations away and leaves all others as they were.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

import numpy as np

from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.combine.split import assign, components
from bgrsr_data.errors import InputError
from bgrsr_data.records import Background, Clip, Combination, Foreground, Split, content_hash, make_id

EDGE_PX = 2  # a box that ends this close to the frame's border is cut off there
BLEED = 0.01  # a cut lies so far outside of the picture, in its heights: rounding to pixels never shows it


def plan_combinations(
    foregrounds: Sequence[Foreground],
    backgrounds: Sequence[Background],
    clips: Sequence[Clip],
    options: CombineOptions,
    left_out: Set[str] = frozenset(),
) -> list[Combination]:
    """Draw `per_foreground` combinations for every foreground, within its split.

    A split needs two places, so that there is something to replace: a foreground whose split has fewer gets none.

    Args:
        foregrounds: Every foreground there is.
        backgrounds: Every background there is.
        clips: What they were made from.
        options: How many, which seed, which shares.
        left_out: Ids of foregrounds and backgrounds that decide splits like all others, but are not used: what a
            reviewer rejects moves nobody else to another split.

    Returns:
        The combinations, sorted by id.

    Raises:
        InputError: There is nothing to combine, or forced splits would leak.
    """
    used = [background for background in backgrounds if background.id not in left_out]
    people = [foreground for foreground in foregrounds if foreground.id not in left_out]
    if not people:
        raise InputError("there is no foreground to combine: key green-screen footage or draw trimaps first")
    if len({background.place for background in used}) < 2:
        raise InputError("there are no two places to combine with: fetch more pictures with --role background")
    split_of = split_material(foregrounds, backgrounds, clips, options)
    places: dict[Split, list[Background]] = {}
    for background in sorted(used, key=lambda b: b.id):
        places.setdefault(split_of[background.id], []).append(background)
    rows = [
        combination
        for foreground in people
        for combination in _draw(foreground, split_of[foreground.id], places, options)
    ]
    return sorted(rows, key=lambda row: row.id)


def split_material(
    foregrounds: Sequence[Foreground], backgrounds: Sequence[Background], clips: Sequence[Clip], options: CombineOptions
) -> dict[str, Split]:
    """The split of every foreground and background, by id.

    People and places are assigned separately, so that each split has both; a file that serves as both ties them
    together.
    """
    file_of = {clip.id: clip.sha256 for clip in clips}
    people = [(f.id, f.person, f.clip, file_of.get(f.clip, f.clip)) for f in foregrounds]
    places = [(b.id, b.place, b.clip, file_of.get(b.clip, b.clip), b.sha256) for b in backgrounds]
    component = _named(components([*people, *places]), [*people, *places])
    forced = _forced(clips, component)
    split_of: dict[str, Split] = {}
    for ties, least in ((people, 1), (places, 2)):
        groups = {component[tie[0]] for tie in ties}
        demanded = {g: {given[g]} for given in (forced, split_of) for g in groups & given.keys()}
        split_of |= assign(
            groups,
            demanded,
            val_share=options.val_share,
            test_share=options.test_share,
            seed=options.seed,
            least=least,
        )
    return {tie[0]: split_of[component[tie[0]]] for tie in (*people, *places)}


def _named(component: dict[str, str], ties: Sequence[tuple[str, ...]]) -> dict[str, str]:
    """Name each component after its first person or place, so that one frame more or less leaves the name as it is."""
    name: dict[str, str] = {}
    for tie in ties:
        root = component[tie[0]]
        name[root] = min(tie[1], name.get(root, tie[1]))
    return {member: name[root] for member, root in component.items()}


def _forced(clips: Sequence[Clip], component: dict[str, str]) -> dict[str, Split]:
    """The split that sources demand of a component."""
    first: dict[str, Clip] = {}
    for clip in sorted(clips, key=lambda clip: clip.id):
        if clip.split is not None and clip.id in component:
            other = first.setdefault(component[clip.id], clip)
            if other.split != clip.split:
                raise InputError(
                    f"'{other.title}' is forced into {other.split} and '{clip.title}' into {clip.split}, "
                    "but they share a person, a place or a file: that would leak; give them one split"
                )
    return {group: clip.split for group, clip in first.items() if clip.split is not None}


def _draw(
    foreground: Foreground, split: Split, places: dict[Split, list[Background]], options: CombineOptions
) -> list[Combination]:
    rows: list[Combination] = []
    here = places.get(split, [])
    if len({background.place for background in here}) < 2:
        return rows
    targets = sorted(here, key=lambda b: content_hash(options.seed, "target", foreground.id, b.id))
    originals = sorted(here, key=lambda b: content_hash(options.seed, "original", foreground.id, b.id))
    for number in range(options.per_foreground):
        target = targets[number % len(targets)]
        others = [b for b in originals if b.place != target.place]
        original = others[number % len(others)]
        seed = int(content_hash(options.seed, foreground.id, original.id, target.id, number)[:8], 16)
        zoom, left, top = place(foreground, np.random.default_rng(seed), options)
        rng = np.random.default_rng([seed, 1])
        row = Combination(
            id="", foreground=foreground.id, original_background=original.id, target_background=target.id, split=split,
            zoom=zoom, left=left, top=top, flip=bool(rng.random() < 0.5),
            noise=round(float(rng.uniform(0, options.max_noise)), 4), seed=seed,
        )  # fmt: skip
        rows.append(row.model_copy(update={"id": make_id("combination", row.model_dump_json())}))
    return rows


def place(foreground: Foreground, rng: np.random.Generator, options: CombineOptions) -> tuple[float, float, float]:
    """Place the foreground's file in the picture as a webcam would see it.

    A person that the footage cuts off at a border stays cut off there: the cut is never moved into the picture.

    Args:
        foreground: Its size and the person's box in it.
        rng: Draws the distance and the position.
        options: Aspect of the picture, and the largest zoom.

    Returns:
        (zoom, left, top) as in `Combination`, before flipping, rounded to 1e-4.
    """
    box_width = (foreground.box_right - foreground.box_left) / foreground.height  # in heights of the file
    box_height = (foreground.box_bottom - foreground.box_top) / foreground.height
    cut_left = foreground.box_left <= EDGE_PX
    cut_right = foreground.box_right >= foreground.width - EDGE_PX
    cut_top = foreground.box_top <= EDGE_PX
    fill_width = (options.aspect + 2 * BLEED) / max(box_width, 1e-3) if cut_left and cut_right else 0.0
    least = max(fill_width, (1 + 2 * BLEED) / max(box_height, 1e-3) if cut_top else 0.0)
    natural = rng.uniform(0.6, 0.92) / max(box_height, 1e-3)  # the person fills this share of the height
    zoom = max(least, min(natural, options.max_zoom * max(least, 1.0)))
    scale = zoom / foreground.height
    left = options.aspect * rng.uniform(0.38, 0.62) - (foreground.box_left + foreground.box_right) / 2 * scale
    if cut_left:
        left = min(left, -BLEED - foreground.box_left * scale)
    if cut_right:
        left = max(left, options.aspect + BLEED - foreground.box_right * scale)
    top = 1 + BLEED - foreground.box_bottom * scale
    return round(zoom, 4), round(left, 4), round(top, 4)
