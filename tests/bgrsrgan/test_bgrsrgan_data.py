from __future__ import annotations

import os
import re
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from published_set import publish_set

from bgrsr_data.errors import InputError
from bgrsrgan.config import TrainConfig
from bgrsrgan.data import Combinations, Draw, Schedule
from bgrsrgan.data.examples import Joined, as_float
from bgrsrgan.data.loader import BATCHES_AHEAD, batches, in_order, split_of, spread, usual_workers
from bgrsrgan.data.schedule import AS_IT_IS
from bgrsrgan.tasks import task_of
from bgrsrgan.workspace_runs import manifest_hash


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
    batch = next(in_order(Combinations(renderer, rows), batch=2))
    pair = renderer.render(rows[1])
    assert batch.lr_frame.shape == (2, 3, 36, 48)
    assert batch.hr_alpha.shape == (2, 1, 72, 96)
    assert (batch.hr_target[1].permute(1, 2, 0).numpy() == pair.hr_target).all()
    assert (batch.hr_alpha[1, 0].numpy() == pair.hr_alpha).all()
    floats = as_float(batch, torch.device("cpu"))
    assert floats.lr_frame[0, 2, 5, 7].item() == pytest.approx(batch.lr_frame[0, 2, 5, 7].item() / 255)


def test_a_mirrored_draw_mirrors_every_picture_of_the_pair(renderer) -> None:
    dataset = Combinations(renderer, renderer.combinations("train"))
    for plain, mirrored in zip(dataset[Draw(0)], dataset[Draw(0, True)], strict=True):
        assert torch.equal(mirrored, plain.flip(-1))


def test_a_recoloured_pair_is_still_the_foreground_over_its_background(renderer) -> None:
    """Where the person is not, the target is the target background, in the new colours too; alpha has none."""
    dataset = Combinations(renderer, renderer.combinations("train"))
    plain, grey = dataset[Draw(0)], dataset[Draw(0, channels=(2, 2, 0))]
    assert torch.equal(grey.lr_frame, plain.lr_frame[[2, 2, 0]])
    away = (grey.hr_alpha == 0).expand(3, -1, -1)
    assert away.any()
    assert torch.equal(grey.hr_target[away], grey.hr_background[away])
    assert torch.equal(grey.hr_alpha, plain.hr_alpha)


def test_kept_pairs_are_rendered_once_and_only_as_many_as_fit(renderer) -> None:
    rows = renderer.combinations("train")[:3]
    size = sum(tensor.nbytes for tensor in Combinations(renderer, rows)[Draw(0)])
    dataset = Combinations(renderer, rows, cache_bytes=2 * size)
    renderer.rendered.clear()
    for _ in range(2):
        for row in range(3):
            dataset[Draw(row)]
    assert [renderer.rendered.count(row.id) for row in rows] == [1, 1, 2]


