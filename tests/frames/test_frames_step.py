"""The frames stage, through its public step."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from plain_frames import extract_files

from bgrsr_data.errors import InputError, Rejection
from bgrsr_data.frames.files import plain_items
from bgrsr_data.frames.options import FrameOptions
from bgrsr_data.frames.step import Frames
from bgrsr_data.ledger import Done, Ledger
from bgrsr_data.media.images import read_rgb, write_image
from bgrsr_data.records import Background, Clip, Frame, Record, RejectionRow, Role, Verdict, make_id

MakeClip = Callable[..., Path]
EVERY = FrameOptions(per_second=1000, near_duplicate_bits=0)


def pictures(count: int, seed: int = 0) -> list[np.ndarray]:
    """Different, equally sharp pictures."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (count, 9, 16, 3), np.uint8)
    return [np.asarray(cv2.resize(one, (160, 96), interpolation=cv2.INTER_NEAREST)) for one in coarse]


def video(make_clip: MakeClip, name: str, shown: list[np.ndarray]) -> Path:
    height, width, _ = shown[0].shape
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", "10", "-i", "-"]
    pixels = np.stack(shown).tobytes()
    return make_clip(name, *source, "-c:v", "libx264", "-qp", "4", "-pix_fmt", "yuv444p", pixels=pixels)


def frames(rows: list[Record]) -> list[Frame]:
    return [row for row in rows if isinstance(row, Frame)]


def reasons(rows: list[Record]) -> list[str]:
    return [row.reason for row in rows if isinstance(row, RejectionRow)]


def test_the_sharpest_frame_of_each_window_is_taken(make_clip: MakeClip, tmp_path: Path) -> None:
    sharp = pictures(1)[0]
    soft = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 2))
    shown = [soft] * 3 + [sharp] + [soft] * 8 + [sharp] + [soft] * 7  # 2 s: windows 0-9 and 10-19
    clip = video(make_clip, "focus.mp4", shown)
    rows = frames(extract_files(clip, tmp_path, FrameOptions(per_second=1, near_duplicate_bits=0)))
    assert [row.pts * row.time_base for row in rows] == [Fraction(3, 10), Fraction(12, 10)]
    assert all(row.sharpness_ratio > 1.5 for row in rows)


def test_a_blurred_frame_is_told_by_its_neighbours(make_clip: MakeClip, tmp_path: Path) -> None:
    sharp = pictures(1)[0]
    shown = [sharp] * 5 + [np.asarray(cv2.GaussianBlur(sharp, (0, 0), 2))] + [sharp] * 5
    rows = frames(extract_files(video(make_clip, "blink.mp4", shown), tmp_path, EVERY))
    assert [row.sharpness_ratio < 0.5 for row in rows] == [False] * 5 + [True] + [False] * 5


def test_a_sharp_wall_does_not_make_up_for_a_blurred_hand(make_clip: MakeClip, tmp_path: Path) -> None:
    """The wall is sharper by a hair in the one frame where what moves before it is blurred."""
    wall, hand = (cv2.resize(one, (320, 240), interpolation=cv2.INTER_NEAREST) for one in pictures(2, seed=5))
    shown = []
    for number in range(10):
        picture = np.asarray(cv2.GaussianBlur(wall, (0, 0), 0.8 if number != 6 else 0.6))
        patch = np.asarray(cv2.resize(hand, (96, 96), interpolation=cv2.INTER_NEAREST))
        patch = np.asarray(cv2.GaussianBlur(patch, (0, 0), 5)) if number == 6 else patch
        picture[64:160, 16 * number : 16 * number + 96] = patch
        shown.append(picture)
    clip = video(make_clip, "hand.mp4", shown)
    every = frames(extract_files(clip, tmp_path / "every", EVERY))
    assert int(np.argmin([row.subject_ratio for row in every])) == 6
    assert every[6].subject_ratio < 0.8
    (best,) = frames(extract_files(clip, tmp_path / "best", FrameOptions(per_second=1)))
    assert best.pts != every[6].pts


def test_light_and_shot_of_each_frame_are_in_its_row(make_clip: MakeClip, tmp_path: Path) -> None:
    one, other = pictures(2)
    black = np.zeros_like(one)
    clip = video(make_clip, "light.mp4", [one] * 3 + [black] * 3 + [other] * 3)
    rows = frames(extract_files(clip, tmp_path, FrameOptions(per_second=1)))
    assert [row.shot for row in rows] == [0, 1, 2]
    assert [row.dark > 0.99 for row in rows] == [False, True, False]
    assert [row.brightness > 0.2 for row in rows] == [True, False, True]
    assert [row.faces for row in rows] == [0, 0, 0]
    assert frames(extract_files(clip, tmp_path, FrameOptions(faces=False)))[0].faces is None


