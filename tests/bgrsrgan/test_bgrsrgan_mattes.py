"""What a matting network learns from: trimaps as drawn by hand, and the alpha of what the camera saw."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from combine.painted import combination, set_of
from photo_renderer import _person
from published_set import commit, fill_set

from bgrsr_data.media.colour import to_linear
from bgrsr_data.media.images import write_image
from bgrsr_data.records import Clip, Foreground, Trimap
from bgrsr_data.trimaps.draw import BACKGROUND, FOREGROUND, UNKNOWN
from bgrsr_data.workspace import Workspace
from bgrsrgan.config import TrainConfig
from bgrsrgan.data import Draw
from bgrsrgan.data.examples import as_float
from bgrsrgan.data.loader import in_order
from bgrsrgan.data.mattes import (
    CocoMattes,
    CombinationMattes,
    Matte,
    coco_persons,
    draw_by_hand,
    outlined,
    part_around,
    shrink_trimap,
)
from bgrsrgan.networks import Output
from bgrsrgan.tasks.matting import Matting, guess, levels


def _rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_trimap_drawn_by_hand_is_right_where_it_is_sure_and_open_where_the_person_is_soft() -> None:
    alpha = _person(False)[1]
    soft, found = (alpha > 25) & (alpha < 230), []
    for seed in range(8):
        trimap = draw_by_hand(alpha, _rng(seed))
        assert np.isin(trimap, [BACKGROUND, UNKNOWN, FOREGROUND]).all()
        assert (alpha[trimap == FOREGROUND] > 127).mean() > 0.97, "all but small holes"
        assert (alpha[trimap == BACKGROUND] < 128).mean() > 0.995
        found.append((trimap[soft] == UNKNOWN).mean())
    assert np.mean(found) > 0.95


def test_where_the_border_cuts_a_person_off_nothing_is_unknown_along_it() -> None:
    alpha = _person(False)[1]
    for seed in range(8):
        last = draw_by_hand(alpha, _rng(seed))[-1, 120:330]
        assert (last == FOREGROUND).all()


def test_no_two_hands_draw_alike_and_one_hand_draws_the_same_again() -> None:
    alpha = _person(False)[1]
    open_px = [int((draw_by_hand(alpha, _rng(seed)) == UNKNOWN).sum()) for seed in range(12)]
    assert max(open_px) > 1.4 * min(open_px)
    assert np.array_equal(draw_by_hand(alpha, _rng(3)), draw_by_hand(alpha, _rng(3)))


def test_an_annotated_outline_is_a_few_pixels_off_and_keeps_holes_but_no_specks() -> None:
    person = np.zeros((240, 320), np.uint8)
    person[40:220, 100:220] = 1
    person[100:160, 130:180] = 0
    person[10:13, 10:13] = 1
    for seed in range(8):
        mask = outlined(person, _rng(seed))
        assert not mask[:20, :20].any()
        assert not mask[115:145, 145:165].any()
        assert mask[60:85, 120:200].all()
        assert 0 < (mask[30:230, 90:230] != person[30:230, 90:230]).mean() < 0.12


def test_a_person_thinner_than_the_band_is_unknown_as_a_whole() -> None:
    alpha = np.zeros((120, 160), np.uint8)
    alpha[:, 78:82] = 255
    trimap = draw_by_hand(alpha, _rng())
    assert (trimap[10:-10, 79:81] == UNKNOWN).all()
    assert set(np.unique(trimap)) == {BACKGROUND, UNKNOWN}


@pytest.mark.parametrize(
    "told", [{}, {"kernel": "bilinear"}, {"blur_px": 5.0, "blur_angle": 30.0}, {"flip": True, "left": 0.2}]
)
def test_alpha_is_the_persons_share_of_the_light_that_the_camera_took(tmp_path: Path, told: dict[str, object]) -> None:
    """White before black, the light of a pixel is the alpha."""
    alpha = np.zeros((48, 64), np.uint8)
    alpha[8:40, 20:33] = 255
    alpha[4:8, 20:33] = 100
    row = combination(**told)
    renderer = set_of(tmp_path, np.full((48, 64, 3), 255, np.uint8), alpha, {"a": (0, 0, 0), "b": (9, 9, 9)}, row)
    matte = CombinationMattes(renderer, [row])[Draw(0)]
    light = to_linear(matte.image.permute(1, 2, 0).numpy())[..., 1]
    np.testing.assert_allclose(light, matte.alpha[0].numpy() / 255, atol=0.011)
    assert matte.alpha.max() > 250


def _row(left: int, top: int, width: int, height: int) -> Trimap:
    return Trimap(
        id="trimap-1", clip="clip-coco", annotation=7, person="person-coco", path="t/trimap.png", mask="t/mask.png",
        sha256="0", width=width, height=height, left=left, top=top, area_px=99, band_px=9,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("box", "picture", "size", "rows", "columns"),
    [
        ((200, 100, 60, 80), (640, 480), (160, 120), slice(80, 200), slice(150, 310)),  # not blown up
        ((20, 100, 60, 80), (100, 480), (160, 120), slice(100, 175), slice(0, 100)),  # unless the picture is narrow
        ((100, 50, 300, 360), (640, 480), (160, 120), slice(50, 410), slice(10, 490)),  # all of the person
        ((20, 10, 380, 620), (427, 640), (160, 120), slice(10, 330), slice(0, 427)),  # or the head
        ((560, 400, 80, 80), (640, 480), (160, 120), slice(360, 480), slice(480, 640)),  # within the picture
    ],
)
def test_a_cocos_person_is_seen_as_by_a_camera(box, picture, size, rows, columns) -> None:
    found = part_around(_row(*box), picture, size)
    assert [(part.start, part.stop) for part in found] == [(part.start, part.stop) for part in (rows, columns)]


def test_a_pixel_of_a_smaller_trimap_is_sure_only_if_all_of_it_is() -> None:
    trimap = np.full((4, 6), UNKNOWN, np.uint8)
    trimap[:2] = BACKGROUND
    trimap[2:, :3] = FOREGROUND
    assert shrink_trimap(trimap, (3, 2)).tolist() == [[0, 0, 0], [255, 128, 128]]


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A COCO person beside the combinations; she is the one whom those of "test" show."""
    workspace = Workspace.create(tmp_path)
    rgb, alpha = _person(True)
    row = _row(40, 30, 300, 400)
    place = np.s_[30:430, 40:340]
    trimap = draw_by_hand(alpha, _rng())[place]
    for path, picture in ((row.path, trimap), ("t/alpha.png", alpha[place]), ("c.png", rgb), ("t/fg.png", rgb[place])):
        write_image(tmp_path / path, np.ascontiguousarray(picture))
    clip = Clip(
        id=row.clip, source="s", role="coco", person=row.person, licence="CC0-1.0", creator="me", title="t",
        path="c.png", sha256="1", media="still", width=512, height=512, frames=1, duration=Fraction(0), codec="png",
    )  # fmt: skip
    cut = Foreground(
        id="foreground-coco", clip=row.clip, original=row.id, person=row.person, alpha_path="t/alpha.png",
        foreground_path="t/fg.png", sha256="2", width=300, height=400, box_left=0, box_top=0, box_right=300,
        box_bottom=400, score=1.0, scores={},
    )  # fmt: skip
    commit(workspace, "fetch", [clip])
    commit(workspace, "trimap", [row, cut], item=row.clip)
    fill_set(workspace, people={"test": row.person}, per_split=2)
    return tmp_path


