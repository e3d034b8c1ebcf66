"""Whether the adversarial phase does harm: what "without collapse" means, in figures.

A run has collapsed when held-out SSIM is LEAST_DROP or more below what the first phase ended with, when the critic's
scores have run away (real and fake ones further apart than MOST_APART), when a hinge critic tells all pictures apart
(its loss below SATURATED: the generator learns nothing from it), or when the critic drives the generator MOST_DRIVEN
times as much as the truth does. Losses are means over the last WINDOW rows of stats.jsonl.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

LEAST_DROP = 0.03
MOST_APART = 1000.0
SATURATED = 0.02
MOST_DRIVEN = 2.0
WINDOW = 10


class Adversarial(NamedTuple):
    """How the second phase went.

    Attributes:
        psnr_before: Held-out, dB, where it began.
        psnr_after: The last one.
        ssim_before: Held-out, where it began.
        ssim_after: The last one.
        real_score: The critic's, mean over the last rows.
        fake_score: The same.
        discriminator: The critic's loss, likewise.
        adversarial: The generator's weighted loss against it, likewise.
        content: Its loss against the truth, likewise.
    """

    psnr_before: float
    psnr_after: float
    ssim_before: float
    ssim_after: float
    real_score: float
    fake_score: float
    discriminator: float
    adversarial: float
    content: float


def adversarial_phase(stats: Sequence[Mapping[str, Any]], *, begins: int) -> Adversarial | None:
    """How the second phase went so far; None before it was measured.

    Args:
        stats: Rows of stats.jsonl.
        begins: Steps of the first phase.
    """
    measured = [row for row in stats if "ssim" in row]
    before = [row for row in measured if row["step"] <= begins]
    after = [row for row in measured if row["step"] > begins]
    losses = [row for row in stats if "adversarial" in row][-WINDOW:]
    if not (before and after and losses):
        return None
    means = {
        name: sum(row[name] for row in losses) / len(losses)
        for name in ("real_score", "fake_score", "discriminator", "adversarial", "content")
    }
    return Adversarial(before[-1]["psnr"], after[-1]["psnr"], before[-1]["ssim"], after[-1]["ssim"], **means)


def collapses(found: Adversarial, objective: str) -> list[str]:
    """Why a phase has collapsed, a sentence each; none for one that has not.

    Args:
        found: How it went.
        objective: The critic's.
    """
    reasons = []
    if found.ssim_before - found.ssim_after >= LEAST_DROP:
        reasons.append(f"held-out SSIM fell from {found.ssim_before:.3f} to {found.ssim_after:.3f}")
    apart = abs(found.real_score - found.fake_score)
    if apart > MOST_APART:
        reasons.append(f"the critic's scores have run away: real and fake are {apart:.0f} apart")
    if objective == "hinge" and found.discriminator < SATURATED:
        reasons.append(f"the critic tells all apart (its loss is {found.discriminator:.3f}) and teaches nothing")
    if abs(found.adversarial) > MOST_DRIVEN * max(found.content, 1e-9):
        losses = f"{found.adversarial:.3f} against {found.content:.3f}"
        reasons.append(f"the critic drives the generator more than the truth does ({losses})")
    return reasons
