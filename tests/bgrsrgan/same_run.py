"""Whether two training runs are one, to the bit."""

from __future__ import annotations

from pathlib import Path

import torch

from bgrsrgan.loop.state import read_checkpoint

CPU = torch.device("cpu")


def assert_same_run(one: Path, other: Path) -> None:
    """Every tensor of the checkpoints, to the bit, and every row of the stats."""
    assert_same(*(read_checkpoint(folder / "checkpoint.pt", CPU) for folder in (one, other)))
    assert (one / "stats.jsonl").read_text() == (other / "stats.jsonl").read_text()
    assert (one / "best.pt").read_bytes() == (other / "best.pt").read_bytes()


def assert_same(one: object, other: object) -> None:
    """Every tensor within two values, to the bit; but not how long it took."""
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other)
    elif isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one.keys() - {"seconds"}:
            assert_same(one[key], other[key])
    elif isinstance(one, list | tuple):
        assert len(one) == len(other)
        for mine, its in zip(one, other, strict=True):
            assert_same(mine, its)
    else:
        assert one == other
