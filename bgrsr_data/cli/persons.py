"""`bgrsr trimap`: what it tells beside its rows, in a workspace and on plain files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import typer

from bgrsr_data.errors import InputError
from bgrsr_data.licences import is_known, meant
from bgrsr_data.ownership import claim_file
from bgrsr_data.records import Clip, Record
from bgrsr_data.stage import Item
from bgrsr_data.trimaps.listing import NAME, Pictured, list_persons, pictured, pictured_of_clip, write_listing
from bgrsr_data.trimaps.step import CocoImage, DrawTrimaps
from bgrsr_data.workspace import OUT_LEDGER, Workspace

OVERVIEW = "overview"


def read_licences(written: str | None) -> tuple[str, ...]:
    """Licences as a person lists them, as cc-by,cc0.

    Raises:
        InputError: One is none, or a slip.
    """
    licences = tuple(one.strip() for one in (written or "").split(",") if one.strip())
    for one in licences:
        if probable := meant(one):
            raise InputError(f"trimap: --licence {one} is no licence that is known; did you mean '{probable}'?")
        if not is_known(one):
            raise InputError(f"trimap: --licence {one} is no licence")
    return licences


def after_plain(
    items: list[Item[CocoImage]], out: Path, images: Path, *, overview: bool, quiet: bool
) -> Callable[[], None]:
    """What is left to do when all persons are drawn: write the listing, and the sheets where they are asked for.

    Raises:
        InputError: There is a listing or a sheet that we did not write: it may be the annotations themselves.
    """
    if items:
        for path in (out / NAME, (out / OVERVIEW).with_suffix(".png"))[: 1 + overview]:
            _claim(path)

    def write() -> None:
        place = Workspace(out, ledger=OUT_LEDGER)
        try:
            told = [pictured(item, _rows(place, item.id), place.root) for item in items]
        finally:
            place.close()
        persons = write_listing(out / NAME, told)
        if not quiet:
            typer.echo(f"trimap: {persons} persons in {out / NAME}")
        if overview:
            _draw(told, out, images, out / OVERVIEW, quiet=quiet, before=_claim)

    return write


def overview_of_workspace(workspace: Path, *, quiet: bool) -> None:
    """Draw the sheets of a workspace's persons into trimaps/."""
    place = Workspace(workspace)
    clips = [clip for clip in place.ledger.rows(Clip, "fetch") if clip.role == "coco" and clip.annotations]
    told = [pictured_of_clip(clip, _rows(place, clip.id), place.root) for clip in clips]
    folder = str(DrawTrimaps.folder)
    _draw(told, place.root, place.root, place.root / folder / OVERVIEW, quiet=quiet)


def _rows(place: Workspace, item: str) -> list[Record]:
    return list(place.ledger.rows_of_item(DrawTrimaps.name, item))


def _claim(path: Path) -> None:
    """Make sure that a file in a folder of plain results is ours to write."""
    place = Workspace.create(path.parent, ledger=OUT_LEDGER)
    try:
        with place.writing():
            claim_file(place.ledger, DrawTrimaps.name, path.name, place.root)
    finally:
        place.close()


def _draw(
    told: list[Pictured],
    root: Path,
    images: Path,
    stem: Path,
    *,
    quiet: bool,
    before: Callable[[Path], None] | None = None,
) -> None:
    from bgrsr_data.media.images import write_image
    from bgrsr_data.trimaps.overview import draw_overview

    for path, sheet in zip(_names(stem), draw_overview(list_persons(told), root, images), strict=False):
        if before:
            before(path)
        write_image(path, sheet)
        if not quiet:
            typer.echo(f"trimap: {path}")


def _names(stem: Path) -> Iterator[Path]:
    """overview.png, overview-2.png, and so on."""
    yield stem.with_suffix(".png")
    number = 2
    while True:
        yield stem.with_name(f"{stem.name}-{number}.png")
        number += 1
