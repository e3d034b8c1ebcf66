"""Combining plain files: one person is in one split, and what cannot be combined is named."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from combine.conftest import foreground

from bgrsr_data.combine import step
from bgrsr_data.combine.files import combine_files, gather
from bgrsr_data.combine.material import split_material
from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.combine.plan import plan_combinations
from bgrsr_data.errors import InputError
from bgrsr_data.ledger import Done, Ledger
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.media.images import write_image
from bgrsr_data.records import Combination, Foreground
from bgrsr_data.workspace import OUT_LEDGER, Workspace

ALPHA = np.full((24, 16), 255, np.uint8)


def cut_out(folder: Path, alpha: np.ndarray = ALPHA, size: tuple[int, int] = (24, 16)) -> None:
    write_image(folder / "alpha.png", alpha)
    write_image(folder / "fg.png", np.full((*size, 3), len(folder.name), np.uint8))


def persons(folder: Path) -> list[str]:
    for room in range(4):
        write_image(folder / "rooms" / f"{room}.png", np.full((40, 50, 3), 40 * room, np.uint8))
    combine_files(folder / "keyed", folder / "rooms", folder / "out", CombineOptions(per_foreground=1), render=0)
    rows = read_rows(manifest_path(folder / "out", Foreground), Foreground)
    return [row.person for row in sorted(rows, key=lambda row: row.alpha_path)]


def test_the_ledger_beside_the_results_tells_who_is_seen(tmp_path: Path) -> None:
    (tmp_path / "keyed").mkdir()
    with closing(Ledger(tmp_path / "keyed" / OUT_LEDGER, create=True)) as ledger:
        for number in range(2):
            cut_out(tmp_path / "keyed" / f"{number}")
            row = foreground(number).model_copy(update={"person": "talker", "alpha_path": f"{number}/alpha.png"})
            ledger.commit(Done("key", f"{number}", "", "done"), [row])
    cut_out(tmp_path / "keyed" / "another")
    assert persons(tmp_path) == ["talker", "talker", "another"]


def test_without_a_ledger_the_picture_of_a_trimap_is_the_person(tmp_path: Path) -> None:
    for name in ("trimaps/1/11", "trimaps/2/21", "trimaps/2/22", "photo"):
        cut_out(tmp_path / "keyed" / name)
    assert persons(tmp_path) == ["photo", "1", "2", "2"]


def test_hidden_files_are_no_pictures(tmp_path: Path) -> None:
    cut_out(tmp_path / "keyed" / "a")
    for hidden in (tmp_path / "rooms" / "._0.png", tmp_path / "keyed" / "b" / "alpha" / "._0.png"):
        hidden.parent.mkdir(parents=True, exist_ok=True)
        hidden.write_bytes(b"what a Mac leaves")
    (tmp_path / "keyed" / "b" / "fg").mkdir()
    (tmp_path / "keyed" / "b" / "fg" / "._0.png").write_bytes(b"what a Mac leaves")
    assert persons(tmp_path) == ["a"]


def test_an_empty_alpha_and_two_sizes_are_named(tmp_path: Path) -> None:
    cut_out(tmp_path / "keyed" / "empty", ALPHA // 2)
    with pytest.raises(InputError, match=r"empty/alpha\.png: shows nobody"):
        persons(tmp_path)
    cut_out(tmp_path / "keyed" / "empty", size=(23, 16))
    with pytest.raises(InputError, match=r"empty/alpha\.png: is of another size"):
        persons(tmp_path)


def test_pictures_of_one_clip_begin_before_different_backgrounds_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in range(6):
        write_image(tmp_path / "keyed" / "clip" / "alpha" / f"{number:04d}.png", ALPHA)
        write_image(tmp_path / "keyed" / "clip" / "fg" / f"{number:04d}.png", np.full((24, 16, 3), 90, np.uint8))
        cut_out(tmp_path / "keyed" / "frames" / f"{number:08d}")
    for room in range(12):
        write_image(tmp_path / "rooms" / f"{room}.png", np.full((40, 50, 3), 20 * room, np.uint8))
    material = gather(tmp_path / "keyed", tmp_path / "rooms", tmp_path)
    assert [frame.pts for frame in material.frames] == [*range(6), *range(6)]
    person_of = {row.id: row.person for row in material.foregrounds}
    options = CombineOptions(per_foreground=1, test_share=0, val_share=0)
    without_numbers = [frame.model_copy(update={"pts": 0}) for frame in material.frames]
    for frames in (material.frames, without_numbers):
        rows = plan_combinations(material.foregrounds, material.backgrounds, [], options, frames=frames)
        for person in ("clip", "frames"):
            assert len({row.target_background for row in rows if person_of[row.foreground] == person}) == 6


def test_plain_files_look_as_the_person_before_grey_whatever_is_behind_the_alpha(tmp_path: Path) -> None:
    """Two keys of one frame that differ in the colour under alpha = 0: one person, though folders have two names."""
    person = np.random.default_rng(1).integers(0, 255, (24, 16, 3), np.uint8)
    alpha = np.zeros((24, 16), np.uint8)
    alpha[6:, 4:12] = 255
    for name, under in (("Ada", 0), ("Ben", 255)):
        colour = np.where(alpha[..., None] > 0, person, np.uint8(under))
        write_image(tmp_path / "keyed" / name / "alpha.png", alpha)
        write_image(tmp_path / "keyed" / name / "fg.png", colour)
    for room in range(4):
        write_image(tmp_path / "rooms" / f"{room}.png", np.full((40, 50, 3), 40 * room, np.uint8))
    material = gather(tmp_path / "keyed", tmp_path / "rooms", tmp_path)
    one, other = material.frames
    assert (one.dhash, one.thumbnail) == (other.dhash, other.thumbnail)
    for seed in range(6):
        split_of = split_material(
            material.foregrounds, material.backgrounds, [], CombineOptions(seed=seed), material.frames
        )
        assert len({split_of[row.id] for row in material.foregrounds}) == 1


def test_plain_sets_are_checked_for_leaks_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planner that had parted one person's pictures would be found out."""

    def parting(people: list[Foreground], *_: object, **__: object) -> list[Combination]:
        return [
            Combination(
                id=f"combination-{n}", foreground=f.id, original_background="a", target_background="b",
                split=("train", "test")[n % 2], zoom=1, left=0, top=0, flip=False, noise=0, seed=0,
            )
            for n, f in enumerate(people)
        ]  # fmt: skip

    for number in range(2):
        cut_out(tmp_path / "keyed" / "Ada" / str(number))
    monkeypatch.setattr(step, "plan_combinations", parting)
    with pytest.raises(InputError, match=r"the splits leak: person 'Ada' is in train .*; nothing was planned"):
        persons(tmp_path)
    assert not (tmp_path / "out").exists()


