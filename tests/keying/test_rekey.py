"""A frame keyed anew with options of its own, through the real key stage: kept, taken back, never half-done."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from keying.keyed_frames import STAGE, foreground_ids, key_frames

from bgrsr_data.database import _SCHEMAS
from bgrsr_data.errors import InputError, LockedError
from bgrsr_data.export.diff import diff_versions
from bgrsr_data.export.publish import Publish, PublishOptions
from bgrsr_data.export.versions import find_version
from bgrsr_data.ledger import Done, Ledger
from bgrsr_data.lineage import lineage
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.media.files import sha256_of
from bgrsr_data.media.images import read_grey
from bgrsr_data.records import Foreground, Frame, RejectionRow, Rekey, Verdict
from bgrsr_data.review.rekey import rekey, undo_rekey
from bgrsr_data.runner import plan_stage, run_stage
from bgrsr_data.tombstones import Grave, Tombstone
from bgrsr_data.workspace import Workspace


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three frames before a green screen, keyed; not to be written in."""
    return key_frames(tmp_path_factory.mktemp("keyed") / "workspace")


@pytest.fixture
def place(keyed: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(keyed, tmp_path / "workspace")
    opened = Workspace(tmp_path / "workspace")
    yield opened
    opened.close()


def rows(place: Workspace) -> dict[str, Foreground]:
    return {row.id: row for row in place.ledger.rows(Foreground)}


def test_only_the_frame_that_was_named_is_keyed_anew_and_a_rerun_keeps_it(place: Workspace) -> None:
    first, second, third = foreground_ids()
    before = rows(place)
    done = rekey(place, [second], {"garbage": "0,0,0.5,1"}, reviewer="Ada", note="a stand")
    after = rows(place)
    assert done.foregrounds == [after[second]]
    assert done.options == {"frame-1": "garbage=0,0,0.5,1"}
    assert (after[first], after[third]) == (before[first], before[third])
    assert after[second].content != before[second].content
    alpha = read_grey(place.root / after[second].alpha_path)
    assert alpha[:, :155].max() == 0
    assert alpha[:, 165:].max() == 255
    assert not plan_stage(STAGE, place).pending
    assert run_stage(STAGE, place, workers=1).worked == 0
    assert rows(place) == after


def test_changes_of_one_frame_add_up_and_are_taken_back_one_by_one(place: Workspace) -> None:
    second = foreground_ids()[1]
    untouched = rows(place)[second]
    rekey(place, [second], {"despill": "0.5", "garbage": "0,0,0.4,1"}, reviewer="Ada")
    once = rows(place)[second]
    rekey(place, ["frame-1"], {"garbage": ["0,0,0.1,1"]}, reviewer="Ben")
    done = rekey(place, [second], {"garbage": "0.9,0,1,1"}, reviewer="Ben")
    assert done.options["frame-1"] == "despill=0.5, garbage=0,0,0.4,1 and 0,0,0.1,1 and 0.9,0,1,1"
    assert rekey(place, [second], {"garbage": "", "despill": None}, reviewer="Ben").options["frame-1"] == ""
    assert rows(place)[second] == untouched
    for _ in range(3):
        undo_rekey(place, [second])
    assert rows(place)[second] == once != untouched
    undo_rekey(place, [second])
    assert (rows(place)[second], place.ledger.rekeys()) == (untouched, {})
    assert undo_rekey(place, [second]).rows == {}


def test_a_verdict_on_the_former_foreground_does_not_count_until_it_is_back(place: Workspace) -> None:
    row = rows(place)[foreground_ids()[0]]
    said = Verdict(
        id="verdict-1", row=row.id, row_content=row.content, verdict="reject", reviewer="Ada", at="2026-01-01"
    )
    place.ledger.add_verdicts([said])
    assert row.id in place.ledger.rejected_by_review()
    rekey(place, [row.id], {"garbage": "0,0,0.5,1"}, reviewer="Ada")
    assert row.id not in place.ledger.rejected_by_review()
    undo_rekey(place, [row.id])
    assert row.id in place.ledger.rejected_by_review()


def test_a_frame_that_cannot_be_keyed_so_is_rejected_with_its_reason_and_comes_back(place: Workspace) -> None:
    first = foreground_ids()[0]
    before = rows(place)[first]
    files = sha256_of(place.root / before.alpha_path)
    (row,) = rekey(place, [first], {"min_score": 1}, reviewer="Ada").rejections
    assert isinstance(row, RejectionRow)
    assert row.reason == "poor-key"
    assert first not in rows(place)
    assert undo_rekey(place, [first]).foregrounds == [before]
    assert sha256_of(place.root / before.alpha_path) == files


def test_what_fails_is_taken_back_and_told(place: Workspace) -> None:
    before = rows(place)
    done = rekey(place, foreground_ids()[:2], {"garbage": "0px,0px,900px,9px"}, reviewer="Ada")
    assert list(done.failed) == ["frame-0", "frame-1"]
    assert "outside the frame of 320x180 px" in done.failed["frame-0"]
    assert (rows(place), place.ledger.rekeys()) == (before, {})
    assert not plan_stage(STAGE, place).pending


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"despil": 1}, "unknown option 'despil'; did you mean 'despill'"),
        ({"despill": 2}, "'despill': input should be less than or equal to 1, not 2"),
        ({"screen": "green"}, "'screen' is not 'green' but: Colour of the screen"),
        ({"garbage": "0,0,3,1"}, "must lie in the frame"),
        ({"subject": "gone.png"}, "there is no such mask"),
        ({"hint": "people.onnx"}, "says something of whole clips; give it to: bgrsr key --hint"),
        ({}, "name what is to be another"),
    ],
)
def test_a_wrong_option_is_one_line_and_changes_nothing(
    place: Workspace, options: dict[str, object], told: str
) -> None:
    with pytest.raises(InputError, match=told) as refused:
        rekey(place, foreground_ids()[:1], options, reviewer="Ada")
    assert "\n" not in str(refused.value)
    assert place.ledger.rekeys() == {}