def test_a_coco_person_is_where_the_combinations_put_her(published: Path) -> None:
    found = {split: [one.trimap.id for one in coco_persons(published, split)] for split in ("train", "val", "test")}
    assert found == {"train": [], "val": [], "test": ["trimap-1"]}


def test_a_coco_person_is_a_picture_its_trimap_and_its_alpha(published: Path) -> None:
    dataset = CocoMattes(published, coco_persons(published, "test"), (160, 120))
    matte = dataset[Draw(0)]
    assert [tuple(tensor.shape) for tensor in matte] == [(3, 120, 160), (1, 120, 160), (1, 120, 160)]
    assert (matte.alpha[matte.trimap == 255] > 200).float().mean() > 0.95
    assert (matte.alpha[matte.trimap == 0] < 55).float().mean() > 0.95
    assert dataset.origin(0)[:4] == ("trimap-1", "person-coco", "", "clip-coco")


def test_a_matter_learns_from_coco_or_combinations_or_both(published: Path) -> None:
    def count(sources: str) -> int:
        config = TrainConfig(network="unet-gan", lr_size=(64, 48), sources=sources)  # type: ignore[arg-type]
        return len(Matting().examples(published, config)("test"))

    assert (count("footage"), count("combinations"), count("both")) == (1, 2, 3)


