"""Balance: every background as often as any other, and under a budget every person, pose and place."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from combine.conftest import background, foreground
from selection.selection_rows import frame, hash_of

from bgrsr_data.combine.balance import pose_of, take_turns
from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.combine.plan import plan_combinations
from bgrsr_data.combine.shares import describe_shares, measure_shares, say_short
from bgrsr_data.records import Background, Combination, Foreground, Frame

ROOMS = [background(str(room)) for room in range(50)]
OPTIONS = CombineOptions()


def crowd(people: int, each: int) -> tuple[list[Foreground], list[Frame]]:
    """Foregrounds, and the frames they were cut from, a second apart more or less."""
    foregrounds = [foreground(n, f"person-{p}") for p in range(people) for n in range(each)]
    frames = [
        frame(
            f.id, f.person, f.clip, pts=40 * n + hash_of(f.id) % 30, thumbnail=f"{hash_of(f.id):016x}" * 8
        ).model_copy(update={"id": f.original})
        for n, f in enumerate(foregrounds)
    ]
    return foregrounds, frames


def spread_of(rows: list[Combination], name: str, split: str = "train") -> float:
    """Most over fewest uses."""
    counts = Counter(getattr(row, name) for row in rows if row.split == split).values()
    return max(counts) / min(counts)


@pytest.mark.parametrize(("people", "each"), [(30, 20), (10, 60), (60, 10), (5, 120)])
def test_600_frames_use_50_backgrounds_evenly(people: int, each: int) -> None:
    foregrounds, frames = crowd(people, each)
    rows = plan_combinations(foregrounds, ROOMS, [], OPTIONS, frames=frames)
    assert len({row.id for row in rows}) == len(rows) == 7200
    for split in ("train", "val", "test"):
        for name in ("target_background", "original_background"):
            assert spread_of(rows, name, split) <= 1.16, (split, name)
    by_chance = plan_combinations(foregrounds, ROOMS, [], OPTIONS)  # with no frames nobody knows their order
    assert spread_of(rows, "target_background") < spread_of(by_chance, "target_background")


def test_no_foreground_meets_a_target_twice_before_it_met_all() -> None:
    foregrounds, frames = crowd(4, 5)
    rooms = ROOMS[:9]
    for options in (CombineOptions(per_foreground=23), CombineOptions(per_foreground=23, budget=300)):
        rows = plan_combinations(foregrounds, rooms, [], options, frames=frames)
        met: dict[str, Counter[str]] = defaultdict(Counter)
        rooms_of: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            met[row.foreground][row.target_background] += 1
            rooms_of[row.split].add(row.target_background)
        split_of = {row.foreground: row.split for row in rows}
        assert len({row.id for row in rows}) == len(rows)
        for name, counts in met.items():
            often = [counts[room] for room in rooms_of[split_of[name]]]
            assert max(often) - min(often) <= 1


def test_a_target_that_comes_again_comes_from_another_original() -> None:
    foregrounds, frames = crowd(1, 6)
    rows = plan_combinations(foregrounds, ROOMS[:4], [], CombineOptions(per_foreground=6, test_share=0), frames=frames)
    pairs = Counter((row.foreground, row.original_background, row.target_background) for row in rows)
    assert set(pairs.values()) == {1}


def test_a_background_that_is_rejected_takes_only_its_own_rows_with_it() -> None:
    foregrounds, frames = crowd(6, 6)
    rooms = ROOMS[:20]
    before = plan_combinations(foregrounds, rooms, [], OPTIONS, frames=frames)
    gone = next(row.target_background for row in before if row.split == "train")
    after = plan_combinations(foregrounds, rooms, [], OPTIONS, frozenset({gone}), frames)
    left = {row.id for row in before if gone not in (row.target_background, row.original_background)}
    assert left <= {row.id for row in after}
    assert len(after) == len(before)
    assert all(gone not in (row.target_background, row.original_background) for row in after)


def test_under_a_budget_people_poses_and_places_have_their_shares() -> None:
    few, _ = crowd(6, 4)
    many = [foreground(n, "person-0", box=(10, 100, 250, 480)) for n in range(100, 400)]
    rooms = [*ROOMS[:10], *(background(f"hall-{n}", "hall") for n in range(40))]
    rows = plan_combinations([*few, *many], rooms, [], CombineOptions(budget=150, per_foreground=50))
    assert len(rows) == 150
    person_of = {f.id: f.person for f in (*few, *many)}
    people = Counter(person_of[row.foreground] for row in rows)
    assert set(people.values()) == {25}
    aside = {f.id for f in many}
    poses = Counter(row.foreground in aside for row in rows if person_of[row.foreground] == "person-0")
    assert abs(poses[True] - poses[False]) <= 1
    place_of = {room.id: room.place for room in rooms}
    for split in ("train", "val", "test"):
        for name in ("target_background", "original_background"):
            places = Counter(place_of[getattr(row, name)] for row in rows if row.split == split)
            assert max(places.values()) - min(places.values()) <= 2, (split, name, places)
    within = Counter(row.target_background for row in rows if place_of[row.target_background] == "hall")
    assert max(within.values(), default=1) == 1, "forty pictures of one hall, and one of them comes twice"


def test_originals_and_targets_are_paired_anew_each_time_round() -> None:
    foregrounds, _ = crowd(10, 20)
    rows = plan_combinations(foregrounds, ROOMS[:12], [], CombineOptions(budget=1500))
    pairs = {(row.original_background, row.target_background) for row in rows if row.split == "train"}
    rooms = {row.target_background for row in rows if row.split == "train"}
    assert len(pairs) > 0.9 * len(rooms) * (len(rooms) - 1)


def test_a_larger_budget_only_adds_rows() -> None:
    foregrounds, frames = crowd(8, 10)
    sets = [
        {row.id for row in plan_combinations(foregrounds, ROOMS, [], CombineOptions(budget=n), frames=frames)}
        for n in (40, 200, 700, 960, 5000)
    ]
    assert [len(one) for one in sets] == [40, 200, 700, 960, 960]
    assert all(one <= other for one, other in pairwise(sets))


def test_a_budget_that_is_not_spent_is_told() -> None:
    foregrounds, _ = crowd(2, 2)
    rows = plan_combinations(foregrounds, ROOMS, [], CombineOptions(budget=500, per_foreground=3))
    told = say_short(rows, 500, 3)
    assert told
    assert "12 of the budget of 500" in told
    assert say_short(rows, 12, 3) is None
    assert say_short(rows, None, 3) is None


def test_the_same_material_gives_the_same_rows_whatever_its_order_under_a_budget_too() -> None:
    foregrounds, frames = crowd(5, 6)
    for options in (OPTIONS, CombineOptions(budget=77)):
        one = plan_combinations(foregrounds, ROOMS, [], options, frames=frames)
        assert one == plan_combinations(foregrounds[::-1], ROOMS[::-1], [], options, frames=frames[::-1])


def test_take_turns_leaves_out_who_has_ended() -> None:
    assert list(take_turns([iter("ab"), iter(""), iter("c"), iter("def")])) == ["a", "c", "d", "b", "e", "f"]


def test_a_pose_tells_size_side_width_and_face() -> None:
    def told(box: tuple[int, int, int, int], **more: object) -> str:
        row = foreground(0, box=box)
        return pose_of(row, frame("f", **more) if more else None)  # type: ignore[arg-type]

    assert told((200, 40, 440, 480)) == "close, middle, upright"
    assert told((0, 140, 240, 480)) == "near, left, upright"
    assert told((400, 300, 640, 480)) == "far, right, wide"
    assert told((200, 40, 440, 480), faces=1, face_height=0.3) == "near, middle, upright"
    assert told((200, 40, 440, 480), faces=0, face_height=0.0) == "close, middle, upright, face turned away"
    assert told((200, 40, 440, 480), faces=3, face_height=0.1) == "far, middle, upright, several faces"


def test_shares_are_counted_by_split_and_an_empty_one_says_what_it_takes() -> None:
    people = [foreground(0, "Ada"), foreground(1, "Ada"), foreground(0, "Ben")]
    rooms: list[Background] = [background("a"), background("b", "place-b"), background("c", "place-b")]

    def row(who: Foreground, original: str, target: str) -> Combination:
        return Combination(
            id=f"{who.id}{original}{target}", foreground=who.id, original_background=f"background-{original}",
            target_background=f"background-{target}", split="train", zoom=1, left=0, top=0, flip=False, noise=0, seed=0,
        )  # fmt: skip

    rows = [row(people[0], "a", "b"), row(people[1], "a", "c"), row(people[2], "b", "a")]
    train, val, test = measure_shares(rows, people, rooms)
    assert (train.people.count, train.people.fewest, train.people.most) == (2, 1, 2)
    assert (train.targets.count, train.targets.fewest, train.targets.most) == (2, 1, 2)
    assert (train.originals.fewest, train.originals.most) == (1, 2)
    assert (val.combinations, test.combinations) == (0, 0)
    lines = list(describe_shares([train, val, test]))
    assert lines[0].startswith("  train: 3 combinations; 2 people 1-2 times each, 1 pose 3, 2 places 1-2 as target")
    assert "val: none; it takes three people and six places" in lines[1]
    assert "test: none; it takes two people and four places" in lines[2]
