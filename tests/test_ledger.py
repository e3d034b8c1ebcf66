"""The ledger: an item and its records together or not at all; readers beside the writer; verdicts by content."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bgrsr_data.database import _SCHEMAS
from bgrsr_data.errors import InputError
from bgrsr_data.ledger import Done, Ledger
from bgrsr_data.records import ManifestRow, RejectionRow, Verdict, make_id, reject_part


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite", create=True)
    yield opened
    opened.close()


def row(name: str, rows: int = 0) -> ManifestRow:
    return ManifestRow(id=make_id("manifest", name), path=f"{name}.parquet", sha256="", rows=rows)


def verdict(of: ManifestRow, said: str, reviewer: str, at: str) -> Verdict:
    return Verdict(
        id=make_id("verdict", of.id, reviewer), row=of.id, row_content=of.content, verdict=said,  # type: ignore[arg-type]
        reviewer=reviewer, at=at,
    )  # fmt: skip


def test_a_new_commit_replaces_all_that_was_known_of_the_item(ledger: Ledger) -> None:
    ledger.commit(Done("s", "a", "1", "done"), [row("x"), row("y")])
    ledger.commit(Done("s", "b", "1", "done"), [row("z")])
    ledger.commit(Done("s", "a", "2", "rejected"), [reject_part("s", "a", "a", "odd", "it is")])
    assert ledger.rows(ManifestRow) == [row("z")]
    assert [r.reason for r in ledger.rows(RejectionRow)] == ["odd"]
    assert ledger.items("s")["a"].fingerprint == "2"


def test_a_commit_that_fails_changes_nothing(ledger: Ledger) -> None:
    ledger.commit(Done("s", "a", "1", "done"), [row("x")])
    with pytest.raises(sqlite3.IntegrityError):
        ledger.commit(Done("s", "a", "2", "done"), [row("y"), row("y")])
    assert ledger.rows(ManifestRow) == [row("x")]
    assert ledger.items("s")["a"].fingerprint == "1"
    ledger.commit(Done("s", "a", "3", "done"), [row("y")])


def test_two_items_that_claim_the_same_record_are_refused_and_not_mixed(ledger: Ledger) -> None:
    ledger.commit(Done("s", "a", "1", "done"), [row("x")])
    with pytest.raises(sqlite3.IntegrityError):
        ledger.commit(Done("s", "b", "1", "done"), [row("x")])
    assert list(ledger.items("s")) == ["a"]


def test_rows_are_sorted_by_id_whatever_the_order_of_commits(ledger: Ledger) -> None:
    made = [row(name) for name in "dacb"]
    for number, one in enumerate(made):
        ledger.commit(Done("s", str(number), "", "done"), [one])
    assert ledger.rows(ManifestRow) == sorted(made, key=lambda r: r.id)


def test_the_latest_stage_that_ran_gives_the_rows_even_where_it_gave_none(ledger: Ledger) -> None:
    ledger.set_options("first", "{}")
    ledger.commit(Done("first", "a", "", "done"), [row("x")])
    assert ledger.latest(ManifestRow, "first", "second") == [row("x")]
    ledger.set_options("second", "{}")
    assert ledger.latest(ManifestRow, "first", "second") == []


def test_a_row_is_found_by_the_beginning_of_its_id_and_of_nothing_else(ledger: Ledger) -> None:
    ledger.commit(Done("s", "a", "", "done"), [row("x"), row("y")])
    assert [r.id for _, _, r in ledger.find(row("x").id[:14])] == [row("x").id]
    assert len(ledger.find("manifest-")) == 2
    assert ledger.find("manifest-%") == []


def test_readers_see_the_last_commit_while_a_writer_is_in_the_midst_of_one(ledger: Ledger) -> None:
    ledger.commit(Done("s", "a", "1", "done"), [row("x")])
    reader = Ledger(ledger.path)
    ledger._db.execute("BEGIN IMMEDIATE")
    ledger._drop("s", "a")
    assert reader.rows(ManifestRow) == [row("x")]
    ledger._db.execute("COMMIT")
    assert reader.rows(ManifestRow) == []
    reader.close()


def test_the_latest_verdict_decides_and_only_while_the_row_is_what_was_judged(ledger: Ledger) -> None:
    ledger.commit(Done("s", "a", "", "done"), [row("x")])
    ledger.add_verdicts([verdict(row("x"), "reject", "Ada", "2026-01-01T00:00:00Z")])
    assert [v.reviewer for v in ledger.rejected_by_review().values()] == ["Ada"]
    ledger.add_verdicts([verdict(row("x"), "accept", "Ben", "2026-01-02T00:00:00Z")])
    assert ledger.rejected_by_review() == {}
    ledger.add_verdicts([verdict(row("x"), "reject", "Ada", "2026-01-03T00:00:00Z")])
    assert len(ledger.verdicts()) == 2  # Ada's second one took the place of the first
    assert list(ledger.rejected_by_review()) == [row("x").id]
    ledger.commit(Done("s", "a", "", "done"), [row("x", rows=1)])
    assert ledger.rejected_by_review() == {}


def test_verdicts_outlive_the_rows_and_are_withdrawn_one_by_one(ledger: Ledger) -> None:
    ledger.commit(Done("s", "a", "", "done"), [row("x")])
    said = [verdict(row("x"), "reject", name, "2026-01-01T00:00:00Z") for name in ("Ada", "Ben")]
    ledger.add_verdicts(said)
    ledger.drop("s", ["a"])
    ledger.drop_verdicts(said[:1])
    assert ledger.verdicts() == said[1:]


def test_a_folder_without_ledger_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a bgrsr workspace; make one with: bgrsr init"):
        Ledger(tmp_path / "ledger.sqlite")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"not a database, but long enough to be read as one" * 40, b"\x00" * 4096])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(content)
    with pytest.raises(InputError, match="is not a ledger of bgrsr"):
        Ledger(path)
    assert path.read_bytes() == content


def test_a_ledger_beside_which_nothing_can_be_written_is_not_called_a_stranger(ledger: Ledger) -> None:
    ledger.close()
    (ledger.path.parent / f"{ledger.path.name}-wal").mkdir()  # as in a folder that may only be read
    with pytest.raises(InputError, match=r"cannot be opened .*: it and its folder must be writable, also to look"):
        Ledger(ledger.path)


def test_the_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE songs (name TEXT)")
    db.commit()
    db.close()
    with pytest.raises(InputError, match="is not a ledger of bgrsr"):
        Ledger(path)
    db = sqlite3.connect(path)
    assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("songs",)]
    db.close()


def test_a_ledger_of_another_version_is_refused(ledger: Ledger) -> None:
    ledger._db.execute("UPDATE meta SET value = '99'")
    with pytest.raises(InputError, match=r"another version of bgrsr \(schema 99\)"):
        Ledger(ledger.path)


def test_a_ledger_whose_making_was_cut_off_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ledger.sqlite"
    with monkeypatch.context() as patch:
        patch.setattr("bgrsr_data.database._SCHEMAS", (_SCHEMAS[0] + "; CREATE NONSENSE",))
        with pytest.raises(InputError):
            Ledger(path, create=True)
    ledger = Ledger(path)
    assert ledger.stages() == []
    ledger.close()


def test_a_ledger_of_the_first_schema_gets_what_it_lacks_and_keeps_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.sqlite"
    with monkeypatch.context() as patch:
        patch.setattr("bgrsr_data.database._SCHEMAS", _SCHEMAS[:1])
        patch.setattr("bgrsr_data.database.SCHEMA_VERSION", 1)
        old = Ledger(path, create=True)
        old.set_options("key", "{}")
        old.close()
    ledger = Ledger(path)
    assert (ledger.stages(), ledger.doomed()) == (["key"], [])
    ledger.close()


def test_verdicts_of_a_former_schema_are_kept_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ledger.sqlite"
    with monkeypatch.context() as patch:
        patch.setattr("bgrsr_data.database._SCHEMAS", _SCHEMAS[:3])
        patch.setattr("bgrsr_data.database.SCHEMA_VERSION", 3)
        old = Ledger(path, create=True)
        for said in (
            late := verdict(row("x"), "reject", "Ada", "2026-02"),
            verdict(row("x"), "accept", "Ben", "2026-01"),
        ):
            body = said.model_dump_json(exclude={"reason"})  # nobody could give one
            old._db.execute("INSERT INTO verdicts VALUES (?, ?, ?)", (said.row, said.reviewer, body))
        old.commit(Done("s", "a", "", "done"), [row("x")])
        old.close()
    ledger = Ledger(path)
    assert [(v.reviewer, v.reason) for v in ledger.verdicts()] == [("Ada", ""), ("Ben", "")]
    assert ledger.rejected_by_review() == {row("x").id: late}
    assert [said.verdict.reviewer for said in ledger.history(row("x").id)] == ["Ben", "Ada"]
    ledger.close()


def test_what_is_doomed_stays_so_until_it_is_spared(ledger: Ledger) -> None:
    ledger.commit(Done("frames", "a", "1", "done"), [], doomed=["b.png", "a.png"])
    ledger.drop("frames", ["a"], doomed=["a.png", "c.png"])
    assert ledger.doomed() == ["a.png", "b.png", "c.png"]
    ledger.spare(["a.png", "c.png"])
    assert ledger.doomed() == ["b.png"]
