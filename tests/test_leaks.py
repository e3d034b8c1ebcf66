"""Leaks made on purpose: each kind is found in the rows alone, named, and kept from being published."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from combine.conftest import background, clip, foreground
from selection.selection_rows import flipped, frame, hash_of

from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.combine.plan import plan_combinations
from bgrsr_data.combine.step import Combine
from bgrsr_data.errors import InputError
from bgrsr_data.export.publish import Publish, PublishOptions
from bgrsr_data.leaks import Leak, find_leaks, refuse_leaks
from bgrsr_data.ledger import Done
from bgrsr_data.manifests import FILES, manifest_path, read_rows
from bgrsr_data.media.files import sha256_of
from bgrsr_data.records import Background, Clip, Combination, Foreground, Frame, Record, RejectionRow, make_id
from bgrsr_data.runner import run_stage
from bgrsr_data.selection.options import SelectOptions
from bgrsr_data.selection.step import Select
from bgrsr_data.workspace import Workspace

NAMES = ("Ada", "Ben", "Cy", "Di", "Ed", "Flo")


class Material:
    """A set that does not leak: six people with a clip each, twelve rooms with two pictures each."""

    def __init__(self) -> None:
        self.clips = [clip(name, person=name) for name in NAMES]
        self.foregrounds = [foreground(n, name) for name in NAMES for n in range(3)]
        self.frames = [frame(f.id, f.person, f.clip).model_copy(update={"id": f.original}) for f in self.foregrounds]
        self.backgrounds = [
            background(f"{room}{n}", f"room-{room}").model_copy(update={"dhash": f"{hash_of(f'{room}{n}'):016x}"})
            for room in "abcdefghijkl"
            for n in range(2)
        ]
        self.combinations = plan_combinations(
            self.foregrounds, self.backgrounds, self.clips, CombineOptions(per_foreground=8), frames=self.frames
        )

    def leaks(self) -> list[Leak]:
        return find_leaks(
            self.combinations, foregrounds=self.foregrounds, backgrounds=self.backgrounds, clips=self.clips,
            frames=self.frames,
        )  # fmt: skip

    def shown(self, split: str) -> Foreground:
        """A foreground of a split."""
        name = next(row.foreground for row in self.combinations if row.split == split)
        return next(f for f in self.foregrounds if f.id == name)

    def behind(self, split: str) -> Background:
        """A background of a split."""
        name = next(row.target_background for row in self.combinations if row.split == split)
        return next(b for b in self.backgrounds if b.id == name)

    def change(self, row: Record, **update: Any) -> None:
        """Edit a row."""
        for rows in (self.clips, self.foregrounds, self.frames, self.backgrounds, self.combinations):
            for place, one in enumerate(rows):
                if one.id == row.id:
                    rows[place] = one.model_copy(update=update)  # type: ignore[index]

    def clip_of(self, row: Foreground | Background) -> Clip:
        return next(c for c in self.clips if c.id == row.clip)

    def frame_of(self, row: Foreground) -> Frame:
        return next(f for f in self.frames if f.id == row.original)


@pytest.fixture
def material() -> Material:
    made = Material()
    assert {row.split for row in made.combinations} == {"train", "val", "test"}
    assert made.leaks() == []
    return made


def told(leaks: list[Leak]) -> str:
    with pytest.raises(InputError) as refused:
        refuse_leaks(leaks, "nothing was published")
    assert refused.value.exit_code == 2
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_combination_moved_to_another_split_names_person_splits_and_rows(material: Material) -> None:
    moved = next(row for row in material.combinations if row.split == "train")
    material.change(moved, split="test")
    (first, *_) = leaks = material.leaks()
    person = next(f.person for f in material.foregrounds if f.id == moved.foreground)
    assert first.kind == "person"
    line = told(leaks)
    assert f"person '{person}' is in train (combination-" in line
    assert f"in test ({moved.id}, {moved.foreground} of 'title of {person}')" in line
    assert {leak.kind for leak in leaks} >= {"person", "place"}


def test_a_person_who_is_renamed_between_clips_after_planning(material: Material) -> None:
    one, other = material.shown("train"), material.shown("val")
    for f in [f for f in material.foregrounds if f.person == other.person]:
        material.change(f, person=one.person)
    (leak,) = material.leaks()
    assert (leak.kind, leak.first.split, leak.second.split) == ("person", "train", "val")
    assert f"person '{one.person}' is in train" in str(leak)


def test_a_person_whom_only_the_clips_name_alike(material: Material) -> None:
    one, other = material.shown("train"), material.shown("test")
    material.change(material.clip_of(other), person=one.person)
    (leak,) = material.leaks()
    assert (leak.kind, leak.second.shown) == ("person", other.id)


def test_one_clip_under_two_names(material: Material) -> None:
    one, other = material.shown("train"), material.shown("test")
    material.change(other, clip=one.clip)
    material.clips = []  # without them the clip is known by its id alone
    (leak,) = material.leaks()
    assert leak.kind == "clip"
    assert f"clip '{one.clip}' is in train" in str(leak)


def test_one_file_that_was_fetched_as_two_clips(material: Material) -> None:
    one, other = material.shown("train"), material.shown("test")
    material.change(material.clip_of(other), sha256=material.clip_of(one).sha256)
    (leak,) = material.leaks()
    assert leak.kind == "file"
    assert str(leak).startswith("one file (SHA-256 bytes of ")
    assert {f"title of {one.person}", f"title of {other.person}"} == {leak.first.title, leak.second.title}


def test_one_place_under_two_pictures(material: Material) -> None:
    one, other = material.behind("train"), material.behind("val")
    material.change(other, place=one.place)
    (leak,) = material.leaks()
    assert leak.kind == "place"
    assert f"place '{one.place}' is in train" in str(leak)


def test_a_room_that_is_named_after_a_person_of_another_split(material: Material) -> None:
    material.change(material.behind("test"), place=material.shown("train").person)
    (leak,) = material.leaks()
    assert (leak.kind, leak.second.split) == ("person", "test")


def test_near_duplicate_frames_of_two_names(material: Material) -> None:
    one, other = (material.frame_of(material.shown(split)) for split in ("train", "test"))
    material.change(other, dhash=flipped(int(one.dhash, 16), 3, 40), thumbnail="82" * 64)
    (leak,) = material.leaks()
    assert leak.kind == "near-duplicate"
    assert f"({one.id} and {other.id}, 2 of 64 bits apart) are in train" in str(leak)
    material.change(other, dhash=flipped(int(one.dhash, 16), *range(6)))
    assert material.leaks() == []


def test_near_duplicate_backgrounds_and_a_background_that_a_frame_shows(material: Material) -> None:
    one, other = material.behind("train"), material.behind("val")
    material.change(one, thumbnail="40" * 64)
    material.change(other, dhash=one.dhash, thumbnail="40" * 64)
    (leak,) = material.leaks()
    assert (leak.kind, {leak.first.shown, leak.second.shown}) == ("near-duplicate", {one.id, other.id})
    seen = material.frame_of(material.shown("test"))
    material.change(seen, dhash=one.dhash, thumbnail="40" * 64)
    assert len(material.leaks()) == 3  # the two rooms, and each of them with the frame


def test_a_source_that_wants_another_split(material: Material) -> None:
    wanted = material.clip_of(material.shown("train"))
    material.change(wanted, split="test")
    leaks = material.leaks()
    assert {leak.kind for leak in leaks} == {"forced split"}
    assert str(leaks[0]).startswith(f"'{wanted.title}' is forced into test, but combination-")


def test_one_foreground_in_two_splits_is_found_though_its_row_is_gone(material: Material) -> None:
    moved = next(row for row in material.combinations if row.split == "train")
    material.change(moved, split="test")
    material.foregrounds, material.backgrounds = [], []
    assert {leak.kind for leak in material.leaks()} == {"row"}
    assert any(moved.foreground in str(leak) for leak in material.leaks())


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace.create(tmp_path / "workspace")
    yield made
    made.close()


def put(place: Workspace, material: Material) -> None:
    for stage in ("frames", "combine"):
        place.ledger.set_options(stage, "{}")
    place.ledger.commit(Done("fetch", "all", "", "done"), material.clips)
    place.ledger.commit(Done("frames", "all", "", "done"), [*material.frames, *material.backgrounds])
    place.ledger.commit(Done("key", "all", "", "done"), material.foregrounds)
    place.ledger.commit(Done("combine", "all", "", "done"), material.combinations)


def publish(place: Workspace) -> None:
    run_stage(Publish(PublishOptions()), place)


def manifests(place: Workspace) -> dict[str, str]:
    return {path.name: sha256_of(path) for path in (place.root / "manifests").iterdir()}


@pytest.mark.parametrize("kind", ["combination", "foreground", "clip", "background", "frame"])
def test_a_leaking_set_is_not_published_and_the_manifests_of_before_stay(
    place: Workspace, material: Material, kind: str
) -> None:
    put(place, material)
    publish(place)
    before = manifests(place)
    assert len(before) == len(FILES)
    one, other, room = material.shown("train"), material.shown("test"), material.behind("test")
    edits: dict[str, tuple[Record, dict[str, Any]]] = {
        "combination": (next(r for r in material.combinations if r.split == "train"), {"split": "val"}),
        "foreground": (other, {"person": one.person}),
        "clip": (material.clip_of(other), {"split": "train"}),
        "background": (room, {"place": material.behind("train").place}),
        "frame": (material.frame_of(other), {"dhash": material.frame_of(one).dhash}),
    }
    row, update = edits[kind]
    material.change(row, **update)
    put(place, material)
    for _ in range(2):  # a second try is refused as the first
        with pytest.raises(InputError, match=r"the splits leak: .*; nothing was published; plan again"):
            publish(place)
        assert manifests(place) == before
    healed = Material()
    put(place, healed)
    publish(place)
    assert read_rows(manifest_path(place.root, Combination), Combination) == healed.combinations
    assert manifests(place) == before


def test_a_second_name_is_found_out_though_select_left_out_every_frame_that_shows_it(place: Workspace) -> None:
    """One frame of Ben's clip repeats one of Ada's: `select` drops it, and Ada's was not keyed; other frames were."""
    clips = [clip(name, person=name) for name in NAMES]
    frames = {
        name: [
            frame(f"{name}-{n}", name, f"clip-{name}").model_copy(update={"id": make_id("frame", name, n)})
            for n in range(3)
        ]
        for name in NAMES
    }
    frames["Ben"][0] = frames["Ben"][0].model_copy(update={"dhash": frames["Ada"][0].dhash, "width": 320})
    foregrounds = [
        foreground(n, name).model_copy(update={"original": frames[name][n].id}) for name in NAMES for n in (1, 2)
    ]
    rooms = [background(str(n)).model_copy(update={"dhash": f"{hash_of(f'room {n}'):016x}"}) for n in range(12)]
    place.ledger.commit(Done("fetch", "all", "", "done"), clips)
    place.ledger.set_options("frames", "{}")
    place.ledger.commit(Done("frames", "all", "", "done"), [*(f for all_of in frames.values() for f in all_of), *rooms])
    place.ledger.commit(Done("key", "all", "", "done"), foregrounds)

    def splits(seed: int) -> dict[str, str]:
        run_stage(Combine(CombineOptions(seed=seed, per_foreground=2)), place)
        names = {f.id: f.person for f in foregrounds}
        return {names[row.foreground]: row.split for row in place.ledger.rows(Combination)}

    apart = next(seed for seed in range(50) if len({splits(seed)[name] for name in ("Ada", "Ben")}) == 2)
    run_stage(Select(SelectOptions()), place)
    (told,) = place.ledger.rows(RejectionRow, "select")
    assert (told.item, told.reason) == (frames["Ben"][0].id, "near-duplicate-of-another-person")
    with pytest.raises(InputError, match=r"near-duplicates \(frame-\w+ and frame-\w+, 0 of 64 bits apart\) are in"):
        publish(place)  # what was planned before anybody knew
    now = splits(apart)
    assert now["Ada"] == now["Ben"]
    publish(place)
