from __future__ import annotations

import pytest
import torch

from bgrsr_data.errors import InputError
from bgrsrgan.data import CombinationDataset, Draw, Schedule
from bgrsrgan.data.examples import as_float
from bgrsrgan.data.loader import batches, in_order, split_of, spread
from bgrsrgan.data.schedule import AS_IT_IS


def _flat(schedule: Schedule) -> list[Draw]:
    return [draw for draws in schedule for draw in draws]


def test_an_epoch_sees_every_combination_once_and_the_next_in_another_order() -> None:
    draws = [draw.row for draw in _flat(Schedule(count=10, batch=5, seed=3, start=0, stop=4))]
    assert sorted(draws[:10]) == sorted(draws[10:]) == list(range(10))
    assert draws[:10] != draws[10:]


def test_a_batch_across_two_epochs_leaves_nothing_out() -> None:
    draws = [draw.row for draw in _flat(Schedule(count=5, batch=2, seed=0, start=0, stop=5))]
    assert sorted(draws) == sorted([*range(5)] * 2)


def test_a_schedule_that_starts_late_goes_on_as_an_unbroken_one() -> None:
    whole = list(Schedule(count=7, batch=3, seed=1, start=0, stop=12))
    assert list(Schedule(count=7, batch=3, seed=1, start=5, stop=12)) == whole[5:]


def test_another_seed_gives_another_order_and_variation_can_be_left_out() -> None:
    one, other = (_flat(Schedule(count=50, batch=10, seed=seed, start=0, stop=5)) for seed in (0, 1))
    assert one != other
    assert {draw.mirrored for draw in one} == {True, False}
    assert 15 < sum(draw.channels == AS_IT_IS for draw in one) < 35
    plain = _flat(Schedule(count=50, batch=10, seed=0, start=0, stop=5, vary=False))
    assert plain == [Draw(draw.row, seed=draw.seed) for draw in one]


def test_a_batch_has_the_renderers_pixels_with_channels_first(renderer) -> None:
    rows = renderer.combinations("train")
    batch = next(in_order(CombinationDataset(renderer, rows), batch=2))
    pair = renderer.render(rows[1])
    assert batch.lr_frame.shape == (2, 3, 36, 48)
    assert batch.hr_alpha.shape == (2, 1, 72, 96)
    assert (batch.hr_target[1].permute(1, 2, 0).numpy() == pair.hr_target).all()
    assert (batch.hr_alpha[1, 0].numpy() == pair.hr_alpha).all()
    floats = as_float(batch, torch.device("cpu"))
    assert floats.lr_frame[0, 2, 5, 7].item() == pytest.approx(batch.lr_frame[0, 2, 5, 7].item() / 255)


def test_a_mirrored_draw_mirrors_every_picture_of_the_pair(renderer) -> None:
    dataset = CombinationDataset(renderer, renderer.combinations("train"))
    for plain, mirrored in zip(dataset[Draw(0)], dataset[Draw(0, True)], strict=True):
        assert torch.equal(mirrored, plain.flip(-1))


def test_a_recoloured_pair_is_still_the_foreground_over_its_background(renderer) -> None:
    """Where the person is not, the target is the target background, in the new colours too; alpha has none."""
    dataset = CombinationDataset(renderer, renderer.combinations("train"))
    plain, grey = dataset[Draw(0)], dataset[Draw(0, channels=(2, 2, 0))]
    assert torch.equal(grey.lr_frame, plain.lr_frame[[2, 2, 0]])
    away = (grey.hr_alpha == 0).expand(3, -1, -1)
    assert away.any()
    assert torch.equal(grey.hr_target[away], grey.hr_background[away])
    assert torch.equal(grey.hr_alpha, plain.hr_alpha)


def test_kept_pairs_are_rendered_once_and_only_as_many_as_fit(renderer) -> None:
    rows = renderer.combinations("train")[:3]
    size = sum(tensor.nbytes for tensor in CombinationDataset(renderer, rows)[Draw(0)])
    dataset = CombinationDataset(renderer, rows, cache_bytes=2 * size)
    renderer.rendered.clear()
    for _ in range(2):
        for row in range(3):
            dataset[Draw(row)]
    assert [renderer.rendered.count(row.id) for row in rows] == [1, 1, 2]


def test_rendering_ahead_in_threads_gives_the_same_batches(renderer) -> None:
    schedule = Schedule(count=8, batch=2, seed=0, start=0, stop=6)
    dataset = CombinationDataset(renderer, renderer.combinations("train"), cache_bytes=10**7)
    alone, ahead = list(batches(dataset, schedule)), list(batches(dataset, schedule, workers=2))
    assert len(alone) == len(ahead) == 6
    for one, other in zip(alone, ahead, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_an_error_in_a_rendering_thread_comes_through_as_it_is(renderer) -> None:
    def fail(combination: object) -> None:
        raise InputError("the file is gone")

    renderer.render = fail
    dataset = CombinationDataset(renderer, renderer.combinations("train"))
    with pytest.raises(InputError, match=r"^the file is gone$"):
        next(batches(dataset, Schedule(count=8, batch=2, seed=0, start=0, stop=2), workers=1))


def test_an_empty_split_is_an_input_error(renderer) -> None:
    renderer.counts["val"] = 0
    with pytest.raises(InputError, match="nothing to learn from in its 'val' split"):
        split_of(renderer.examples, "val")


def test_a_spread_choice_covers_the_whole_list_evenly() -> None:
    assert spread(list(range(100)), 4) == [0, 25, 50, 75]
    assert spread([1, 2], 4) == [1, 2]
