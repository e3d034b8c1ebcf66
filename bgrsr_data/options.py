"""What every stage's options have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Options(BaseModel):
    """Options of a stage: part of every item's fingerprint, flags of its command, keys of its recipe step."""

    # Built when first used: the command line knows every option, but a command needs those of one stage.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
