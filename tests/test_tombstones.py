"""Tombstones: what they recognise, and that what they stand for is wiped from the ledger's file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bgrsr_data.errors import Rejection
from bgrsr_data.ledger import Done, Ledger
from bgrsr_data.records import Source, make_id, reject_part
from bgrsr_data.sources import remember
from bgrsr_data.tombstones import Forgotten, Grave, Tombstone, read_forgotten, same_place

SHA = "ab" * 32
STONE = Tombstone(
    id="source-0123456789abcdef", name="", places=["https://www.example.org/watch?v=7", "/footage/a.mp4"],
    footage=[SHA], at="2026-11-23", reason="asked to",
)  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite", create=True)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "same",
    ["http://example.org/watch?v=7", "https://WWW.Example.org/watch?v=7#t=3", "https://example.org/watch/?v=7"],
)
def test_an_address_is_known_again_in_another_spelling(same: str) -> None:
    with pytest.raises(Rejection, match="forgotten on 2026-11-23: asked to"):
        Forgotten.of([STONE]).refuse(place=same)


@pytest.mark.parametrize("other", ["https://example.org/watch?v=8", "https://example.org:8080/watch?v=7", "/footage"])
def test_another_address_is_not_taken_for_it(other: str) -> None:
    Forgotten.of([STONE]).refuse(place=other, sha256="cd" * 32)
    assert same_place(other) not in Forgotten.of([STONE]).places


def test_the_same_bytes_are_known_again_wherever_they_come_from() -> None:
    with pytest.raises(Rejection) as caught:
        Forgotten.of([STONE]).refuse(place="https://elsewhere.org/a", sha256=SHA)
    assert caught.value.reason == "forgotten"


def test_a_folder_without_a_ledger_has_forgotten_nothing(tmp_path: Path) -> None:
    assert read_forgotten(tmp_path / "ledger.sqlite") == Forgotten()


def test_what_is_buried_is_wiped_from_the_file_also_where_sqlite_only_unlinks_it(ledger: Ledger) -> None:
    ledger._db.execute("PRAGMA secure_delete = OFF")
    rows = [reject_part("key", "a", n, "no-screen", f"somebody's secret {n}") for n in range(300)]
    ledger.commit(Done("key", "a", "1", "done"), rows)
    ledger._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ledger.bury(Grave(STONE, [("key", row.kind, row.id) for row in rows], [("key", "a")], []))
    assert b"somebody's secret" in all_bytes(ledger)
    assert ledger.scrub()
    assert b"somebody's secret" not in all_bytes(ledger)
    assert read_forgotten(ledger.path).footage == {SHA: STONE}


def test_a_reader_in_between_keeps_the_journal_and_that_is_told(ledger: Ledger) -> None:
    ledger.commit(Done("key", "a", "1", "done"), [])
    reader = Ledger(ledger.path)
    reader._db.execute("BEGIN")
    reader._db.execute("SELECT * FROM items").fetchall()
    ledger._db.execute("PRAGMA busy_timeout = 50")
    ledger.commit(Done("key", "b", "1", "done"), [])
    assert not ledger.scrub()
    reader._db.execute("COMMIT")
    reader.close()
    assert ledger.scrub()


def test_a_row_is_explained_by_its_tombstone_unless_several_begin_so(ledger: Ledger) -> None:
    ids = [make_id("frame", n) for n in range(2)]
    ledger.bury(Grave(STONE, [("frames", "frame", one) for one in ids], [], []))
    assert ledger.tombstone_of(ids[0]) == ledger.tombstone_of(STONE.id[:10]) == ledger.tombstone_of("frame-") == STONE
    ledger.bury(Grave(STONE.model_copy(update={"id": "source-x"}), [("frames", "frame", ids[0])], [], []))
    assert ledger.tombstone_of("frame-") is None


def test_a_forgotten_source_of_a_list_is_given_back_and_not_remembered(ledger: Ledger) -> None:
    told = {"licence": "CC0-1.0", "creator": "A"}
    again = Source(id="source-a", name="again", role="background", url=STONE.places[0], **told)
    other = Source(id="source-b", name="other", role="background", url="https://example.org/b", **told)
    ledger.bury(Grave(STONE, [], [], []))
    assert remember(ledger, [again, other]) == [(again, STONE)]
    assert ledger.rows(Source) == [other]


def all_bytes(ledger: Ledger) -> bytes:
    """What the ledger's files hold, journal and all."""
    return b"".join(path.read_bytes() for path in ledger.path.parent.glob("ledger.sqlite*"))
