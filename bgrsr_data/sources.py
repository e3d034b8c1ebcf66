"""The sources that a workspace knows: rows without work, kept under a stage name of their own."""

from __future__ import annotations

from collections.abc import Iterable

from bgrsr_data.ledger import Done, Ledger
from bgrsr_data.records import Source

STAGE = "sources"


def remember(ledger: Ledger, sources: Iterable[Source]) -> None:
    """Add sources, or bring what is known of them up to date."""
    known = {source.id: source for source in ledger.rows(Source, STAGE)}
    for source in sources:
        if known.get(source.id) != source:
            ledger.commit(Done(STAGE, source.id, source.content, "done"), [source])
