"""Fixtures of the training tests: small sizes, one thread, real photographs."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import pytest
from photo_renderer import TINY, PhotoRenderer

from bgrsrgan.config import TrainConfig


@pytest.fixture
def renderer() -> PhotoRenderer:
    return PhotoRenderer(lr_size=TINY.lr_size)


@pytest.fixture
def tiny() -> TrainConfig:
    return TINY
