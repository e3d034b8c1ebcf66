from __future__ import annotations

from fractions import Fraction

import pytest

from bgrsr_data.errors import InputError
from bgrsr_data.media.times import first_out_of_order, parse_section, parse_time


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("95", 95), ("95.5", Fraction(191, 2)), ("01:35", 95), ("1:01:35.25", Fraction(14781, 4)), (" 0:00 ", 0)],
)
def test_a_time_is_exact(text: str, seconds: Fraction) -> None:
    assert parse_time(text) == seconds


@pytest.mark.parametrize("text", ["", "1:75", "61:01:00:00", "1:60:00", "soon", "-5", "1:2:3:4"])
def test_what_is_no_time_is_told(text: str) -> None:
    with pytest.raises(InputError, match="is no time"):
        parse_time(text)


def test_a_section_has_a_start_and_a_later_end() -> None:
    assert parse_section("00:20-01:35") == (20, 95)
    with pytest.raises(InputError, match="ends before it begins"):
        parse_section("01:35-00:20")
    with pytest.raises(InputError, match="is no section"):
        parse_section("01:35")


def test_sections_that_touch_are_in_order_and_those_that_overlap_are_not() -> None:
    sections = [parse_section(text) for text in ("0-10", "10-20", "19.5-30", "5-6")]
    assert first_out_of_order(sections[:2]) is None
    assert first_out_of_order(sections) == 2
    assert first_out_of_order(sections[1::2]) == 1
