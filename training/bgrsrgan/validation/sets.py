"""The sets that are compared: published folders, and parts of one that a filter leaves; no pixel is copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from bgrsr_data.errors import InputError
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.records import Background, Clip, Combination, Foreground, Frame, content_hash


@dataclass(frozen=True)
class Published:
    """The rows of a published set.

    Attributes:
        root: A workspace, or any folder with its manifests and files.
        combinations: Of all splits.
        foregrounds: By id.
        backgrounds: By id.
        clips: By id; empty where the folder has no such manifest.
        frames: By id; likewise.
    """

    root: Path
    combinations: list[Combination]
    foregrounds: dict[str, Foreground]
    backgrounds: dict[str, Background]
    clips: dict[str, Clip] = field(default_factory=dict)
    frames: dict[str, Frame] = field(default_factory=dict)

    @classmethod
    def read(cls, root: Path) -> Published:
        """Read the manifests of a folder.

        Raises:
            InputError: One that is needed is missing, or damaged, or they do not belong together.
        """
        clips = read_rows(manifest_path(root, Clip), Clip) if manifest_path(root, Clip).is_file() else []
        frames = read_rows(manifest_path(root, Frame), Frame) if manifest_path(root, Frame).is_file() else []
        published = cls(
            root,
            read_rows(manifest_path(root, Combination), Combination),
            {row.id: row for row in read_rows(manifest_path(root, Foreground), Foreground)},
            {row.id: row for row in read_rows(manifest_path(root, Background), Background)},
            {row.id: row for row in clips},
            {row.id: row for row in frames},
        )
        for row in published.combinations:
            behind = {row.original_background, row.target_background}
            if row.foreground not in published.foregrounds or not behind <= published.backgrounds.keys():
                raise InputError(f"{root}: the manifests do not belong together ({row.id}); run: bgrsr publish")
        return published

    def person(self, row: Combination) -> str:
        """Who is seen."""
        return self.foregrounds[row.foreground].person

    def places(self, row: Combination) -> tuple[str, str]:
        """Where the person is seen, and where they are to be."""
        return self.backgrounds[row.original_background].place, self.backgrounds[row.target_background].place

    def content(self, rows: Sequence[Combination]) -> str:
        """Hash of all that decides the pixels of some combinations, wherever their files are."""
        used = {row.foreground for row in rows}
        behind = {name for row in rows for name in (row.original_background, row.target_background)}
        pixels = [self.foregrounds[name].sha256 for name in sorted(used)]
        pixels += [self.backgrounds[name].sha256 for name in sorted(behind)]
        return content_hash(*(row.content for row in rows), *pixels)


@dataclass(frozen=True)
class TrainingSet:
    """What a network learns from in one of the arms of a comparison.

    Attributes:
        name: How it is told from the others.
        published: Where it is from.
        rows: What is learned from, of the training split, in the published order.
        first_seed: Added to every seed; another one than that of the first set where the same data is tried again.
    """

    name: str
    published: Published
    rows: tuple[Combination, ...]
    first_seed: int = 0

    @cached_property
    def sha256(self) -> str:
        """Equal for sets that teach the same."""
        return self.published.content(self.rows)

    @property
    def people(self) -> int:
        """How many people it shows."""
        return len({self.published.person(row) for row in self.rows})

    @property
    def backgrounds(self) -> int:
        """How many places it shows."""
        return len({place for row in self.rows for place in self.published.places(row)})

    @property
    def keys(self) -> int:
        """How many foregrounds it shows."""
        return len({row.foreground for row in self.rows})


def whole_sets(roots: Sequence[Path]) -> list[TrainingSet]:
    """The training splits of published folders, each named by as much of its path as tells it from the others.

    Raises:
        InputError: A manifest is missing, or a folder is given twice, or has nothing to learn from.
    """
    if len({root.resolve() for root in roots}) < len(roots):
        raise InputError("one folder is given twice; what chance alone does is seen with: --variant again")
    sets = []
    for name, root in zip(_names(roots), roots, strict=True):
        published = Published.read(root)
        rows = tuple(row for row in published.combinations if row.split == "train")
        if not rows:
            raise InputError(f"{root}: has nothing to learn from in its 'train' split")
        sets.append(TrainingSet(name, published, rows))
    return sets


def refuse_equal(sets: Sequence[TrainingSet]) -> None:
    """Refuse what cannot differ.

    Raises:
        InputError: There is one set alone, or two teach the same with the same seeds, or have one name.
    """
    if len(sets) < 2:
        raise InputError("there is nothing to compare with: give another folder, or a part of it with: --variant")
    seen: dict[tuple[str, int], str] = {}
    for one in sets:
        if (other := seen.setdefault((one.sha256, one.first_seed), one.name)) is not one.name:
            again = "what chance alone does is seen with: --variant again"
            raise InputError(f"{one.name} and {other} hold the same to learn from; {again}")


def part_of(one: TrainingSet, name: str, rows: Sequence[Combination], *, first_seed: int = 0) -> TrainingSet:
    """Some rows of a set as a set of its own."""
    return replace(one, name=name, rows=tuple(rows), first_seed=first_seed)


def _names(roots: Sequence[Path]) -> list[str]:
    """The shortest ends of the paths that differ."""
    parts = [root.resolve().parts for root in roots]
    for length in range(1, max(map(len, parts)) + 1):
        names = ["/".join(part[-length:]) for part in parts]
        if len(set(names)) == len(names):
            return names
    return [str(root) for root in roots]
