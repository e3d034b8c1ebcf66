"""What FiftyOne's dataset holds now, read in one query: which rows, and what a person has said on their pictures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bgrsr_data.errors import Rejection
from bgrsr_data.review.marks import Mark, decide, is_verdict, read_mark
from bgrsr_data.review.standing import Standing

_OWN = ("id", "group.id", "group.name", "row", "content", "shown", "tags", "note", "verdict", "verdict_note")
_BESIDE = ("verdict_by", "reason", "conflict", "audit")  # what is shown of a verdict and is no part of the base


@dataclass(slots=True)
class Seen:
    """One picture of the dataset, with what the ledger said when it was last written (base) and what is on it now."""

    sample: str
    slice: str
    tags: list[str]
    note: str
    base: Mark

    def mark(self) -> Mark:
        """The verdict on this picture.

        Raises:
            Rejection: It carries both accept and reject.
        """
        return read_mark(self.tags, self.note)


@dataclass(slots=True)
class SeenGroup:
    """One group of the dataset."""

    id: str
    row: str
    content: str
    shown: str
    beside: dict[str, object] = field(default_factory=dict)
    pictures: list[Seen] = field(default_factory=list)

    @property
    def base(self) -> Mark:
        """The mark that the ledger held when the group was last written."""
        return self.pictures[0].base

    def decide(self) -> Mark:
        """What the person wants now.

        Raises:
            Rejection: Accept and reject are both there.
        """
        return decide(self.base, [picture.mark() for picture in self.pictures])

    def wants(self, mark: Mark) -> bool:
        """Whether the person wants `mark` now; of the base: whether nothing was said since the last sync or pull."""
        try:
            return self.decide() == mark
        except Rejection:
            return False


def read_groups(dataset: Any, rows: Iterable[str] | None = None) -> list[SeenGroup]:
    """Read what the dataset holds, in one query, sorted by row.

    Args:
        dataset: A stage's dataset.
        rows: Only these rows, where given.
    """
    if not dataset:
        return []
    groups: dict[str, SeenGroup] = {}
    view = dataset.select_group_slices(_allow_mixed=True)
    if rows is not None:
        view = view.match({"row": {"$in": list(rows)}})
    for sample, group, name, row, content, shown, tags, note, verdict, told, *beside in zip(
        *view.values([*_OWN, *_BESIDE]), strict=True
    ):
        if group not in groups:
            groups[group] = SeenGroup(group, row, content, shown, dict(zip(_BESIDE, beside, strict=True)))
        groups[group].pictures.append(Seen(sample, name, tags or [], note or "", Mark(verdict, told or "")))
    return sorted(groups.values(), key=lambda group: group.row)


def write_standing(dataset: Any, groups: Iterable[tuple[SeenGroup, Standing]], *, over: bool) -> None:
    """Put what is said of rows onto every picture of them, as tag, note and fields, and as the new base.

    Args:
        dataset: The dataset.
        groups: Each with what is said of it; a person's own tags stay.
        over: Also over what the person has said in the App and not pulled yet.
    """
    values: dict[str, dict[str, object]] = {}
    for group, standing in groups:
        fields = standing.fields()
        if over or (standing.mark != group.base and (group.wants(group.base) or group.wants(standing.mark))):
            written = {"tags": standing.mark, **fields}
        elif standing.mark == group.base:
            written = {name: fields[name] for name in _BESIDE if fields[name] != group.beside[name]}
        else:
            written = {}
        for picture in group.pictures:
            for name, value in written.items():
                new = tags_of(picture.tags, standing.mark) if name == "tags" else value
                values.setdefault(name, {})[picture.sample] = new
    view = dataset.select_group_slices(_allow_mixed=True)
    for name, by_sample in values.items():
        view.set_values(name, by_sample, key_field="id")


def tags_of(tags: Iterable[str], mark: Mark) -> list[str]:
    """A person's own tags, and the verdict."""
    return [tag for tag in tags if not is_verdict(tag)] + ([mark.word] if mark.word else [])
