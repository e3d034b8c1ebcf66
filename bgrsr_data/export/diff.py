"""What became of a set between two versions: which rows came, went or changed, and why.

A row that went is followed back to what it was made from: where that went too, or a reviewer rejected it, that is the
cause, so that one rejected frame explains its dozen combinations at once. What nothing else explains was made with
other options, which are named.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from bgrsr_data.export.versions import manifest_of, read_version
from bgrsr_data.manifests import read_rows
from bgrsr_data.opinions import decide_between
from bgrsr_data.records import (
    Background,
    Clip,
    Combination,
    Foreground,
    Frame,
    Record,
    RejectionRow,
    Rekey,
    Trimap,
    Verdict,
)

KINDS: tuple[type[Record], ...] = (Clip, Frame, Background, Trimap, Foreground, Combination)
STAGES: Mapping[type[Record], tuple[str, ...]] = {
    Clip: ("fetch",),
    Frame: ("frames", "select", "deblur"),
    Background: ("frames", "select"),
    Trimap: ("trimap",),
    Foreground: ("key", "trimap"),
    Combination: ("combine",),
}
PARENTS = ("source", "clip", "original", "foreground", "original_background", "target_background")


@dataclass(frozen=True)
class Change:
    """One row that came, went or changed.

    Attributes:
        kind: Of the row.
        id: Its id.
        what: "added", "gone" or "changed".
        why: The cause, in words.
        fields: What of a changed row is another, as "score .62 → .71".
    """

    kind: str
    id: str
    what: Literal["added", "gone", "changed"]
    why: str
    fields: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


class Side:
    """The rows of one version by id, and what was said of them.

    Args:
        folder: Of the version.

    Raises:
        InputError: A manifest is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.options = {stage: json.loads(text) for stage, text in read_version(folder).options.items()}
        self.rows = {model: {row.id: row for row in read_rows(manifest_of(folder, model), model)} for model in KINDS}
        self._verdicts = read_rows(manifest_of(folder, Verdict), Verdict)
        self._rejections = read_rows(manifest_of(folder, RejectionRow), RejectionRow)
        rekeys = manifest_of(folder, Rekey)  # an older version has none
        self.rekeys = {row.frame: row for row in (read_rows(rekeys, Rekey) if rekeys.is_file() else [])}

    @cached_property
    def known(self) -> dict[str, Record]:
        """Every row by id, of whatever kind."""
        return {name: row for rows in self.rows.values() for name, row in rows.items()}

    @cached_property
    def sources(self) -> set[str]:
        """Ids of the sources of its clips."""
        return {row.source for row in self.rows[Clip].values() if isinstance(row, Clip)}

    @cached_property
    def refused(self) -> dict[str, str]:
        """Why a row is not to be used, by its id: the words of who decides, or of the stage that rejected it."""
        told = {row.item: f"{row.stage}: {row.reason}" for row in self._rejections}
        for row, verdicts in self._judged.items():
            verdict = decide_between(verdicts)
            why = ": ".join(part for part in (verdict.reason, verdict.note) if part)
            note = f" ({why})" if why else ""
            told[row] = f"{verdict.reviewer} rejected it{note}" if verdict.verdict == "reject" else ""
        return {name: why for name, why in told.items() if why}

    @property
    def _judged(self) -> dict[str, list[Verdict]]:
        """The verdicts on each row as it is in this version; of a row that it lacks, on what it was last."""
        judged: dict[str, list[Verdict]] = {}
        for verdict in sorted(self._verdicts, key=lambda verdict: verdict.at):
            row = self.known.get(verdict.row)
            if row is None or row.content == verdict.row_content:
                judged.setdefault(verdict.row, []).append(verdict)
        lasting = {row: said[-1].row_content for row, said in judged.items()}
        return {row: [v for v in said if v.row_content == lasting[row]] for row, said in judged.items()}


def diff_versions(old: Path, new: Path) -> list[Change]:
    """Compare two versions.

    Args:
        old: The folder of one (`find_version`).
        new: The folder of the other.

    Raises:
        InputError: A manifest is missing or damaged.
    """
    return list_changes(Side(old), Side(new))