def test_a_file_whose_name_is_no_text_is_refused_by_its_name(tmp_path: Path) -> None:
    cut_out(tmp_path / "keyed" / "a")
    write_image(tmp_path / "rooms" / os.fsdecode(b"x\xff.png"), np.zeros((40, 50, 3), np.uint8))
    with pytest.raises(InputError, match="its name is not UTF-8; rename the file"):
        gather(tmp_path / "keyed", tmp_path / "rooms", tmp_path)


def test_the_manifests_of_a_workspace_are_not_replaced(tmp_path: Path) -> None:
    Workspace.create(tmp_path / "out").close()
    cut_out(tmp_path / "keyed" / "a")
    with pytest.raises(InputError, match="is a workspace"):
        persons(tmp_path)
    assert not manifest_path(tmp_path / "out", Foreground).exists()


def test_pairs_are_not_drawn_among_the_backgrounds(tmp_path: Path) -> None:
    cut_out(tmp_path / "keyed" / "a")
    write_image(tmp_path / "rooms" / "0.png", np.zeros((40, 50, 3), np.uint8))
    with pytest.raises(InputError, match="would take the pairs for rooms"):
        combine_files(tmp_path / "keyed", tmp_path / "rooms", tmp_path / "rooms" / "out", CombineOptions(), render=0)
