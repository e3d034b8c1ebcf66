"""Plans: seeded, within the split, before two different places, and nobody is shown cut off inside the picture."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pytest
from combine.conftest import background, foreground

from bgrsr_data.combine.cutouts import alpha_of, cut_out
from bgrsr_data.combine.cutouts import place as paste
from bgrsr_data.combine.draw import place
from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.combine.plan import plan_combinations
from bgrsr_data.combine.render import HR_SIZE, LR_SIZE
from bgrsr_data.combine.step import Material, describe, left_alone
from bgrsr_data.errors import InputError
from bgrsr_data.records import Combination

OPTIONS = CombineOptions()
PEOPLE = [foreground(n, f"person-{p}") for p in range(6) for n in range(5)]
ROOMS = [background(f"{room}-{n}", f"room-{room}") for room in range(9) for n in range(2)]


def test_the_same_material_gives_the_same_rows_whatever_its_order() -> None:
    assert plan_combinations(PEOPLE, ROOMS, [], OPTIONS) == plan_combinations(PEOPLE[::-1], ROOMS[::-1], [], OPTIONS)


def test_another_seed_gives_another_set() -> None:
    first, second = (
        {row.id for row in plan_combinations(PEOPLE, ROOMS, [], CombineOptions(seed=seed))} for seed in (0, 1)
    )
    assert len(first) == len(second) == 12 * len(PEOPLE)
    assert not first & second


def test_ids_are_unique_and_the_split_is_the_foregrounds() -> None:
    rows = plan_combinations(PEOPLE, ROOMS, [], OPTIONS)
    assert len({row.id for row in rows}) == len(rows)
    assert Counter(row.foreground for row in rows) == dict.fromkeys((f.id for f in PEOPLE), 12)


def test_original_and_target_are_different_places_where_the_split_has_two() -> None:
    place_of = {room.id: room.place for room in ROOMS}
    rows = plan_combinations(PEOPLE, ROOMS, [], OPTIONS)
    rooms_of: dict[str, set[str]] = {}
    for row in rows:
        rooms_of.setdefault(row.split, set()).add(place_of[row.target_background])
    for row in rows:
        if len(rooms_of[row.split]) > 1:
            assert place_of[row.original_background] != place_of[row.target_background]
    assert len(rooms_of["train"]) > 1


def test_rejecting_one_foreground_leaves_all_other_combinations_as_they_were() -> None:
    before = plan_combinations(PEOPLE, ROOMS, [], OPTIONS)
    gone = PEOPLE[7].id
    after = plan_combinations([f for f in PEOPLE if f.id != gone], ROOMS, [], OPTIONS)
    assert after == [row for row in before if row.foreground != gone]


def test_more_combinations_a_foreground_keep_those_there_were() -> None:
    few = {row.id for row in plan_combinations(PEOPLE, ROOMS, [], CombineOptions(per_foreground=5))}
    many = {row.id for row in plan_combinations(PEOPLE, ROOMS, [], CombineOptions(per_foreground=7))}
    assert few < many


def test_nothing_to_combine_is_told() -> None:
    with pytest.raises(InputError, match="no foreground to combine"):
        plan_combinations([], ROOMS, [], OPTIONS)
    with pytest.raises(InputError, match="no two places to combine with"):
        plan_combinations(PEOPLE, ROOMS[:1], [], OPTIONS)


def test_seven_thousand_combinations_are_planned() -> None:
    people = [foreground(n, f"person-{n % 30}") for n in range(600)]
    rooms = [background(f"{room}") for room in range(40)]
    begun = time.process_time()
    rows = plan_combinations(people, rooms, [], OPTIONS)
    print(f"7,200 combinations planned in {time.process_time() - begun:.2f} s")  # noqa: T201 - a figure for -rP
    assert len({row.id for row in rows}) == 7200


# Which borders of the footage cut the person off, and the person's box in 640×480.
CUTS = {
    "bottom": (200, 100, 440, 480),
    "left and bottom": (0, 100, 240, 480),
    "right and bottom": (380, 60, 640, 480),
    "both sides and bottom": (0, 120, 640, 480),
    "top and bottom": (200, 0, 440, 480),
    "all": (0, 0, 640, 480),
    "top and left": (0, 0, 200, 480),
    "nearly left": (2, 100, 240, 480),
    "nearly right and top": (300, 2, 638, 478),
    "nearly both sides": (1, 90, 638, 479),
}


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("file_size", [(320, 240), (426, 240), (240, 320)])
def test_a_person_cut_off_at_a_border_never_shows_the_cut_inside_the_picture(
    cut: str, file_size: tuple[int, int]
) -> None:
    """The alpha of a box that fills its bounds must reach the border of the picture where the footage cut it off."""
    width, height = file_size
    box = tuple(
        round(edge * size / base) if base - edge > 2 and edge > 2 else (edge if edge <= 2 else size - (base - edge))
        for edge, size, base in zip(CUTS[cut], (width, height) * 2, (640, 480) * 2, strict=True)
    )
    alpha = np.zeros((height, width), np.uint8)
    alpha[box[1] : box[3], box[0] : box[2]] = 255
    colour = np.full((height, width, 3), 128, np.uint8)
    row = foreground(0, size=file_size, box=box)  # type: ignore[arg-type]
    for seed in range(16):
        zoom, left, top = place(row, *np.random.default_rng(seed).random(2), OPTIONS)
        flip = bool(seed % 2)
        where = Combination(
            id="c", foreground="f", original_background="a", target_background="b", split="train", zoom=zoom,
            left=left, top=top, flip=flip, noise=0, seed=0,
        )  # fmt: skip
        for size in (LR_SIZE, HR_SIZE):
            shown = alpha_of(paste(cut_out(colour, alpha, size), where, size), size) / 255
            assert shown.max() > 0.99
            assert_reaches_borders(shown[:, ::-1] if flip else shown, cut)


def assert_reaches_borders(shown: np.ndarray, cut: str) -> None:
    inside = shown > 0.5
    assert inside[-1].any(), "a person ends above the lower border"
    if "left" in cut or "both sides" in cut or cut == "all":
        assert inside[:, 0].any(), "the cut on the left is seen"
    if "right" in cut or "both sides" in cut or cut == "all":
        assert inside[:, -1].any(), "the cut on the right is seen"
    if "top" in cut or cut == "all":
        assert inside[0].any(), "the cut on top is seen"


def test_a_person_too_small_for_a_webcam_is_in_no_combination_and_the_reason_has_figures() -> None:
    """A sliver of 15 % of the height, at the largest zoom of 1.35, is 20 % of the picture's."""
    small = foreground(99, "person-0", box=(0, 408, 120, 480))
    material = Material([*PEOPLE, small], ROOMS, [], [], frozenset())
    rows = plan_combinations(material.foregrounds, ROOMS, [], OPTIONS)
    assert rows == plan_combinations(PEOPLE, ROOMS, [], OPTIONS)
    (told,) = left_alone(rows, material, OPTIONS)
    assert (told.stage, told.reason) == ("combine", "too-small")
    assert "fills 15% of the footage's height, at the largest zoom 20% of the picture's" in told.detail
    closer = CombineOptions(max_zoom=3)
    assert left_alone(plan_combinations([*PEOPLE, small], ROOMS, [], closer), material, closer) == []