def test_trimaps_are_drawn_anew_in_training_and_stay_in_measurements(published: Path) -> None:
    config = TrainConfig(network="unet-gan", lr_size=(64, 48))
    examples = Matting().examples(published, config)("train")
    seen = [examples[Draw(0, seed=seed)] for seed in (0, 0, 1, 2)]
    assert torch.equal(seen[0].trimap, seen[1].trimap)
    assert not torch.equal(seen[2].trimap, seen[3].trimap)
    assert torch.equal(seen[2].image, seen[3].image)
    mirrored = examples[Draw(0, True, seed=1)]
    assert torch.equal(mirrored.trimap, seen[2].trimap.flip(-1))


def test_levels_are_exact_and_the_trimap_guesses_half_where_it_does_not_know() -> None:
    batch = _batch(trimap=[0, 128, 255, 128], alpha=[0, 255, 255, 0])
    assert levels(batch.trimap).flatten().tolist() == [0, 0.5, 1, 0.5]
    figures = Matting().figures(guess(batch), batch)
    assert figures["unknown_mse"].tolist() == pytest.approx([250], rel=1e-5), "¼ in thousandths"
    assert figures["sad"].tolist() == pytest.approx([1e-3], rel=1e-5)


def test_what_the_trimap_knows_costs_nothing_unless_as_published() -> None:
    batch = _batch(trimap=[0, 128, 255, 128], alpha=[0, 255, 255, 0])
    right = Output(image=torch.tensor([0.9, 1.0, 0.3, 0.0]).view(1, 1, 1, 4))
    config = TrainConfig(network="unet-gan")
    terms = Matting().content_terms(right, batch, config)
    assert sum(terms.values()).item() == pytest.approx(0, abs=1e-6)
    wrong = Matting().content_terms(Output(image=torch.full((1, 1, 1, 4), 0.5)), batch, config)
    assert wrong["alpha"].item() == pytest.approx(np.log(2), rel=1e-4), "per unknown pixel"
    published = config.model_copy(update={"as_published": True, "pixel_loss": "mse"})
    assert Matting().content_terms(right, batch, published)["pixel"].item() == pytest.approx((0.81 + 0.49) / 4)


def test_the_critic_sees_the_person_that_the_alpha_cuts_out(published: Path) -> None:
    task = Matting()
    examples = task.examples(published, TrainConfig(network="unet-gan", lr_size=(64, 48)))("test")
    batch = as_float(next(in_order(examples, batch=3)), torch.device("cpu"))
    seen = task.judged(batch.alpha, batch)
    assert seen.shape == batch.image.shape
    assert (seen[(batch.alpha == 0).expand(-1, 3, -1, -1)] == 0).all()
    whole = (batch.alpha == 1).expand(-1, 3, -1, -1)
    assert torch.equal(seen[whole], batch.image[whole])


def _batch(*, trimap: list[int], alpha: list[int]) -> Matte:
    trimaps, alphas = (torch.tensor(values, dtype=torch.uint8).view(1, 1, 1, -1) for values in (trimap, alpha))
    return as_float(Matte(torch.zeros(1, 3, 1, len(trimap), dtype=torch.uint8), trimaps, alphas), torch.device("cpu"))


@pytest.mark.parametrize("pixels", [0, 2])
def test_a_person_too_small_for_an_outline_is_unknown_as_a_whole(pixels: int) -> None:
    alpha = np.zeros((40, 40), np.uint8)
    alpha[20, 20 : 20 + pixels] = 255
    for seed in range(20):
        trimap = draw_by_hand(alpha, np.random.default_rng(seed))
        assert set(np.unique(trimap)) == ({BACKGROUND, UNKNOWN} if pixels else {BACKGROUND})
        assert (trimap[alpha > 0] == UNKNOWN).all()
