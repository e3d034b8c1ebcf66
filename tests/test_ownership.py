"""A folder of plain results is a person's own: what we did not write there is neither replaced nor removed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from bgrsr_data.deblur.files import plain_items as deblur_items
from bgrsr_data.errors import InputError
from bgrsr_data.frames.files import plain_items as frame_items
from bgrsr_data.frames.options import FrameOptions
from bgrsr_data.frames.step import Frames
from bgrsr_data.keying.files import plain_items as key_items
from bgrsr_data.ledger import Ledger
from bgrsr_data.media.files import HALF_WRITTEN, written_beside
from bgrsr_data.media.images import write_image
from bgrsr_data.ownership import claim, refuse_originals
from bgrsr_data.plain import run_on_files
from bgrsr_data.records import Record
from bgrsr_data.stage import Item
from bgrsr_data.stages import make_stage
from bgrsr_data.workspace import OUT_LEDGER


class FramesHere(Frames):
    """In the driver's process: faster to test."""

    pooled = False


class KilledFrames(FramesHere):
    """Dies between the first file and the row that tells of it."""

    def run(self, item: Item, root: Path) -> Sequence[Record]:
        super().run(item, root)
        raise KeyboardInterrupt


def photo(path: Path, grey: int = 90) -> Path:
    write_image(path, np.full((24, 32, 3), grey, np.uint8))
    return path


def frames(*paths: Path, out: Path, stage: type[Frames] = FramesHere) -> int:
    return run_on_files(stage(FrameOptions()), frame_items(paths), out, workers=1)[0].done


def test_the_name_of_a_half_written_file_is_the_one_that_is_swept(tmp_path: Path) -> None:
    with written_beside(tmp_path / "alpha.png") as beside:
        beside.touch()
        assert HALF_WRITTEN.fullmatch(beside.name)
        assert beside.suffix == ".png"


def test_deblur_does_not_write_among_its_originals(tmp_path: Path) -> None:
    items = deblur_items([photo(tmp_path / "in" / "a.png")])
    refuse_originals(items, tmp_path / "out")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    for out in (tmp_path / "in", tmp_path / "link", tmp_path / "out" / ".." / "in"):
        with pytest.raises(InputError, match="is where the results would be written"):
            refuse_originals(items, out)


def test_a_file_whose_name_is_no_text_is_refused_in_one_line(tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"a\xff.png")
    photo(tmp_path / "b.png").replace(odd)
    with pytest.raises(InputError, match=r"its name is not UTF-8; rename the file"):
        run_on_files(make_stage("deblur"), deblur_items([odd]), tmp_path / "out")
    assert odd.exists()


def test_frames_refuse_an_original_inside_the_folder_they_write_and_no_other(tmp_path: Path) -> None:
    inside, beside = photo(tmp_path / "a" / "a.png"), photo(tmp_path / "b.png")
    with pytest.raises(InputError, match="is where the results would be written"):
        frames(inside, out=tmp_path)
    assert not (tmp_path / OUT_LEDGER).exists()
    assert frames(beside, out=tmp_path) == 1
    assert beside.is_file()


def test_another_file_of_the_same_name_does_not_replace_the_first_ones_results(tmp_path: Path) -> None:
    first, second, out = photo(tmp_path / "a" / "clip.png", 60), photo(tmp_path / "b" / "clip.png"), tmp_path / "out"
    assert frames(first, out=out) == 1
    (written,) = (out / "clip").iterdir()
    before = written.read_bytes()
    with pytest.raises(InputError, match="clip: holds something that was not made from this file"):
        frames(second, out=out)
    assert written.read_bytes() == before
    assert frames(first, out=out) == 0
    written.unlink()
    assert frames(second, out=out) == 1  # the place is free again
    with pytest.raises(InputError, match="holds something"):
        frames(first, out=out)


def test_what_a_person_put_there_is_not_replaced(tmp_path: Path) -> None:
    theirs = photo(tmp_path / "out" / "clip" / "alpha.png")
    before = theirs.read_bytes()
    with closing(Ledger(tmp_path / "l.sqlite", create=True)) as ledger:
        with pytest.raises(InputError, match="out/clip: holds something"):
            claim(ledger, "key", list(key_items([photo(tmp_path / "clip.png")])), tmp_path / "out")
        assert ledger.items("claim") == {}
    assert theirs.read_bytes() == before


def test_a_run_that_was_killed_after_its_first_file_goes_on(tmp_path: Path) -> None:
    clip, out = photo(tmp_path / "clip.png"), tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        frames(clip, out=out, stage=KilledFrames)
    assert list((out / "clip").iterdir())
    assert frames(clip, out=out) == 1


def test_the_images_of_one_folder_are_one_person_also_when_one_is_keyed_alone(tmp_path: Path) -> None:
    pictures = [photo(tmp_path / "talker" / f"{n}.png") for n in range(2)]
    alone = photo(tmp_path / "other" / "alone.png")
    together = list(key_items([tmp_path / "talker", alone]))
    assert [item.payload.person for item in together] == ["talker", "talker", "alone"]
    assert len({item.payload.clip for item in together}) == 2
    assert list(key_items(pictures[:1])) == together[:1]