def list_changes(before: Side, after: Side) -> list[Change]:
    """The changes from one version to another, by kind as data walks, then by id."""
    options = {model: other_options(stages, before, after) for model, stages in STAGES.items()}
    changes: list[Change] = []
    for model in KINDS:
        mine, theirs = before.rows[model], after.rows[model]
        for name in sorted(mine.keys() | theirs.keys()):
            if name not in theirs:
                changes.append(Change(model.kind, name, "gone", _cause(name, before, after, "gone", options)))
            elif name not in mine:
                changes.append(Change(model.kind, name, "added", _cause(name, after, before, "new", options)))
            elif told := _differences(mine[name], theirs[name]):
                why = _why_changed(theirs[name], before, after) or options[model] or "made anew from the same"
                changes.append(Change(model.kind, name, "changed", why, told))
    return changes


def count_causes(changes: Iterable[Change]) -> Mapping[tuple[str, str, str], int]:
    """How many changes of a kind have the same cause: {(kind, what, why): count}, the most frequent first."""
    counted = Counter((change.kind, change.what, change.why) for change in changes)
    return dict(counted.most_common())


def other_options(stages: Iterable[str], before: Side, after: Side) -> str:
    """Which options of these stages are others, as "key: edge_px 2 → 3"; empty where none is, or nobody knows."""
    told = []
    for stage in stages:
        old, new = before.options.get(stage, {}), after.options.get(stage, {})
        names = [name for name in old if name in new and old[name] != new[name]]
        told += [f"{stage}: {name} {_short(old[name])} → {_short(new[name])}" for name in names]
    return "; ".join(told)


def _cause(name: str, here: Side, there: Side, word: str, options: Mapping[type[Record], str]) -> str:
    """Why the row `name` is in one version only.

    Args:
        name: Its id.
        here: The version that has it.
        there: The one that has not.
        word: What its cause is then: "gone" from, or "new" in, the later version.
        options: What of the options is another, by kind of row.
    """
    if said := there.refused.get(name):
        return said if word == "gone" else f"no more: {said}"
    for parent in _parents(here.known[name]):
        if said := there.refused.get(parent):
            return f"{parent}: {said}" if word == "gone" else f"{parent}: no more {said}"
        if parent in here.known and parent not in there.known:
            deeper = _cause(parent, here, there, word, options)
            return deeper if ": " in deeper else f"{parent} is {word}"
    row = here.known[name]
    if isinstance(row, Clip) and row.source not in there.sources:
        return f"its source is {word}"
    before, after = (here, there) if word == "gone" else (there, here)
    return _why_planned_anew(row, before, after, options) or "made with other options"


def _why_planned_anew(row: Record, before: Side, after: Side, options: Mapping[type[Record], str]) -> str:
    """Why a row has another id, though nothing that it was made from came or went; empty where nobody knows."""
    both = [name for name in _parents(row) if name in before.known and name in after.known]
    anew = [name for name in both if before.known[name].content != after.known[name].content]
    for name in anew:
        if why := _why_changed(after.known[name], before, after):
            return f"{name}: {why}"
    others = [options[type(row)], *(options[type(after.known[name])] for name in anew)]
    known = next(filter(None, others), "what it is made of was made anew" if anew else "")
    return known or ("planned otherwise" if isinstance(row, Combination) else "")


def _why_changed(row: Record, before: Side, after: Side) -> str:
    """Why a row is another: a person gave its frame options of its own; empty where nobody did."""
    if isinstance(row, Foreground):
        old, new = before.rekeys.get(row.original), after.rekeys.get(row.original)
        if new and (old is None or old.options != new.options):
            note = f" ({new.note})" if new.note else ""
            return f"keyed anew by {new.reviewer} with {new.words or 'the options of the stage'}{note}"
        if old and not new:
            return f"keyed anew without what {old.reviewer} had changed ({old.words})"
    return ""


def _parents(row: Record) -> list[str]:
    named = (getattr(row, name, None) for name in PARENTS)
    return [value for value in named if isinstance(value, str)]


def _differences(mine: Record, theirs: Record) -> list[str]:
    old, new = mine.model_dump(mode="json"), theirs.model_dump(mode="json")
    return [f"{name} {_short(old[name])} → {_short(new[name])}" for name in old if old[name] != new[name]]


def _short(value: object) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 40 else f"{text[:37]}…"
