"""A stage in FiftyOne: one group per row, synchronised from the manifests.

FiftyOne is a view. All it holds can be made again from the workspace: the pictures from the manifests, the tags and
notes from what the ledger and the journal say. What a person has said in the App and has not pulled yet is kept through
a sync.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock

from bgrsr_data.errors import InputError
from bgrsr_data.records import content_hash
from bgrsr_data.review.alike import mark_alike
from bgrsr_data.review.audit import sample_of
from bgrsr_data.review.database import connect, talking
from bgrsr_data.review.documents import documents_of, insert
from bgrsr_data.review.groups import SLICES, Group, Progress, Stage, quietly, silent
from bgrsr_data.review.layout import arrange
from bgrsr_data.review.listing import MODELS, list_groups
from bgrsr_data.review.previews import FOLDER
from bgrsr_data.review.seen import SeenGroup, read_groups, tags_of, write_standing
from bgrsr_data.review.standing import Standing, standing_of
from bgrsr_data.review.tables import LIMIT, Tables
from bgrsr_data.workspace import Workspace

_TEXTS = ("row", "content", "shown", "note", "verdict", "verdict_note", "verdict_by", "reason", "near_duplicate_of")
_INDEXED = ("row", "score")
TOLD_EVERY = 500


def dataset_name(root: Path, stage: Stage = "foregrounds") -> str:
    """A stage's dataset: the workspace's folder, and a hash that keeps equally named folders apart."""
    slug = re.sub(r"[^a-z0-9]+", "-", root.name.lower()).strip("-") or "set"
    return f"bgrsr-{slug}-{content_hash(root)[:8]}" + ("" if stage == "foregrounds" else f"-{stage}")


@talking()
def sync(
    workspace: Workspace,
    stage: Stage = "foregrounds",
    *,
    limit: int = LIMIT,
    progress: Progress = quietly,
    told: Callable[[str], None] = silent,
) -> Any:
    """Bring FiftyOne's dataset of a stage up to the published set: added, changed and gone.

    Args:
        workspace: The workspace.
        stage: What is looked at.
        limit: At most so many rows are shown.
        progress: Called as ("rows", written, all of them) while they are written.
        told: Called with a line where not all rows are shown, or files are gone.

    Returns:
        The `fiftyone.Dataset`, persistent.

    Raises:
        InputError: FiftyOne is not installed, nothing is published, or the stage has no row.
        ToolError: FiftyOne has no database, or it is gone.
    """
    wanted = {verdict.row for verdict in workspace.ledger.verdicts()} | sample_of(workspace.ledger, stage)
    tables = Tables(workspace.root, limit, wanted, told)
    groups = list_groups(tables, workspace.ledger, stage)
    if not groups:
        raise InputError(f"{workspace.root}: has no {stage} to look at; what comes next: bgrsr status")
    _tell_gone(workspace.root, groups, told)
    fiftyone = connect()
    (workspace.root / FOLDER).mkdir(exist_ok=True)
    with FileLock(workspace.root / FOLDER / ".sync.lock"):  # two that open it at once would show every row twice
        dataset = _open(fiftyone, workspace.root, stage, groups)
        _write(dataset, workspace, groups, read_groups(dataset), progress)
        mark_alike(dataset, SLICES[stage][0], groups, told)
        arrange(fiftyone, dataset, stage)
    return dataset


def _tell_gone(root: Path, groups: Iterable[Group], told: Callable[[str], None]) -> None:
    """Name files of the set that are gone; what is drawn when it is looked at need not be there."""
    pictures = {picture for group in groups for picture in group.pictures.values()}
    named = {path for one in pictures for path in (one.path, one.alpha, one.trimap) if path}
    drawn = str(root / FOLDER)
    gone = sorted(path for path in named if not path.startswith(drawn) and not Path(path).is_file())
    if gone:
        count = f"{len(gone):,} files of the set are" if len(gone) > 1 else "a file of the set is"
        told(f"{root}: {count} gone, as {os.path.relpath(gone[0], root)}; make them again: bgrsr run RECIPE")


@talking()
def refresh(dataset: Any, workspace: Workspace, rows: Sequence[str]) -> None:
    """Show these rows as the ledger has them now: pictures, scores and overlays anew; rows that are gone go.

    Args:
        dataset: A stage's dataset.
        workspace: Its workspace.
        rows: Ids of rows of that stage.
    """
    stage: Stage = dataset.info["bgrsr"]["stage"]
    model, wanted = MODELS[stage], dict.fromkeys(rows)
    tables = Tables(workspace.root, len(wanted), (), silent)
    found = {r.id: r for row in wanted for _, _, r in workspace.ledger.find(row) if r.id == row and type(r) is model}
    groups = list_groups(tables, workspace.ledger, stage, list(found.values()))
    _declare(dataset, stage, groups)
    _write(dataset, workspace, groups, read_groups(dataset, wanted), quietly)


@talking()
def show_verdicts(dataset: Any, workspace: Workspace, rows: Sequence[str]) -> None:
    """Bring what ledger and journal say of these rows onto their pictures: tags, fields and base.

    Args:
        dataset: A stage's dataset.
        workspace: Its workspace.
        rows: Ids of rows; those that the dataset does not show are passed over.
    """
    groups = read_groups(dataset, dict.fromkeys(rows))
    standing = _standing(dataset, workspace, groups)
    write_standing(dataset, [(group, standing[group.row]) for group in groups], over=True)


def _standing(dataset: Any, workspace: Workspace, groups: Iterable[Group | SeenGroup]) -> dict[str, Standing]:
    contents = {group.row: group.content for group in groups}
    return standing_of(workspace, contents, sample_of(workspace.ledger, dataset.info["bgrsr"]["stage"]))


def _open(fiftyone: Any, root: Path, stage: Stage, groups: Iterable[Group]) -> Any:
    name = dataset_name(root, stage)
    if fiftyone.dataset_exists(name):
        dataset = fiftyone.load_dataset(name)
    else:
        dataset = fiftyone.Dataset(name, persistent=True)
        dataset.add_group_field("group", default=SLICES[stage][0])
    _declare(dataset, stage, groups)
    dataset.info["bgrsr"] = {**dataset.info.get("bgrsr", {}), "workspace": str(root), "stage": stage}
    dataset.save()
    return dataset


def _declare(dataset: Any, stage: Stage, groups: Iterable[Group]) -> None:
    """Give the dataset the fields and slices that it lacks."""
    import fiftyone  # noqa: PLC0415 - 4 s; `connect` has made its settings

    texts, scores = set(_TEXTS), {"score", "uniqueness"}
    for group in groups:
        texts |= group.texts.keys()
        scores |= group.scores.keys()
    known = dataset.get_field_schema()
    kinds = [(texts, fiftyone.StringField), (scores, fiftyone.FloatField)]
    kinds += [({"conflict", "audit"}, fiftyone.BooleanField)]
    for names, kind in kinds:
        for name in sorted(names - known.keys()):
            dataset.add_sample_field(name, kind)
    labels = {"alpha": fiftyone.Heatmap, "trimap": fiftyone.Segmentation, "person_box": fiftyone.Detection}
    for name in sorted(labels.keys() - known.keys()):
        dataset.add_sample_field(name, fiftyone.EmbeddedDocumentField, embedded_doc_type=labels[name])
    for name in SLICES[stage]:
        if name not in dataset.group_media_types:
            dataset.add_group_slice(name, "image")
    for name in _INDEXED:
        if name not in dataset.list_indexes():
            dataset.create_index(name)


def _write(
    dataset: Any, workspace: Workspace, groups: Sequence[Group], present: Sequence[SeenGroup], progress: Progress
) -> None:
    """Make of the groups that are present those that are wanted."""
    standing = _standing(dataset, workspace, groups)
    known = {group.row: group for group in present}
    wanted = {group.row: group.shown for group in groups}
    changed = [g for g in groups if g.row not in known or known[g.row].shown != wanted[g.row]]
    renewed = {group.row for group in changed}
    insert(dataset, _documents(dataset, changed, known, standing, progress))
    # first come, then go: a kill in between loses nothing that was said, and the next sync cleans up
    stale = [g.id for g in present if g.row not in wanted or g.row in renewed or known[g.row] is not g]
    if stale:
        dataset.delete_groups(stale)
    write_standing(dataset, [(known[row], standing[row]) for row in sorted(wanted.keys() - renewed)], over=False)


def _documents(
    dataset: Any,
    groups: Sequence[Group],
    known: Mapping[str, SeenGroup],
    standing: Mapping[str, Standing],
    progress: Progress,
) -> Iterator[dict[str, Any]]:
    for number, group in enumerate(groups, 1):
        yield from documents_of(dataset, group, _said_of(group, known.get(group.row), standing[group.row]))
        if number % TOLD_EVERY == 0 or number == len(groups):
            progress("rows", number, len(groups))


def _said_of(group: Group, old: SeenGroup | None, standing: Standing) -> dict[str, dict[str, object]]:
    """Tags, note and fields of each slice; a person's own tags, and what was said of the same content, are kept."""
    earlier = {picture.slice: picture for picture in old.pictures} if old else {}
    said: dict[str, dict[str, object]] = {}
    for name in group.pictures:
        tags = earlier[name].tags if name in earlier else []
        said[name] = {**standing.fields(), "tags": tags_of(tags, standing.mark)}
        if old and name in earlier and old.content == group.content and not old.wants(old.base):
            said[name] |= {"tags": tags, "note": earlier[name].note or None}
    return said
