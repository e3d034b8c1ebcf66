"""What the page says in figures, drawn from rows alone: no file is opened, no pixel is read."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from bgrsr_data.export.publish import Publish
from bgrsr_data.ledger import Ledger
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.records import (
    Background,
    Clip,
    Combination,
    Foreground,
    Frame,
    Record,
    RejectionRow,
    Source,
    Trimap,
    Verdict,
)

R = TypeVar("R", bound=Record)
SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class Dataset:
    """Everything that is published, and the sources it came from."""

    sources: Sequence[Source]
    clips: Sequence[Clip]
    frames: Sequence[Frame]
    backgrounds: Sequence[Background]
    trimaps: Sequence[Trimap]
    foregrounds: Sequence[Foreground]
    combinations: Sequence[Combination]
    verdicts: Sequence[Verdict]
    rejections: Sequence[RejectionRow]
    extracted: Mapping[str, Frame] = field(default_factory=dict)  # what deblurring began with, by id


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the funnel: how many are left, and its width in percent."""

    label: str
    count: int
    width: float


@dataclass(frozen=True, slots=True)
class Refused:
    """Rejections that share stage and reason, with one of them in words."""

    stage: str
    reason: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class Work:
    """What one stage did, as the ledger remembers it."""

    stage: str
    done: int
    rejected: int
    failed: int
    seconds: float
    megabytes: float
    options: str


@dataclass(frozen=True, slots=True)
class Share:
    """What a split holds."""

    split: str
    combinations: int
    persons: int
    clips: int
    places: int


def read_dataset(root: Path, ledger: Ledger) -> Dataset:
    """Read the manifests of a workspace.

    Raises:
        InputError: One is missing or cannot be read.
    """

    def published(model: type[R]) -> list[R]:
        return read_rows(manifest_path(root, model), model)

    return Dataset(
        ledger.rows(Source), published(Clip), published(Frame), published(Background), published(Trimap),
        published(Foreground), published(Combination), published(Verdict), published(RejectionRow),
        {frame.id: frame for frame in ledger.rows(Frame, "frames")},
    )  # fmt: skip


def headline(data: Dataset) -> list[tuple[str, str]]:
    """(figure, what it counts), the first thing on the page."""
    seconds = float(sum(clip.duration for clip in data.clips))
    persons = {row.person for row in data.foregrounds}
    places = {row.place for row in data.backgrounds}
    screens = {row.screen_name for row in data.foregrounds if row.screen_name}
    return [
        (f"{len(data.combinations):,}", "combinations"),
        (f"{len(data.foregrounds):,}", "foregrounds"),
        (f"{len(persons):,}", "persons cut out"),
        (f"{len(screens):,}", "hues of screen"),
        (f"{len(data.backgrounds):,}", f"backgrounds of {len(places):,} places"),
        (f"{len(data.trimaps):,}", "trimaps"),
        (f"{len(data.clips):,}", f"clips, {seconds / 60:.1f} minutes"),
        (f"{len(data.sources):,}", "sources"),
    ]


def funnel(data: Dataset, ledger: Ledger) -> list[Step]:
    """How many are left from sources to combinations; a bar's width grows with the logarithm of its count."""
    keyed = [row for row in data.foregrounds if row.screen is not None]
    chose = ledger.options("select") is not None and "select" not in ledger.passed_over()
    counts = [
        ("sources", len(data.sources)),
        ("clips and stills", len(data.clips)),
        ("frames taken", ledger.count(Frame.kind, "frames")),
        *([("frames chosen", ledger.count(Frame.kind, "select"))] if chose else []),
        ("frames sharp enough", len(data.frames)),
        ("frames keyed", len(keyed)),
        ("persons from COCO masks", len(data.trimaps)),
        ("foregrounds in a combination", len({row.foreground for row in data.combinations})),
        ("combinations", len(data.combinations)),
    ]
    most = max(count for _, count in counts)
    return [Step(label, count, _log_share(count, most)) for label, count in counts]


def refusals(rejections: Iterable[RejectionRow]) -> list[Refused]:
    """Rejections by stage and reason, the most frequent first."""
    grouped: dict[tuple[str, str], list[RejectionRow]] = defaultdict(list)
    for row in rejections:
        grouped[row.stage, row.reason].append(row)
    found = [Refused(stage, reason, len(rows), rows[0].detail) for (stage, reason), rows in grouped.items()]
    return sorted(found, key=lambda one: (-one.count, one.stage, one.reason))


def shares(data: Dataset) -> list[Share]:
    """What each split holds."""
    foregrounds = {row.id: row for row in data.foregrounds}
    places = {row.id: row.place for row in data.backgrounds}
    found = []
    for split in SPLITS:
        rows = [row for row in data.combinations if row.split == split]
        used = [foregrounds[row.foreground] for row in rows]
        behind = {places[b] for row in rows for b in (row.original_background, row.target_background)}
        found.append(Share(split, len(rows), len({f.person for f in used}), len({f.clip for f in used}), len(behind)))
    return found


def leaks(data: Dataset) -> list[str]:
    """Persons, clips and places that are in more than one split: each a sentence; none in a sound set."""
    foregrounds = {row.id: row for row in data.foregrounds}
    places = {row.id: row.place for row in data.backgrounds}
    splits: Mapping[tuple[str, str], set[str]] = defaultdict(set)
    for row in data.combinations:
        cut = foregrounds[row.foreground]
        named = [("person", cut.person), ("clip", cut.clip)]
        named += [("place", places[b]) for b in (row.original_background, row.target_background)]
        for key in named:
            splits[key].add(row.split)
    return [f"{kind} {name} is in {' and '.join(sorted(of))}" for (kind, name), of in splits.items() if len(of) > 1]


def credits_of(data: Dataset) -> list[dict[str, str]]:
    """One line for each source: what it is, whose it is, under which licence, and what came of it."""
    clips = Counter(clip.source for clip in data.clips)
    seconds: dict[str, float] = defaultdict(float)
    for clip in data.clips:
        seconds[clip.source] += float(clip.duration)
    return [
        {
            "name": source.name, "role": source.role, "licence": source.licence, "creator": source.creator,
            "person": source.person or "", "url": source.url or "", "attribution": source.attribution or "",
            "clips": f"{clips[source.id]:,}", "minutes": f"{seconds[source.id] / 60:.1f}",
        }
        for source in sorted(data.sources, key=lambda s: (s.role, s.name))
    ]  # fmt: skip


def licences(data: Dataset) -> list[tuple[str, int]]:
    """(licence, clips and stills), the most frequent first."""
    return sorted(Counter(clip.licence for clip in data.clips).items(), key=lambda pair: (-pair[1], pair[0]))


def work_done(ledger: Ledger) -> list[Work]:
    """What every stage of the set did, in the order that data walks; the report itself is left out."""
    rows = []
    way = [*Publish.needs, Publish.name]
    for stage in sorted(ledger.stages(), key=lambda name: way.index(name) if name in way else len(way)):
        if stage == "report" or stage in ledger.passed_over():
            continue
        items = ledger.items(stage).values()
        of = Counter(item.status for item in items)
        rows.append(
            Work(
                stage, of["done"], of["rejected"], of["failed"], sum(item.seconds for item in items),
                sum(item.bytes for item in items) / 1e6, ledger.options(stage) or "{}",
            )
        )  # fmt: skip
    return rows


def _log_share(count: int, most: int) -> float:
    if not count:
        return 0.0
    return round(100 * math.log1p(count) / math.log1p(most), 1)
