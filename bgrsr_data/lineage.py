"""The whole lineage of one row: from itself back to its source, with everything that was said of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bgrsr_data.errors import InputError
from bgrsr_data.ledger import Ledger
from bgrsr_data.opinions import Conflict, Said
from bgrsr_data.records import KINDS, Foreground, Frame, Record, RejectionRow, Rekey, Source, Verdict, make_id


@dataclass(frozen=True)
class Ancestor:
    """A row and the stage it came from.

    Args:
        depth: 0 for the row asked for, 1 for what it was made from, and so on.
        stage: The stage that made it.
        options: What that stage was last run with, JSON.
        record: The row.
        verdicts: What reviewers said of it; `valid` where its content is still what they saw.
        rejections: Why it, or a part of it, was left out.
        rekeys: How its keying was changed by hand, the first one first; `valid` for the one that decides.
        earlier: What was said of it and taken back or said otherwise since, the first one first.
        conflict: Its reviewers, where they are tied.
    """

    depth: int
    stage: str
    options: str
    record: Record
    verdicts: list[tuple[Verdict, bool]] = field(default_factory=list)
    rejections: list[RejectionRow] = field(default_factory=list)
    rekeys: list[tuple[Rekey, bool]] = field(default_factory=list)
    earlier: list[Said] = field(default_factory=list)
    conflict: Conflict | None = None

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "depth": self.depth,
            "stage": self.stage,
            "kind": self.record.kind,
            "options": self.options,
            "record": self.record.model_dump(mode="json"),
            "verdicts": [{**v.model_dump(mode="json"), "valid": valid} for v, valid in self.verdicts],
            "rejections": [row.model_dump(mode="json") for row in self.rejections],
            "earlier": [said.model_dump(mode="json") for said in self.earlier],
            "conflict": self.conflict.as_dict() if self.conflict else None,
            "rekeys": [{**r.model_dump(mode="json"), "valid": valid} for r, valid in self.rekeys],
        }


def lineage(ledger: Ledger, identifier: str) -> list[Ancestor]:
    """The row that `identifier` (or the beginning of one) names, and everything it was made from, depth first.

    Raises:
        InputError: No row, or several, have such an id.
    """
    (name,) = in_full(ledger, [identifier])
    if not ledger.find(name):
        some = ", ".join(ids[0] for kind in KINDS if (ids := ledger.ids(kind)))
        raise InputError(f"{identifier}: no row has this id; there are: {some or 'no rows at all yet'}")
    return _walk(ledger, name)


def in_full(ledger: Ledger, identifiers: Iterable[str]) -> list[str]:
    """Ids of rows, in full where only a beginning was given, as foreground-3f2a; what no row has stays as it is.

    Raises:
        InputError: Several rows begin so.
    """
    return [_in_full(ledger, identifier.removesuffix("…")) for identifier in identifiers]


def _in_full(ledger: Ledger, identifier: str) -> str:
    found = {record.id for _, _, record in ledger.find(identifier)}
    if identifier in found or not found:
        return identifier
    if len(found) > 1:
        some = ", ".join(sorted(found)[:3])
        raise InputError(f"{identifier}: begins the ids of {len(found)} rows ({some}, …); give more of it")
    return found.pop()


def _walk(ledger: Ledger, start: str) -> list[Ancestor]:
    verdicts: dict[str, list[Verdict]] = {}
    for verdict in ledger.verdicts():
        verdicts.setdefault(verdict.row, []).append(verdict)
    rejections: dict[str, list[RejectionRow]] = {}
    passed_over = ledger.passed_over()
    for row in ledger.rows(RejectionRow):
        if row.stage not in passed_over:
            rejections.setdefault(row.item, []).append(row)
    walked: dict[str, Ancestor] = {}
    rekeys = ledger.rekeys()
    conflicts = {conflict.row: conflict for conflict in ledger.conflicts()}
    ahead = [(0, start)]
    while ahead:
        depth, name = ahead.pop(0)
        exact = [(stage, record) for stage, _, record in ledger.find(name) if record.id == name]
        if name in walked or not exact:
            continue
        stage, record = exact[0]  # the stage that made it: `select` hands on rows of `frames` as they are
        said = [(v, v.row_content == record.content) for v in verdicts.get(name, [])]
        options = ledger.options(stage) or ""
        changed = _rekeys(ledger, rekeys, record) if isinstance(record, Foreground | Frame) else []
        walked[name] = Ancestor(
            depth, stage, options, record, said, rejections.get(name, []), changed,
            [once for once in ledger.history(name) if once.taken_back or once.verdict not in verdicts.get(name, [])],
            conflicts.get(name),
        )  # fmt: skip
        ahead = [(depth + 1, parent) for parent in _named(record)] + ahead  # so a source stands under its own clip
    return list(walked.values())


def _rekeys(ledger: Ledger, rekeys: dict[str, list[Rekey]], record: Foreground | Frame) -> list[tuple[Rekey, bool]]:
    """What was changed about a frame's keying: told of its foreground, and of itself where it has none."""
    frame = record.original if isinstance(record, Foreground) else record.id
    changed = rekeys.get(frame, [])
    if not changed or (isinstance(record, Frame) and _exists(ledger, make_id("foreground", frame))):
        return []
    contents = {row.content for _, _, row in ledger.find(frame) if row.id == frame}
    return [(rekey, rekey is changed[-1] and rekey.frame_content in contents) for rekey in changed]


def _exists(ledger: Ledger, name: str) -> bool:
    return any(row.id == name for _, _, row in ledger.find(name))


def _named(record: Record) -> list[str]:
    """Ids that the fields of a row may name: text of the form kind-hex."""
    if isinstance(record, Source):
        return []
    values = [value for name, value in record.model_dump().items() if name != "id" and isinstance(value, str)]
    return [value for value in values if "-" in value and "/" not in value]
