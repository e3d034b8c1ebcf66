"""A row's lineage as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bgrsr_data.cli.output import counted
from bgrsr_data.lineage import Ancestor
from bgrsr_data.records import Rekey, Verdict


def tell(ancestors: Sequence[Ancestor], made: Mapping[str, int]) -> str:
    """Everything that is known of a row, and of what it was made from, one block each.

    Args:
        ancestors: The row first.
        made: How many rows of each kind were made from it.
    """
    lines = [line for ancestor in ancestors for line in _block(ancestor)]
    if made:
        lines.append("made from it: " + ", ".join(counted(n, kind) for kind, n in made.items()))
    return "\n".join(lines)


def _block(ancestor: Ancestor) -> Iterator[str]:
    indent = "  " * ancestor.depth
    yield f"{indent}{ancestor.record.kind} {ancestor.record.id}"
    for name, value in ancestor.record.model_dump(mode="json").items():
        if name == "id" or value in (None, {}, ""):
            continue
        text = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else str(value)
        yield f"{indent}  {name}: {text}"
    if ancestor.options and ancestor.options != "{}":
        yield f"{indent}  options of {ancestor.stage}: {ancestor.options}"
    for said in ancestor.earlier:
        then = f"; taken back by {said.by or said.verdict.reviewer} at {said.at}" if said.taken_back else ""
        yield f"{indent}  earlier: {_judged(said.verdict)}{then}"
    for verdict, valid in ancestor.verdicts:
        since = "" if valid else "; its content has changed since, so it does not count"
        yield f"{indent}  verdict: {_judged(verdict)}{since}"
    if ancestor.conflict:
        yield f"{indent}  conflict: {ancestor.conflict}"
    for rekey, valid in ancestor.rekeys:
        yield f"{indent}  {_told(rekey)}" + ("" if valid else _since(rekey, ancestor.rekeys[-1][0]))
    for row in ancestor.rejections:
        yield f"{indent}  rejected by {row.stage}: {row.reason}: {row.detail}"


def _judged(verdict: Verdict) -> str:
    why = ": ".join(part for part in (verdict.reason, verdict.note) if part)
    return f"{verdict.verdict} by {verdict.reviewer} at {verdict.at}" + (f" ({why})" if why else "")


def _told(rekey: Rekey) -> str:
    note = f" ({rekey.note})" if rekey.note else ""
    return f"keyed with {rekey.words or 'the options of the stage'} by {rekey.reviewer} at {rekey.at}{note}"


def _since(rekey: Rekey, last: Rekey) -> str:
    return "; its frame has changed since, so it does not count" if rekey is last else "; changed again since"
