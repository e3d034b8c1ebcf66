"""Fixtures of the training tests: small sizes, one thread, real photographs."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import pytest
from photo_renderer import TINY, PhotoRenderer

from bgrsrgan.config import TrainConfig


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """However many cores there are, and whatever a training before has set; afterwards as before."""
    if importlib.util.find_spec("torch") is None:
        yield
        return
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def renderer() -> PhotoRenderer:
    return PhotoRenderer(lr_size=TINY.lr_size)


@pytest.fixture
def tiny() -> TrainConfig:
    return TINY
