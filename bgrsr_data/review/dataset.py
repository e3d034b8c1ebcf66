"""The set in FiftyOne: one group per foreground, synchronised from the manifests.

FiftyOne is a view. All it holds can be made again from the workspace: the pictures from the manifests, the tags and
notes from the ledger's verdicts. What a person has said in the App and has not pulled yet is kept through a sync.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bgrsr_data.errors import Rejection
from bgrsr_data.records import Foreground, Verdict, content_hash
from bgrsr_data.review.database import connect
from bgrsr_data.review.groups import SLICES, Group, Picture, Progress, list_groups, quietly
from bgrsr_data.review.layout import arrange
from bgrsr_data.review.marks import Mark, decide, is_verdict, read_mark
from bgrsr_data.workspace import Workspace

_COLUMNS = ("id", "group.id", "group.name", "row", "content", "shown", "tags", "note", "verdict", "verdict_note")


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


def dataset_name(root: Path) -> str:
    """The dataset's name: the workspace's folder, and a hash that keeps equally named folders apart."""
    slug = re.sub(r"[^a-z0-9]+", "-", root.name.lower()).strip("-") or "set"
    return f"bgrsr-{slug}-{content_hash(root)[:8]}"


def sync(workspace: Workspace, progress: Progress = quietly) -> Any:
    """Bring FiftyOne's dataset up to the published set: added, changed and gone.

    Args:
        workspace: The workspace.
        progress: Called as ("previews", drawn, all of them) while pictures are drawn.

    Returns:
        The `fiftyone.Dataset`, persistent.

    Raises:
        InputError: FiftyOne is not installed, nothing is published, or files of the set are gone.
        ToolError: FiftyOne has no database.
    """
    groups = list_groups(workspace.root, progress)
    fiftyone = connect()
    dataset = _open(fiftyone, dataset_name(workspace.root))
    verdicts = verdicts_that_count(workspace.ledger.verdicts(), (group.row for group in groups))
    present = read_groups(dataset)
    known = {group.row: group for group in present}
    changed = [group for group in groups if group.row.id not in known or known[group.row.id].shown != group.shown]
    samples = [
        sample
        for group in changed
        for sample in _samples(fiftyone, group, known.get(group.row.id), verdicts.get(group.row.id))
    ]
    if samples:  # first come, then go: a kill in between loses nothing that was said, and the next sync cleans up
        dataset.add_samples(samples)
    wanted = {group.row.id for group in groups}
    renewed = {group.row.id for group in changed}
    stale = [g for g in present if g.row not in wanted or g.row in renewed or known[g.row] is not g]
    _delete(dataset, stale)
    _bring_verdicts(dataset, [known[row] for row in sorted(wanted - renewed)], verdicts)
    arrange(fiftyone, dataset)
    return dataset


def read_groups(dataset: Any) -> list[SeenGroup]:
    """Read what the dataset holds, in one query, sorted by row."""
    if not dataset:
        return []
    groups: dict[str, SeenGroup] = {}
    view = dataset.select_group_slices(_allow_mixed=True)
    for sample, group, name, row, content, shown, tags, note, verdict, told in zip(
        *view.values(list(_COLUMNS)), strict=True
    ):
        entry = groups.setdefault(group, SeenGroup(group, row, content, shown))
        entry.pictures.append(Seen(sample, name, tags or [], note or "", Mark(verdict, told or "")))
    return sorted(groups.values(), key=lambda group: group.row)


def write_mark(dataset: Any, groups: Iterable[tuple[SeenGroup, Mark, str]]) -> None:
    """Put a mark on every picture of groups, as tag and note and as the new base; other tags stay.

    Args:
        dataset: The dataset.
        groups: Each with its mark and the reviewer who gave it ("" for none).
    """
    values: dict[str, dict[str, object]] = {name: {} for name in ("tags", *_fields_of(Mark(), ""))}
    for group, mark, reviewer in groups:
        for picture in group.pictures:
            values["tags"][picture.sample] = _tags(picture.tags, mark)
            for name, value in _fields_of(mark, reviewer).items():
                values[name][picture.sample] = value
    if values["tags"]:
        view = dataset.select_group_slices(_allow_mixed=True)
        for name, by_sample in values.items():
            view.set_values(name, by_sample, key_field="id")


def verdicts_that_count(verdicts: Sequence[Verdict], rows: Iterable[Foreground]) -> dict[str, Verdict]:
    """The verdict that decides on each row: the latest, where it was given on the row's present content."""
    latest = {verdict.row: verdict for verdict in sorted(verdicts, key=lambda v: v.at)}
    return {row.id: latest[row.id] for row in rows if row.id in latest and latest[row.id].row_content == row.content}


