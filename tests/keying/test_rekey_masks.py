"""Masks that were painted for single frames: kept in the workspace, whatever becomes of the file and of the folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from keying.keyed_frames import STAGE, foreground_ids, key_frames

from bgrsr_data.forget import plan_forget
from bgrsr_data.media.files import sha256_of
from bgrsr_data.media.images import read_grey, write_image
from bgrsr_data.records import Foreground, Rekey, Source
from bgrsr_data.review.before_after import draw_before_after
from bgrsr_data.review.plugin.keyform import changed_of, todays_values
from bgrsr_data.review.rekey import rekey, undo_rekey
from bgrsr_data.runner import plan_stage, run_stage
from bgrsr_data.workspace import Workspace

FIRST, SECOND = foreground_ids()[:2]


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


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    """The left half is marked."""
    painted = np.zeros((180, 320), np.uint8)
    painted[:, :160] = 255
    write_image(tmp_path / "desk/stand.PNG", painted)
    return tmp_path / "desk/stand.PNG"


def masks_in(place: Workspace) -> list[str]:
    return sorted(path.relative_to(place.root).as_posix() for path in (place.root / "review/masks").glob("*"))


def row_of(place: Workspace, name: str) -> Foreground:
    return next(row for row in place.ledger.rows(Foreground) if row.id == name)


def test_a_moved_workspace_keys_the_same_from_its_copy_of_the_mask(
    place: Workspace, mask: Path, tmp_path: Path
) -> None:
    name = f"review/masks/{sha256_of(mask)[:16]}.png"
    assert rekey(place, [FIRST], {"garbage": str(mask)}, reviewer="Ada").options == {"frame-0": f"garbage={name}"}
    keyed = row_of(place, FIRST)
    assert read_grey(place.root / keyed.alpha_path)[:, :155].max() == 0
    place.close()
    mask.unlink()
    shutil.move(place.root, tmp_path / "elsewhere")
    moved = Workspace(tmp_path / "elsewhere")
    assert not plan_stage(STAGE, moved).pending
    (moved.root / keyed.alpha_path).unlink()
    assert run_stage(STAGE, moved, workers=1).done == 1
    assert sha256_of(moved.root / keyed.alpha_path)
    assert row_of(moved, FIRST) == keyed
    rekey(moved, [FIRST], {"despill": 0.5}, reviewer="Ada")
    assert undo_rekey(moved, [FIRST]).foregrounds == [keyed]
    moved.close()


def test_a_mask_is_kept_as_long_as_a_change_names_it(place: Workspace, mask: Path) -> None:
    rekey(place, [FIRST, SECOND], {"garbage": str(mask)}, reviewer="Ada")
    (kept,) = masks_in(place)
    assert (place.root / kept).read_bytes() == mask.read_bytes()
    undo_rekey(place, [FIRST])
    assert masks_in(place) == [kept]
    undo_rekey(place, [SECOND])
    assert masks_in(place) == []
    assert mask.is_file()


def test_a_mask_that_does_not_fit_leaves_nothing_behind(place: Workspace, tmp_path: Path) -> None:
    write_image(tmp_path / "tall.png", np.full((320, 180), 255, np.uint8))
    done = rekey(place, [FIRST], {"garbage": str(tmp_path / "tall.png")}, reviewer="Ada")
    assert "but not of another shape" in done.failed["frame-0"]
    assert masks_in(place) == []


def test_a_look_before_keying_shows_kept_and_new_masks_and_copies_nothing(place: Workspace, mask: Path) -> None:
    rekey(place, [FIRST], {"garbage": str(mask)}, reviewer="Ada")
    kept = masks_in(place)
    other = np.zeros((180, 320), np.uint8)
    other[:90] = 255
    write_image(mask.with_name("other.png"), other)
    drawn = draw_before_after(place, [FIRST], {"garbage": str(mask.with_name("other.png"))})
    assert drawn.shape[1] > 1000
    assert masks_in(place) == kept


def test_a_kept_mask_may_be_given_again_by_the_name_that_a_form_shows(
    place: Workspace, mask: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the App's server runs anywhere
    rekey(place, [FIRST], {"garbage": str(mask)}, reviewer="Ada")
    values = todays_values(place.root, [FIRST])
    (kept,) = masks_in(place)
    assert values["garbage"] == kept
    changed = changed_of(values | {"garbage": f"{kept}; 0,0,0.6,1"}, values)
    done = rekey(place, [FIRST, SECOND], changed, reviewer="Ada")
    assert done.options == dict.fromkeys(("frame-0", "frame-1"), f"garbage={kept} and 0,0,0.6,1")
    assert masks_in(place) == [kept]


def test_a_change_that_names_a_mask_where_it_lay_is_brought_along(place: Workspace, mask: Path) -> None:
    rekey(place, [SECOND], {"garbage": str(mask)}, reviewer="Ada")
    keyed, (now,) = row_of(place, SECOND), place.ledger.rekeys()["frame-1"]
    as_before = now.model_copy(update={"options": json.dumps({"garbage": [str(mask)]})})
    gone = as_before.model_copy(update={"frame": "frame-2", "options": json.dumps({"garbage": ["/no/such.png"]})})
    place.ledger.add_rekeys([as_before, gone])
    shutil.rmtree(place.root / "review/masks")
    rekey(place, [FIRST], {"despill": 0.5}, reviewer="Ben")
    assert (place.ledger.rekeys()["frame-1"], place.ledger.rekeys()["frame-2"]) == ([now], [gone])
    mask.unlink()
    run_stage(STAGE, place, workers=1)
    assert row_of(place, SECOND) == keyed


def test_a_source_that_is_forgotten_takes_the_masks_of_its_frames_alone(place: Workspace, mask: Path) -> None:
    rekey(place, [FIRST, SECOND], {"garbage": str(mask)}, reviewer="Ada")
    source = Source(id="clip-1", name="a", role="greenscreen", person="p", licence="CC0-1.0", creator="x", path="/a")
    (kept,) = masks_in(place)
    assert kept in plan_forget(place, source, "").grave.files
    others = Rekey(
        id="rekey-x", frame="frame-of-another", frame_content="", step=1, options=json.dumps({"subject": [kept]}),
        reviewer="Ben", at="2026-01-01",
    )  # fmt: skip
    place.ledger.add_rekeys([others])
    assert kept not in plan_forget(place, source, "").grave.files
