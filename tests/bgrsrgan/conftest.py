"""Fixtures of the training tests: small sizes, one thread, real photographs."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import pytest
from photo_renderer import PhotoRenderer

from bgrsrgan.config import TrainConfig

LR_SIZE = (48, 36)


@pytest.fixture
def renderer() -> PhotoRenderer:
    return PhotoRenderer(lr_size=LR_SIZE)


@pytest.fixture
def tiny() -> TrainConfig:
    """Six steps of both phases on frames of 48×36, measured and kept every second step."""
    return TrainConfig(
        lr_size=LR_SIZE,
        batch=2,
        pixel_steps=4,
        adversarial_steps=2,
        eval_every=2,
        checkpoint_every=2,
        log_every=1,
        threads=1,
        device="cpu",
    )