def test_people_are_not_held_out_where_no_places_can_be() -> None:
    """Four places: two for training and two to test; nobody is kept for a validation that has none."""
    rows = plan_combinations(PEOPLE, ROOMS[:8], [], OPTIONS)
    assert {row.foreground for row in rows} == {f.id for f in PEOPLE}
    assert {row.split for row in rows} == {"train", "test"}
    assert {row.split for row in plan_combinations(PEOPLE, ROOMS[:6], [], OPTIONS)} == {"train"}


def test_one_person_is_for_training_and_the_other_splits_say_what_they_take() -> None:
    alone = [foreground(n, "Ada") for n in range(3)]
    rows = plan_combinations(alone, ROOMS, [], OPTIONS)
    assert {row.split for row in rows} == {"train"}
    lines = describe(rows, Material(alone, ROOMS, [], [], frozenset()), OPTIONS)
    assert [line.split(";")[0] for line in lines] == ["  train: 36 combinations", "  val: none", "  test: none"]
    assert "two people and four places or more" in lines[2]


def test_where_nothing_is_left_by_review_that_is_told() -> None:
    everybody = frozenset(f.id for f in PEOPLE)
    with pytest.raises(InputError, match="review leaves out all 30; accept some with: bgrsr review open"):
        plan_combinations(PEOPLE, ROOMS, [], OPTIONS, everybody)
    with pytest.raises(InputError, match=r"no two places to combine with, but 1 \(16 backgrounds are rejected by rev"):
        plan_combinations(PEOPLE, ROOMS, [], OPTIONS, frozenset(room.id for room in ROOMS[2:]))


@pytest.mark.parametrize("budget", [1, 4])
def test_under_a_budget_who_had_no_turn_is_not_called_unfit(budget: int) -> None:
    """Nor where a whole split had none: it has places."""
    options = CombineOptions(budget=budget)
    rows = plan_combinations(PEOPLE, ROOMS, [], options)
    assert len(rows) == budget
    assert left_alone(rows, Material(PEOPLE, ROOMS, [], [], frozenset()), options) == []