def test_high_dynamic_range_is_taken_where_asked_for(make_clip: MakeClip, tmp_path: Path) -> None:
    clip = make_clip(
        "hdr.mp4", "-f", "lavfi", "-i", "testsrc2=s=160x96:r=5:d=1", "-c:v", "libx264",
        "-vf", "format=yuv420p10le,setparams=color_trc=smpte2084:color_primaries=bt2020:colorspace=bt2020nc",
    )  # fmt: skip
    with pytest.raises(Rejection, match="--hdr tonemap"):
        extract_files(clip, tmp_path, FrameOptions())
    assert len(frames(extract_files(clip, tmp_path, FrameOptions(hdr="tonemap")))) == 1


@pytest.mark.footage
def test_the_talking_heads_have_faces(footage: Path, tmp_path: Path) -> None:
    rows = frames(extract_files(footage / "talking_heads" / "liveportrait_s18.mp4", tmp_path, FrameOptions()))
    assert rows
    assert all(row.faces == 1 and row.face_height and 0.1 < row.face_height < 1 for row in rows)


def test_near_duplicates_are_dropped_with_a_word_each_and_only_where_asked(make_clip: MakeClip, tmp_path: Path) -> None:
    one, other = pictures(2)
    clip = video(make_clip, "twice.mp4", [one, one, other, one])
    rows = extract_files(clip, tmp_path / "a", FrameOptions(per_second=10, near_duplicate_bits=4))
    assert len(frames(rows)) == 2
    assert reasons(rows) == ["near-duplicate"] * 2
    assert len(list((tmp_path / "a" / "twice").iterdir())) == 2
    assert len(frames(extract_files(clip, tmp_path / "b", EVERY))) == 4


def test_every_shot_is_seen_however_short(make_clip: MakeClip, tmp_path: Path) -> None:
    one, other, third = pictures(3)
    clip = video(make_clip, "cuts.mp4", [one] * 6 + [other] * 2 + [third] * 6)
    rows = frames(extract_files(clip, tmp_path, FrameOptions(per_second=0.1)))
    assert len(rows) == 3
    assert rows[1].pts * rows[1].time_base in (Fraction(6, 10), Fraction(7, 10))


def test_limits_leave_only_the_files_they_keep(make_clip: MakeClip, tmp_path: Path) -> None:
    clip = video(make_clip, "many.mp4", pictures(12))
    rows = extract_files(clip, tmp_path, FrameOptions(per_second=1000, near_duplicate_bits=0, max_per_clip=4))
    kept = frames(rows)
    assert len(kept) == 4
    assert sorted(path.name for path in (tmp_path / "many").iterdir()) == [Path(row.path).name for row in kept]


def test_only_the_part_asked_for_is_used(make_clip: MakeClip, tmp_path: Path) -> None:
    clip = video(make_clip, "part.mp4", pictures(20))
    options = FrameOptions(per_second=1000, near_duplicate_bits=0, start_s=0.5, end_s=0.8)
    rows = extract_files(clip, tmp_path, options)
    assert [row.pts * row.time_base for row in frames(rows)] == [Fraction(n, 10) for n in (5, 6, 7)]
    assert reasons(rows) == []
    with pytest.raises(Rejection, match="no-frames"):
        extract_files(clip, tmp_path, FrameOptions(start_s=60))


def test_pixels_of_a_green_screen_frame_are_stored_losslessly(make_clip: MakeClip, tmp_path: Path) -> None:
    from bgrsr_data.media.video import decode

    clip = video(make_clip, "exact.mp4", pictures(2))
    rows = frames(extract_files(clip, tmp_path, EVERY))
    for row, picture in zip(rows, decode(clip), strict=True):
        assert row.path == f"exact/{picture.pts:08d}.png"
        assert np.array_equal(read_rgb(tmp_path / row.path), picture.rgb())


def test_the_same_clip_gives_the_same_rows_and_files(make_clip: MakeClip, tmp_path: Path) -> None:
    clip = video(make_clip, "again.mp4", pictures(6))
    first, second = (extract_files(clip, tmp_path / run, FrameOptions(per_second=4)) for run in "ab")
    assert first == second
    for row in frames(first):
        assert (tmp_path / "a" / row.path).read_bytes() == (tmp_path / "b" / row.path).read_bytes()


def test_a_truncated_clip_gives_what_decodes_and_says_so(make_clip: MakeClip, tmp_path: Path) -> None:
    whole = make_clip(
        "long.mp4", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=3,noise=alls=30:allf=t:all_seed=1", "-c:v",
        "libx264", "-movflags", "+faststart",
    )  # fmt: skip
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    rows = extract_files(cut, tmp_path, FrameOptions(per_second=4))
    assert len(frames(rows)) >= 4
    assert "truncated" in reasons(rows)


def test_frames_follow_a_size_that_changes_midway(make_clip: MakeClip, tmp_path: Path) -> None:
    parts = [
        make_clip(f"size{n}.ts", "-f", "lavfi", "-i", f"testsrc2=s={size}:r=10:d=2", "-c:v", "libx264")
        for n, size in enumerate(("128x96", "160x90", "96x160"))
    ]
    clip = tmp_path / "sizes.ts"
    clip.write_bytes(b"".join(part.read_bytes() for part in parts))
    rows = extract_files(clip, tmp_path, FrameOptions(per_second=2, near_duplicate_bits=0))
    sizes = [(row.width, row.height) for row in frames(rows)]
    assert sorted(set(sizes), key=sizes.index) == [(128, 96), (160, 90), (96, 160)]
    assert reasons(rows) == []