def test_a_row_that_is_no_keyed_frame_is_refused_before_anything_is_changed(place: Workspace) -> None:
    with pytest.raises(InputError, match="foreground-1: there is no such row"):
        rekey(place, [foreground_ids()[0], "foreground-1"], {"despill": 0}, reviewer="Ada")
    place.ledger.add_verdicts(
        [Verdict(id="v", row="frame-2", row_content=frame_content(place, 2), verdict="reject", reviewer="A", at="1")]
    )
    with pytest.raises(InputError, match="frame-2: is not keyed, since a reviewer rejected it"):
        rekey(place, [foreground_ids()[2]], {"despill": 0}, reviewer="Ada")
    assert place.ledger.rekeys() == {}


def test_while_another_command_writes_nothing_is_changed(place: Workspace) -> None:
    other = Workspace(place.root)
    with other.writing(), pytest.raises(LockedError, match="is writing here"):
        rekey(place, foreground_ids()[:1], {"despill": 0}, reviewer="Ada")
    with other.writing(), pytest.raises(LockedError):
        undo_rekey(place, foreground_ids()[:1])
    other.close()
    assert place.ledger.rekeys() == {}


def test_killed_before_the_key_the_next_run_finishes(place: Workspace) -> None:
    first = foreground_ids()[0]
    code = (
        "import os, sys, bgrsr_data.review.rekey as r\n"
        "from pathlib import Path\n"
        "from bgrsr_data.workspace import Workspace\n"
        "r.run_stage = lambda *a, **k: os._exit(9)\n"
        "r.rekey(Workspace(Path(sys.argv[1])), [sys.argv[2]], {'garbage': '0,0,0.5,1'}, reviewer='Ada')\n"
    )
    assert subprocess.run([sys.executable, "-c", code, place.root, first], check=False).returncode == 9
    before = rows(place)
    assert [item.id for item in plan_stage(STAGE, place).pending] == ["frame-0"]
    run_stage(STAGE, place, workers=1)
    assert rows(place)[first].content != before[first].content


