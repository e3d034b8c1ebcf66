"""Local files and folders: copied once they are known to be whole, the originals only ever read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bgrsr_data.errors import InputError, Rejection
from bgrsr_data.fetch.local import copy_in, list_files


def test_a_folder_is_listed_sorted_without_hidden_and_foreign_files(site: Path, tmp_path: Path) -> None:
    for name in ("z.mp4", "sub/y.mp4", ".hidden.mp4", ".cache/x.mp4", "workspace/w.mp4", "no-suffix"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(site / "a.mp4", tmp_path / name)
    (tmp_path / "README.md").write_text("about these clips")
    (tmp_path / "empty").touch()
    listed = list_files(tmp_path, without=tmp_path / "workspace")
    assert [file.relative_to(tmp_path).as_posix() for file in listed] == ["no-suffix", "sub/y.mp4", "z.mp4"]


def test_a_folder_without_footage_or_no_folder_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing to see")
    with pytest.raises(InputError, match=f"{tmp_path}: no image or video in this folder"):
        list_files(tmp_path)
    with pytest.raises(InputError, match="does not exist"):
        list_files(tmp_path / "none")


def test_a_copy_has_the_bytes_and_the_original_stays(site: Path, tmp_path: Path) -> None:
    original = tmp_path / "from" / "a.mp4"
    original.parent.mkdir()
    shutil.copy(site / "a.mp4", original)
    original.chmod(0o444)
    before = original.stat()
    kept = copy_in(original, tmp_path / "to", "sub/a.mp4")
    copied = tmp_path / "to" / kept.file
    assert copied.read_bytes() == (site / "a.mp4").read_bytes()
    assert copied.stat().st_ino != before.st_ino
    assert (original.stat().st_mtime_ns, original.stat().st_mode) == (before.st_mtime_ns, before.st_mode)
    assert list(original.parent.iterdir()) == [original]


def test_what_is_copied_already_is_left_alone(site: Path, tmp_path: Path) -> None:
    first = copy_in(site / "a.mp4", tmp_path, "a.mp4")
    before = {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    assert copy_in(site / "a.mp4", tmp_path, "a.mp4") == first
    assert {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == before


def test_a_changed_original_replaces_the_copy(site: Path, tmp_path: Path) -> None:
    first = copy_in(site / "a.mp4", tmp_path, "clip.mp4")
    second = copy_in(site / "b.mp4", tmp_path, "clip.mp4")
    assert second.sha256 != first.sha256
    assert (tmp_path / "clip.mp4").read_bytes() == (site / "b.mp4").read_bytes()


def test_an_unfit_file_is_not_copied(site: Path, tmp_path: Path) -> None:
    cut = tmp_path / "a.mp4"
    cut.write_bytes((site / "a.mp4").read_bytes()[:9000])
    with pytest.raises(Rejection) as caught:
        copy_in(cut, tmp_path / "to", "a.mp4")
    assert caught.value.reason == "truncated"
    assert not (tmp_path / "to").exists()
    assert cut.stat().st_size == 9000
