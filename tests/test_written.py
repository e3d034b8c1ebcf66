"""What a stage gives up is deleted, also after somebody else was at work in its folder."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from bgrsr_data.ledger import Done, Ledger
from bgrsr_data.written import delete_doomed


def test_a_file_whose_folder_is_a_file_by_now_counts_as_deleted_and_the_others_go(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("mine")
    (tmp_path / "a.png").touch()
    (tmp_path / "b").mkdir()
    with closing(Ledger(tmp_path / "ledger.sqlite", create=True)) as ledger:
        ledger.commit(Done("s", "a", "1", "done"), [], doomed=["report/sheet.png", "a.png", "b", "gone.png"])
        delete_doomed(tmp_path, ledger)
        assert ledger.doomed() == []
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("ledger")) == ["report"]
    assert (tmp_path / "report").read_text() == "mine"
