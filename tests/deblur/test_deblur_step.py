"""The deblur stage, through its public step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from plain_frames import extract_files

from bgrsr_data.deblur import neighbours
from bgrsr_data.deblur.doubtful import Doubtful
from bgrsr_data.deblur.files import plain_items
from bgrsr_data.deblur.neighbours import neighbours_in_clip
from bgrsr_data.deblur.options import DeblurOptions
from bgrsr_data.deblur.step import Deblur
from bgrsr_data.errors import InputError, Rejection
from bgrsr_data.frames.options import FrameOptions
from bgrsr_data.frames.sharpness import measure_sharpness
from bgrsr_data.ledger import Done, Ledger
from bgrsr_data.media.colour import luma
from bgrsr_data.media.images import read_rgb, write_image
from bgrsr_data.media.video import decode
from bgrsr_data.records import Clip, Frame, Verdict, make_id
from bgrsr_data.stage import Item

BLURRED = 6


def shown() -> list[np.ndarray]:
    """Twelve views of a picture that moves a pixel a frame; one of them is blurred."""
    coarse = np.random.default_rng(5).integers(90, 166, (37, 50, 3), np.uint8)
    wall = np.asarray(cv2.resize(coarse, (200, 150), interpolation=cv2.INTER_CUBIC))
    views = [np.ascontiguousarray(wall[20:116, 20 + at : 148 + at]) for at in range(12)]
    views[BLURRED] = np.asarray(cv2.blur(views[BLURRED], (9, 1)))
    return views


@pytest.fixture(scope="session")
def clip(make_clip: Callable[..., Path]) -> Path:
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "128x96", "-r", "10", "-i", "-"]
    pixels = np.stack(shown()).tobytes()
    return make_clip("pan.mp4", *source, "-c:v", "libx264", "-qp", "4", "-pix_fmt", "yuv444p", pixels=pixels)


@pytest.fixture
def ledger(clip: Path, tmp_path: Path) -> Ledger:
    """A workspace's ledger after fetch and frames."""
    row = Clip(
        id=make_id("pan", clip.resolve()), source="source-1",
        role="greenscreen", person="someone", licence="CC0-1.0", creator="me", title="t",
        path=str(clip), sha256="0", media="video", width=128, height=96, frames=12, duration=Fraction(12, 10),
        codec="h264",
    )  # fmt: skip
    frames = extract_files(clip, tmp_path, FrameOptions(per_second=1000, near_duplicate_bits=0))
    opened = Ledger(tmp_path / "ledger.sqlite", create=True)
    opened.commit(Done("fetch", "pan", "f", "done"), [row])
    opened.commit(Done("frames", "pan", "f", "done"), frames)
    return opened


def test_the_blurred_frame_is_improved_and_all_others_are_kept_as_they_are(ledger: Ledger, tmp_path: Path) -> None:
    stage = Deblur(DeblurOptions())
    originals = {frame.id: frame for frame in ledger.rows(Frame, "frames")}
    rows = [row for item in stage.items(ledger) for row in stage.run(item, tmp_path) if isinstance(row, Frame)]
    ledger.close()
    assert len(rows) == 12
    (improved,) = [row for row in rows if row.decision == "improved"]
    original = originals[improved.original or ""]
    assert original.pts * original.time_base == Fraction(BLURRED, 10)
    assert improved.path == f"deblur/{improved.clip}/{original.pts:08d}.png"
    assert improved.gain > 0.15
    assert improved.subject_ratio == pytest.approx(original.subject_ratio * (1 + improved.gain), rel=1e-3)
    assert improved.sharpness == pytest.approx(measure_sharpness(luma(read_rgb(tmp_path / improved.path))), rel=1e-3)
    assert (improved.method, improved.pts) == ("fusion", original.pts)
    for row in rows:
        assert row.id != row.original
        if row is not improved:
            assert (row.decision, row.path) == ("kept", originals[row.original or ""].path)
    wall = read_rgb(tmp_path / original.path).astype(float)
    true = np.roll(read_rgb(tmp_path / sorted(f.path for f in originals.values())[BLURRED - 1]), -1, axis=1)
    inside = np.s_[10:-10, 10:-10]
    better = read_rgb(tmp_path / improved.path).astype(float)
    assert np.square(better - true)[inside].mean() < 0.5 * np.square(wall - true)[inside].mean()


def blurred_item(stage: Deblur, ledger: Ledger) -> Item[Doubtful]:
    items = [item for item in stage.items(ledger) if item.payload.frame]
    return min(items, key=lambda item: item.payload.frame.subject_ratio if item.payload.frame else 1.0)


