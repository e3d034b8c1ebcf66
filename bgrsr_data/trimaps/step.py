"""The `trimap` stage: one item is one COCO image; each of its persons is accounted for, by a trimap or by a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import InputError, Rejection
from bgrsr_data.ledger import Ledger
from bgrsr_data.licences import canonical, is_accepted
from bgrsr_data.media.coco import licence_of_image
from bgrsr_data.media.files import sha256_of, stamp_of
from bgrsr_data.records import Clip, Foreground, Record, Trimap, content_hash, make_id, reject_part
from bgrsr_data.stage import Item, Stage
from bgrsr_data.trimaps.coco import Person, images_with_persons, persons_of, read_coco
from bgrsr_data.trimaps.options import TrimapOptions
from bgrsr_data.trimaps.unfit import Reason, unfit

if TYPE_CHECKING:
    from bgrsr_data.trimaps.core import CutOut


@dataclass(frozen=True, slots=True)
class CocoImage:
    """An image, the annotation file that tells of it, and the folder for its trimaps.

    Paths are relative to the root that the stage runs in, or absolute.
    """

    clip: str
    person: str
    path: str
    annotations: str
    image: int | None  # None: the only one that the file tells of
    folder: str
    refused: str = ""  # why its persons are not wanted: "licence" follows from its licence


class DrawTrimaps(Stage[CocoImage]):
    """Draw mask, trimap and foreground of every person."""

    name = "trimap"
    version = 2
    needs = ("fetch",)
    folder = "trimaps"
    options: TrimapOptions

    def items(self, ledger: Ledger) -> Iterable[Item[CocoImage]]:
        """Every COCO image that was fetched and that no reviewer rejected."""
        out = ledger.rejected_by_review()
        for clip in ledger.rows(Clip, "fetch"):
            if clip.role == "coco" and clip.annotations and clip.id not in out:
                folder = f"{self.folder}/{clip.id}"
                image = CocoImage(clip.id, clip.person, clip.path, clip.annotations, None, folder)
                yield Item(clip.id, (clip.content, annotations_of(clip, ledger)), image)

    def run(self, item: Item[CocoImage], root: Path) -> Sequence[Record]:
        """Draw what one image shows."""
        from bgrsr_data.media.images import read_rgb  # noqa: PLC0415 - a worker reads pixels, the driver does not
        from bgrsr_data.trimaps.core import cut_out  # noqa: PLC0415

        image = item.payload
        coco = read_coco(root / image.annotations)
        persons = persons_of(coco, image.image if image.image is not None else coco.getImgIds()[0])
        rgb = read_rgb(root / image.path)
        claims = np.zeros(rgb.shape[:2], np.uint16)  # how many persons and crowds say that a pixel is theirs
        for person in persons:
            if person.mask.shape != rgb.shape[:2]:
                raise InputError(f"{image.path}: is {rgb.shape[1]}×{rgb.shape[0]}, annotated at another size")
            claims += person.mask
        rows: list[Record] = []
        for person in persons:
            try:
                _refuse_unwanted(person, image)
                cutout = cut_out(rgb, person.mask, claims > person.mask, self.options)
                rows += _written(image, person.annotation, cutout, root)
            except Rejection as unfit_one:
                rows.append(reject_part(self.name, item.id, person.annotation, unfit_one.reason, unfit_one.detail))
        return rows


def annotations_of(clip: Clip, ledger: Ledger) -> str:
    """SHA-256 of what is annotated in an image of a workspace, which its row does not tell; "" where it is gone."""
    path = ledger.path.parent / str(clip.annotations)
    return sha256_of(path) if path.is_file() else ""


def _refuse_unwanted(person: Person, image: CocoImage) -> None:
    if person.crowd:
        raise unfit(Reason.CROWD, "a crowd is annotated as one region")
    if image.refused:
        raise unfit(Reason.LICENCE, image.refused)


def plain_items(annotations: Path, images: Path, licences: Sequence[str] = ()) -> Iterator[Item[CocoImage]]:
    """The items of an annotation file and its image folder, outside any workspace.

    Args:
        annotations: COCO instances JSON.
        images: The folder of its images.
        licences: Persons of images under one of these alone are wanted; none: any licence.

    Raises:
        InputError: The annotations cannot be read, or show no person.
    """
    coco = read_coco(annotations)
    taken: set[str] = set()
    for entry in images_with_persons(coco):
        path, number = images / str(entry["file_name"]), int(entry["id"])
        clip = make_id("clip", path.resolve())
        folder = f"{DrawTrimaps.folder}/{path.stem}"
        while folder in taken:  # train/1.jpg and val/1.jpg
            folder = f"{folder}-{number}"
        taken.add(folder)
        refused = _refused(licence_of_image(coco, entry), licences)
        image = CocoImage(
            clip, make_id("person", clip), str(path.resolve()), str(annotations.resolve()), number, folder, refused
        )
        yield Item(clip, (str(number), stamp_of(path), stamp_of(annotations), refused), image)
    if not taken:
        raise InputError(f"{annotations}: annotates no person")


def _refused(licence: str | None, accepted: Sequence[str]) -> str:
    """Why an image is not wanted; "" where it is."""
    if not accepted or is_accepted(licence, accepted):
        return ""
    return f"{licence or 'unknown'} is none of {', '.join(canonical(one) for one in accepted)}"


def _written(image: CocoImage, annotation: int, cutout: CutOut, root: Path) -> list[Record]:
    """Write the files of one person, and describe them."""
    from bgrsr_data.media.images import write_image  # noqa: PLC0415
    from bgrsr_data.media.masks import box_of  # noqa: PLC0415

    paths = {name: f"{image.folder}/{annotation}/{name}.png" for name in ("trimap", "mask", "alpha", "fg")}
    write_image(root / paths["trimap"], cutout.trimap)
    write_image(root / paths["mask"], cutout.mask.astype(np.uint8) * 255)
    write_image(root / paths["alpha"], np.rint(cutout.alpha * 255).astype(np.uint8))
    write_image(root / paths["fg"], cutout.foreground)
    height, width = cutout.mask.shape
    left, top, right, bottom = box_of(cutout.alpha > 0.5)
    scores = {"unsure": _unsure(cutout.alpha)} | ({"fallback": 1.0} if cutout.fallback else {})
    trimap = Trimap(
        id=make_id("trimap", image.clip, annotation), clip=image.clip, annotation=annotation, person=image.person,
        path=paths["trimap"], mask=paths["mask"], sha256=sha256_of(root / paths["trimap"]), width=width, height=height,
        left=cutout.box[0], top=cutout.box[1], area_px=int(cutout.mask.sum()),
        band_px=cutout.band.inside_px + cutout.band.outside_px,
    )  # fmt: skip
    return [
        trimap,
        Foreground(
            id=make_id("foreground", trimap.id), clip=image.clip, original=trimap.id, person=image.person,
            alpha_path=paths["alpha"], foreground_path=paths["fg"],
            sha256=content_hash(sha256_of(root / paths["alpha"]), sha256_of(root / paths["fg"])),
            width=width, height=height, box_left=left, box_top=top, box_right=right, box_bottom=bottom,
            score=round(1 - scores["unsure"], 6), scores=scores,
        ),
    ]  # fmt: skip


def _unsure(alpha: NDArray[np.float32]) -> float:
    """How much of the person is neither there nor away: 0 for a hard edge, 1 for a veil."""
    return round(float(2 * np.minimum(alpha, 1 - alpha).sum(dtype=np.float64) / alpha.sum(dtype=np.float64)), 6)
