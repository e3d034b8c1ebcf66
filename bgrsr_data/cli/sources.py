"""bgrsr sources: lists of sources, made from public ones, looked over and checked."""

from __future__ import annotations

import json as jsonlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bgrsr_data.cli.parameters import JsonOption, WorkspaceOption
from bgrsr_data.errors import InputError

if TYPE_CHECKING:
    from bgrsr_data.workspace import Workspace

HERE = Path()
MIRROR = "BGRSR_LIST_URL"  # in the environment: where the files of a public list are to be taken from instead


def commands(app: typer.Typer) -> None:
    """Add the group to `app`."""
    group = typer.Typer(help="Lists of sources: import public ones, list, check.", no_args_is_help=True)
    group.command("import")(import_list)
    group.command("list")(list_sources)
    group.command("check")(check)
    app.add_typer(group, name="sources")


def import_list(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The public list: hdtf.")],
    folder: Annotated[
        Path | None, typer.Option("--from", help="A folder with the list's files; by default they are downloaded.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The source list; by default NAME.yaml in the workspace.")] = None,
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Turn a public list of footage into a source list.

    hdtf: talking heads of YouTube with time stamps (Zhang et al., CVPR 2021; list CC BY 4.0, the videos their owners').

    Example: bgrsr sources import hdtf -w talkers
    """
    import os

    from bgrsr_data.cli.output import counted
    from bgrsr_data.fetch.lists import PUBLIC_LISTS
    from bgrsr_data.fetch.lists.files import as_text, changed, download, read_folder
    from bgrsr_data.fetch.lists.public import source_list_text
    from bgrsr_data.marked import did_you_mean

    if name not in PUBLIC_LISTS:
        raise InputError(f"'{name}' is no public list that bgrsr knows{did_you_mean(name, PUBLIC_LISTS)}")
    public = PUBLIC_LISTS[name]
    files = read_folder(public, folder) if folder else download(public, os.environ.get(MIRROR))
    for file in changed(public, files):
        typer.echo(f"{folder}/{file}: is not the published version that bgrsr was tried with", err=True)
    listing = public.parse({file: as_text(data) for file, data in files.items()})
    place = out or _root(workspace) / f"{name}.yaml"
    _write(place, source_list_text(public, listing))
    for fault in listing.faults:
        typer.echo(f"{'left out' if fault.left_out else 'mended'}: {fault}", err=True)
    counts = listing.counts()
    if json:
        faults = [vars(fault) for fault in listing.faults]
        typer.echo(jsonlib.dumps({"path": str(place), **counts, "faults": faults}))
        return
    told = [counted(int(counts[key]), key.removesuffix("s")) for key in ("videos", "sections", "persons")]
    odd = f"odd rows: {counts['left_out']} left out, {counts['mended']} mended"
    typer.echo(f"{place}: {', '.join(told)}, {counts['minutes']:,.1f} minutes; {odd}")
    typer.echo(f"next: bgrsr fetch {place} --plan -w {workspace}, and then without --plan")


def list_sources(workspace: WorkspaceOption = HERE, json: JsonOption = False) -> None:
    """List the sources that a workspace knows, and what came of each.

    Example: bgrsr sources list -w talkers
    """
    from bgrsr_data.cli.output import table
    from bgrsr_data.workspace import Workspace

    rows = _standing(Workspace(workspace))
    if json:
        typer.echo(jsonlib.dumps(rows))
    elif not rows:
        typer.echo("no source yet; add some with: bgrsr fetch TARGET")
    else:
        keys = ("name", "role", "licence", "sections", "clips", "state")
        typer.echo(table([{key: row[key] for key in keys} for row in rows]))


def check(
    source_list: Annotated[Path, typer.Argument(metavar="LIST", help="A source list (YAML).")],
    json: JsonOption = False,
) -> None:
    """Check a source list: every mistake, with its line.

    Example: bgrsr sources check manifests/footage.yaml
    """
    from bgrsr_data.cli.output import counted
    from bgrsr_data.fetch.sources import check_sources

    sources, mistakes = check_sources(source_list)
    if json:
        told = [vars(mistake) for mistake in mistakes]
        typer.echo(jsonlib.dumps({"sources": len(sources), "mistakes": told}))
    else:
        for mistake in mistakes:
            typer.echo(f"{source_list}, line {mistake.line}: {mistake.what}")
    if mistakes:
        raise InputError(f"{source_list}: {counted(len(mistakes), 'mistake')}")
    if not json:
        roles = Counter(str(source.role) for source in sources)
        typer.echo(f"{source_list}: {counted(len(sources), 'source')}, no mistake" + _among(roles))


def _among(roles: Counter[str]) -> str:
    return f" ({', '.join(f'{n} {role}' for role, n in roles.items())})" if roles else ""


def _root(workspace: Path) -> Path:
    """The workspace's folder; one that is named and not there is made."""
    from bgrsr_data.workspace import Workspace

    place = Workspace(workspace) if workspace == HERE else Workspace.create(workspace)
    place.close()
    return workspace


def _write(place: Path, text: str) -> None:
    """Write a source list, but over nothing that a person may have written."""
    from bgrsr_data.media.files import write_bytes

    data = text.encode()
    try:
        if place.exists() and place.read_bytes() != data:
            raise InputError(f"{place}: is there already, and says other things; move it, or give another --out")
        write_bytes(place, data)
    except OSError as error:
        raise InputError(f"{place}: cannot be written ({error.strerror})") from error


def _standing(workspace: Workspace) -> list[dict[str, object]]:
    """Every source, with the clips that it gave and how its fetching ended."""
    from bgrsr_data.records import Clip, RejectionRow, Source
    from bgrsr_data.runner import plan_stage
    from bgrsr_data.sources import STAGE
    from bgrsr_data.stages import stage_as_it_ran

    ledger = workspace.ledger
    items = ledger.items("fetch")
    clips = Counter(clip.source for clip in ledger.rows(Clip, "fetch"))
    plan = plan_stage(stage_as_it_ran("fetch", ledger.options("fetch") or "{}"), workspace)
    stale = {item.id for item in plan.pending}
    unfit = {row.item: row.reason for row in ledger.rows(RejectionRow, "fetch")}

    def state(identifier: str) -> str:
        item = items.get(identifier)
        if item is None:
            return "not fetched"
        if item.status == "done":
            return "stale" if identifier in stale else "fetched"
        return f"{item.status}: {item.error or unfit.get(identifier, '')}"

    return [
        {
            **source.model_dump(include={"id", "name", "role", "licence", "url", "path", "person"}),
            "sections": len(source.sections),
            "clips": clips[source.id],
            "state": state(source.id),
        }
        for source in sorted(ledger.rows(Source, STAGE), key=lambda source: source.name)
    ]
