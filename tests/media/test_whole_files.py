"""Files that appear whole or not at all: what cannot be written is told in one line, and nothing is left beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bgrsr_data.errors import InputError
from bgrsr_data.media.files import write_bytes, written_beside


def test_a_file_where_a_folder_is_needed_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    for path in (tmp_path / "mine" / "a.png", tmp_path / "mine" / "deeper" / "a.png"):
        with pytest.raises(InputError, match=r"a\.png: cannot be written \(Not a directory\); give another place"):
            write_bytes(path, b"x")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("mine", "mine")]


def test_a_folder_of_the_files_name_is_told_and_kept(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    with pytest.raises(InputError, match=r"a\.png: cannot be written \(Is a directory\)"):
        write_bytes(tmp_path / "a.png", b"x")
    assert [file.is_dir() for file in tmp_path.iterdir()] == [True]


def test_a_file_that_is_missing_while_another_is_written_stays_a_fault_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), written_beside(tmp_path / "a.png"):
        (tmp_path / "elsewhere" / "b.png").read_bytes()
    assert list(tmp_path.iterdir()) == []