def _open(fiftyone: Any, name: str) -> Any:
    if fiftyone.dataset_exists(name):
        return fiftyone.load_dataset(name)
    dataset = fiftyone.Dataset(name, persistent=True)
    dataset.add_group_field("group", default=SLICES[0])
    for text in (
        "row",
        "content",
        "shown",
        "person",
        "clip",
        "screen",
        "note",
        "verdict",
        "verdict_note",
        "verdict_by",
    ):
        dataset.add_sample_field(text, fiftyone.StringField)
    dataset.add_sample_field("score", fiftyone.FloatField)
    dataset.add_sample_field("alpha", fiftyone.EmbeddedDocumentField, embedded_doc_type=fiftyone.Heatmap)
    dataset.add_sample_field("person_box", fiftyone.EmbeddedDocumentField, embedded_doc_type=fiftyone.Detection)
    for indexed in ("row", "score"):
        dataset.create_index(indexed)
    return dataset


def _samples(fiftyone: Any, group: Group, old: SeenGroup | None, verdict: Verdict | None) -> list[Any]:
    """Make the samples of a group; a person's own tags, and what was said of the same content, are carried over."""
    row, parts = group.row, fiftyone.Group()
    base = Mark(verdict.verdict, verdict.note) if verdict else Mark()
    reviewer = verdict.reviewer if verdict else ""
    earlier = {picture.slice: picture for picture in old.pictures} if old else {}
    samples = []
    for name, picture in sorted(group.pictures.items()):
        sample = fiftyone.Sample(
            filepath=picture.path, group=parts.element(name), row=row.id, content=row.content, shown=group.shown,
            person=row.person, clip=row.clip, screen=row.screen_name, score=row.score,
            tags=_tags(earlier[name].tags if name in earlier else [], base), **_fields_of(base, reviewer),
            **{_score_field(key): value for key, value in sorted(row.scores.items()) if key != "score"},
        )  # fmt: skip
        _lay_over(fiftyone, sample, picture)
        if old and name in earlier and old.content == row.content and not old.wants(old.base):
            sample.tags, sample.note = earlier[name].tags, earlier[name].note
        samples.append(sample)
    return samples


def _lay_over(fiftyone: Any, sample: Any, picture: Picture) -> None:
    if picture.overlay:
        sample["alpha"] = fiftyone.Heatmap(map_path=picture.overlay, range=[0, 255])
    if picture.box:
        sample["person_box"] = fiftyone.Detection(label="person", bounding_box=list(picture.box))


def _bring_verdicts(dataset: Any, groups: Iterable[SeenGroup], verdicts: Mapping[str, Verdict]) -> None:
    """Show what the ledger learned since, except where the person has said something that is not pulled yet."""
    news = []
    for group in groups:
        verdict = verdicts.get(group.row)
        mark = Mark(verdict.verdict, verdict.note) if verdict else Mark()
        if mark != group.base and (group.wants(group.base) or group.wants(mark)):
            news.append((group, mark, verdict.reviewer if verdict else ""))
    write_mark(dataset, news)


def _tags(tags: Iterable[str], mark: Mark) -> list[str]:
    return [tag for tag in tags if not is_verdict(tag)] + ([mark.word] if mark.word else [])


def _fields_of(mark: Mark, reviewer: str) -> dict[str, str | None]:
    """The note, and what remembers the ledger's word: the base that the next pull compares with."""
    note = mark.note or None
    return {"note": note, "verdict": mark.word, "verdict_note": note, "verdict_by": reviewer or None}


def _score_field(key: str) -> str:
    return "score_" + re.sub(r"\W", "_", key)


def _delete(dataset: Any, groups: Sequence[SeenGroup]) -> None:
    if groups:
        dataset.delete_groups([group.id for group in groups])
