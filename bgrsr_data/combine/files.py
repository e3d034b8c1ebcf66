"""Combining without a workspace: what `bgrsr key` wrote, and a folder of pictures."""

from __future__ import annotations

import os
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.combine.render import Renderer
from bgrsr_data.combine.step import Material, plan
from bgrsr_data.errors import InputError
from bgrsr_data.frames.duplicates import draw_thumbnail, hash_picture
from bgrsr_data.frames.sharpness import measure_sharpness, shrink
from bgrsr_data.ledger import Ledger
from bgrsr_data.manifests import manifest_path, write_rows
from bgrsr_data.media.colour import luma
from bgrsr_data.media.contact import over
from bgrsr_data.media.files import refuse_unspeakable_name, sha256_of
from bgrsr_data.media.images import is_image, read_grey, read_rgb, write_image
from bgrsr_data.media.masks import box_of
from bgrsr_data.records import Background, Combination, Foreground, Frame, content_hash, make_id
from bgrsr_data.trimaps.step import DrawTrimaps
from bgrsr_data.workspace import LEDGER, OUT_LEDGER

GREY = 128  # what a cut-out is laid over to compare its looks


def combine_files(
    foregrounds: Path, backgrounds: Path, out: Path, options: CombineOptions, *, render: int
) -> tuple[list[Combination], int, Material]:
    """Plan combinations of files, write the manifests, and draw the first pairs.

    Args:
        foregrounds: A folder with alpha.png and fg.png (or alpha/0000.png and fg/0000.png) in its subfolders.
        backgrounds: A folder of pictures.
        out: Gets manifests/*.parquet, and pairs/ID/{input,background,target}.png.
        options: As in a workspace.
        render: How many pairs to draw, spread over the set.

    Returns:
        (combinations, how many were drawn, what they show).

    Raises:
        InputError: A folder is missing or has nothing to combine, `out` is a workspace or lies among the
            backgrounds, or the splits leak.
    """
    if (out / LEDGER).exists():
        raise InputError(f"{out}: is a workspace, whose manifests are its own; give another folder than {out}")
    if backgrounds.resolve() in (out.resolve(), *out.resolve().parents):
        raise InputError(
            f"{out}: lies in {backgrounds}: the next run would take the pairs for rooms; give another folder"
        )
    material = gather(foregrounds, backgrounds, out)
    rows = plan(material, options)
    for model, made in (
        (Frame, material.frames),
        (Foreground, material.foregrounds),
        (Background, material.backgrounds),
        (Combination, rows),
    ):
        write_rows(manifest_path(out, model), model, sorted(made, key=lambda row: row.id))
    renderer = Renderer(out)
    drawn = rows[:: max(1, len(rows) // render)][:render] if render else []
    for row in drawn:
        pair = renderer.render(row)
        folder = out / "pairs" / row.id
        write_image(folder / "input.png", pair.lr_frame)
        write_image(folder / "background.png", pair.hr_target_background)
        write_image(folder / "target.png", pair.hr_target)
    return rows, len(drawn), material


def gather(foregrounds: Path, backgrounds: Path, out: Path) -> Material:
    """Describe the files of two folders as rows, whose paths are relative to `out`.

    Raises:
        InputError: A folder is missing or has nothing to combine, a cut-out shows nobody, or a name is not UTF-8.
    """
    known, pictures, cut_outs = _known(foregrounds), _pictures(backgrounds), _cut_outs(foregrounds)
    for path in (*pictures, *(alpha for alpha, _ in cut_outs)):
        refuse_unspeakable_name(path)
    places = [_background(path, backgrounds, out) for path in pictures]
    people = [_foreground(alpha, fg, foregrounds, out, known) for alpha, fg in cut_outs]
    return Material([row for row, _ in people], places, [], [frame for _, frame in people], frozenset())


def _cut_outs(folder: Path) -> list[tuple[Path, Path]]:
    """Every alpha that has a foreground beside it, with that foreground."""
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    pairs = []
    for alpha in sorted([*folder.rglob("alpha.png"), *folder.rglob("alpha/*.png")]):
        fg = alpha.with_name("fg.png") if alpha.name == "alpha.png" else alpha.parents[1] / "fg" / alpha.name
        if fg.is_file() and not alpha.name.startswith("."):
            pairs.append((alpha, fg))
    if not pairs:
        raise InputError(f"{folder}: has no alpha.png with a fg.png beside it; make them with: bgrsr key")
    return pairs


def _pictures(folder: Path) -> list[Path]:
    found = [path for path in sorted(folder.rglob("*")) if is_image(path) and not path.name.startswith(".")]
    if not found:
        raise InputError(f"{folder}: has no picture to combine with")
    return found


def _known(folder: Path) -> dict[Path, Foreground]:
    """What the ledgers beside the results tell of each alpha: who is seen, and in which clip."""
    above = [place / OUT_LEDGER for place in folder.resolve().parents]
    known: dict[Path, Foreground] = {}
    for path in [*folder.resolve().rglob(OUT_LEDGER), *(path for path in above if path.is_file())]:
        with closing(Ledger(path)) as ledger:
            known |= {(path.parent / row.alpha_path).resolve(): row for row in ledger.rows(Foreground)}
    return known


def _seen(alpha: Path, folder: Path, known: dict[Path, Foreground]) -> tuple[str, str]:
    """(person, clip) of an alpha; with no ledger, all in one folder of the first level is taken for one person."""
    row = known.get(alpha.resolve())
    if row:
        return row.person, row.clip
    parts = alpha.relative_to(folder).parts
    person = parts[1] if parts[0] == DrawTrimaps.folder else parts[0]
    return person, make_id("clip", person)


def _foreground(
    alpha: Path, fg: Path, folder: Path, out: Path, known: dict[Path, Foreground]
) -> tuple[Foreground, Frame]:
    """A cut-out, and how it looks: the person before grey, as the frame itself is not at hand."""
    cover, colour = read_grey(alpha), read_rgb(fg)
    height, width = cover.shape
    if colour.shape[:2] != cover.shape:
        raise InputError(f"{alpha}: is of another size than {fg}; key the picture again")
    if not (cover > 127).any():
        raise InputError(f"{alpha}: shows nobody: no pixel is above one half; take its folder away")
    left, top, right, bottom = box_of(cover > 127)
    person, clip = _seen(alpha, folder, known)
    name, path, sha256 = alpha.relative_to(folder).as_posix(), os.path.relpath(fg, out), sha256_of(fg)
    grey = luma(over(colour, cover, np.full_like(colour, GREY)))
    frame = Frame(
        id=make_id("frame", name), clip=clip, role="greenscreen", person=person, path=path, sha256=sha256, width=width,
        height=height, pts=_number(alpha), time_base=Fraction(1),
        sharpness=round(measure_sharpness(shrink(grey)), 4), sharpness_ratio=1.0, **_looks(grey),
    )  # fmt: skip
    row = Foreground(
        id=make_id("foreground", name), clip=clip, original=frame.id, person=person,
        alpha_path=os.path.relpath(alpha, out), foreground_path=path,
        sha256=content_hash(sha256_of(alpha), sha256), width=width, height=height,
        box_left=left, box_top=top, box_right=right, box_bottom=bottom, score=1.0, scores={},
    )  # fmt: skip
    return row, frame


def _number(alpha: Path) -> int:
    """When a picture was: the number that it is called by, as alpha/0012.png or 0012/alpha.png; else 0."""
    name = alpha.stem if alpha.parent.name == "alpha" else alpha.parent.name
    return int(name) if name.isdecimal() else 0


def _background(path: Path, folder: Path, out: Path) -> Background:
    name = path.relative_to(folder).as_posix()
    picture = read_rgb(path)
    height, width = picture.shape[:2]
    return Background(
        id=make_id("background", name), clip=make_id("clip", name), place=make_id("place", name),
        path=os.path.relpath(path, out), sha256=sha256_of(path), width=width, height=height, **_looks(luma(picture)),
    )  # fmt: skip


def _looks(grey: NDArray[np.uint8]) -> dict[str, str]:
    return {"dhash": f"{hash_picture(grey):016x}", "thumbnail": draw_thumbnail(grey)}