def test_a_corrupt_middle_costs_itself_and_is_said(make_clip: MakeClip, tmp_path: Path) -> None:
    clip = make_clip(
        "rot.mp4", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=4,noise=alls=30:allf=t:all_seed=1", "-c:v",
        "libx264", "-g", "12",
    )  # fmt: skip
    data = bytearray(clip.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 20000] = bytes(20000)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(data)
    rows = extract_files(broken, tmp_path, FrameOptions(per_second=2))
    assert reasons(rows) == ["corrupt-part"]
    assert {int(row.pts * row.time_base) for row in frames(rows)} == {0, 1, 2, 3}


def clip_row(path: Path, role: Role, media: str = "video") -> Clip:
    return Clip(
        id=f"clip-{role}", source="source-1", role=role, person="someone", licence="CC0-1.0", creator="me", title="t",
        path=str(path), sha256="0", media=media, width=160, height=96, frames=4, duration=Fraction(4, 10), codec="h264",
    )  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite", create=True)


def fetched(ledger: Ledger, *clips: Clip) -> None:
    ledger.commit(Done("fetch", "all", "f", "done"), clips)


def test_a_workspace_gives_frames_of_people_and_backgrounds_of_places(
    make_clip: MakeClip, tmp_path: Path, ledger: Ledger
) -> None:
    path = video(make_clip, "all.mp4", pictures(4))
    fetched(ledger, *(clip_row(path, role) for role in ("talking-head", "greenscreen", "background", "coco")))
    stage = Frames(EVERY)
    made = {item.id: list(stage.run(item, tmp_path)) for item in stage.items(ledger)}
    assert made.keys() == {"clip-talking-head", "clip-greenscreen", "clip-background"}
    places = made["clip-background"]
    assert all(isinstance(row, Background) and row.place == "someone" for row in places)
    assert [len(rows) for rows in made.values()] == [4, 4, 4]
    for row in (*places, *frames(made["clip-greenscreen"])):
        assert row.path.startswith(f"frames/{row.clip}/")
        assert (tmp_path / row.path).is_file()
    assert {Path(row.path).suffix for row in made["clip-talking-head"]} == {".jpg"}
    assert len({row.id for rows in made.values() for row in rows}) == 12
    ledger.close()


def test_backgrounds_of_one_source_are_places_of_their_own_unless_it_names_one(tmp_path: Path, ledger: Ledger) -> None:
    write_image(tmp_path / "room.png", pictures(1)[0])
    room = clip_row(tmp_path / "room.png", "background", "still")
    unnamed = make_id("person", room.source)
    rooms = [room.model_copy(update={"id": f"clip-{n}", "person": unnamed}) for n in "ab"]
    fetched(ledger, room, *rooms)
    rows = [row for item in Frames(EVERY).items(ledger) for row in Frames(EVERY).run(item, tmp_path)]
    ledger.close()
    places = {row.clip: row.place for row in rows if isinstance(row, Background)}
    assert places["clip-background"] == "someone"
    assert len(set(places.values())) == 3


def test_a_clip_that_a_reviewer_rejected_is_left_out(make_clip: MakeClip, tmp_path: Path, ledger: Ledger) -> None:
    clip = clip_row(video(make_clip, "out.mp4", pictures(2)), "greenscreen")
    fetched(ledger, clip)
    verdict = Verdict(
        id="verdict-1", row=clip.id, row_content=clip.content, verdict="reject", reviewer="me", at="2026-01-01"
    )
    ledger.add_verdicts([verdict])
    assert list(Frames(EVERY).items(ledger)) == []
    ledger.close()


def test_a_photograph_is_one_frame(tmp_path: Path) -> None:
    write_image(tmp_path / "photo.png", pictures(1)[0])
    (row,) = frames(extract_files(tmp_path / "photo.png", tmp_path / "out", FrameOptions()))
    assert (row.pts, row.sharpness_ratio, row.width, row.height) == (0, 1.0, 160, 96)
    assert np.array_equal(read_rgb(tmp_path / "out" / row.path), pictures(1)[0])


def test_two_files_of_one_name_get_two_folders(tmp_path: Path) -> None:
    for folder in "ab":
        write_image(tmp_path / folder / "photo.png", pictures(1)[0])
    items = plain_items([tmp_path / "a", tmp_path / "b" / "photo.png"])
    assert [item.payload.folder for item in items] == ["photo", "photo-2"]


def test_a_missing_path_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        plain_items([tmp_path / "nowhere"])
    with pytest.raises(InputError, match="holds no video and no image"):
        plain_items([tmp_path])


@pytest.mark.footage
def test_the_green_screen_clips_give_enough_frames_with_duplicates_allowed(footage: Path, tmp_path: Path) -> None:
    options = FrameOptions(per_second=8, near_duplicate_bits=0)
    counts = [
        len(frames(extract_files(path, tmp_path, options))) for path in sorted((footage / "greenscreen").glob("grid*"))
    ]
    assert counts == [24] * 4
