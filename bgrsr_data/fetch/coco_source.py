"""A COCO source: which images of it are wanted, and where they come from.

What is not wanted (no person, not the categories, a licence that is not accepted) is known from the annotations alone,
before anything is copied or downloaded. Images lie in a folder, or come from the addresses that the annotations name:
COCO's own copy first, then that of Flickr. The annotations themselves may be an address; the official ones are a zip of
several files, so that the one that is meant goes behind a '#':

    annotations: http://images.cocodataset.org/annotations/annotations_trainval2017.zip#annotations/instances_val2017.json
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from pycocotools.coco import COCO

from bgrsr_data.errors import FetchError, InputError, Rejection
from bgrsr_data.fetch.coco import (
    find_image,
    keep_image,
    name_of,
    person_images,
    refuse_other_size,
)
from bgrsr_data.fetch.kept import Kept
from bgrsr_data.fetch.local import copy_in
from bgrsr_data.fetch.provenance import Licences
from bgrsr_data.fetch.reasons import typed_error, unfit_error
from bgrsr_data.media.coco import licence_of_image, read_annotations
from bgrsr_data.media.files import write_bytes
from bgrsr_data.records import Source, content_hash

if TYPE_CHECKING:
    from bgrsr_data.fetch.client import Client

ADDRESSES = ("coco_url", "flickr_url")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An image that is wanted but unfit, not there, or under another licence."""

    image: str
    reason: str
    detail: str


def fetch_coco(
    source: Source,
    folder: Path,
    *,
    accepted: tuple[str, ...],
    client: Callable[[], Client],
    copy: Callable[[Path, Path, str], object] = copy_in,
) -> Iterator[Kept | LeftOut]:
    """Bring the images of a COCO source into its folder.

    Args:
        source: The source; `max_samples` counts images whose licence is accepted.
        folder: Its folder.
        accepted: Licences that are wanted; none: any.
        client: Makes what asks the network, where something has to be asked.
        copy: Copies an original into a folder under a name.

    Raises:
        FetchError: The annotations, or all images that were asked for, cannot be fetched.
        InputError: The annotations are no COCO instances, or a category is none of theirs.
        DiskFullError: Nothing more can be written.
    """
    coco = read_annotations(_annotations(str(source.annotations), folder, client))
    bring = _from_folder(Path(source.path), folder, copy) if source.path else _from_addresses(client(), folder)
    failed: list[FetchError] = []
    wanted = kept = 0
    for image in person_images(coco, source.categories):
        if wanted == source.max_samples:
            break
        try:
            Licences(licence_of_image(coco, image) or source.licence, accepted).refuse(None)
            wanted += 1
            if failed and failed[-1].reason == "rate-limited":
                raise typed_error("rate-limited", name_of(image), "not asked for, since the site had enough")
            yield _keep(coco, image, folder, bring)
            kept += 1
        except Rejection as unfit:
            yield LeftOut(name_of(image), unfit.reason, unfit.detail)
        except FetchError as error:
            failed.append(error)
            yield LeftOut(name_of(image), error.reason, str(error))
    _tidy(folder)
    if failed and not kept:
        first = failed[0]
        raise FetchError(first.reason, f"{source.name}: none of its images can be fetched; the first: {first}")


_Bring = Callable[[dict[str, Any], str], object]  # (image, name of its copy)


def _keep(coco: COCO, image: dict[str, Any], folder: Path, bring: _Bring) -> Kept:
    return keep_image(coco, image, folder, lambda name: bring(image, name))


def _from_folder(images: Path, folder: Path, copy: Callable[[Path, Path, str], object]) -> _Bring:
    def bring(image: dict[str, Any], name: str) -> None:
        original = find_image(image, images)
        refuse_other_size(original, image)
        copy(original, folder, name)

    return bring


def _from_addresses(client: Client, folder: Path) -> _Bring:
    """Download an image from the first of its addresses that has it, as large as it was annotated."""

    def bring(image: dict[str, Any], name: str) -> None:
        addresses = [str(image[key]) for key in ADDRESSES if image.get(key)]
        if not addresses:
            raise Rejection("image-missing", f"image {image['id']} has no address; name the folder of images as path")
        for url in addresses:
            try:
                client.again(url, partial(download, url, image, name))
            except (FetchError, Rejection) as failed:
                if url == addresses[-1] or failed.reason == "rate-limited":
                    raise
            else:
                return

    def download(url: str, image: dict[str, Any], name: str) -> None:
        part = client.download_image(url, {}, f"image-{content_hash(url)[:16]}")
        try:
            refuse_other_size(part, image)
        except Rejection as unfit:
            part.unlink()
            if unfit.reason == "size-mismatch":
                raise
            raise unfit_error(url, unfit) from unfit
        part.replace(folder / name)

    return bring


def _annotations(place: str, folder: Path, client: Callable[[], Client]) -> Path:
    """The annotation file on this machine; what is downloaded is kept in the source's folder, and taken from there."""
    if "://" not in place:
        return Path(place)
    copy = folder / f".annotations-{content_hash(place)[:16]}.json"
    if not copy.is_file():
        url, _, member = place.partition("#")
        asks = client()
        part: Path = asks.again(url, partial(asks.download_image, url, {}, f"annotations-{content_hash(url)[:16]}"))
        try:
            data = _unpacked(part, url, member) if zipfile.is_zipfile(part) else part.read_bytes()
        finally:
            part.unlink()
        write_bytes(copy, data)
        try:
            read_annotations(copy)
        except InputError as error:
            copy.unlink()
            what = str(error).removeprefix(f"{copy}: ")
            raise InputError(f"{place}: {what}") from error
    return copy


def _tidy(folder: Path) -> None:
    """Remove the hidden folder of downloads when nothing is left in it; what was interrupted stays, to be taken up."""
    parts = folder / ".parts"
    if parts.is_dir() and not any(parts.iterdir()):
        parts.rmdir()


def _unpacked(archive: Path, url: str, member: str) -> bytes:
    try:
        with zipfile.ZipFile(archive) as opened:
            names = [name for name in opened.namelist() if PurePosixPath(name).match("instances*.json")]
            chosen = member or (names[0] if len(names) == 1 else "")
            if chosen not in opened.namelist():
                raise InputError(
                    f"{url}: say which file of it is meant, as {url}#{(names or ['FILE'])[0]}; {_all(names)}"
                )
            return opened.read(chosen)
    except zipfile.BadZipFile as error:
        raise typed_error("truncated", url, f"the archive is damaged: {error}") from error


def _all(names: list[str]) -> str:
    return f"it holds {', '.join(names)}" if names else "it holds no instances*.json"
