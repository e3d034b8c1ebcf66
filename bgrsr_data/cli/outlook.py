"""bgrsr fetch --plan: what a fetch would bring in, as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from bgrsr_data.cli.output import counted, table
from bgrsr_data.fetch.estimate import Estimate, Span
from bgrsr_data.fetch.step import Fetch
from bgrsr_data.footage_forecast import FootageForecast, forecast_footage
from bgrsr_data.records import Source
from bgrsr_data.sizes import size
from bgrsr_data.stages import make_stage, stage_as_it_ran
from bgrsr_data.workspace import LEDGER, Workspace


def plan_fetch(
    given: Mapping[str, Any], root: Path, added: Sequence[Source], *, workers: int | None, as_json: bool
) -> None:
    """Print what a fetch would come to; nothing is touched.

    Raises:
        InputError: An option is wrong.
    """
    stage = make_stage("fetch", _as_it_ran(root) | dict(given))
    if not isinstance(stage, Fetch):
        raise TypeError(f"the stage fetch is a {type(stage).__name__}")
    forecast = forecast_footage(stage, root, added, workers=workers)
    typer.echo(json.dumps(forecast.as_dict()) if as_json else _describe(forecast))


def _as_it_ran(root: Path) -> dict[str, Any]:
    if not (root / LEDGER).is_file():
        return {}
    place = Workspace(root)
    last = place.ledger.options("fetch")
    place.close()
    return stage_as_it_ran("fetch", last).options.model_dump() if last else {}


def _describe(forecast: FootageForecast) -> str:
    total = forecast.total
    rows = [_row(role, forecast.sources[role], one, forecast.workers) for role, one in forecast.roles.items()]
    if len(rows) > 1:
        rows.append(_row("all", sum(forecast.sources.values()), total, forecast.workers))
    lines = [table(rows) if rows else "nothing to fetch", ""]
    lines += [f"{counted(forecast.unchanged, 'source')} here already"] if forecast.unchanged else []
    lines += [f"cannot be fetched: {one}" for one in forecast.missing]
    lines += [f"--licence refuses {counted(forecast.refused, 'source')}"] if forecast.refused else []
    lines += _notes(forecast, total) if rows else []
    if total.bytes.high > forecast.free_bytes:
        lines.append(f"only {size(forecast.free_bytes)} are free here; --max-disk stops before the disk is full")
    return "\n".join(lines).rstrip()


def _notes(forecast: FootageForecast, total: Estimate) -> list[str]:
    """What the figures mean, and what they leave out."""
    notes = []
    if total.video_s and forecast.measured:
        notes.append("video, time and disk as earlier fetches in this workspace let expect (quartiles)")
    elif total.video_s:
        notes.append(
            "at least: a video comes whole, and how long it goes on after its last section its page alone knows"
        )
    if total.unknown_length:
        notes.append(
            f"time and disk leave out {counted(total.unknown_length, 'video')} of unknown length (no sections)"
        )
    if total.open_ended:
        notes.append(f"{counted(total.open_ended, 'list')} of unknown length: a playlist, channel or annotations")
    if forecast.undecided:
        notes.append(
            f"--licence may refuse {counted(forecast.undecided, 'source')}, whose licence the page alone tells"
        )
    if total.paced_s:
        notes.append(f"of the time, {_duration(total.paced_s)} are the pace that the site allows")
    notes.append(f"{size(forecast.free_bytes)} are free on the disk")
    return notes


def _row(name: str, sources: int, one: Estimate, workers: int) -> dict[str, object]:
    return {
        "role": name,
        "sources": sources,
        "files": f"{one.files:,}{'+' if one.open_ended else ''}",
        "sections": one.sections,
        "asked for": f"{one.asked_s / 60:,.1f} min" if one.asked_s else "-",
        "video": f"{one.video_s / 60:,.1f}+ min" if one.video_s else "-",
        "time": _span(one.seconds(workers), _duration),
        "disk": _span(one.bytes, size),
    }


def _span(span: Span, say: Any) -> str:
    if not span.high:
        return "?"
    low, high = say(span.low), say(span.high)
    return low if low == high else f"{low} to {high}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