def test_a_blurred_frame_that_cannot_be_improved_is_rejected_with_its_figures(ledger: Ledger, tmp_path: Path) -> None:
    stage = Deblur(DeblurOptions(min_gain_db=1e9, reject_ratio=1))
    item = blurred_item(stage, ledger)
    ledger.close()
    with pytest.raises(Rejection, match=r"0\.\d\d of its neighbours' sharpness; fusion came to .* dB foretold") as told:
        stage.run(item, tmp_path)
    assert told.value.reason == "blurred"
    (row,) = Deblur(DeblurOptions(min_gain_db=1e9, reject_ratio=0.0)).run(item, tmp_path)
    assert isinstance(row, Frame)
    assert row.decision == "kept"


@pytest.fixture
def sparse(ledger: Ledger) -> Ledger:
    """The same, where only every sixth frame was taken."""
    frames = sorted(ledger.rows(Frame, "frames"), key=lambda frame: frame.pts)
    ledger.commit(Done("frames", "pan", "g", "done"), frames[::BLURRED])
    return ledger


def test_a_blurred_frame_is_replaced_by_a_sharp_neighbour_that_is_free(sparse: Ledger, tmp_path: Path) -> None:
    stage = Deblur(DeblurOptions(replace_within_s=0.3))
    item = blurred_item(stage, sparse)
    sparse.close()
    frame = item.payload.frame
    assert frame is not None
    (row,) = stage.run(item, tmp_path)
    assert isinstance(row, Frame)
    assert (row.decision, row.method, row.original) == ("replaced", "neighbour", frame.id)
    (shown,) = [picture for picture in decode(Path(item.payload.clip or "")) if picture.pts == row.pts]
    assert 0 < abs(row.pts - frame.pts) * row.time_base <= Fraction(3, 10)
    assert row.path == f"deblur/{row.clip}/{row.pts:08d}.png"
    assert np.array_equal(read_rgb(tmp_path / row.path), shown.rgb()), "a real frame, to the last bit"
    assert row.gain > 0.15
    assert row.subject_ratio > DeblurOptions().keep_ratio > frame.subject_ratio
    assert row.sharpness == pytest.approx(measure_sharpness(luma(shown.rgb())), rel=1e-3)
    assert (tmp_path / frame.path).exists(), "the original stays"


def test_no_neighbour_is_taken_that_is_nearer_to_another_frame_or_too_far_away(sparse: Ledger, tmp_path: Path) -> None:
    stage = Deblur(DeblurOptions(replace_within_s=0.3))
    item = blurred_item(stage, sparse)
    sparse.close()
    frame = item.payload.frame
    assert frame is not None
    step = round(Fraction(1, 10) / frame.time_base)
    crowded = tuple(frame.model_copy(update={"pts": frame.pts + away * step, "dhash": ""}) for away in (-2, 2))
    for payload, options in (
        (replace(item.payload, beside=crowded), DeblurOptions(replace_within_s=0.3)),
        (item.payload, DeblurOptions(replace_within_s=0.05)),
        (item.payload, DeblurOptions(replace=False)),
    ):
        (row,) = Deblur(options).run(replace(item, payload=payload), tmp_path)
        assert isinstance(row, Frame)
        if payload.beside is crowded:
            assert abs(row.pts - frame.pts) <= step
            assert row.pts not in {other.pts for other in crowded}
        else:
            assert (row.decision, row.pts) == ("improved", frame.pts)


def test_the_frames_beside_a_frame_are_part_of_what_decides_it(ledger: Ledger) -> None:
    stage = Deblur(DeblurOptions())
    before = {item.id: (stage.fingerprint(item), item.payload) for item in stage.items(ledger)}
    frames = sorted(ledger.rows(Frame, "frames"), key=lambda frame: frame.pts)
    assert [other.pts for other in before[frames[3].id][1].beside] == [frames[2].pts, frames[4].pts]
    ledger.commit(Done("frames", "pan", "g", "done"), [*frames[:4], *frames[5:]])
    after = {item.id: stage.fingerprint(item) for item in stage.items(ledger)}
    ledger.close()
    changed = [frame.pts for frame in frames if frame.id in after and after[frame.id] != before[frame.id][0]]
    assert changed == [frames[3].pts, frames[5].pts]


def test_a_frame_that_a_reviewer_rejected_is_left_out(ledger: Ledger) -> None:
    frame = ledger.rows(Frame, "frames")[0]
    verdict = Verdict(
        id="verdict-1", row=frame.id, row_content=frame.content, verdict="reject", reviewer="me", at="2026-01-01"
    )
    ledger.add_verdicts([verdict])
    items = list(Deblur(DeblurOptions()).items(ledger))
    ledger.close()
    assert len(items) == 11
    assert frame.id not in {item.id for item in items}