def test_a_changed_frame_drops_its_options(place: Workspace) -> None:
    first = foreground_ids()[0]
    before = rows(place)[first]
    rekey(place, [first], {"garbage": "0,0,0.5,1"}, reviewer="Ada")
    assert rows(place)[first] != before
    old = next(row for row in place.ledger.rows(Frame) if row.id == "frame-0")
    new = old.model_copy(update={"brightness": 0.5})
    place.ledger.commit(Done("frames", "clip-1", "", "done"), [new, *place.ledger.rows(Frame)[1:]])
    run_stage(STAGE, place, workers=1)
    assert rows(place)[first] == before
    told = lineage(place.ledger, first)[0].rekeys
    assert [(one.words, valid) for one, valid in told] == [("garbage=0,0,0.5,1", False)]


def test_worker_processes_give_the_same_pixels(place: Workspace, keyed: Path, tmp_path: Path) -> None:
    shutil.copytree(keyed, tmp_path / "twin")
    twin = Workspace(tmp_path / "twin")
    for name in foreground_ids():
        rekey(place, [name], {"despill": 0.3, "garbage": "0,0,0.1,1"}, reviewer="Ada")  # one: in this process
    rekey(twin, foreground_ids(), {"despill": 0.3, "garbage": "0,0,0.1,1"}, reviewer="Ada")  # three: in a pool
    assert rows(twin) == rows(place)
    twin.close()


def test_the_published_set_tells_which_frames_have_options_of_their_own(place: Workspace) -> None:
    run_stage(Publish(PublishOptions()), place)
    rekey(place, foreground_ids()[:1], {"garbage": "0,0,0.5,1"}, reviewer="Ada", note="a stand")
    run_stage(Publish(PublishOptions()), place)
    (told,) = read_rows(manifest_path(place.root, Rekey), Rekey)
    assert (told.frame, told.options, told.reviewer) == ("frame-0", '{"garbage": ["0,0,0.5,1"]}', "Ada")
    undo_rekey(place, foreground_ids()[:1])
    run_stage(Publish(PublishOptions()), place)
    v1, v2, v3 = (find_version(place.root, name) for name in ("v1", "v2", "v3"))
    (there,) = diff_versions(v1, v2)
    assert (there.id, there.why) == (foreground_ids()[0], "keyed anew by Ada with garbage=0,0,0.5,1 (a stand)")
    (back,) = diff_versions(v2, v3)
    assert back.why == "keyed anew without what Ada had changed (garbage=0,0,0.5,1)"
    (v1 / "rekeys.parquet").unlink()  # a version of an earlier bgrsr
    assert diff_versions(v1, v2) == [there]


def test_a_frame_that_is_forgotten_takes_its_options_with_it(place: Workspace) -> None:
    rekey(place, foreground_ids()[:2], {"despill": 0.5}, reviewer="Ada")
    stone = Tombstone(id="source-1", name="", places=[], footage=[], at="2026-01-01")
    place.ledger.bury(Grave(stone, [("frames", "frame", "frame-0")], [("key", "frame-0")], []))
    assert list(place.ledger.rekeys()) == ["frame-1"]


def test_it_works_from_any_thread_with_a_workspace_of_its_own(place: Workspace) -> None:
    def key_in_a_thread() -> list[str]:  # as the App's operators do
        own = Workspace(place.root)
        try:
            return [
                row.id for row in rekey(own, foreground_ids(), {"garbage": "0,0,0.5,1"}, reviewer="Ada").foregrounds
            ]
        finally:
            own.close()

    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(key_in_a_thread).result() == foreground_ids()


def test_a_ledger_of_the_schema_before_learns_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("bgrsr_data.database._SCHEMAS", _SCHEMAS[:3])
        patch.setattr("bgrsr_data.database.SCHEMA_VERSION", 3)
        Ledger(tmp_path / "ledger.sqlite", create=True).close()
    ledger = Ledger(tmp_path / "ledger.sqlite")
    assert ledger.rekeys() == {}
    ledger.close()


def frame_content(place: Workspace, number: int) -> str:
    return next(row.content for row in place.ledger.rows(Frame) if row.id == f"frame-{number}")
