"""Who is in which split: one answer for every network that learns from a set.

A person whom the combinations show is where they put her, in every task. Whoever is in none of them (a talking head, a
person whom no combination could use) is assigned as the combinations' people were, so that whatever has people has some
to hold out. Otherwise a network would be measured on a face that another one beside it, or it itself, learned from.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bgrsr_data.combine.split import assign, components
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.records import Background, Clip, Combination, Foreground, Frame, Record, Split, Trimap
from bgrsrgan.config import TrainConfig

HELD_OUT_SHARE = 0.15  # of the people, for "val" and again for "test"; as of combinations
Tie = tuple[str, ...]


def split_people(root: Path, rows: Sequence[Frame] | Sequence[Trimap], *, seed: int = 0) -> dict[str, Split]:
    """The split of every person that some rows show.

    Who shares a clip, or a file of footage, with somebody else is kept together with them.

    Args:
        root: A workspace, or any folder with its manifests.
        rows: All frames, or all trimaps, that are learned from: their people are shared out among themselves.
        seed: Another seed gives another assignment, of those whom nothing else decides.

    Returns:
        The split by `person`.

    Raises:
        InputError: A manifest is missing; sources or combinations demand several splits of one person.
    """
    clips = {clip.id: clip for clip in read_rows(manifest_path(root, Clip), Clip)}

    def tie(person: str, clip: str) -> Tie:
        return (person, clip, clips[clip].sha256) if clip in clips else (person, clip)

    shown = _shown(root)
    of_rows = [(row.person, row.clip) for row in rows]
    group = components([*(tie(*where) for where in (*shown, *of_rows)), *((row.clip, row.sha256) for row in rows)])
    demanded: dict[str, set[Split]] = {}
    for (name, _), splits in shown.items():
        demanded.setdefault(group[name], set()).update(splits)
    for row in rows:
        if row.clip in clips and (forced := clips[row.clip].split):
            demanded.setdefault(group[row.person], set()).add(forced)
    groups = {group[row.person] for row in rows}
    kept = {name: splits for name, splits in demanded.items() if name in groups}
    given = assign(groups, kept, val_share=HELD_OUT_SHARE, test_share=HELD_OUT_SHARE, seed=seed)
    return {row.person: given[group[row.person]] for row in rows}


def has_footage(root: Path, model: type[Record], config: TrainConfig) -> bool:
    """Whether rows of this kind are learned from: asked for alone, or beside combinations where there are any.

    A folder that `bgrsr combine` made of files has combinations alone.
    """
    return config.sources == "footage" or (config.sources == "both" and manifest_path(root, model).is_file())


def _shown(root: Path) -> dict[tuple[str, str], set[Split]]:
    """(person or place, clip) of whatever the combinations show, and in which splits."""
    foregrounds = {row.id: (row.person, row.clip) for row in read_rows(manifest_path(root, Foreground), Foreground)}
    places = {row.id: (row.place, row.clip) for row in read_rows(manifest_path(root, Background), Background)}
    known = foregrounds | places
    shown: dict[tuple[str, str], set[Split]] = {}
    for row in read_rows(manifest_path(root, Combination), Combination):
        for name in (row.foreground, row.original_background, row.target_background):
            if name in known:
                shown.setdefault(known[name], set()).add(row.split)
    return shown
