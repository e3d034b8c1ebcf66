"""Publishing: what the ledger knows, as files that any reader finds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bgrsr_data.export.publish import Publish, PublishOptions
from bgrsr_data.ledger import Done
from bgrsr_data.manifests import FILES, manifest_path, read_rows
from bgrsr_data.media.files import sha256_of
from bgrsr_data.records import Background, Frame, ManifestRow, Verdict
from bgrsr_data.runner import run_stage
from bgrsr_data.workspace import Workspace

STAGE = Publish(PublishOptions())


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace.create(tmp_path / "workspace")
    yield made
    made.close()


def background(name: str) -> Background:
    return Background(id=f"background-{name}", clip="c", place="p", path="b.png", sha256="0", width=1, height=1)


def frame(name: str, decision: str = "extracted") -> Frame:
    return Frame(
        id=f"frame-{name}", clip="c", role="greenscreen", person="p", path="frames/x.png", sha256="0", width=1,
        height=1, pts=0, time_base=1, dhash="0", sharpness=1, sharpness_ratio=1, decision=decision,  # type: ignore[arg-type]
    )  # fmt: skip


def test_every_kind_has_a_file_even_where_there_is_no_row(place: Workspace) -> None:
    assert run_stage(STAGE, place).done == len(FILES)
    for model in FILES:
        assert read_rows(manifest_path(place.root, model), model) == []


def test_only_the_manifest_whose_rows_changed_is_written_again(place: Workspace) -> None:
    run_stage(STAGE, place)
    place.ledger.commit(Done("frames", "b", "", "done"), [background("b"), background("a")])
    outcome = run_stage(STAGE, place)
    assert (outcome.done, outcome.unchanged) == (1, len(FILES) - 1)
    assert read_rows(manifest_path(place.root, Background), Background) == [background("a"), background("b")]
    (row,) = [r for r in place.ledger.rows(ManifestRow) if r.rows]
    assert (row.rows, row.sha256) == (2, sha256_of(place.root / row.path))


def test_frames_are_published_as_they_are_after_deblurring(place: Workspace) -> None:
    place.ledger.set_options("frames", "{}")
    place.ledger.commit(Done("frames", "c", "", "done"), [frame("a"), frame("b")])
    run_stage(STAGE, place)
    assert len(read_rows(manifest_path(place.root, Frame), Frame)) == 2
    place.ledger.set_options("deblur", "{}")
    place.ledger.commit(Done("deblur", "a", "", "done"), [frame("a2", "kept")])
    run_stage(STAGE, place)
    assert [row.decision for row in read_rows(manifest_path(place.root, Frame), Frame)] == ["kept"]


def test_verdicts_are_published(place: Workspace) -> None:
    said = Verdict(id="verdict-1", row="frame-a", row_content="0", verdict="accept", reviewer="Ada", at="2026")
    place.ledger.add_verdicts([said])
    run_stage(STAGE, place)
    assert read_rows(manifest_path(place.root, Verdict), Verdict) == [said]


@pytest.mark.parametrize("edited", [b"junk", b""])
def test_a_manifest_that_somebody_edited_is_written_again(place: Workspace, edited: bytes) -> None:
    run_stage(STAGE, place)
    path = manifest_path(place.root, Background)
    before = path.read_bytes()
    path.write_bytes(edited)
    outcome = run_stage(STAGE, place)
    assert (outcome.done, outcome.unchanged) == (1, len(FILES) - 1)
    assert path.read_bytes() == before
    assert run_stage(STAGE, place).worked == 0
