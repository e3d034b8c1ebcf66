"""Short films of held-out people, to see how much a result flickers.

Two combinations of one clip differ in background, place and light: they are no film. So one combination of a clip is
taken, and the clip's other foregrounds are put into it, in the order in which they were filmed: the person moves, all
else stands still, and the truth is known exactly. What was kept of a clip lies some tenths of a second apart, so that
a person moves more between two frames than in a video; the camera's noise is the same in each. Footage of talking heads
is taken as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import torch
from torch import Tensor

from bgrsrgan.data.combinations import Combinations
from bgrsrgan.data.examples import Examples, as_float
from bgrsrgan.data.loader import in_order, spread
from bgrsrgan.evaluation.cases import BATCH, Maker, Tell
from bgrsrgan.evaluation.figures import Figures, means
from bgrsrgan.metrics.flicker import flicker
from bgrsrgan.tasks import Task

MOST_FILMS, MOST_FRAMES = 4, 8


class Film(NamedTuple):
    """Successive frames of one clip.

    Attributes:
        clip: Its id.
        examples: What its frames are rows of.
        rows: In the order of time.
        times_s: When each was filmed.
    """

    clip: str
    examples: Examples[Any]
    rows: list[int]
    times_s: list[float]

    @property
    def steps_s(self) -> list[float]:
        """From each frame to the next."""
        return [after - before for before, after in pairwise(self.times_s)]


def films_of(examples: Examples[Any]) -> list[Film]:
    """At most MOST_FILMS films of a split, of at most MOST_FRAMES frames; none where there are only stills."""
    clips: dict[str, dict[float, int]] = {}
    rendered = isinstance(examples, Combinations)
    for row in range(len(examples)):
        origin = examples.origin(row)
        if rendered or not origin.background:  # other rendered examples have each a background of their own
            clips.setdefault(origin.clip, {}).setdefault(origin.time_s, row)
    found = {clip: dict(sorted(rows.items())[:MOST_FRAMES]) for clip, rows in sorted(clips.items()) if len(rows) > 1}
    films = [
        Film(clip, examples, list(found[clip].values()), list(found[clip])) for clip in spread(list(found), MOST_FILMS)
    ]
    return [_before_one_background(film) for film in films] if rendered else films


@torch.inference_mode()
def measure_films(
    task: Task[Any],
    films: Sequence[Film],
    makers: Mapping[str, Maker],
    device: torch.device,
    tell: Tell | None = None,
) -> dict[str, Figures]:
    """How much each method flickers; see bgrsrgan.metrics.flicker.

    Args:
        task: What is to be done.
        films: May be none.
        makers: What makes an output of a batch, by method.
        device: Where it is computed.
        tell: Called with ("flicker", done, all).

    Returns:
        By method "flicker", and "alpha_flicker" of one that makes an alpha on the way; nothing where there is no film.
    """
    found: dict[str, list[Figures]] = {name: [] for name in makers}
    for place, film in enumerate(films):
        if tell:
            tell("flicker", place, len(films))
        batches = [as_float(raw, device) for raw in in_order(film.examples, film.rows, batch=BATCH)]
        for name, make in makers.items():
            found[name].append(_flicker(task, batches, make))
    return {name: means(each) for name, each in found.items()}


def _flicker(task: Task[Any], batches: Sequence[Any], make: Maker) -> Figures:
    outputs = [make(batch) for batch in batches]
    images = torch.cat([output.image for output in outputs])
    figures = {"flicker": _mean(images, torch.cat([task.truth(batch) for batch in batches]))}
    pairs = [task.mattes(output, batch) for output, batch in zip(outputs, batches, strict=True)]
    if mattes := [pair for pair in pairs if pair is not None]:
        made, true = (torch.cat(each) for each in zip(*mattes, strict=True))
        figures["alpha_flicker"] = _mean(made, true)
    return figures


def _mean(frames: Tensor, true: Tensor) -> float:
    return float(flicker(frames, true).mean())


def _before_one_background(film: Film) -> Film:
    """The same people at the same times, each put into the film's first combination."""
    dataset: Combinations = film.examples  # type: ignore[assignment]
    first = dataset.combinations[film.rows[0]]
    people = [dataset.combinations[row].foreground for row in film.rows]
    rows = [first.model_copy(update={"foreground": person}) for person in people]
    return film._replace(examples=Combinations(dataset.renderer, rows), rows=list(range(len(rows))))
