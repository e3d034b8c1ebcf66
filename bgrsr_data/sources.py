"""The sources that a workspace knows: rows without work, kept under a stage name of their own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bgrsr_data.ledger import Done, Ledger
from bgrsr_data.records import Source, make_id
from bgrsr_data.tombstones import Forgotten, Tombstone

STAGE = "sources"


def remember(ledger: Ledger, sources: Iterable[Source]) -> list[tuple[Source, Tombstone]]:
    """Add sources, or bring what is known of them up to date.

    Returns:
        Those that were forgotten on request, each with its tombstone; they are not added.
    """
    wanted, forgotten = sort_out(ledger, sources)
    known = {source.id: source for source in ledger.rows(Source, STAGE)}
    for source in wanted:
        if known.get(source.id) != source:
            ledger.commit(Done(STAGE, source.id, source.content, "done"), [source])
    return forgotten


def sort_out(ledger: Ledger, sources: Iterable[Source]) -> tuple[list[Source], list[tuple[Source, Tombstone]]]:
    """Sources under the ids that they have in a workspace; apart from them those that were forgotten on request."""
    stones = Forgotten.of(ledger.tombstones())
    found = [(source, stones.at(source.url, source.path or source.annotations)) for source in sources]
    wanted = as_known(ledger.rows(Source, STAGE), [source for source, stone in found if stone is None])
    return wanted, [(source, stone) for source, stone in found if stone is not None]


def as_known(known: Iterable[Source], sources: Iterable[Source]) -> list[Source]:
    """Sources under the ids that they have in a workspace.

    A place that the workspace knows keeps its id there, so that a source that was renamed, or that came from the
    command line before it stood in a list, is not there twice. Where two lists name two folders alike (`clips`, each
    beside its own list) the ids are alike too: the second place then gets one of its absolute path, as long as the
    first is there (where it is gone, the footage was moved, and the id goes with it).

    Args:
        known: What the workspace holds.
        sources: What is to be added or brought up to date.
    """
    there = list(known)
    ids = {place_of(source): source.id for source in there}
    places = {source.id: source for source in there}
    settled = []
    for source in sources:
        identifier = ids.get(place_of(source), source.id)
        other = places.get(identifier)
        if other is not None and place_of(other) != place_of(source) and _is_there(other):
            identifier = make_id("source", *place_of(source))
        row = source.model_copy(update={"id": identifier})
        ids[place_of(row)], places[identifier] = identifier, row
        settled.append(row)
    return settled


def place_of(source: Source) -> tuple[str | None, ...]:
    """What makes two sources the same: the role and the absolute place."""
    return (source.role, source.url, source.path, source.annotations)


def _is_there(source: Source) -> bool:
    return any(place is not None and Path(place).exists() for place in (source.path, source.annotations))
