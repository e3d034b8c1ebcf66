"""The first step: sources → clips.

Each source has a folder of its own, `clips/<source-id>/`. A file counts, and becomes a row, when it was decoded to its
end; a file that is unfit, or an entry of a playlist that is gone, becomes a rejection and the others count.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bgrsr_data.errors import InputError, Rejection
from bgrsr_data.fetch.coco_source import fetch_coco
from bgrsr_data.fetch.kept import ORIGIN, SUFFIX, Kept, clip_row, drop_kept
from bgrsr_data.fetch.local import copy_in, list_files, name_in, stamps_of
from bgrsr_data.fetch.options import HOW, FetchOptions
from bgrsr_data.fetch.pace import Pace
from bgrsr_data.fetch.provenance import Licences
from bgrsr_data.fetch.reasons import PASSING
from bgrsr_data.fetch.retrying import Retries
from bgrsr_data.ledger import Ledger
from bgrsr_data.media.files import stamp_of
from bgrsr_data.records import Record, RejectionRow, Source, content_hash, reject_part
from bgrsr_data.sources import STAGE as SOURCES
from bgrsr_data.stage import Item, Stage
from bgrsr_data.tombstones import Forgotten, Tombstone, read_forgotten
from bgrsr_data.workspace import LEDGER

if TYPE_CHECKING:
    from bgrsr_data.fetch.client import Client, Manner


class Fetch(Stage[Source | Tombstone]):
    """Bring the footage of every source into the workspace."""

    name = "fetch"
    folder = "clips"
    version = 2
    outside = True
    spares = frozenset({"licence"})  # who accepts it again need not download it again
    notes = (SUFFIX, ORIGIN)
    options: FetchOptions

    def __init__(self, options: FetchOptions | None = None) -> None:
        super().__init__(options or FetchOptions())
        self._run = secrets.token_hex(8)

    def items(self, ledger: Ledger) -> Iterator[Item[Source | Tombstone]]:
        """One item a source, forgotten ones too.

        A local one is stale when its files change, a playlist when a failure may have passed.
        """
        root = ledger.path.parent
        passing = _passing(ledger.rows(RejectionRow, self.name))
        for source in ledger.rows(Source, SOURCES):
            asked_again = passing.get(source.id, ()) if source.path is None else ()  # a file here changes by its stamp
            inputs = (source.content, *_stamps(source, root), *asked_again)
            yield Item(source.id, inputs, source, unfinished=bool(asked_again))
        for stone in ledger.tombstones():
            yield Item(stone.id, (str(stone),), stone)

    def fingerprint(self, item: Item[Source | Tombstone]) -> str:
        """What decides the rows of `item`; how long it takes does not."""
        options = self.options.model_dump_json(exclude=set(HOW))
        return content_hash(self.name, self.version, options, *item.inputs)

    def run(self, item: Item[Source | Tombstone], root: Path) -> Sequence[Record]:
        """Fetch one source.

        Raises:
            Rejection: The source is one file and it is unfit, its licence is not accepted, or it was forgotten.
            FetchError: Nothing of it could be fetched.
            InputError: A local file or folder is missing or empty.
            DiskFullError: Nothing more can be written.
        """
        source = item.payload
        if isinstance(source, Tombstone):
            source.refuse()
        folder = root / "clips" / source.id
        forgotten = read_forgotten(root / LEDGER)
        if source.url is None and source.annotations is None:
            Licences(source.licence, self.options.licence).refuse(None)
        if source.url is not None:
            found: Iterable[Kept | RejectionRow] = self._remote(source, folder, forgotten)
        elif source.annotations is not None:
            found = self._coco(source, folder)
        else:
            found = self._local(source, folder, root)
        return list(self._rows(source, found, folder, forgotten))

    def _remote(self, source: Source, folder: Path, forgotten: Forgotten) -> Iterator[Kept | RejectionRow]:
        from bgrsr_data.fetch.ytdlp import fetch_url  # noqa: PLC0415 - yt-dlp takes a second to import

        options = {key: value for key, value in source.yt_dlp.items() if value is not None}
        fetched = fetch_url(
            str(source.url),
            folder,
            file_format=self.options.format,
            options=options,
            max_samples=source.max_samples,
            licences=Licences(source.licence, self.options.licence),
            manner=replace(self._manner(folder.parent, options), forgotten=forgotten),
        )
        yield from fetched.clips
        for dead in fetched.dead:
            yield reject_part(self.name, source.id, dead.entry, dead.reason, dead.detail)

    def _manner(self, clips: Path, options: dict[str, object]) -> Manner:
        """How the network is asked; a source that says how long yt-dlp sleeps is not paced by us."""
        from bgrsr_data.fetch.client import Manner  # noqa: PLC0415
        from bgrsr_data.fetch.params import is_guest, paces_itself  # noqa: PLC0415

        asked_by = None if paces_itself(options) else clips / ".pace"
        return Manner(
            clips=clips,
            pace=Pace(asked_by, self.options.per_hour, guest=is_guest(options), run=self._run),
            retries=Retries().scaled(self.options.patience),
            room=self.room,
            tell=self.telling,
        )

    def _local(self, source: Source, folder: Path, root: Path) -> Iterator[Kept | RejectionRow]:
        place = Path(str(source.path))
        files = list_files(place, without=root)[: source.max_samples]
        for file in files:
            name = name_in(place, file)
            try:
                yield copy_in(file, folder, name, telling=self.telling, room=self.room)
            except Rejection as unfit:
                if len(files) == 1:
                    raise
                yield reject_part(self.name, source.id, name, unfit.reason, unfit.detail)

    def _coco(self, source: Source, folder: Path) -> Iterator[Kept | RejectionRow]:
        def client() -> Client:
            from bgrsr_data.fetch.client import Client  # noqa: PLC0415

            options = {key: value for key, value in source.yt_dlp.items() if value is not None}
            return Client(folder, options, self._manner(folder.parent, options), None)

        copy = partial(copy_in, telling=self.telling, room=self.room)
        for one in fetch_coco(source, folder, accepted=self.options.licence, client=client, copy=copy):
            if isinstance(one, Kept):
                yield one
            else:
                yield reject_part(self.name, source.id, one.image, one.reason, one.detail)

    def _rows(
        self, source: Source, found: Iterable[Kept | RejectionRow], folder: Path, forgotten: Forgotten
    ) -> Iterator[Record]:
        """Rows of what was found; the same bytes twice are one clip."""
        first: dict[str, str] = {}
        for one in found:
            if isinstance(one, RejectionRow):
                yield one
            elif stone := forgotten.footage.get(one.sha256):
                drop_kept(folder, one)
                yield reject_part(self.name, source.id, one.file, "forgotten", f"{one.file} was {stone}")
            elif one.sha256 in first:
                drop_kept(folder, one)
                detail = f"{one.file} has the same bytes as {first[one.sha256]}"
                yield reject_part(self.name, source.id, one.file, "duplicate", detail)
            else:
                first[one.sha256] = one.file
                yield clip_row(source, one, f"clips/{source.id}")
                if one.broken:
                    detail = (
                        f"packets of {one.file} that cannot be decoded: {one.broken}; what builds on them is left out"
                    )
                    yield reject_part(self.name, source.id, one.file, "corrupt-part", detail)


def _passing(rejections: Iterable[RejectionRow]) -> dict[str, list[str]]:
    """Rejected entries whose reason may have passed, by source: they make it stale, so that the next run asks again."""
    passing: dict[str, list[str]] = {}
    for row in rejections:
        if row.reason in PASSING:
            passing.setdefault(row.item, []).append(row.id)
    return passing


def _stamps(source: Source, root: Path) -> list[str]:
    """Name, size and time of every local file, so that a change is seen without reading it."""
    try:
        if source.annotations is None:
            return stamps_of(Path(source.path), without=root) if source.path else []
        places = [Path(source.path) / "."] if source.path else []
        places += [] if "://" in source.annotations else [Path(source.annotations)]
        return [stamp_of(place) for place in places]
    except (InputError, OSError) as error:
        return [f"missing: {error}"]
