"""What the page says in figures, drawn from rows alone: no file is opened, no pixel is read."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, cast

from bgrsr_data.export.publish import Publish, rows_to_publish
from bgrsr_data.export.terms import terms_of
from bgrsr_data.ledger import Ledger
from bgrsr_data.licences import canonical
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.records import (
    Background,
    Clip,
    Combination,
    Foreground,
    Frame,
    ManifestRow,
    Record,
    RejectionRow,
    Source,
    Trimap,
    Verdict,
)

R = TypeVar("R", bound=Record)


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
    published: bool = True  # False: as the ledger stands, since nothing was published yet


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
class Credit:
    """A source, and what came of it: clips or stills, and minutes."""

    source: Source
    licence: str
    clips: int
    minutes: float


@dataclass(frozen=True, slots=True)
class Licensed:
    """What one licence covers, whether it lets a set be handed on without asking, and where it is read."""

    name: str
    open: bool
    clips: int
    minutes: float
    page: str


def read_dataset(root: Path, ledger: Ledger) -> Dataset:
    """Read the manifests of a workspace, or, where nothing was published yet, the rows that would be.

    Raises:
        InputError: A manifest is missing or cannot be read.
    """
    is_published = ledger.count(ManifestRow.kind) > 0

    def rows(model: type[R]) -> list[R]:
        if is_published:
            return read_rows(manifest_path(root, model), model)
        return cast("list[R]", rows_to_publish(ledger, model))

    return Dataset(
        ledger.rows(Source), rows(Clip), rows(Frame), rows(Background), rows(Trimap), rows(Foreground),
        rows(Combination), rows(Verdict), rows(RejectionRow),
        {frame.id: frame for frame in ledger.rows(Frame, "frames")}, is_published,
    )  # fmt: skip


def headline(data: Dataset) -> list[tuple[str, str]]:
    """(figure, what it counts), the first thing on the page; what there is none of is left out."""
    seconds = float(sum(clip.duration for clip in data.clips))
    persons = {row.person for row in data.foregrounds}
    places = {row.place for row in data.backgrounds}
    screens = {row.screen_name for row in data.foregrounds if row.screen_name}
    counts = [
        (len(data.combinations), "combinations"),
        (len(data.foregrounds), "foregrounds"),
        (len(persons), "persons cut out"),
        (len(screens), "hues of screen"),
        (len(data.backgrounds), f"backgrounds of {len(places):,} places"),
        (len(data.trimaps), "trimaps"),
        (len(data.frames), "frames"),
        (len(data.clips), f"clips and stills, {seconds / 60:.1f} minutes"),
        (len(data.sources), "sources"),
    ]
    return [(f"{count:,}", words) for count, words in counts if count]


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
    return [Step(label, count, _log_share(count, most)) for label, count in counts if count]


def refusals(rejections: Iterable[RejectionRow]) -> list[Refused]:
    """Rejections by stage and reason, the most frequent first."""
    grouped: dict[tuple[str, str], list[RejectionRow]] = defaultdict(list)
    for row in rejections:
        grouped[row.stage, row.reason].append(row)
    found = [
        Refused(stage, reason, len(rows), without_path(rows[0].detail)) for (stage, reason), rows in grouped.items()
    ]
    return sorted(found, key=lambda one: (-one.count, one.stage, one.reason))


def without_path(detail: str) -> str:
    """What was said of a picture, without the path of its file that it may begin with."""
    return re.sub(r"^\S+/\S+\.\w{3,4}: ", "", detail)


def credits_of(data: Dataset) -> list[Credit]:
    """One line for each source: what it is, whose it is, under which licence, and what came of it."""
    clips = Counter(clip.source for clip in data.clips)
    seconds: dict[str, float] = defaultdict(float)
    for clip in data.clips:
        seconds[clip.source] += float(clip.duration)
    return [
        Credit(source, canonical(source.licence), clips[source.id], seconds[source.id] / 60)
        for source in sorted(data.sources, key=lambda s: (s.role, s.name))
    ]


def licences(data: Dataset) -> list[Licensed]:
    """What each licence covers, the most clips first."""
    clips: dict[str, list[Clip]] = defaultdict(list)
    for clip in data.clips:
        clips[canonical(clip.licence)].append(clip)
    found = []
    for name, some in clips.items():
        minutes, terms = float(sum(clip.duration for clip in some)) / 60, terms_of(name)
        found.append(Licensed(name, terms.is_open, len(some), minutes, terms.address))
    return sorted(found, key=lambda one: (-one.clips, one.name))


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
    return round(100 * math.log1p(count) / math.log1p(most), 1)
