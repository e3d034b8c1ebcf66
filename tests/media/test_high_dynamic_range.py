"""PQ and HLG: refused by name, or brought down to what a screen shows, against figures of the standards."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from av.video.reformatter import ColorPrimaries, ColorTrc
from colour_chart import chart, encode, patches

from bgrsr_data.errors import Rejection
from bgrsr_data.media import coding
from bgrsr_data.media.beside import Beside
from bgrsr_data.media.light import (
    REFERENCE_WHITE,
    compress_highlights,
    display_light,
    nits_to_pq,
    pq_to_nits,
    to_bt709,
    tone_map,
)
from bgrsr_data.media.picture import Picture
from bgrsr_data.media.video import VideoReader, decode

PQ = {"colorspace": 9, "color_range": 1, "color_primaries": 9, "color_trc": 16}
HLG = PQ | {"color_trc": 18}
TO_2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])  # ITU-R BT.2087-0


def srgb(linear: np.ndarray) -> np.ndarray:
    return 255 * np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)


def graded(tmp_path: Path, nits: np.ndarray) -> Path:
    """(N, 3) linear BT.2020 light, in cd/m², as PQ."""
    frame = chart("yuv444p10le", 720, 9, colours=255 * nits_to_pq(nits))
    return encode(tmp_path / "graded.mkv", frame, "ffv1", {}, **PQ)


def shown(clip: Path) -> np.ndarray:
    with VideoReader(clip, tone_map=True) as reader:
        return patches(next(iter(reader)).rgb())


def test_pq_is_that_of_the_standard() -> None:
    """SMPTE ST 2084: 0, 100, 203 (ITU-R BT.2408, 58 %), 1000 and 10000 cd/m²."""
    nits, coded = np.array([0, 100, 203, 1000, 10000.0]), [0.0, 0.5081, 0.5807, 0.7518, 1.0]
    assert nits_to_pq(nits) == pytest.approx(coded, abs=1e-4)
    assert pq_to_nits(nits_to_pq(nits)) == pytest.approx(nits, rel=1e-9, abs=1e-9)


def test_hlg_is_that_of_the_standard() -> None:
    """ITU-R BT.2408: 75 % of HLG is reference white, 203 cd/m² on a screen of 1000; 100 % is its peak."""
    coded = np.array([[0.0] * 3, [0.75] * 3, [1.0] * 3]) * 65535
    light = display_light(coded.round().astype(np.uint16), 65535, ColorTrc.ARIB_STD_B67)
    assert light[:, 0] == pytest.approx([0, 203, 1000], rel=2e-3)


def test_the_curve_keeps_what_is_below_its_knee_and_ends_at_the_target() -> None:
    """ITU-R BT.2390-11, 5.4.1 with peaks of 1000 and 203: maxLum .7724, knee 1.5 × .7724 - .5 = .6586."""
    source, target = nits_to_pq(np.array([1000.0, 203.0]))
    knee = (1.5 * target / source - 0.5) * source
    below, above = np.linspace(0, knee, 50), np.linspace(knee, source, 200)
    assert compress_highlights(below, source, target) == pytest.approx(below)
    curve = compress_highlights(above, source, target)
    assert curve[-1] == pytest.approx(target)
    assert (np.diff(curve) > 0).all()
    halfway = knee + (source - knee) / 2  # T = ½: P = KS / 2 + (1 - KS) / 8 + maxLum / 2
    expected = (0.6586 / 2 + (1 - 0.6586) / 8 + 0.7724 / 2) * source
    assert compress_highlights(np.array([halfway]), source, target) == pytest.approx([expected], abs=1e-4)


def test_mid_tones_are_as_bright_against_reference_white_as_they_were_graded(tmp_path: Path) -> None:
    nits = np.array([0, 1, 10, 40, 80.0])[:, None].repeat(3, axis=1)
    assert np.abs(shown(graded(tmp_path, nits)) - srgb(nits / REFERENCE_WHITE)).max() <= 1


def test_white_and_grey_stay_neutral_and_highlights_keep_their_order(tmp_path: Path) -> None:
    nits = np.array([80, 150, 203, 400, 600, 1000.0])[:, None].repeat(3, axis=1)
    levels = shown(graded(tmp_path, nits))
    assert np.ptp(levels, axis=1).max() <= 1
    assert (np.diff(levels[:, 1]) > 0).all()
    assert levels[-1, 1] == 255


def test_colours_of_hdr_keep_their_hue(tmp_path: Path) -> None:
    """A green screen at 60 cd/m² and skin, in BT.709 light, coded with the wide primaries and PQ."""
    linear = np.array([[0.02, 0.35, 0.06], [0.55, 0.35, 0.25], [0.03, 0.06, 0.4]])
    nits = 80 * linear @ TO_2020.T
    assert np.abs(shown(graded(tmp_path, nits)) - srgb(80 * linear / REFERENCE_WHITE)).max() <= 2


def test_highlights_of_one_hue_stay_of_it() -> None:
    bright = np.array([[900.0, 450.0, 90.0]], np.float32)
    mapped = tone_map(bright, 1000)
    assert mapped[0] / mapped[0, 0] == pytest.approx(bright[0] / bright[0, 0], rel=1e-4)
    assert mapped.max() <= REFERENCE_WHITE


def test_wide_primaries_have_the_matrix_of_the_standard() -> None:
    assert np.linalg.inv(to_bt709(ColorPrimaries.BT2020)) == pytest.approx(TO_2020, abs=1e-4)
    assert to_bt709(ColorPrimaries.SMPTE431) @ np.ones(3) == pytest.approx(np.ones(3))


def test_hlg_is_shown_with_neutral_greys_in_order(tmp_path: Path) -> None:
    coded = np.array([0, 0.2, 0.4, 0.5, 0.75, 0.9, 1.0])[:, None].repeat(3, axis=1)
    clip = encode(tmp_path / "hlg.mkv", chart("yuv444p10le", 720, 9, colours=255 * coded), "ffv1", {}, **HLG)
    levels = shown(clip)
    assert np.ptp(levels, axis=1).max() <= 1
    assert (np.diff(levels[:, 1]) > 0).all()
    assert (levels[0, 0], levels[-1, 0]) == (0, 255)
    low = 1000 * (0.2**2 / 3) ** 1.2  # below the knee: display light α E^γ, as graded
    assert abs(levels[1, 1] - srgb(np.array(low / REFERENCE_WHITE))) <= 1


@pytest.mark.parametrize(("tags", "name"), [(PQ, "PQ"), (HLG, "HLG")])
def test_it_is_refused_by_name_unless_asked_for(tmp_path: Path, tags: dict[str, int], name: str) -> None:
    clip = encode(tmp_path / "hdr.mkv", chart("yuv420p10le", 96, 9), "ffv1", {}, **tags)
    with pytest.raises(Rejection, match=name) as told:
        list(decode(clip))
    assert told.value.reason == "hdr"


def x265(path: Path, transfer: int, **params: str) -> Path:
    told = ":".join(f"{key}={value}" for key, value in params.items())
    options = {"x265-params": f"log-level=none:bframes=0:{told}", "preset": "ultrafast"}
    tags = {"colorspace": 9, "color_primaries": 9, "color_trc": transfer} if transfer != 2 else {}
    return encode(path, chart("yuv420p10le", 96, 9), "libx265", options, **tags)


GRADED = {"master-display": "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(40000000,50)"}


def test_hdr_without_a_tag_is_told_by_the_screen_it_was_graded_on(tmp_path: Path) -> None:
    clip = x265(tmp_path / "untagged.mp4", 2, **GRADED)
    for tone_map_it in (False, True):
        with VideoReader(clip, tone_map=tone_map_it) as reader, pytest.raises(Rejection, match="not tagged") as told:
            list(reader)
        assert told.value.reason == "hdr"


def test_the_peak_of_the_screen_it_was_graded_on_is_read(tmp_path: Path) -> None:
    for clip, peak in ((x265(tmp_path / "4000.mp4", 16, **GRADED), 4000), (x265(tmp_path / "untold.mp4", 16), 1000)):
        with VideoReader(clip, tone_map=True) as reader:
            picture: Picture = next(iter(reader))
            assert coding.peak_of(picture.frame) == peak


def test_dolby_vision_without_a_base_picture_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """No encoder at hand writes its metadata, so it is put beside the frame; tagged as PQ there is a base picture."""
    monkeypatch.setattr(coding, "beside", lambda frame, kind: b"rpu" if kind is Beside.DOVI_RPU_BUFFER else b"")
    frame = chart("yuv420p10le", 96, 9)
    frame.color_trc = 2
    with pytest.raises(Rejection, match=r"Dolby Vision .* \(profile 5\)"):
        coding.coding_of(frame)
    frame.color_trc = 16
    assert coding.coding_of(frame).transfer == ColorTrc.SMPTE2084
