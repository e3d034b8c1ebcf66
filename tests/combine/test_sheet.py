"""The preview's sheet: what it says below the pictures is what the rows hold."""

from __future__ import annotations

import pytest

from bgrsr_data.combine.preview import _captions
from bgrsr_data.records import Combination

ROW = Combination(
    id="c", foreground="f", original_background="a", target_background="b", split="train", zoom=1.0, left=0, top=0,
    flip=False, noise=0, seed=0,
)  # fmt: skip


@pytest.mark.parametrize(("cast", "told"), [(0.06, "cast +0.06,"), (-0.05, "cast -0.05,"), (0.0, "cast +0.00,")])
def test_the_cast_is_told_as_the_option_counts_it(cast: float, told: str) -> None:
    row = ROW.model_copy(update={"light": (1 + cast, 1.0, 1 - cast)})
    assert told in _captions(row, {"f": "Ada"}, {"a": "hall", "b": "yard"})[2]