@pytest.mark.parametrize("workers", [1, 2, 5, None])
def test_any_number_of_threads_gives_the_same_batches(renderer, workers: int | None) -> None:
    schedule = Schedule(count=8, batch=2, seed=0, start=0, stop=6)
    dataset = Combinations(renderer, renderer.combinations("train"), cache_bytes=10**7, crop=(16, 12))
    alone, ahead = list(batches(dataset, schedule, workers=0)), list(batches(dataset, schedule, workers=workers))
    assert len(alone) == len(ahead) == 6
    for one, other in zip(alone, ahead, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_threads_work_no_further_ahead_than_two_batches(renderer) -> None:
    dataset = Combinations(renderer, renderer.combinations("train"))
    made = batches(dataset, Schedule(count=8, batch=2, seed=0, start=0, stop=40), workers=4)
    for taken in range(1, 4):
        next(made)
        time.sleep(0.2)
        assert len(renderer.rendered) <= 2 * (taken + BATCHES_AHEAD)
    made.close()
    assert len(renderer.rendered) <= 2 * (3 + BATCHES_AHEAD)


def test_a_run_that_is_stopped_leaves_no_thread_behind(renderer) -> None:
    dataset = Combinations(renderer, renderer.combinations("train"))
    before = set(threading.enumerate())  # some of them may end by themselves meanwhile
    made = batches(dataset, Schedule(count=8, batch=2, seed=0, start=0, stop=40), workers=3)
    next(made)
    assert set(threading.enumerate()) - before
    with pytest.raises(KeyboardInterrupt):
        made.throw(KeyboardInterrupt)
    assert not set(threading.enumerate()) - before


def test_half_of_the_cores_make_examples_and_processes_of_one_machine_share_them(monkeypatch) -> None:
    for cores, beside, workers in ((1, 1, 1), (2, 1, 1), (8, 1, 4), (8, 2, 2), (64, 1, 8)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, cores=cores: set(range(cores)), raising=False)
        monkeypatch.setenv("LOCAL_WORLD_SIZE", str(beside))
        assert usual_workers() == workers


def test_a_crop_shows_the_same_part_at_every_resolution(renderer) -> None:
    dataset = Combinations(renderer, renderer.combinations("train"), crop=(16, 12))
    whole = Combinations(renderer, renderer.combinations("train"))[Draw(0)]
    places = set()
    for seed in range(1, 9):
        part = dataset[Draw(0, seed=seed)]
        assert [tuple(tensor.shape[-2:]) for tensor in part] == [(12, 16), (12, 16), (24, 32), (24, 32), (24, 32)]
        ((top, left),) = _places(whole.hr_target, part.hr_target)
        assert (top % 2, left % 2) == (0, 0)
        places.add((top, left))
        for big, small, times in zip(whole, part, (1, 1, 2, 2, 2), strict=True):
            y, x = top * times // 2, left * times // 2
            assert torch.equal(small, big[:, y : y + 12 * times, x : x + 16 * times])
    assert len(places) > 4


def _places(whole: torch.Tensor, part: torch.Tensor) -> list[tuple[int, int]]:
    """Where a part is found in a picture."""
    windows = whole.unfold(1, part.shape[1], 1).unfold(2, part.shape[2], 1)
    found = (windows == part[:, None, None]).all(-1).all(-1).all(0)
    return [(int(top), int(left)) for top, left in found.nonzero()]


def test_what_is_measured_is_whole_and_a_schedule_never_draws_the_seed_that_says_so(renderer) -> None:
    dataset = Combinations(renderer, renderer.combinations("train"), crop=(16, 12))
    assert next(in_order(dataset, batch=2)).lr_frame.shape == (2, 3, 36, 48)
    assert all(draw.seed > 0 for draw in _flat(Schedule(count=5000, batch=10, seed=0, start=0, stop=1000)))


def test_a_crop_larger_than_the_picture_is_an_input_error(renderer) -> None:
    dataset = Combinations(renderer, renderer.combinations("train"), crop=(50, 12))
    with pytest.raises(InputError, match="a crop of 50×12 is larger than the picture of 48×36"):
        dataset[Draw(0, seed=1)]


def test_joined_examples_are_those_of_each_part_in_turn(renderer) -> None:
    rows = renderer.combinations("train")
    whole = Combinations(renderer, rows)
    parts = [Combinations(renderer, some) for some in (rows[:3], [], rows[3:])]
    joined = Joined(parts, crop=(16, 12))
    assert len(joined) == len(rows)
    for row in range(len(rows)):
        assert torch.equal(joined[Draw(row)].hr_target, whole[Draw(row)].hr_target)
        assert joined.origin(row) == whole.origin(row)
    assert joined[Draw(7, seed=3)].lr_frame.shape == (3, 12, 16)


@pytest.mark.parametrize("network", ["srgan", "unet-gan", "bgrsr-lite"])
def test_a_run_that_goes_on_in_the_middle_of_an_epoch_sees_what_an_unbroken_one_sees(tmp_path, network: str) -> None:
    publish_set(tmp_path, per_split=5)
    config = TrainConfig(
        network=network, lr_size=(64, 48), crop=(32, 32), sources="combinations", degradation="webcam", recompose=0.5
    )
    schedule = Schedule(count=5, batch=2, seed=3, start=0, stop=5)
    unbroken = list(batches(split_of(task_of(network).examples(tmp_path, config), "train"), schedule))
    examples = split_of(task_of(network).examples(tmp_path, config), "train")
    after = list(batches(examples, replace(schedule, start=3), workers=2))
    for one, other in zip(unbroken[3:], after, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_a_combination_tells_who_is_seen_and_when_and_in_which_clip(tmp_path) -> None:
    publish_set(tmp_path, per_split=1)
    examples = task_of("bgrsr-lite").examples(tmp_path, TrainConfig(lr_size=(64, 48)))("val")
    told = examples.origin(0)
    assert (told.person, told.background, told.clip) == ("astronaut-val", "background-coffee-val", "clip-val")


def test_an_error_in_a_rendering_thread_comes_through_as_it_is(renderer) -> None:
    def fail(combination: object) -> None:
        raise InputError("the file is gone")

    renderer.render = fail
    dataset = Combinations(renderer, renderer.combinations("train"))
    with pytest.raises(InputError, match=r"^the file is gone$"):
        next(batches(dataset, Schedule(count=8, batch=2, seed=0, start=0, stop=2), workers=1))


def test_an_empty_split_is_an_input_error(renderer) -> None:
    renderer.counts["val"] = 0
    with pytest.raises(InputError, match="nothing to learn from in its 'val' split"):
        split_of(renderer.examples, "val")


def test_a_spread_choice_covers_the_whole_list_evenly() -> None:
    assert spread(list(range(100)), 4) == [0, 25, 50, 75]
    assert spread([1, 2], 4) == [1, 2]


def test_the_example_of_the_documentation_runs(tmp_path, monkeypatch, capsys) -> None:
    text = (Path(__file__).parents[2] / "docs" / "training-data.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    publish_set(tmp_path / "my-set", per_split=3)
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "training-data.md", "exec"), {})
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "torch.Size([4, 3, 240, 320]) astronaut-train"
    assert told[3:] == ["torch.Size([4, 3, 480, 640])"] * 3


def test_the_training_loop_of_the_documentation_learns(tmp_path, monkeypatch, capsys) -> None:
    text = (Path(__file__).parents[2] / "docs" / "hand-over.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    publish_set(tmp_path / "my-set", per_split=4)
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    exec(compile(code, "hand-over.md", "exec"), {})
    first, last = (float(line.split(": ")[1]) for line in capsys.readouterr().out.splitlines())
    assert 0 < last < first < 1


@pytest.mark.parametrize(("network", "manifest"), [("srgan", "frames"), ("unet-gan", "trimaps")])
def test_combinations_made_of_files_are_enough_unless_footage_alone_is_asked_for(
    tmp_path, network: str, manifest: str
) -> None:
    publish_set(tmp_path, per_split=2)
    for name in ("clips", "frames", "trimaps"):
        (tmp_path / "manifests" / f"{name}.parquet").unlink()
    config = TrainConfig(network=network, lr_size=(64, 48))
    assert len(task_of(network).examples(tmp_path, config)("val")) == 2
    assert manifest_hash(tmp_path, network, "both") == manifest_hash(tmp_path, "bgrsrgan", "both")
    footage = config.model_copy(update={"sources": "footage"})
    with pytest.raises(InputError, match=manifest):
        task_of(network).examples(tmp_path, footage)("val")
    with pytest.raises(InputError, match="there is no such manifest"):
        manifest_hash(tmp_path, network, "footage")
