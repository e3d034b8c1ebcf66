"""The set in FiftyOne equals the published set, whatever happened in between."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bgrsr_data.errors import BgrsrError
from bgrsr_data.manifests import manifest_path
from bgrsr_data.records import Foreground, Verdict

if TYPE_CHECKING:
    from .conftest import FiftyOne, SmallSet


def test_every_foreground_is_a_group_of_input_alpha_and_cut_out(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    shown = fiftyone("show", small_set)
    assert sorted(shown) == ["foreground-0", "foreground-1", "foreground-2"]
    root = small_set.workspace.root
    slices = shown["foreground-1"]
    assert sorted(slices) == ["alpha", "foreground", "input"]
    assert slices["input"]["filepath"] == str(root / "frames/1.png")
    assert slices["input"]["overlay"] == str(root / "foregrounds/1/alpha.png")
    for drawn in ("alpha", "foreground"):
        assert Path(slices[drawn]["filepath"]).parent == root / ".review/pictures" / drawn


def test_every_score_is_a_field_to_sort_by(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    fields = fiftyone("show", small_set)["foreground-2"]["alpha"]
    assert fields["score"] == pytest.approx(0.7)
    assert (fields["score_spill"], fields["score_holes"], fields["score_edge_px"]) == (0.02, 0.0, 2.5)


def test_a_second_sync_touches_nothing(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    before = fiftyone("show", small_set)
    fiftyone("sync", small_set)
    assert fiftyone("show", small_set) == before


def test_a_row_that_is_gone_goes_and_one_that_is_new_comes(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    gone = small_set.foregrounds.pop(0)
    small_set.publish()
    coco = small_set.add_coco_person()
    fiftyone("sync", small_set)
    shown = fiftyone("show", small_set)
    assert gone.id not in shown
    assert sorted(shown[coco.id]) == ["alpha", "foreground", "input", "trimap"]
    assert shown[coco.id]["input"]["box"] == [0.25, 0.125, 0.5, 0.75]
    assert shown[coco.id]["input"]["overlay"] is None  # the alpha is of a window, the input is the whole image


def test_own_tags_and_notes_stay_where_the_row_is_unchanged(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    fiftyone("tag", small_set, row="foreground-1", slice_="foreground", tags=["ask Ann", "reject"], note="halo")
    fiftyone("sync", small_set)
    assert fiftyone("show", small_set)["foreground-1"]["foreground"]["tags"] == ["ask Ann", "reject"]
    assert fiftyone("show", small_set)["foreground-1"]["foreground"]["note"] == "halo"


def test_a_changed_row_loses_its_verdict_and_keeps_the_other_tags(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    fiftyone("tag", small_set, row="foreground-1", slice_="input", tags=["ask Ann", "reject"], note="halo")
    fiftyone("pull", small_set, reviewer="Ann")
    row = small_set.change(1)
    fiftyone("sync", small_set)
    fields = fiftyone("show", small_set)["foreground-1"]["input"]
    assert (fields["tags"], fields["note"], fields["verdict"]) == (["ask Ann"], None, None)
    assert fields["content"] == row.content


def test_a_new_composite_keeps_what_was_said_and_not_pulled(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    small_set.publish([small_set.combination(0)])
    fiftyone("sync", small_set)
    before = fiftyone("show", small_set)["foreground-0"]["target"]["filepath"]
    fiftyone("tag", small_set, row="foreground-0", slice_="input", tags=["accept"])
    small_set.publish([small_set.combination(0).model_copy(update={"seed": 4})])
    fiftyone("sync", small_set)
    slices = fiftyone("show", small_set)["foreground-0"]
    assert slices["input"]["tags"] == ["accept"]
    assert slices["target"]["filepath"] != before


def test_a_rebuilt_database_shows_the_ledgers_verdicts(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    row = small_set.foregrounds[2]
    verdict = Verdict(
        id="verdict-1",
        row=row.id,
        row_content=row.content,
        verdict="reject",
        reviewer="Ann",
        note="halo",
        at="2026-01-01",
    )
    small_set.workspace.ledger.add_verdicts([verdict])
    fiftyone("sync", small_set)
    fiftyone("forget", small_set)
    fiftyone("sync", small_set)
    for fields in fiftyone("show", small_set)[row.id].values():
        assert (fields["tags"], fields["note"], fields["verdict_by"]) == (["reject"], "halo", "Ann")


def test_saved_views_put_the_work_first(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    fiftyone("tag", small_set, row="foreground-1", slice_="input", tags=["reject"])
    views = fiftyone("views", small_set)
    assert views["worst score"] == ["foreground-2", "foreground-1", "foreground-0"]
    assert views["unjudged"] == ["foreground-2", "foreground-0"]
    assert views["rejected"] == ["foreground-1"]


def test_an_unpublished_workspace_says_what_to_run(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    manifest_path(small_set.workspace.root, Foreground).unlink()
    with pytest.raises(BgrsrError, match="bgrsr publish"):
        fiftyone("sync", small_set)


def test_files_that_are_gone_are_told_in_one_line(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    (small_set.workspace.root / "frames/1.png").unlink()
    (small_set.workspace.root / "foregrounds/2/alpha.png").unlink()
    told = fiftyone("sync", small_set)["told"]
    (line,) = told
    assert line.endswith(": 2 files of the set are gone, as foregrounds/2/alpha.png; make them again: bgrsr run RECIPE")


def test_of_too_many_rows_the_judged_the_worst_and_some_by_lot_are_shown(
    fiftyone: FiftyOne, small_set: SmallSet
) -> None:
    told = fiftyone("sync", small_set, limit=2)["told"]
    assert len(told) == 1
    assert told[0].startswith("3 foregrounds: 2 are shown")
    assert "foreground-2" in fiftyone("show", small_set)  # the worst
