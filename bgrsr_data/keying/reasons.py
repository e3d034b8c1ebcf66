"""Why a key scored as it did, in words, worst first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

_MOST = 4
_POOR = 0.5  # a score below has a reason, be it a small one


class _Reason(NamedTuple):
    """A figure that speaks against a key beyond `bound`.

    Attributes:
        figure: Its name in the scores.
        bound: Where it begins to be a reason; a figure twice as far off weighs twice as much.
        says: What it is called; "value" and "percent" of it may be named.
        least: True where low values are bad.
    """

    figure: str
    bound: float
    says: str
    least: bool = False

    def weight(self, value: float) -> float:
        """How far the value is beyond the bound, as a multiple of it; below 1 it is no reason."""
        return (1 - value) / (1 - self.bound) if self.least else value / self.bound

    def words(self, value: float) -> str:
        """The reason with its figure."""
        return self.says.format(value=value, percent=f"{100 * value:.{0 if value >= 0.1 else 1}f} %")


_REASONS = (
    _Reason("studio", 0.005, "the studio beside the screen is kept: {percent} of the frame"),
    _Reason("holes", 0.03, "holes in the subject: {percent} of it"),
    _Reason("islands", 0.005, "loose pieces beside the subject: {percent} of it"),
    _Reason("dispute", 3.0, "parts of the subject have nearly the screen's colour"),
    _Reason("spill", 0.12, "the screen's colour is left on the edge: {percent} of it"),
    _Reason("chroma_lost", 0.7, "the codec has blurred the edge's colour: {percent} of its detail"),
    _Reason("noise", 0.04, "noise: {percent} of the screen's colour"),
    _Reason("ripple", 0.02, "the screen is uneven in detail: {percent} off its clean plate"),
    _Reason("evenness", 0.8, "the screen is uneven ({value:.2f} of 1)", least=True),
    _Reason("saturation", 0.45, "the screen's colour is weak ({value:.2f} of 1)", least=True),
    _Reason("coverage", 0.25, "little screen is seen: {percent} of the frame", least=True),
    _Reason("band", 0.3, "much is neither surely subject nor surely screen: {percent} of the frame"),
    _Reason("edge_px", 16.0, "the edge is {value:.0f} px wide"),
    _Reason("flicker", 3.0, "the edge flickers where nothing moves: {value:.1f} (dtSSD)"),
)


def reasons(scores: Mapping[str, float]) -> list[str]:
    """Say what speaks against a key.

    Args:
        scores: The figures of `bgrsr_data.keying.quality.judge`, or of a row; those that are missing say nothing.

    Returns:
        At most four reasons, the worst first; none when the key is clean.
    """
    known = [reason for reason in _REASONS if reason.figure in scores]
    worst = sorted(known, key=lambda reason: -reason.weight(scores[reason.figure]))
    bad = [reason for reason in worst if reason.weight(scores[reason.figure]) >= 1]
    if not bad and scores.get("score", 1.0) < _POOR:
        bad = worst[:1]
    return [reason.words(scores[reason.figure]) for reason in bad[:_MOST]]