def test_a_flat_picture_is_rejected_and_a_sharp_photograph_is_kept(tmp_path: Path) -> None:
    write_image(tmp_path / "flat.png", np.full((96, 128, 3), 80, np.uint8))
    write_image(tmp_path / "sharp.png", shown()[0])
    stage = Deblur(DeblurOptions())
    (flat,), (sharp,) = plain_items([tmp_path / "flat.png"]), plain_items([tmp_path / "sharp.png"])
    with pytest.raises(Rejection, match=r"no-detail: sharpness 0\.00, needs 5"):
        stage.run(flat, tmp_path / "out")
    (row,) = stage.run(sharp, tmp_path / "out")
    assert isinstance(row, Frame)
    assert (row.decision, row.path) == ("kept", "sharp.png")
    assert np.array_equal(read_rgb(tmp_path / "out" / "sharp.png"), shown()[0])


def test_plain_files_are_each_others_neighbours(tmp_path: Path) -> None:
    for at, view in enumerate(shown()):
        write_image(tmp_path / "in" / f"{at:02d}.png", view)
    stage = Deblur(DeblurOptions())
    rows = [row for item in plain_items([tmp_path / "in"]) for row in stage.run(item, tmp_path / "out")]
    decisions = [row.decision for row in rows if isinstance(row, Frame)]
    assert decisions == ["kept"] * BLURRED + ["improved"] + ["kept"] * (11 - BLURRED)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"{at:02d}.png" for at in range(12)]


def test_each_plain_file_is_decoded_once_although_it_is_a_neighbour_of_all_around_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at, view in enumerate(shown()):
        write_image(tmp_path / "in" / f"{at:02d}.png", view)
    read: list[str] = []
    monkeypatch.setattr(neighbours, "read_rgb", lambda path: read.append(path.name) or read_rgb(path))
    for item in plain_items([tmp_path / "in"]):
        Deblur(DeblurOptions()).run(item, tmp_path / "out")
    assert sorted(read) == [f"{at:02d}.png" for at in range(12)]


def test_strangers_are_no_neighbours(tmp_path: Path) -> None:
    views = shown()
    write_image(tmp_path / "in" / "0.png", views[BLURRED])
    write_image(tmp_path / "in" / "1.png", 255 - views[BLURRED - 1])
    write_image(tmp_path / "in" / "2.png", np.ascontiguousarray(views[0][:50]))
    (item, *_) = plain_items([tmp_path / "in"])
    (row,) = Deblur(DeblurOptions()).run(item, tmp_path / "out")
    assert isinstance(row, Frame)
    assert (row.decision, row.sharpness_ratio) == ("kept", 1.0)


def test_neighbours_are_the_frames_just_before_and_after(clip: Path) -> None:
    pictures = list(decode(clip))
    around = neighbours_in_clip(clip, pictures[5].pts, 3)
    assert len(around) == 6
    for found, at in zip(around, (2, 3, 4, 6, 7, 8), strict=True):
        assert np.array_equal(found.rgb, pictures[at].rgb())
        assert (found.pts, found.away) == (pictures[at].pts, pictures[at].pts - pictures[5].pts)
    assert len(neighbours_in_clip(clip, pictures[0].pts, 3)) == 3
    assert neighbours_in_clip(clip, pictures[5].pts + 1, 3) == []


@pytest.mark.footage
def test_neighbours_are_exact_also_where_a_file_seeks_badly(footage: Path) -> None:
    path = footage / "greenscreen" / "grid_bbaf2n.mpg"
    pictures = list(decode(path))
    around = neighbours_in_clip(path, pictures[60].pts, 2)
    assert all(
        np.array_equal(found.rgb, pictures[at].rgb()) for found, at in zip(around, (58, 59, 61, 62), strict=True)
    )


def test_a_clip_that_is_gone_is_named(ledger: Ledger, tmp_path: Path) -> None:
    stage = Deblur(DeblurOptions(keep_ratio=100))
    (item, *_) = stage.items(ledger)
    ledger.close()
    with pytest.raises(InputError, match=r"gone\.mp4"):
        stage.run(replace(item, payload=replace(item.payload, clip=str(tmp_path / "gone.mp4"))), tmp_path)


def test_files_that_share_a_name_or_are_no_images_are_named(tmp_path: Path) -> None:
    write_image(tmp_path / "a" / "one.png", shown()[0])
    write_image(tmp_path / "b" / "one.png", shown()[0])
    (tmp_path / "text.txt").write_text("no image")
    with pytest.raises(InputError, match="two images are named one"):
        plain_items([tmp_path / "a", tmp_path / "b"])
    for path in (tmp_path / "text.txt", tmp_path / "nowhere"):
        with pytest.raises(InputError, match=path.name):
            plain_items([path])
