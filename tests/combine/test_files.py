"""Combining plain files: one person is in one split, and what cannot be combined is named."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from combine.conftest import foreground

from bgrsr_data.combine.files import combine_files
from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.errors import InputError
from bgrsr_data.ledger import Done, Ledger
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.media.images import write_image
from bgrsr_data.records import Foreground
from bgrsr_data.workspace import OUT_LEDGER

ALPHA = np.full((24, 16), 255, np.uint8)


def cut_out(folder: Path, alpha: np.ndarray = ALPHA, size: tuple[int, int] = (24, 16)) -> None:
    write_image(folder / "alpha.png", alpha)
    write_image(folder / "fg.png", np.full((*size, 3), len(folder.name), np.uint8))


def persons(folder: Path) -> list[str]:
    for room in range(4):
        write_image(folder / "rooms" / f"{room}.png", np.full((40, 50, 3), 40 * room, np.uint8))
    combine_files(folder / "keyed", folder / "rooms", folder / "out", CombineOptions(per_foreground=1), render=0)
    rows = read_rows(manifest_path(folder / "out", Foreground), Foreground)
    return [row.person for row in sorted(rows, key=lambda row: row.alpha_path)]


def test_the_ledger_beside_the_results_tells_who_is_seen(tmp_path: Path) -> None:
    (tmp_path / "keyed").mkdir()
    with closing(Ledger(tmp_path / "keyed" / OUT_LEDGER, create=True)) as ledger:
        for number in range(2):
            cut_out(tmp_path / "keyed" / f"{number}")
            row = foreground(number).model_copy(update={"person": "talker", "alpha_path": f"{number}/alpha.png"})
            ledger.commit(Done("key", f"{number}", "", "done"), [row])
    cut_out(tmp_path / "keyed" / "another")
    assert persons(tmp_path) == ["talker", "talker", "another"]


def test_without_a_ledger_the_picture_of_a_trimap_is_the_person(tmp_path: Path) -> None:
    for name in ("trimaps/1/11", "trimaps/2/21", "trimaps/2/22", "photo"):
        cut_out(tmp_path / "keyed" / name)
    assert persons(tmp_path) == ["photo", "1", "2", "2"]


def test_hidden_files_are_no_pictures(tmp_path: Path) -> None:
    cut_out(tmp_path / "keyed" / "a")
    for hidden in (tmp_path / "rooms" / "._0.png", tmp_path / "keyed" / "b" / "alpha" / "._0.png"):
        hidden.parent.mkdir(parents=True, exist_ok=True)
        hidden.write_bytes(b"what a Mac leaves")
    (tmp_path / "keyed" / "b" / "fg").mkdir()
    (tmp_path / "keyed" / "b" / "fg" / "._0.png").write_bytes(b"what a Mac leaves")
    assert persons(tmp_path) == ["a"]


def test_an_empty_alpha_and_two_sizes_are_named(tmp_path: Path) -> None:
    cut_out(tmp_path / "keyed" / "empty", ALPHA // 2)
    with pytest.raises(InputError, match=r"empty/alpha\.png: shows nobody"):
        persons(tmp_path)
    cut_out(tmp_path / "keyed" / "empty", size=(23, 16))
    with pytest.raises(InputError, match=r"empty/alpha\.png: is of another size"):
        persons(tmp_path)
