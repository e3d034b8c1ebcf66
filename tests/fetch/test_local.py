"""Local files and folders: copied once they are known to be whole, the originals only ever read."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from fetch.conftest import run_ffmpeg

from bgrsr_data.errors import DiskFullError, InputError, Rejection
from bgrsr_data.fetch.local import copy_in, list_files, name_in, stamps_of
from bgrsr_data.fetch.step import Fetch
from bgrsr_data.ledger import Done
from bgrsr_data.records import Source
from bgrsr_data.runner import plan_stage, run_stage
from bgrsr_data.sources import STAGE as SOURCES
from bgrsr_data.workspace import Workspace


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


def refused(folder: Path, to: Path) -> dict[str, str]:
    """Copy a folder; give what of it is refused, and why."""
    unfit = {}
    for file in list_files(folder):
        name = name_in(folder, file)
        try:
            copy_in(file, to, name)
        except Rejection as rejection:
            unfit[name] = rejection
    assert all(one.detail.startswith(name) and one.detail.isprintable() for name, one in unfit.items())
    return {name: one.reason for name, one in unfit.items()}


def test_links_are_read_where_they_lead_to_a_file_and_told_where_they_do_not(site: Path, tmp_path: Path) -> None:
    folder = tmp_path / "footage"
    folder.mkdir()
    (folder / "good.mp4").symlink_to(site / "a.mp4")
    (folder / "nowhere.mp4").symlink_to(tmp_path / "gone.mp4")
    (folder / "self.mp4").symlink_to(folder / "self.mp4")
    (folder / "circle").symlink_to(folder)
    (folder / "notes").symlink_to(tmp_path / "gone")
    assert refused(folder, tmp_path / "to") == {
        "circle": "linked-folder", "nowhere.mp4": "unreadable", "notes": "unreadable", "self.mp4": "unreadable",
    }  # fmt: skip
    copied = tmp_path / "to" / "good.mp4"
    assert not copied.is_symlink()
    assert copied.read_bytes() == (site / "a.mp4").read_bytes()


def test_a_link_that_leads_somewhere_again_makes_the_source_stale(site: Path, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").symlink_to(tmp_path / ".card" / "a.mp4")
    before = stamps_of(tmp_path)
    (tmp_path / ".card").mkdir()
    shutil.copy(site / "a.mp4", tmp_path / ".card")
    assert stamps_of(tmp_path) != before


@pytest.mark.parametrize("others", [(), ("photo.png",)])
def test_a_truncated_file_is_looked_at_again_once_it_changes(
    site: Path, tmp_path: Path, make_source: Callable[..., Source], others: tuple[str, ...]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in others:
        shutil.copy(site / name, folder)
    whole = (site / "a.mp4").read_bytes()
    (folder / "a.mp4").write_bytes(whole[: len(whole) // 2])
    workspace = Workspace.create(tmp_path / "workspace")
    source = make_source(path=str(folder))
    workspace.ledger.commit(Done(SOURCES, source.id, source.content, "done"), [source])
    assert run_stage(Fetch(), workspace).reasons == {"truncated": 1}
    assert plan_stage(Fetch(), workspace, only_failed=True).pending == []
    assert plan_stage(Fetch(), workspace).pending == []
    (folder / "a.mp4").write_bytes(whole)
    assert plan_stage(Fetch(), workspace).why == {"stale": 1}
    assert run_stage(Fetch(), workspace).reasons == {}
    workspace.close()


def test_a_pipe_is_passed_over_and_never_waited_for(site: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "live.mp4")
    shutil.copy(site / "a.mp4", tmp_path)
    assert [file.name for file in list_files(tmp_path)] == ["a.mp4"]


@pytest.mark.parametrize(
    ("name", "copy"),
    [
        ("café 🎬 東京.mp4", r"café 🎬 東京\.mp4"),
        ("two\nlines.mp4", r"two-lines-[0-9a-f]{8}\.mp4"),
        (os.fsdecode(b"caf\xe9.mp4"), r"caf--[0-9a-f]{8}\.mp4"),
        ("é" * 125 + ".mp4", r"é{73}-[0-9a-f]{8}\.mp4"),
    ],
)
def test_any_name_that_the_file_system_bears_is_copied(site: Path, tmp_path: Path, name: str, copy: str) -> None:
    folder, to = tmp_path / "footage", tmp_path / "to"
    folder.mkdir()
    shutil.copy(site / "a.mp4", folder / name)
    (file,) = list_files(folder)
    kept = copy_in(file, to, name_in(folder, file))
    assert re.fullmatch(copy, kept.file), kept.file
    assert (to / kept.file).read_bytes() == (site / "a.mp4").read_bytes()
    assert len(list(to.iterdir())) == 2  # it, and the note beside it


def test_two_long_names_that_begin_alike_stay_apart(tmp_path: Path) -> None:
    first, second = (name_in(tmp_path, tmp_path / f"{'x' * 200}{n}.mp4") for n in (1, 2))
    assert first != second


def test_a_gif_is_told_and_not_passed_over(site: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    run_ffmpeg("-i", site / "a.mp4", "-frames:v", 3, tmp_path / "in" / "a.gif")
    assert refused(tmp_path / "in", tmp_path / "to") == {"a.gif": "not-a-video"}


def test_a_file_that_changes_while_it_is_copied_does_not_count(site: Path, tmp_path: Path) -> None:
    original = tmp_path / "recording.mp4"
    shutil.copy(site / "a.mp4", original)

    def record_on(name: str, done: int, total: int | None) -> None:
        if done == total:
            with original.open("ab") as file:
                file.write(bytes(100))

    with pytest.raises(Rejection, match="changing"):
        copy_in(original, tmp_path / "to", "recording.mp4", telling=record_on)
    assert list((tmp_path / "to").iterdir()) == []


def test_copying_is_told_in_bytes_and_asks_for_room_first(site: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    size = (site / "a.mp4").stat().st_size
    copy_in(site / "a.mp4", tmp_path / "to", "sub/a.mp4", telling=lambda *one: told.append(one))
    assert told[-1] == ("sub/a.mp4", size, size)

    def no_room(wanted: int) -> None:
        raise DiskFullError(f"no room for {wanted} bytes")

    with pytest.raises(DiskFullError, match=f"no room for {size} bytes"):
        copy_in(site / "a.mp4", tmp_path / "full", "a.mp4", room=no_room)
    assert not (tmp_path / "full").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.filterwarnings("ignore:.* is multi-threaded, use of fork:DeprecationWarning")  # since Python 3.12
def test_what_may_not_be_read_is_told_and_the_rest_is_copied(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a child process that is another user, since root may read everything."""
    monkeypatch.chdir(tmp_path)  # paths are relative to it, since the folders above are root's own
    tmp_path.chmod(0o777)
    folder, to = Path("footage"), Path("to")
    (folder / "closed").mkdir(parents=True)
    for name in ("good.mp4", "secret.mp4", "closed/a.mp4"):
        shutil.copy(site / "a.mp4", folder / name)
    (folder / "secret.mp4").chmod(0)
    (folder / "closed").chmod(0)
    child = os.fork()
    if not child:
        os.setuid(65534)
        as_told = refused(folder, to) == {"closed": "unreadable", "secret.mp4": "unreadable"}
        os._exit(0 if as_told else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert sorted(file.name for file in to.iterdir()) == ["good.mp4", "good.mp4.info.json"]
