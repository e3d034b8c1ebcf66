"""`bgrsr combine` and its looks at the set: shares, preview, digest, leaks."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

import typer

from bgrsr_data.cli.output import as_dict, raise_for_failures, show
from bgrsr_data.cli.progress import progress_bars
from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.combine.shares import as_dicts, measure_shares
from bgrsr_data.combine.step import Combine, describe, plan, reviewed
from bgrsr_data.errors import InputError
from bgrsr_data.leaks import find_leaks, refuse_leaks
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.records import Background, Clip, Combination, Foreground, Frame, Record
from bgrsr_data.runner import run_stage
from bgrsr_data.stages import make_stage, stage_as_it_ran
from bgrsr_data.workspace import Workspace

R = TypeVar("R", bound=Record)
Folders = tuple[Path, Path]  # what was cut out, and the backgrounds


def combine_workspace(given: Mapping[str, Any], workspace: Path, *, as_json: bool) -> None:
    """Plan in a workspace; options that are not given stay as they were last there.

    Raises:
        InputError: There is nothing to combine, or the splits leak.
    """
    place = Workspace(workspace)
    stage = make_stage(Combine.name, _options(place, given))
    with place.writing(), progress_bars() as progress:
        outcome = run_stage(stage, place, workers=1, progress=progress)
    options = cast(CombineOptions, stage.options)
    material = reviewed(place.ledger, only_accepted=options.only_accepted)
    rows = place.ledger.rows(Combination)
    if as_json:
        shares = measure_shares(rows, material.foregrounds, material.backgrounds, material.frames)
        typer.echo(json.dumps(as_dict(outcome) | {"shares": as_dicts(shares)}))
    else:
        show(outcome)
        typer.echo("\n".join(describe(rows, material, options)))
    raise_for_failures([outcome])


def combine_plain(folders: Folders, given: Mapping[str, Any], out: Path, render: int, *, as_json: bool) -> None:
    """Plan of plain files.

    Raises:
        InputError: A folder is missing or has nothing to combine, or the splits leak.
    """
    from bgrsr_data.combine.files import combine_files

    options = cast(CombineOptions, make_stage(Combine.name, given).options)
    rows, drawn, material = combine_files(*folders, out, options, render=render)
    shares = measure_shares(rows, material.foregrounds, material.backgrounds, material.frames)
    if as_json:
        typer.echo(json.dumps({"combinations": len(rows), "drawn": drawn, "shares": as_dicts(shares)}))
    else:
        told = ", ".join(f"{share.combinations} {share.split}" for share in shares)
        first = f"combine: {len(rows)} combinations ({told}), {drawn} drawn in {out / 'pairs'}"
        typer.echo("\n".join([first, *describe(rows, material, options)]))


def preview_combinations(
    folders: Folders | None, given: Mapping[str, Any], workspace: Path, out: Path | None, count: int, *, as_json: bool
) -> None:
    """Draw a sheet of what these options would give; nothing is planned for good.

    Raises:
        InputError: There is nothing to combine, or the sheet's name is taken.
    """
    from bgrsr_data.combine.files import gather
    from bgrsr_data.combine.preview import draw_preview
    from bgrsr_data.media.contact import sheet_path
    from bgrsr_data.media.images import write_image

    if folders:
        root, options = Path(), cast(CombineOptions, make_stage(Combine.name, given).options)
        material = gather(*folders, root)
    else:
        place = Workspace(workspace)
        root, options = place.root, cast(CombineOptions, make_stage(Combine.name, _options(place, given)).options)
        material = reviewed(place.ledger, only_accepted=options.only_accepted)
    path = sheet_path(out, "combinations")
    rows = plan(material, options)
    if not rows:
        raise InputError("combine: no split has a person and two places; fetch more pictures with --role background")
    write_image(path, draw_preview(rows, material, root.resolve(), count))
    if as_json:
        shares = measure_shares(rows, material.foregrounds, material.backgrounds, material.frames)
        typer.echo(json.dumps({"preview": str(path), "combinations": len(rows), "shares": as_dicts(shares)}))
    else:
        first = f"combine: {path} shows {min(count, len(rows))} of {len(rows):,} combinations that would be planned"
        typer.echo("\n".join([first, *describe(rows, material, options)]))


def check_manifests(root: Path, *, as_json: bool) -> None:
    """Look for leaks in published manifests, wherever they come from.

    Raises:
        InputError: There are no manifests, or their splits leak.
    """
    rows = read_rows(manifest_path(root, Combination), Combination)
    leaks = find_leaks(
        rows,
        foregrounds=_read(root, Foreground),
        backgrounds=_read(root, Background),
        clips=_read(root, Clip),
        frames=_read(root, Frame),
    )
    if as_json:
        typer.echo(json.dumps({"combinations": len(rows), "leaks": [str(leak) for leak in leaks]}))
    refuse_leaks(leaks, f"{root} is not fit to train on")
    if not as_json:
        typer.echo(f"publish: {len(rows):,} combinations in {root}, and no leak between their splits")


def tell_digest(root: Path, workers: int | None, *, as_json: bool) -> None:
    """Hash what the published combinations look like: the same on every machine and any number of workers.

    Raises:
        InputError: Nothing is published there, or files are gone.
    """
    from bgrsr_data.combine.digest import digest
    from bgrsr_data.combine.render import Renderer

    renderer = Renderer(root)
    rows = renderer.combinations()
    sha256 = digest(renderer, rows, workers=workers or os.cpu_count() or 1)
    if as_json:
        typer.echo(json.dumps({"combinations": len(rows), "sha256": sha256}))
    else:
        typer.echo(f"combine: the pixels of {len(rows):,} combinations have the SHA-256 {sha256}")


def _read(root: Path, kind: type[R]) -> list[R]:
    """The rows of one manifest; of plain files there are no clips."""
    path = manifest_path(root, kind)
    return read_rows(path, kind) if path.is_file() else []


def _options(place: Workspace, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was last asked for there, changed by what is given."""
    last = place.ledger.options(Combine.name)
    before = stage_as_it_ran(Combine.name, last).options.model_dump() if last else {}
    return before | dict(given)
