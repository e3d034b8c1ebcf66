"""Which rows a person means: the picture in view, what is selected, or all that a view shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bgrsr_data.errors import InputError
from bgrsr_data.review.plugin.acts import Aim


def root_of(dataset: Any) -> Path:
    """The workspace that a dataset shows.

    Raises:
        InputError: It is none of ours.
    """
    ours = dataset.info.get("bgrsr") if dataset is not None else None
    if not ours:
        raise InputError("this dataset is not one of bgrsr; open one with: bgrsr review open")
    return Path(ours["workspace"])


def stage_of(dataset: Any) -> str:
    """What a dataset shows: foregrounds, frames, trimaps or combinations; "" of one that is not ours."""
    ours = dataset.info.get("bgrsr") if dataset is not None else None
    return str(ours["stage"]) if ours else ""


def samples_of(dataset: Any) -> Any:
    """All samples of a dataset, those of every slice."""
    return dataset.select_group_slices(_allow_mixed=True)


def is_of_a_view(ctx: Any) -> bool:
    """Whether neither a picture is open nor any is selected, so that the whole view is meant."""
    return not ctx.current_sample and not ctx.selected


def take_aim(ctx: Any) -> Aim:
    """Find the rows that are meant.

    Args:
        ctx: FiftyOne's `ExecutionContext`.

    Raises:
        InputError: Nothing is.
    """
    return Aim(root_of(ctx.dataset), _seen(ctx))


def next_unjudged(ctx: Any) -> tuple[str, str] | None:
    """Find the first picture without a verdict after the one in view, then from the start of the view.

    Returns:
        Its sample and its group; None where all are judged.
    """
    samples, groups, verdicts, rows = ctx.view.values(["id", "group.id", "verdict", "row"])
    open_row = take_aim(ctx).rows[0] if ctx.current_sample else None
    start = rows.index(open_row) + 1 if open_row in rows else 0
    for i in (*range(start, len(samples)), *range(start)):
        if verdicts[i] is None and rows[i] != open_row:
            return samples[i], groups[i]
    return None


def _seen(ctx: Any) -> dict[str, str]:
    if is_of_a_view(ctx) and not ctx.has_custom_view:
        raise InputError("nothing is selected: tick pictures, open one, or narrow the view to judge all of it")
    if is_of_a_view(ctx):
        view = ctx.view
    else:
        view = samples_of(ctx.dataset).select([ctx.current_sample] if ctx.current_sample else ctx.selected)
    seen = dict(zip(*view.values(["row", "content"]), strict=True))
    if not seen:
        raise InputError("the view is empty: nothing is judged")
    return seen
