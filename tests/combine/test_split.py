"""Splits cannot leak: what shares a person, a file or a place goes whole into one of them."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

import pytest
from combine.conftest import background, clip, foreground
from selection.selection_rows import flipped, frame, hash_of

from bgrsr_data.combine.material import split_material
from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.combine.plan import plan_combinations
from bgrsr_data.combine.split import assign, components
from bgrsr_data.errors import InputError
from bgrsr_data.leaks import find_leaks
from bgrsr_data.records import Foreground, Frame

OPTIONS = CombineOptions()


def test_ties_join_over_any_number_of_steps() -> None:
    joined = components([("a", "b"), ("c", "d"), ("b", "c"), ("x", "y")])
    assert {joined[name] for name in "abcd"} == {"a"}
    assert {joined[name] for name in "xy"} == {"x"}


@pytest.mark.parametrize("seed", range(20))
def test_components_are_what_a_search_of_the_graph_finds(seed: int) -> None:
    draw = random.Random(seed)
    ties = [[str(draw.randrange(40)) for _ in range(draw.randint(1, 3))] for _ in range(25)]
    near = defaultdict(set)
    for tie in ties:
        for name in tie:
            near[name] |= set(tie)
    joined = components(ties)
    for start in near:
        reached, queue = {start}, [start]
        while queue:
            for other in near[queue.pop()] - reached:
                reached.add(other)
                queue.append(other)
        assert joined[start] == min(reached)


def test_people_and_places_stay_whole_and_every_split_has_both() -> None:
    people = [foreground(n, f"person-{p}") for p in range(8) for n in range(3)]
    rooms = [background(f"{room}-{n}", f"room-{room}") for room in range(8) for n in range(2)]
    split_of = split_material(people, rooms, [], OPTIONS)
    for person in {f.person for f in people}:
        assert len({split_of[f.id] for f in people if f.person == person}) == 1
    for room in {b.place for b in rooms}:
        assert len({split_of[b.id] for b in rooms if b.place == room}) == 1
    assert {split_of[f.id] for f in people} == {split_of[b.id] for b in rooms} == {"train", "val", "test"}


def test_no_person_and_no_place_is_in_two_splits_of_the_combinations() -> None:
    people = [foreground(n, f"person-{p}") for p in range(6) for n in range(4)]
    rooms = [background(str(room)) for room in range(9)]
    person_of = {f.id: f.person for f in people}
    seen: dict[str, set[str]] = defaultdict(set)
    for row in plan_combinations(people, rooms, [], OPTIONS):
        for name in (person_of[row.foreground], row.original_background, row.target_background):
            seen[name].add(row.split)
    assert all(len(splits) == 1 for splits in seen.values())
    assert set.union(*seen.values()) == {"train", "val", "test"}


def test_two_people_in_files_of_the_same_bytes_stay_together() -> None:
    people = [foreground(0, "Ada"), foreground(0, "Ben"), foreground(0, "Cy"), foreground(0, "Di")]
    clips = [clip("Ada", sha256="same"), clip("Ben", sha256="same"), clip("Cy"), clip("Di")]
    rooms = [background(str(room)) for room in range(4)]
    for seed in range(10):
        split_of = split_material(people, rooms, clips, CombineOptions(seed=seed))
        assert split_of[people[0].id] == split_of[people[1].id]


def test_forced_splits_are_respected_whatever_the_seed() -> None:
    people = [foreground(0, name) for name in ("Ada", "Ben", "Cy", "Di")]
    clips = [clip("Ada", split="test"), clip("Ben", split="train"), clip("Cy", split="val"), clip("Di")]
    rooms = [background(str(room)) for room in range(6)]
    for seed in range(10):
        split_of = split_material(people, rooms, clips, CombineOptions(seed=seed))
        assert [split_of[f.id] for f in people[:3]] == ["test", "train", "val"]


def test_forced_splits_that_would_leak_are_refused_and_both_clips_are_named() -> None:
    people = [foreground(0, "Ada", clip="clip-one"), foreground(1, "Ada", clip="clip-two"), foreground(0, "Ben")]
    clips = [clip("one", split="train"), clip("two", split="test"), clip("Ben")]
    with pytest.raises(InputError) as refused:
        plan_combinations(people, [background("a"), background("b")], clips, OPTIONS)
    told = str(refused.value)
    assert "title of one" in told
    assert "title of two" in told
    assert "would leak" in told
    assert "Ben" not in told


def test_a_person_more_or_less_moves_nobody_who_has_a_split_by_force() -> None:
    forced = {"b": {"test"}}
    assert assign(["a", "b", "c"], forced, val_share=0, test_share=0.3, seed=1)["b"] == "test"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("groups", "expected"),
    [(1, {"train": 1}), (2, {"train": 1, "test": 1}), (3, {"train": 1, "val": 1, "test": 1}),
     (20, {"train": 14, "val": 3, "test": 3})],
)  # fmt: skip
def test_shares_are_met_and_training_is_never_empty(groups: int, expected: dict[str, int]) -> None:
    given = assign([f"g{n}" for n in range(groups)], {}, val_share=0.15, test_share=0.15, seed=0)
    counts: dict[str, int] = defaultdict(int)
    for split in given.values():
        counts[split] += 1
    assert counts == expected


@pytest.mark.parametrize("left_out", range(16))
def test_what_a_reviewer_rejects_moves_nobody_to_another_split(left_out: int) -> None:
    people = [foreground(n, f"person{n % 8}", clip=f"clip-{n}") for n in range(16)]
    rooms = [background(f"room{n}") for n in range(9)]
    clips = [clip(str(n), person=f"person{n % 8}") for n in range(16)]
    before = plan_combinations(people, rooms, clips, OPTIONS)
    after = plan_combinations(people, rooms, clips, OPTIONS, frozenset({people[left_out].id}))
    assert after == [row for row in before if row.foreground != people[left_out].id]


def test_a_split_that_is_held_out_has_two_places_and_every_pair_has_something_to_replace() -> None:
    people = [foreground(0, f"person{n}") for n in range(6)]
    place_of = {}
    for count in (2, 3, 4, 5, 6, 7, 11):
        rooms = [background(f"room{n}") for n in range(count)]
        place_of = {room.id: room.place for room in rooms}
        rows = plan_combinations(people, rooms, [], OPTIONS)
        assert rows
        assert all(place_of[row.original_background] != place_of[row.target_background] for row in rows)
        held_out = {"test"} if count >= 4 else set()
        assert {row.split for row in rows} == {"train"} | held_out | ({"val"} if count >= 6 else set())


def lookalike(row: Foreground, other: Frame | None = None, **more: Any) -> Frame:
    """The frame of a foreground; it looks like another one, or like nobody."""
    looks = {"dhash": flipped(int(other.dhash, 16), 7), "thumbnail": other.thumbnail} if other else {}
    return frame(row.id, row.person, row.clip, **looks, **more).model_copy(update={"id": row.original})


def test_two_names_for_one_persons_footage_stay_together() -> None:
    people = [foreground(n, f"person-{p}") for p in range(8) for n in range(3)]
    rooms = [background(str(room)) for room in range(8)]
    frames = [lookalike(f) for f in people]
    tied = (people[1], people[22])  # one frame of the first is a near-duplicate of one of the last
    frames[22] = lookalike(people[22], frames[1])
    apart = 0
    for seed in range(12):
        options = CombineOptions(seed=seed)
        split_of = split_material(people, rooms, [], options, frames)
        assert split_of[tied[0].id] == split_of[tied[1].id]
        untied = split_material(people, rooms, [], options)
        apart += untied[tied[0].id] != untied[tied[1].id]
    assert apart, "they are never apart, so that nothing is shown"


def test_two_pictures_of_one_room_stay_together_under_any_names() -> None:
    people = [foreground(0, f"person-{p}") for p in range(4)]
    looks = [{"dhash": f"{room:016x}", "thumbnail": f"{20 * room:02x}" * 64} for room in range(10)]
    rooms = [background(str(room)).model_copy(update=looks[room]) for room in range(10)]
    rooms[9] = rooms[9].model_copy(update={"dhash": rooms[0].dhash, "thumbnail": rooms[0].thumbnail})
    for seed in range(12):
        split_of = split_material(people, rooms, [], CombineOptions(seed=seed))
        assert split_of[rooms[0].id] == split_of[rooms[9].id]


def test_a_background_that_shows_what_a_frame_shows_goes_with_its_person() -> None:
    people = [foreground(0, f"person-{p}") for p in range(6)]
    frames = [lookalike(f) for f in people]
    rooms = [background(str(room)) for room in range(8)]
    rooms[3] = rooms[3].model_copy(update={"dhash": frames[2].dhash, "thumbnail": frames[2].thumbnail})
    for seed in range(12):
        split_of = split_material(people, rooms, [], CombineOptions(seed=seed), frames)
        assert split_of[rooms[3].id] == split_of[people[2].id]


def test_near_duplicates_within_one_person_tie_nothing_and_rows_without_looks_neither() -> None:
    people = [foreground(n, f"person-{p}") for p in range(6) for n in range(4)]
    frames = [lookalike(f).model_copy(update={"dhash": f"{hash_of(f.person):016x}"}) for f in people]
    rooms = [background(str(room)) for room in range(8)]
    assert split_material(people, rooms, [], OPTIONS, frames) == split_material(people, rooms, [], OPTIONS)
    blind = [f.model_copy(update={"dhash": "", "thumbnail": ""}) for f in frames]
    assert split_material(people, rooms, [], OPTIONS, blind) == split_material(people, rooms, [], OPTIONS)


def test_one_cut_out_under_two_names_stays_together() -> None:
    people = [foreground(0, f"person-{p}") for p in range(6)]
    people[5] = people[5].model_copy(update={"sha256": people[0].sha256})
    rooms = [background(str(room)) for room in range(8)]
    for seed in range(12):
        split_of = split_material(people, rooms, [], CombineOptions(seed=seed))
        assert split_of[people[0].id] == split_of[people[5].id]


@pytest.mark.parametrize(
    ("tie", "expected"),
    [("person", "both are of 'Ada'"), ("file", "they are one file"), ("looks", "are near-duplicates"),
     ("between", "they share a person, a place, a file or near-duplicates with others")],
)  # fmt: skip
def test_forced_splits_that_would_leak_say_what_ties_the_two(tie: str, expected: str) -> None:
    people = [foreground(0, "Ada"), foreground(1, "Ada" if tie == "person" else "Ben", clip="clip-Ben")]
    clips = [clip("Ada", split="train"), clip("Ben", split="test", sha256="bytes of Ada" if tie == "file" else None)]
    frames = [lookalike(people[0])]
    frames.append(lookalike(people[1], frames[0] if tie == "looks" else None))
    if tie == "between":
        people.append(foreground(2, "Ada", clip="clip-Cy"))
        clips.append(clip("Cy", sha256="bytes of Ben"))
    with pytest.raises(InputError, match="would leak") as refused:
        split_material(people, [background("a"), background("b")], clips, OPTIONS, frames)
    assert expected in str(refused.value)


def test_what_a_plan_ties_the_check_of_leaks_never_finds_apart() -> None:
    """Material with ties of every kind, drawn at random: the plan of it passes the check, which shares none of it."""
    for seed in range(8):
        draw = random.Random(seed)
        people = [foreground(n, f"p{draw.randrange(9)}", clip=f"clip-{draw.randrange(14)}") for n in range(40)]
        clips = [clip(str(n), sha256=f"file-{draw.randrange(11)}") for n in range(14)]
        clips = [
            c.model_copy(update={"person": next((f.person for f in people if f.clip == c.id), "x")}) for c in clips
        ]
        people = [f.model_copy(update={"person": next(c.person for c in clips if c.id == f.clip)}) for f in people]
        frames = [lookalike(f) for f in people]
        for _ in range(2):
            one, other = draw.sample(range(40), 2)
            frames[other] = lookalike(people[other], frames[one])
        rooms = [background(str(n), f"room-{draw.randrange(12)}", clip=f"clip-room-{n}") for n in range(24)]
        rows = plan_combinations(people, rooms, clips, CombineOptions(seed=seed), frames=frames)
        assert find_leaks(rows, foregrounds=people, backgrounds=rooms, clips=clips, frames=frames) == []
        assert {row.split for row in rows} >= {"train"}
