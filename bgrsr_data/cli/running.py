"""Run stages for a command: in a workspace, or on plain files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from bgrsr_data.cli.advice import advise, without_whole
from bgrsr_data.cli.forgetting import say_refused
from bgrsr_data.cli.output import as_dict, raise_for_failures, show
from bgrsr_data.cli.progress import progress_bars
from bgrsr_data.errors import InputError, ToolError
from bgrsr_data.plain import run_on_files
from bgrsr_data.records import RejectionRow, Source
from bgrsr_data.runner import Outcome, run_stage
from bgrsr_data.sources import STAGE as SOURCES
from bgrsr_data.sources import remember
from bgrsr_data.stage import Item
from bgrsr_data.stages import make_stage, stage_as_it_ran
from bgrsr_data.workspace import Workspace


def run_in_workspace(
    name: str,
    given: Mapping[str, Any],
    workspace: Path,
    *,
    workers: int | None,
    as_json: bool,
    max_disk: int | None = None,
    sources: Sequence[Source] = (),
    instead: Sequence[Path] = (),
) -> None:
    """Run one stage; options that are not given stay as they were last run there.

    Args:
        name: The stage.
        given: Its options.
        workspace: The workspace.
        workers: How many processes.
        as_json: Whether the outcome is for programs.
        max_disk: How large the workspace may grow, in bytes.
        sources: What is added to its sources before.
        instead: Folders that `sources` were made of; where one was a source of its own, they take its place.

    Raises:
        ToolError: Items failed.
        DiskFullError: The disk is nearly full, or `max_disk` bytes would be passed.
    """
    place = Workspace(workspace)
    last = place.ledger.options(name)
    before = stage_as_it_ran(name, last).options.model_dump() if last else {}
    stage = make_stage(name, before | dict(given))
    with place.writing(), progress_bars() as progress:
        say_refused(remember(place.ledger, sources))
        place.ledger.drop(SOURCES, without_whole(place.ledger.rows(Source, SOURCES), sources, instead))
        outcome = run_stage(stage, place, workers=workers, max_disk=max_disk, progress=progress)
    show(outcome, as_json=as_json)
    if name == "fetch":
        advise(place.ledger, sources)
    raise_for_failures([outcome])


def run_plain(
    name: str,
    given: Mapping[str, Any],
    items: Iterable[Item[Any]],
    out: Path,
    *,
    workers: int | None,
    as_json: bool,
    max_disk: int | None = None,
    then: Callable[[], None] | None = None,
) -> None:
    """Run one stage on plain files; `then` is called when it has ended, also where items failed.

    Raises:
        InputError: Every item was rejected.
        ToolError: Items failed.
    """
    with progress_bars() as progress:
        outcome, records = run_on_files(
            make_stage(name, given), items, out, workers=workers, max_disk=max_disk, progress=progress
        )
    if as_json:
        made = [{"kind": r.kind} | r.model_dump(mode="json") for r in records]
        typer.echo(json.dumps(as_dict(outcome) | {"rows": made}))
    else:
        show(outcome)
    if then:
        then()
    rejections = [record for record in records if isinstance(record, RejectionRow)]
    _say_rejected(rejections)
    _raise_if_nothing(name, outcome, len(records) - len(rejections), rejections)


def _say_rejected(rejections: Iterable[RejectionRow]) -> None:
    """One line for each item and reason; --json tells every one."""
    alike: dict[tuple[str, str], list[str]] = {}
    for row in rejections:
        alike.setdefault((row.item, row.reason), []).append(row.detail)
    for (item, reason), details in alike.items():
        more = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
        typer.echo(f"rejected: {item}: {reason}: {details[0]}{more}", err=True)


def _raise_if_nothing(name: str, outcome: Outcome, made: int, rejections: list[RejectionRow]) -> None:
    if outcome.failed:
        first = next(iter(outcome.errors.values()))
        raise ToolError(f"{name}: {outcome.failed} of {outcome.worked} failed; the first: {first}")
    if not made and rejections:
        raise InputError(f"{name}: nothing came out; {rejections[0].reason}: {rejections[0].detail}")
