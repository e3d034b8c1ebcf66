"""Splits cannot leak: what shares a person, a file or a place goes whole into one of them."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest
from combine.conftest import background, clip, foreground

from bgrsr_data.combine.material import split_material
from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.combine.plan import plan_combinations
from bgrsr_data.combine.split import assign, components
from bgrsr_data.errors import InputError

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
