"""Draws: in their ranges, from names alone, and none hangs on another one's range."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from combine.conftest import background, foreground

from bgrsr_data.combine.draw import LOTS, draw_lots, draw_row
from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.records import Combination

OPTIONS = CombineOptions()
OFF = CombineOptions(
    light_match=0, max_cast=0, max_wrap=0, max_shadow=0, max_spill=0, max_blur=0, max_noise=0, kernel_share=0,
    codec_share=0,
)  # fmt: skip


def rows(options: CombineOptions = OPTIONS, count: int = 2000) -> list[Combination]:
    one, other = background("a"), background("b")
    return [draw_row(foreground(n), one, other, "train", options) for n in range(count)]


def test_lots_are_the_same_on_every_machine() -> None:
    """As printf '0\\x1ff\\x1fa\\x1fb\\x1f0' | openssl dgst -shake128 -xoflen 60 says, by words of 32 bits."""
    told = {"distance": "74cf5690", "across": "16bfd90f", "seed": "638722ad"}
    lots = draw_lots(0, "f", "a", "b", 0)
    assert list(lots) == list(LOTS)
    for name, word in told.items():
        assert lots[name] == int.from_bytes(bytes.fromhex(word), "little") / 2**32


def test_lots_are_spread_evenly_and_independent() -> None:
    drawn = np.array([list(draw_lots(0, n).values()) for n in range(4000)])
    assert (drawn >= 0).all()
    assert (drawn < 1).all()
    assert np.abs(drawn.mean(0) - 0.5).max() < 0.02
    assert np.abs(drawn.var(0) - 1 / 12).max() < 0.005
    assert np.abs(np.corrcoef(drawn.T) - np.eye(len(LOTS))).max() < 0.06


def test_every_value_is_within_what_the_options_allow_and_reaches_for_its_ends() -> None:
    drawn = rows()
    for name, low, high in (
        ("match", 0, OPTIONS.light_match), ("wrap", 0, OPTIONS.max_wrap), ("shadow", 0, OPTIONS.max_shadow),
        ("spill", 0, OPTIONS.max_spill), ("blur_px", 0, OPTIONS.max_blur), ("blur_angle", 0, 180),
        ("noise", 0, OPTIONS.max_noise),
    ):  # fmt: skip
        values = [getattr(row, name) for row in drawn]
        assert low <= min(values) <= low + 0.01 * (high - low), name
        assert high - 0.01 * (high - low) <= max(values) <= high, name
    for name in ("shadow", "blur_px"):
        assert 0.46 < sum(getattr(row, name) == 0 for row in drawn) / len(drawn) < 0.54, name
    casts = np.array([row.light for row in drawn])
    assert np.abs(casts.sum(1) - 3).max() < 1e-9
    assert 0.9 * OPTIONS.max_cast < np.abs(casts[:, 0] - 1).max() <= OPTIONS.max_cast + 1e-9


def test_codecs_and_kernels_come_in_their_shares() -> None:
    drawn = rows(CombineOptions(codec_share=0.4, kernel_share=0.6, min_quality=70, max_qp=24))
    codecs, kernels = Counter(row.codec for row in drawn), Counter(row.kernel for row in drawn)
    for share, counted in ((0.6, codecs["none"]), (0.2, codecs["jpeg"]), (0.2, codecs["h264"]), (0.4, kernels["area"])):
        assert abs(counted / len(drawn) - share) < 0.03
    for kernel in ("bilinear", "bicubic", "lanczos"):
        assert abs(kernels[kernel] / len(drawn) - 0.2) < 0.03
    assert {row.quality for row in drawn if row.codec == "none"} == {100}
    assert {row.quality for row in drawn if row.codec == "jpeg"} == set(range(70, 96))
    assert {row.quality for row in drawn if row.codec == "h264"} == set(range(18, 25))


def test_an_effect_that_is_switched_off_leaves_all_other_draws_as_they_are() -> None:
    of_field = {
        "light_match": {"match"}, "max_cast": {"light"}, "max_wrap": {"wrap"}, "max_shadow": {"shadow"},
        "max_spill": {"spill"}, "max_blur": {"blur_px"}, "max_noise": {"noise"}, "kernel_share": {"kernel"},
        "codec_share": {"codec", "quality"},
    }  # fmt: skip
    before = rows(count=50)
    for option, names in of_field.items():
        after = rows(OPTIONS.model_copy(update={option: 0}), 50)
        for was, now in zip(before, after, strict=True):
            differ = {name for name in type(was).model_fields if getattr(was, name) != getattr(now, name)}
            assert differ <= names | {"id"}
        assert after != before


def test_with_everything_off_nothing_is_done_to_the_person_but_placing() -> None:
    for row in rows(OFF, 20):
        told = row.model_dump()
        plain = {n: f.get_default(call_default_factory=True) for n, f in Combination.model_fields.items()}  # type: ignore[call-arg]
        changed = {name for name, value in told.items() if name in plain and value != plain[name]}
        assert changed <= {
            "id", "foreground", "original_background", "target_background", "split", "zoom", "left", "top", "flip",
            "seed", "noise", "blur_angle",
        }  # fmt: skip
        assert row.noise == 0


@pytest.mark.parametrize("changed", ["foreground", "original", "target", "copy", "seed"])
def test_another_name_draws_everything_anew(changed: str) -> None:
    names = {"foreground": foreground(0), "original": background("a"), "target": background("b")}
    other = names | {"foreground": foreground(1), "original": background("c"), "target": background("d")}
    args = {name: (other if name == changed else names)[name] for name in names}
    options = CombineOptions(seed=7) if changed == "seed" else OPTIONS
    one = draw_row(**names, split="train", options=OPTIONS)  # type: ignore[arg-type]
    two = draw_row(**args, split="train", options=options, copy=int(changed == "copy"))  # type: ignore[arg-type]
    assert one.id != two.id
    assert one.seed != two.seed
    assert (one.noise, one.left) != (two.noise, two.left)


def test_a_webcam_shows_the_person_in_the_middle_and_large() -> None:
    person = foreground(0, size=(1280, 720), box=(500, 200, 780, 720))
    one, other = background("a"), background("b")
    middles, heights = [], []
    for number in itertools.count():
        row = draw_row(person, one, other, "train", OPTIONS, copy=number)
        scale = row.zoom / person.height
        middles.append((row.left + (person.box_left + person.box_right) / 2 * scale) / OPTIONS.aspect)
        heights.append((person.box_bottom - person.box_top) * scale)
        if number == 500:
            break
    assert 0.37 < min(middles) < 0.4
    assert 0.6 < max(middles) < 0.63
    assert 0.59 < min(heights) < 0.62
    assert 0.9 < max(heights) < 0.93
