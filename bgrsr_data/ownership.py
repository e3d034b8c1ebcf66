"""Whose a file in a folder of plain results is.

The folder is a person's own: it may be that of the originals, or hold results of another file of the same name. Each
item claims its place in the ledger before the first file is written; a place that holds something and that the item
did not claim is not touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bgrsr_data.errors import InputError
from bgrsr_data.ledger import Done, Ledger
from bgrsr_data.media.files import refuse_unspeakable_name
from bgrsr_data.stage import Item

_CLAIMS = "claim"  # what claims are called among the ledger's stages; a claim's id is the place


def refuse_originals(items: Sequence[Item[Any]], out: Path) -> None:
    """Refuse to write where an original is.

    Raises:
        InputError: An original is in the folder of an item, or beside the file that an item writes.
    """
    folders = {(out / folder).resolve() for item in items if (folder := _folder(item))}
    beside = {(out / file).resolve().parent for item in items if (file := _file(item))}
    for item in items:
        path = Path(getattr(item.payload, "path", "")).resolve()
        if path.parent in beside or not folders.isdisjoint([path, *path.parents]):
            raise InputError(f"{path}: is where the results would be written; give another folder than {out}")


def refuse_unspeakable(items: Sequence[Item[Any]]) -> None:
    """Refuse a file whose name is no text: rows hold paths as text.

    Raises:
        InputError: A name is not UTF-8.
    """
    for item in items:
        refuse_unspeakable_name(Path(getattr(item.payload, "path", "")))


def claim_file(ledger: Ledger, stage: str, place: str, out: Path) -> None:
    """Put down, before it is written, that a file beside those of the items is ours, as a listing of them all.

    Raises:
        InputError: There is one that we did not write.
    """
    if place in ledger.items(_CLAIMS):
        return
    if (out / place).exists():
        raise InputError(f"{out / place}: is no result of an earlier run; move it, or give another folder than {out}")
    ledger.commit(Done(_CLAIMS, place, f"{stage} {place}", "done"), [])


def claim(ledger: Ledger, stage: str, items: Sequence[Item[Any]], out: Path) -> None:
    """Put down, before anything is written, whose each place is.

    A place that is empty again goes to who asks for it; then its former owner is forgotten.

    Raises:
        InputError: A place holds something that the item did not write.
    """
    claims = {place: done.fingerprint for place, done in ledger.items(_CLAIMS).items()}
    wanted = {place: f"{stage} {item.id}" for item in items if (place := _folder(item) or _file(item))}
    asked = {place: owner for place, owner in wanted.items() if claims.get(place) != owner}
    for place in asked:
        if _holds_something(out / place):
            raise InputError(
                f"{out / place}: holds something that was not made from this file; move it, or give another folder"
            )
    for place, owner in asked.items():
        if place in claims:
            former, item = claims[place].split(" ", maxsplit=1)
            ledger.drop(former, [item])
        ledger.commit(Done(_CLAIMS, place, owner, "done"), [])


def _folder(item: Item[Any]) -> str:
    """The folder that an item writes, relative to that of the results; "" where it writes none."""
    return str(getattr(item.payload, "folder", ""))


def _file(item: Item[Any]) -> str:
    """The one file that an item writes, relative to the folder of results; "" where it writes a folder."""
    stem = getattr(item.payload, "out", "")
    return f"{stem}.png" if stem else ""


def _holds_something(path: Path) -> bool:
    """Whether there is a file, or a folder with more than hidden files in it."""
    if not path.is_dir():
        return path.exists() or path.is_symlink()
    return any(not inside.name.startswith(".") for inside in path.iterdir())
