"""What other trainers draw from: the folder of `--format torch`, opened by CombinationDataset and torch's loader."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from handed import OPTIONS, SIZE
from torch.utils.data import DataLoader

from bgrsr_data.combine.render import Renderer
from bgrsr_data.errors import InputError
from bgrsr_data.export.hand_over import hand_over
from bgrsr_data.records import Combination
from bgrsrgan.data import Batch, CombinationDataset, Draw, Schedule

pytestmark = [
    pytest.mark.filterwarnings("ignore:This DataLoader will create:UserWarning"),  # where there is one core
    pytest.mark.filterwarnings("ignore:.* is multi-threaded, use of fork:DeprecationWarning"),  # since Python 3.12
]


@pytest.fixture(scope="module")
def folder(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The set in small, at another place."""
    out = tmp_path_factory.mktemp("torch") / "out"
    hand_over(finished, out, "torch", OPTIONS)
    return out.rename(out.with_name("received"))


def assert_same(one: Batch, other: Batch) -> None:
    assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_the_folder_holds_the_manifests_rows_and_draws_their_pixels(folder: Path, renderer: Renderer) -> None:
    for split in ("train", "val", "test"):
        if not (rows := renderer.combinations(split)):
            continue
        pairs = CombinationDataset(folder, split, size=SIZE)
        assert list(pairs.combinations) == rows
        for number in range(0, len(rows), 7):
            pair, item = renderer.render(rows[number]), pairs[number]
            np.testing.assert_array_equal(item.lr_frame.permute(1, 2, 0), pair.lr_frame)
            np.testing.assert_array_equal(item.lr_background.permute(1, 2, 0), pair.lr_target_background)
            np.testing.assert_array_equal(item.hr_background.permute(1, 2, 0), pair.hr_target_background)
            np.testing.assert_array_equal(item.hr_target.permute(1, 2, 0), pair.hr_target)
            np.testing.assert_array_equal(item.hr_alpha[0], pair.hr_alpha)
            assert pairs.origin(number).time_s == renderer.time_s(rows[number])


def test_the_folder_holds_no_file_that_no_pair_shows(finished: Path, renderer: Renderer, tmp_path: Path) -> None:
    hand_over(finished, tmp_path / "out", "torch", OPTIONS.model_copy(update={"limit": 2}))
    rows = [row for split in ("train", "val", "test") for row in _opened(tmp_path / "out", split)]
    assert len(rows) == 2
    cut = {Path(renderer.foreground(row).alpha_path).parent.as_posix() for row in rows}
    assert {p.parent.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("alpha.png")} == cut


def _opened(folder: Path, split: str) -> list[Combination]:
    return Renderer(folder).combinations(split)


@pytest.mark.parametrize("context", ["fork", "spawn"])
def test_a_loaders_workers_draw_the_same_pairs_in_order_and_need_no_collate_fn(finished: Path, context: str) -> None:
    pairs = CombinationDataset(finished, "train", size=SIZE)
    loader = DataLoader(pairs, batch_size=4, num_workers=2 if context == "fork" else 1, multiprocessing_context=context)
    seen = 0
    for batch in loader:
        assert isinstance(batch, Batch)
        assert batch.hr_target.dtype == torch.uint8
        for number in range(len(batch.hr_target)):
            assert_same(Batch(*(tensor[number] for tensor in batch)), pairs[seen])
            seen += 1
    assert seen == len(pairs)


def test_only_where_the_set_lies_travels_to_a_worker(finished: Path) -> None:
    pairs = CombinationDataset(finished, "train", size=SIZE, augment=True, crop=(32, 32), recompose=0.5)
    sent = pickle.dumps(pairs)
    assert len(sent) < 1000
    again = pickle.loads(sent)
    assert (again.augment, again.crop, again.recompose, len(again)) == (True, (32, 32), 0.5, len(pairs))
    assert_same(again[Draw(1, seed=5)], pairs[Draw(1, seed=5)])


def test_what_is_augmented_follows_from_torchs_seed_and_differs_from_epoch_to_epoch(finished: Path) -> None:
    pairs = CombinationDataset(finished, "train", size=SIZE, augment=True)

    def epochs() -> list[Batch]:
        torch.manual_seed(3)
        loader = DataLoader(pairs, batch_size=len(pairs), shuffle=True, num_workers=2)
        return [batch for _ in range(2) for batch in loader]

    once, again = epochs(), epochs()
    for one, other in zip(once, again, strict=True):
        assert_same(one, other)
    assert not torch.equal(once[0].hr_target, once[1].hr_target)


def test_an_augmented_crop_shows_a_part_and_a_plain_item_the_whole(finished: Path) -> None:
    pairs = CombinationDataset(finished, "train", size=SIZE, augment=True, crop=(32, 24))
    item = pairs[-1]
    assert (item.lr_frame.shape, item.hr_alpha.shape) == ((3, 24, 32), (1, 48, 64))
    plain = CombinationDataset(finished, "train", size=SIZE)
    assert plain[len(plain) - 1].lr_frame.shape == (3, 48, 64)
    assert_same(plain[-1], plain[len(plain) - 1])
    with pytest.raises(IndexError):
        plain[len(plain)]


def test_a_schedule_draws_the_same_with_any_number_of_workers(finished: Path) -> None:
    pairs = CombinationDataset(finished, "train", size=SIZE, augment=True)
    schedule = Schedule(count=len(pairs), batch=3, seed=2, start=1, stop=4)
    alone, helped = (list(DataLoader(pairs, batch_sampler=schedule, num_workers=n)) for n in (0, 2))
    assert len(alone) == 3
    for one, other in zip(alone, helped, strict=True):
        assert_same(one, other)


def test_the_readme_of_the_folder_runs_where_it_lies(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)
    monkeypatch.chdir(folder)
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out == "torch.Size([4, 3, 48, 64])\ntorch.Size([4, 3, 96, 128])\n"


def test_what_cannot_be_opened_is_told_in_one_line(finished: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no split 'training'; known: train, val, test"):
        CombinationDataset(finished, "training")
    with pytest.raises(InputError, match="a size of 321×240 cannot be"):
        CombinationDataset(finished, "train", size=(321, 240))
    with pytest.raises(InputError, match="there is no such manifest"):
        CombinationDataset(tmp_path, "train")
