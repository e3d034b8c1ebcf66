"""What the training of a deblurring network can be told; imports no torch."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bgrsr_data.options import Options


class DeblurTraining(Options):
    """Options of `bgrsr train deblur`."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="Kept in runs/NAME.")] = "deblur"
    width: int = Field(default=24, ge=8, multiple_of=4, description="Channels at half resolution.")
    examples: int = Field(default=1600, ge=16, description="Blurred patches made of the footage, held-out ones beside.")
    patch_px: int = Field(default=128, ge=64, multiple_of=64, description="Side of a patch.")
    longest_px: float = Field(default=20.0, gt=1, description="Longest blur that is made.")
    held_out: float = Field(default=0.25, gt=0, lt=1, description="Share of the clips that it never learns from.")
    steps: int = Field(default=4000, ge=1, description="At most so many steps.")
    batch: int = Field(default=8, ge=1, description="Patches a step.")
    rate: float = Field(default=1e-3, gt=0, description="Highest learning rate; it falls along a cosine.")
    eval_every: int = Field(default=200, ge=1, description="Steps between two measurements on the held-out clips.")
    patience: int = Field(default=5, ge=1, description="Measurements without a gain after which it stops.")
    seed: int = Field(default=0, description="Of patches, first weights and order.")
    threads: int | None = Field(default=None, ge=1, description="Threads of torch; by default one for each core.")
    max_seconds: float | None = Field(default=None, gt=0, description="End in good order after this long.")
