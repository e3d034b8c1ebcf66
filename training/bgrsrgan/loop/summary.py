"""How a run ended, as summary.json."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, field_serializer

from bgrsrgan.evaluation.measure import Score
from bgrsrgan.loop.collapse import Adversarial


class Summary(BaseModel):
    """How a run ended: its best figures, and those of the baselines on the same examples.

    Attributes:
        run: The run's folder.
        network: Its name.
        parameters: Trained values of the generator.
        steps: Steps done.
        ended: "whole", or "time" when max_seconds ended it.
        seconds: Wall-clock seconds, over all sittings.
        train_pairs: Examples it learned from.
        measured_on: "val", or "train" where the set is too small to have a validation split.
        measured_pairs: Examples of that split it was measured on.
        best_step: When the best mean generator was kept.
        psnr: dB, of that generator.
        ssim: The same.
        figures: All that was measured of it.
        baselines: PSNR and SSIM of each baseline, by name.
        adversarial: How the second phase went; None where it was not come to.
        collapsed: Why it counts as collapsed (collapse.py), a sentence each; none when it does not.
    """

    model_config = ConfigDict(frozen=True)

    run: str
    network: str
    parameters: int
    steps: int
    ended: Literal["whole", "time"]
    seconds: float
    train_pairs: int
    measured_on: Literal["val", "train"]
    measured_pairs: int
    best_step: int
    psnr: float
    ssim: float
    figures: dict[str, float]
    baselines: dict[str, Score]
    adversarial: Adversarial | None = None
    collapsed: list[str] = []

    @field_serializer("baselines")
    def _named_scores(self, baselines: dict[str, Score]) -> dict[str, dict[str, float]]:
        return {name: score._asdict() for name, score in baselines.items()}

    @field_serializer("adversarial")
    def _named_adversarial(self, adversarial: Adversarial | None) -> dict[str, float] | None:
        return None if adversarial is None else adversarial._asdict()
