"""What `bgrsr fetch` would bring in: how many items, how long it would take, how much disk; nothing is touched."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bgrsr_data.errors import InputError
from bgrsr_data.fetch.estimate import Estimate, Measured, estimate, quartiles
from bgrsr_data.fetch.step import Fetch
from bgrsr_data.forecast import opened
from bgrsr_data.ledger import Ledger
from bgrsr_data.licences import is_accepted, is_known
from bgrsr_data.media.times import parse_section
from bgrsr_data.records import Clip, Source
from bgrsr_data.runner import plan_stage
from bgrsr_data.sources import STAGE as SOURCES
from bgrsr_data.sources import sort_out


@dataclass(frozen=True)
class FootageForecast:
    """What fetching would come to.

    Args:
        sources: How many are to be fetched, by role.
        roles: What they come to, by role.
        unchanged: Sources that are here already.
        missing: Sources that are not where they were, or were forgotten on request.
        refused: Sources whose licence is stated, and is none of those accepted; they are not in the figures.
        undecided: Sources among `roles` whose licence the page alone tells, so that they may be refused.
        workers: Worker processes.
        measured: Whether figures of earlier fetches in this workspace were used.
        free_bytes: Room on the workspace's disk.
    """

    sources: dict[str, int]
    roles: dict[str, Estimate]
    unchanged: int
    missing: list[str]
    refused: int
    undecided: int
    workers: int
    measured: bool
    free_bytes: int

    @property
    def total(self) -> Estimate:
        """All roles together."""
        return sum(self.roles.values(), Estimate())

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "items": sum(self.sources.values()),
            **self._figures(self.total),
            "roles": {role: {"items": self.sources[role], **self._figures(one)} for role, one in self.roles.items()},
            "unchanged": self.unchanged,
            "missing": self.missing,
            "refused": self.refused,
            "undecided": self.undecided,
            "workers": self.workers,
            "measured": self.measured,
            "free_bytes": self.free_bytes,
        }

    def _figures(self, one: Estimate) -> dict[str, Any]:
        kept = ("files", "open_ended", "unknown_length", "sections", "asked_s", "video_s", "paced_s")
        spans = {"seconds": one.seconds(self.workers), "bytes": one.bytes}
        rounded = {key: {end: round(figure) for end, figure in asdict(span).items()} for key, span in spans.items()}
        return {key: getattr(one, key) for key in kept} | rounded


def forecast_footage(stage: Fetch, root: Path, added: Sequence[Source], *, workers: int | None) -> FootageForecast:
    """Forecast a fetch; nothing is touched, also where there is no workspace yet.

    Args:
        stage: With the options that it would run with.
        root: The workspace's folder, or where it would be made.
        added: Sources beside those that the workspace knows.
        workers: Worker processes; None: one a processor.
    """
    with opened(root, added) as workspace:
        here = {source.id: source.content for source in workspace.ledger.rows(Source, SOURCES)}
        plan = plan_stage(stage, workspace)
        pending = {item.id: item.payload for item in plan.pending if isinstance(item.payload, Source)}
        wanted, forgotten = sort_out(workspace.ledger, added)
        pending |= {one.id: one for one in wanted if here.get(one.id) != one.content}
        measured = _measured(workspace.ledger)
    accepted = stage.options.licence
    refused = [one.id for one in pending.values() if accepted and _is_refused(one, accepted)]
    pending = {name: one for name, one in pending.items() if name not in refused}
    undecided = sum(accepted != () and one.url is not None and not is_known(one.licence) for one in pending.values())
    roles: dict[str, Estimate] = {}
    counted = Counter[str]()
    missing = [f"{source.name}: {stone}" for source, stone in forgotten]
    for source in sorted(pending.values(), key=lambda one: (one.role, one.name)):
        try:
            found = estimate(source, stage.options, measured, root=root)
        except InputError as error:
            missing.append(f"{source.name}: {error}")
            continue
        counted[source.role] += 1
        roles[source.role] = roles.get(source.role, Estimate()) + found
    unchanged = len(here.keys() - pending.keys() - set(refused))
    free = shutil.disk_usage(_nearest(root)).free
    crew = workers or os.cpu_count() or 1
    return FootageForecast(
        sources=dict(counted), roles=roles, unchanged=unchanged, missing=missing, refused=len(refused),
        undecided=undecided, workers=crew, measured=measured != Measured(), free_bytes=free,
    )  # fmt: skip


def _is_refused(source: Source, accepted: tuple[str, ...]) -> bool:
    """Whether the licence that was stated decides; an image of COCO and the page of a video have their own."""
    if source.annotations is not None or (source.url is not None and not is_known(source.licence)):
        return False
    return not is_accepted(source.licence, accepted)


def _measured(ledger: Ledger) -> Measured:
    """What the videos that were fetched here showed."""
    sources = {source.id: source for source in ledger.rows(Source, SOURCES) if source.url}
    videos: dict[str, list[Clip]] = {}
    for clip in ledger.rows(Clip, "fetch"):
        if clip.source in sources and clip.media == "video":
            videos.setdefault(clip.source, []).append(clip)
    done = {name: item for name, item in ledger.items("fetch").items() if item.status == "done" and name in videos}
    lengths = {name: float(sum(clip.duration for clip in videos[name])) for name in done}
    ends = {name: sources[name].sections for name in done if len(videos[name]) == 1 and sources[name].sections}
    return Measured(
        bytes_a_second=quartiles([item.bytes / lengths[name] for name, item in done.items() if lengths[name]]),
        stretch=quartiles([max(1.0, lengths[name] / float(parse_section(s[-1])[1])) for name, s in ends.items()]),
        seconds_each=quartiles([item.seconds for item in done.values()]),
    )


def _nearest(folder: Path) -> Path:
    """The folder itself, or the first one above it that is there."""
    return next((place for place in (folder, *folder.resolve().parents) if place.is_dir()), Path())
