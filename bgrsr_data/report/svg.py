"""Charts as SVG that belongs to the page: its font, its colours in light and dark, its text to be searched.

matplotlib draws (without its global state); what a browser decides better than a drawing is taken out again. Colours
are drawn as the keys of `INKS` and become the page's CSS variables.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, SOFT, BAR, WASH, MARK = "#010203", "#010204", "#010205", "#010206", "#010207"
SERIES = ("#010301", "#010302", "#010303", "#010304")
INKS = {INK: "ink", SOFT: "soft", BAR: "bar", WASH: "band", MARK: "bad"} | {
    colour: f"line-{number}" for number, colour in enumerate(SERIES, 1)
}
_DROPPED = (
    (re.compile(r"\A.*?(?=<svg )", re.DOTALL), ""),
    (re.compile(r"<metadata>.*?</metadata>\s*", re.DOTALL), ""),
    (re.compile(r"<defs>\s*<style.*?</style>\s*</defs>\s*", re.DOTALL), ""),
    (re.compile(r'(<svg [^>]*?)width="[^"]*" height="[^"]*" '), r"\1"),
    (re.compile(r' xmlns(?::xlink)?="[^"]*"'), ""),
    (re.compile(r"xlink:href"), "href"),
    (re.compile(r' id="[A-Za-z0-9.]+_\d+"'), ""),
    (re.compile(r"font-family: [^;\"]*;? ?"), ""),
    (re.compile(r' transform="rotate\(-?0 [^"]*"'), ""),
    (re.compile(r'(\d+\.\d)\d+(?=[ "\n])'), r"\1"),  # of coordinates; what is written is followed by another tag
    (re.compile(r"\n *"), " "),
)


@contextmanager
def drawing(width_in: float, height_in: float) -> Iterator[Figure]:
    """A figure to draw on, in the page's manner."""
    import matplotlib as mpl  # noqa: PLC0415 - slow
    from matplotlib.figure import Figure  # noqa: PLC0415

    manner: dict[Any, Any] = {
        "font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": SOFT,
        "axes.linewidth": 0.6, "xtick.color": SOFT, "ytick.color": SOFT, "xtick.labelcolor": INK,
        "ytick.labelcolor": INK, "axes.labelcolor": INK, "text.color": INK, "legend.labelcolor": INK,
        "legend.frameon": False, "lines.linewidth": 1.4, "xtick.major.size": 3, "ytick.major.size": 3,
    }  # fmt: skip
    with mpl.rc_context(manner):
        yield Figure(figsize=(width_in, height_in), layout="constrained")


def to_svg(figure: Figure, title: str) -> str:
    """Write a figure as an `<svg>` element; the same text for the same drawing.

    Args:
        figure: Drawn within `drawing`.
        title: What it shows, for those who hear the page; unique on the page, since the inner ids are made from it.
    """
    import matplotlib as mpl  # noqa: PLC0415 - slow
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415

    buffer = io.BytesIO()
    figure.patch.set_visible(False)
    for axis in figure.axes:
        axis.patch.set_visible(False)
    with mpl.rc_context({"svg.hashsalt": title, "svg.fonttype": "none"}):
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})  # type: ignore[no-untyped-call]
    text = buffer.getvalue().decode()
    for pattern, instead in _DROPPED:
        text = pattern.sub(instead, text)
    for colour, name in INKS.items():
        text = text.replace(colour, f"var(--{name})")
    return text.replace("<svg ", f'<svg class="chart" role="img" aria-label="{_attribute(title)}" ', 1).strip()


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
