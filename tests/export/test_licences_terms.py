"""What licences allow, and what follows for a picture made of several."""

from __future__ import annotations

from itertools import permutations

import pytest

from bgrsr_data.export.terms import NONE, mix, terms_of


@pytest.mark.parametrize(
    ("licence", "commercial", "derivatives", "share_alike", "credit"),
    [
        ("CC BY-NC-SA 2.0", False, True, True, True),
        ("cc-by-4.0", True, True, False, True),
        ("by-nd", True, False, False, True),
        ("CC0", True, True, False, False),
        ("Public Domain Mark 1.0", True, True, False, False),
        ("MIT", True, True, False, True),
        ("ODbL-1.0", True, True, True, True),
        ("Pexels License", True, True, False, False),
        ("All rights reserved", False, False, None, None),
        ("unknown", None, None, None, None),
        ("whatever a person wrote", None, None, None, None),
    ],
)
def test_a_licence_says_what_it_asks_and_allows(
    licence: str, commercial: bool | None, derivatives: bool | None, share_alike: bool | None, credit: bool | None
) -> None:
    terms = terms_of(licence)
    assert (terms.commercial, terms.derivatives, terms.share_alike, terms.attribution) == (
        commercial, derivatives, share_alike, credit,
    )  # fmt: skip


def test_only_what_is_known_to_forbid_nothing_is_open() -> None:
    told = {name: terms_of(name).is_open for name in ("CC-BY-4.0", "CC-BY-SA-2.0", "CC0-1.0", "MIT", "public-domain")}
    assert all(told.values())
    shut = ("CC-BY-NC-4.0", "CC-BY-ND-2.0", "unknown", "youtube-standard", "Free for use by anyone", "unsplash")
    assert not any(terms_of(name).is_open for name in shut)


def test_the_text_of_a_licence_is_found_at_its_address() -> None:
    assert terms_of("CC BY-NC-SA 2.0").address == "https://creativecommons.org/licenses/by-nc-sa/2.0/"
    assert terms_of("CC-BY-3.0-US").address == "https://creativecommons.org/licenses/by/3.0/us/"
    assert terms_of("CC-BY").address == ""  # of which version, nobody told
    assert terms_of("MIT").address == "https://spdx.org/licenses/MIT.html"


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (["CC0-1.0", "CC0-1.0"], "CC0-1.0"),
        (["CC0-1.0", "CC-BY-2.0", "CC-BY-4.0"], "CC-BY-4.0"),
        (["CC-BY-4.0", "CC-BY-NC-2.0"], "CC-BY-NC-2.0"),
        (["CC-BY-4.0", "CC-BY-SA-2.0"], "CC-BY-SA-2.0"),
        (["CC-BY-SA-2.0", "CC-BY-SA-4.0"], "CC-BY-SA-4.0"),  # "or a later version"
        (["CC-BY-NC-4.0", "CC-BY-NC-SA-2.0"], "CC-BY-NC-SA-2.0"),
        (["MIT", "CC0-1.0"], "MIT"),
        (["BSD-3-Clause", "CC-BY-2.0", "MIT"], "CC-BY-2.0 AND BSD-3-Clause AND MIT"),
        (["CC-BY-4.0", "unknown"], "unknown"),
        (["CC-BY-4.0", "youtube-standard", "unknown"], "youtube-standard"),
        (["CC0-1.0", "Pexels License"], "pexels"),
        (["CC-BY-4.0", "CC-BY-ND-4.0"], NONE),
        (["CC-BY-ND-4.0"], NONE),
        (["unknown", "CC-BY-NC-ND-2.0"], NONE),
        (["CC-BY-SA-4.0", "CC-BY-NC-SA-4.0"], NONE),
        (["CC-BY-SA-4.0", "CC-BY-NC-4.0"], NONE),
        (["CC-BY-SA-1.0", "CC-BY-SA-2.0"], NONE),  # 1.0 knows of no later version
        (["CC-BY-SA-4.0", "ODbL-1.0"], NONE),
    ],
)
def test_a_combination_is_under_the_strictest_of_its_parts_in_whatever_order(parts: list[str], whole: str) -> None:
    for order in permutations(parts):
        assert mix(order).licence == whole
    assert bool(mix(parts).conflict) is (whole == NONE)


def test_only_what_may_not_be_changed_is_barred_and_contradictions_are_told() -> None:
    assert mix(["CC0-1.0", "CC-BY-NC-ND-2.0"]).forbidden
    contradiction = mix(["CC-BY-SA-2.0", "CC-BY-NC-SA-2.0"])
    assert not contradiction.forbidden
    assert contradiction.conflict.startswith("CC-BY-NC-SA-2.0 and CC-BY-SA-2.0 each ask")


def test_what_one_part_asks_the_whole_asks_and_what_one_does_not_allow_the_whole_does_not() -> None:
    terms = mix(["CC0-1.0", "CC-BY-4.0", "unknown"]).terms
    assert (terms.attribution, terms.commercial, terms.derivatives) == (True, None, None)
    assert mix(["unknown", "CC-BY-NC-4.0"]).terms.commercial is False
