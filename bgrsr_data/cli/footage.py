"""Commands that bring footage in and cut it out: fetch, frames, deblur, key, trimap."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from bgrsr_data.cli.parameters import JsonOption, MaxDiskOption, OutOption, WorkersOption, WorkspaceOption, with_options
from bgrsr_data.deblur.options import DeblurOptions
from bgrsr_data.errors import InputError
from bgrsr_data.fetch.command import TargetOptions
from bgrsr_data.frames.options import FrameOptions
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.trimaps.options import TrimapOptions

HERE = Path()
FilesArgument = Annotated[
    list[Path] | None, typer.Argument(help="Plain files, to work without a workspace.", show_default=False)
]


def commands(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    app.command()(with_options(TargetOptions, into="about")(fetch))
    app.command()(with_options(FrameOptions)(frames))
    app.command()(with_options(DeblurOptions)(deblur))
    app.command()(with_options(KeyOptions)(key))
    app.command()(with_options(TrimapOptions)(trimap))


def fetch(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TARGET]...", help="URLs, files, folders, or source lists (YAML).", show_default=False),
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Say what it would come to; touch nothing.")] = False,
    licence: Annotated[
        str | None,
        typer.Option(help="For the whole workspace: only what is under one of these, as cc-by,cc0; '' lifts it."),
    ] = None,
    per_hour: Annotated[
        float | None, typer.Option(help="Most videos an hour from one site; by default 300 from YouTube as a guest.")
    ] = None,
    patience: Annotated[
        float | None, typer.Option(help="Makes the waits before another try so many times as long.")
    ] = None,
    workspace: WorkspaceOption = HERE,
    workers: WorkersOption = None,
    max_disk: MaxDiskOption = None,
    json: JsonOption = False,
    *,
    about: dict[str, Any],
) -> None:
    """Fetch footage: all sources listed so far, and TARGET.

    Clips of several people: a folder for each person, and --person "{folder}".

    Example: bgrsr fetch clips --role greenscreen --source-licence CC-BY-4.0 --creator "A. Person" --person "{folder}"
    """
    from bgrsr_data.cli.outlook import plan_fetch
    from bgrsr_data.cli.running import run_in_workspace
    from bgrsr_data.fetch.command import sources_of

    added = [source for target in targets or () for source in sources_of(target, about)] or sources_of(None, about)
    told = {"licence": licence, "per_hour": per_hour, "patience": patience}
    given = {name: value for name, value in told.items() if value is not None}
    if plan:
        plan_fetch(given, workspace, added, workers=workers, as_json=json)
    else:
        run_in_workspace(
            "fetch", given, workspace, workers=workers, max_disk=max_disk, as_json=json, sources=added,
            instead=[Path(target) for target in targets or []],
        )  # fmt: skip


def frames(
    clips: FilesArgument = None,
    out: OutOption = None,
    workspace: WorkspaceOption = HERE,
    workers: WorkersOption = None,
    max_disk: MaxDiskOption = None,
    json: JsonOption = False,
    *,
    given: dict[str, Any],
) -> None:
    """Take the sharp, distinct frames of every clip.

    Example: bgrsr frames clip.mp4 --out frames --per-second 4
    """

    def items() -> Iterable[Any]:
        from bgrsr_data.frames.files import plain_items

        return plain_items(clips or [])

    _step("frames", given, _files(clips, items), out, workspace, workers=workers, max_disk=max_disk, as_json=json)


def deblur(
    files: FilesArgument = None,
    out: OutOption = None,
    workspace: WorkspaceOption = HERE,
    workers: WorkersOption = None,
    max_disk: MaxDiskOption = None,
    json: JsonOption = False,
    *,
    given: dict[str, Any],
) -> None:
    """Keep each frame, take a sharper neighbour, deblur, or reject it.

    Example: bgrsr deblur frames/clip/*.png --out deblurred
    """
    if given.get("model"):
        from bgrsr_data.deblur.step import load_restorer

        given["model"] = str(Path(given["model"]).resolve())
        load_restorer(given["model"])  # what is wrong with it is said once, and not by every frame

    def items() -> Iterable[Any]:
        from bgrsr_data.deblur.files import plain_items

        return plain_items(files or [])

    _step("deblur", given, _files(files, items), out, workspace, workers=workers, max_disk=max_disk, as_json=json)


def key(
    files: FilesArgument = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="For plain files: the folder of the results, or the preview's name.")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only draw a sheet (PNG) of some frames keyed, to look at.")
    ] = False,
    workspace: WorkspaceOption = HERE,
    workers: WorkersOption = None,
    max_disk: MaxDiskOption = None,
    json: JsonOption = False,
    *,
    given: dict[str, Any],
) -> None:
    """Key a screen of any colour into alpha and foreground.

    Takes images, folders of them, and clips. Nothing needs to be told; docs/keying.md is for the clip that needs it.

    Writes NAME/alpha.png and NAME/fg.png; for a clip NAME/alpha/0000.png and NAME/fg/0000.png, and so on. Files of
    one name, as a/input.png and b/input.png, go by their folders: a and b.

    Example: bgrsr key photo.jpg clip.mp4 --out keyed

    Look first: bgrsr key clip.mp4 --preview --garbage 0,0,0.08,1 --subject cardigan.png
    """
    from bgrsr_data.keying.marks import with_absolute_paths

    told = with_absolute_paths(given)
    if told.get("hint"):
        from bgrsr_data.keying.hint import load_segmenter

        load_segmenter(told["hint"])  # what is wrong with it is said once, and not by every frame
    if preview:
        from bgrsr_data.cli.preview import preview_key

        preview_key(files or [], told, out, as_json=json)
        return

    def items() -> Iterable[Any]:
        from bgrsr_data.keying.files import plain_items
        from bgrsr_data.stages import make_stage

        return plain_items(files or [], cast(KeyOptions, make_stage("key", told).options))

    _step("key", told, _files(files, items), out, workspace, workers=workers, max_disk=max_disk, as_json=json)


def trimap(
    annotations: Annotated[Path | None, typer.Option(help="Without a workspace: a COCO instances JSON.")] = None,
    images: Annotated[Path | None, typer.Option(help="Without a workspace: the folder of its images.")] = None,
    out: OutOption = None,
    licence: Annotated[
        str | None,
        typer.Option(help="Without a workspace: only persons of images under one of these, as cc-by,cc0."),
    ] = None,
    overview: Annotated[
        bool, typer.Option("--overview", help="Draw overview.png too: every person, cut out or left out, and why.")
    ] = False,
    workspace: WorkspaceOption = HERE,
    workers: WorkersOption = None,
    max_disk: MaxDiskOption = None,
    json: JsonOption = False,
    *,
    given: dict[str, Any],
) -> None:
    """Draw the trimap of every COCO person; cut them out.

    Writes trimaps/IMAGE/PERSON/trimap.png, mask.png, alpha.png and fg.png, and annotations.json: a COCO file of all
    persons that names these files, or the reason why there are none. In a workspace `bgrsr publish` writes it.

    Example: bgrsr trimap --annotations instances_val2017.json --images val2017 --out cut --licence cc-by --overview
    """
    from bgrsr_data.cli.persons import after_plain, overview_of_workspace, read_licences

    licences = read_licences(licence)
    if annotations is None or images is None:
        if annotations or images:
            raise InputError("trimap: --annotations and --images go together")
        if licences:
            raise InputError("trimap: --licence is for plain files; for a workspace: bgrsr fetch --licence")
        _step("trimap", given, None, out, workspace, workers=workers, max_disk=max_disk, as_json=json)
        if overview:
            overview_of_workspace(workspace, quiet=json)
        return
    from bgrsr_data.trimaps.step import plain_items

    items = list(plain_items(annotations, images, licences)) if out else []
    then = after_plain(items, out or HERE, images, overview=overview, quiet=json)
    _step(
        "trimap", given, lambda: items, out, workspace, workers=workers, max_disk=max_disk, as_json=json, then=then
    )  # fmt: skip


def _files(files: list[Path] | None, items: Callable[[], Iterable[Any]]) -> Callable[[], Iterable[Any]] | None:
    return items if files else None


def _step(
    name: str,
    given: dict[str, Any],
    items: Callable[[], Iterable[Any]] | None,
    out: Path | None,
    workspace: Path,
    *,
    workers: int | None,
    max_disk: int | None,
    as_json: bool,
    then: Callable[[], None] | None = None,
) -> None:
    """Run a step on plain files where some were named, and `then` what follows; else in the workspace."""
    from bgrsr_data.cli.running import run_in_workspace, run_plain

    if (items is None) != (out is None):
        raise InputError(f"{name}: files and --out DIR go together; without both it works in the workspace")
    if items is None or out is None:
        run_in_workspace(name, given, workspace, workers=workers, max_disk=max_disk, as_json=as_json)
    else:
        run_plain(name, given, items(), out, workers=workers, max_disk=max_disk, as_json=as_json, then=then)
