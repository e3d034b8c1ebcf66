"""A run stops before the budget is passed or the disk is full, keeps what is finished, and goes on with more room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from engines.odd_stages import Odd

from bgrsr_data import budget
from bgrsr_data.budget import Budget, reserve_bytes, warn_of_space
from bgrsr_data.engines.result import Told
from bgrsr_data.errors import DiskFullError, InputError
from bgrsr_data.runner import run_stage
from bgrsr_data.sizes import read_size, size
from bgrsr_data.workspace import Workspace


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace.create(tmp_path / "workspace")
    yield made
    made.close()


class HereOdd(Odd):
    """In the driver's process: faster to test."""

    pooled = False


def disk(monkeypatch: pytest.MonkeyPatch, *, free: int, reserve: int = 100) -> None:
    monkeypatch.setattr(budget, "free_bytes", lambda _: free)
    monkeypatch.setattr(budget, "reserve_bytes", lambda _: reserve)


@pytest.mark.parametrize(
    ("text", "number"),
    [("500MB", 500_000_000), ("1.5TB", 1_500_000_000_000), ("50 GB", 50_000_000_000), ("7k", 7000), ("12", 12)],
)
def test_a_size_in_words_is_read(text: str, number: int) -> None:
    assert read_size(text) == number


@pytest.mark.parametrize("text", ["", "GB", "-5GB", "0", "0.0001", "5 GiB", "five", "1e9", "nan"])
def test_what_is_no_size_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match="write it as 500MB"):
        read_size(text)


def test_a_size_that_is_told_can_be_read_again() -> None:
    assert [size(n) for n in (999, 3_200_000, 5e13)] == ["999 B", "3.2 MB", "50.0 TB"]
    assert read_size(size(3_200_000)) == 3_200_000


def test_a_run_ends_before_files_of_the_size_of_those_before_would_pass_the_budget(place: Workspace) -> None:
    deeds = {str(n): f"write {'x' * 94}" for n in range(6)}  # 100 bytes each
    with pytest.raises(DiskFullError, match=r"what is finished is kept"):
        run_stage(HereOdd(deeds), place, max_disk=350)
    assert place.ledger.bytes() == 300
    assert run_stage(HereOdd(deeds), place, max_disk=600).done == 3
    assert place.ledger.bytes() == 600


def test_a_run_that_has_nothing_to_write_is_not_stopped_by_a_budget(place: Workspace) -> None:
    run_stage(HereOdd({"a": "write"}), place)
    assert run_stage(HereOdd({"a": "write"}), place, max_disk=1).unchanged == 1


def test_what_an_item_made_anew_replaces_is_not_counted_twice(place: Workspace) -> None:
    deeds = {str(n): f"write {'x' * 94}" for n in range(3)}
    run_stage(HereOdd(deeds), place, max_disk=300)
    assert run_stage(HereOdd(deeds, version=2), place, max_disk=300).done == 3


def test_the_reserve_of_the_disk_is_never_touched(monkeypatch: pytest.MonkeyPatch, place: Workspace) -> None:
    disk(monkeypatch, free=1000)
    watch = Budget(place.root, 0)
    watch.ask("a", 900)
    with pytest.raises(DiskFullError, match="the disk is full but for a reserve"):
        watch.ask("b", 1)
    disk(monkeypatch, free=99)
    with pytest.raises(DiskFullError):
        run_stage(HereOdd({"a": "write"}), place)
    assert not (place.root / "odd").exists()


def test_bytes_that_are_on_the_disk_already_are_not_expected_once_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    watch = Budget(tmp_path, 0)
    disk(monkeypatch, free=1000)
    watch.ask("a", 800)
    disk(monkeypatch, free=300)  # 700 of them are written
    watch.hear(Told("a", "a.mp4", 700, 800, 700))
    watch.ask("b", 100)
    with pytest.raises(DiskFullError):
        watch.ask("b", 1)


def test_a_small_disk_has_a_small_reserve(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for total, reserve in ((20_000_000, 200_000), (50_000_000_000, 500_000_000), (4_000_000_000_000, 1_000_000_000)):
        usage = budget.shutil._ntuple_diskusage(total, 0, total)  # type: ignore[attr-defined]
        monkeypatch.setattr(budget.shutil, "disk_usage", lambda _, usage=usage: usage)
        assert reserve_bytes(tmp_path / "not" / "there") == reserve


def test_a_forecast_that_does_not_fit_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    disk(monkeypatch, free=1000)
    assert warn_of_space(tmp_path, 100, 800, None) is None
    assert "room for 900 B" in str(warn_of_space(tmp_path, 100, 901, None))
    assert "--max-disk 850 B" in str(warn_of_space(tmp_path, 100, 800, 850))
    assert warn_of_space(tmp_path, 1000, 0, 850) is None
