"""Where hair may be: around the head, whatever the pose."""

from __future__ import annotations

import numpy as np
from persons import person, standing

from bgrsr_data.trimaps.head import hair_zone, widest_runs


def lines(mask: np.ndarray) -> np.ndarray:
    """The zone of each row."""
    zone = hair_zone(mask)
    assert zone.shape == (mask.shape[0], 1)
    assert zone.dtype == np.float32
    return zone[:, 0]


def test_a_standing_persons_hair_is_around_the_head_and_not_at_the_waist() -> None:
    zone = lines(standing())
    assert (zone[:90] == 1).all()
    assert (zone[150:] == 0).all()


def test_raised_hands_are_passed_over_on_the_way_to_the_head() -> None:
    zone = lines(standing(arms_up=True))
    assert (zone[:90] == 1).all()
    assert (zone[160:] == 0).all()


def test_the_zone_of_a_bust_ends_below_the_head() -> None:
    zone = lines(person())
    assert (zone[:80] == 1).all()
    assert zone[-1] < 1


def test_who_lies_may_have_the_head_at_either_end() -> None:
    zone = hair_zone(np.ascontiguousarray(standing().T))
    assert zone.shape == (1, 340)
    assert zone[0, 60] == 1
    assert zone[0, 300] == 1
    assert zone[0, 170] == 0


def test_a_wide_bust_that_the_lower_border_cuts_off_does_not_lie() -> None:
    bust = np.zeros((150, 400), bool)
    bust[20:80, 170:230] = True
    bust[80:] = True
    assert hair_zone(bust).shape == (150, 1)


def test_a_person_whose_head_the_upper_border_cuts_off_has_no_hair_in_the_picture() -> None:
    assert (lines(np.ascontiguousarray(standing()[100:])) == 0).all()


def test_the_zone_is_the_same_of_a_mirrored_person_and_grows_with_the_person() -> None:
    mask = standing(arms_up=True)
    assert (hair_zone(np.ascontiguousarray(mask[:, ::-1])) == hair_zone(mask)).all()
    twice = lines(np.kron(mask, np.ones((2, 2), bool)))
    assert abs(int((twice > 0).sum()) - 2 * int((lines(mask) > 0).sum())) <= 4


def test_the_widest_run_of_a_line_leaves_out_what_is_beside_it() -> None:
    person_lines = np.array([[0, 0, 0, 0, 0], [1, 1, 0, 1, 0], [1, 1, 1, 1, 1], [0, 0, 0, 0, 1]], np.uint8)
    assert widest_runs(person_lines).tolist() == [0, 2, 5, 1]
