"""The `trimap` stage: one item is one COCO image; each of its persons is accounted for, by a trimap or by a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bgrsr_data.errors import InputError, Rejection
from bgrsr_data.ledger import Ledger
from bgrsr_data.media.files import sha256_of, stamp_of
from bgrsr_data.records import Clip, Foreground, Record, Trimap, content_hash, make_id, reject_part
from bgrsr_data.stage import Item, Stage
from bgrsr_data.trimaps.coco import images_with_persons, persons_of, read_coco
from bgrsr_data.trimaps.options import TrimapOptions

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


class DrawTrimaps(Stage[CocoImage]):
    """Draw mask, trimap and foreground of every person."""

    name = "trimap"
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
                yield Item(clip.id, (clip.content,), image)

    def run(self, item: Item[CocoImage], root: Path) -> Sequence[Record]:
        """Draw what one image shows."""
        from bgrsr_data.media.images import read_rgb  # noqa: PLC0415 - a worker reads pixels, the driver does not
        from bgrsr_data.trimaps.core import cut_out  # noqa: PLC0415

        image = item.payload
        coco = read_coco(root / image.annotations)
        persons = persons_of(coco, image.image if image.image is not None else coco.getImgIds()[0])
        rgb = read_rgb(root / image.path)
        rows: list[Record] = []
        for person in persons:
            try:
                if person.mask.shape != rgb.shape[:2]:
                    raise InputError(f"{image.path}: is {rgb.shape[1]}×{rgb.shape[0]}, annotated at another size")
                if person.crowd:
                    raise Rejection("crowd", "a crowd is annotated as one region")
                others = np.any([o.mask for o in persons], axis=0) & ~person.mask
                cutout = cut_out(rgb, person.mask, others, self.options)
                rows += _written(image, person.annotation, cutout, root)
            except Rejection as unfit:
                rows.append(reject_part(self.name, item.id, person.annotation, unfit.reason, unfit.detail))
        return rows


def plain_items(annotations: Path, images: Path) -> Iterator[Item[CocoImage]]:
    """The items of an annotation file and its image folder, outside any workspace."""
    taken: set[str] = set()
    for entry in images_with_persons(read_coco(annotations)):
        path, number = images / str(entry["file_name"]), int(entry["id"])
        clip = make_id("clip", path.resolve())
        folder = f"{DrawTrimaps.folder}/{path.stem}"
        if folder in taken:  # train/1.jpg and val/1.jpg
            folder = f"{folder}-{number}"
        taken.add(folder)
        image = CocoImage(
            clip, make_id("person", clip), str(path.resolve()), str(annotations.resolve()), number, folder
        )
        yield Item(clip, (str(number), stamp_of(path), stamp_of(annotations)), image)


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
    unsure = round(float((cutout.trimap == 128).sum() / (cutout.trimap > 0).sum()), 6)
    trimap = Trimap(
        id=make_id("trimap", image.clip, annotation), clip=image.clip, annotation=annotation, person=image.person,
        path=paths["trimap"], mask=paths["mask"], sha256=sha256_of(root / paths["trimap"]), width=width, height=height,
        area_px=int(cutout.mask.sum()), band_px=cutout.band_px,
    )  # fmt: skip
    return [
        trimap,
        Foreground(
            id=make_id("foreground", trimap.id), clip=image.clip, original=trimap.id, person=image.person,
            alpha_path=paths["alpha"], foreground_path=paths["fg"],
            sha256=content_hash(sha256_of(root / paths["alpha"]), sha256_of(root / paths["fg"])),
            width=width, height=height, box_left=left, box_top=top, box_right=right, box_bottom=bottom,
            score=round(1 - unsure, 6), scores={"unsure": unsure},
        ),
    ]  # fmt: skip
