"""Versions: what the set was each time it was published, kept for ever.

`versions/v3` holds the manifests of the third publication as they were, and `version.json` says what they come to. A
version is named by number and by content: publishing the same set again makes none. Pixels are not copied; a row's
sha256 says whether its files are still what they were. What `bgrsr forget` deletes from a version are its rows: its
number and hash stay, so that no other set is ever called by them.
"""

from __future__ import annotations

import json
import re
import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from bgrsr_data import __version__
from bgrsr_data.errors import InputError
from bgrsr_data.ledger import Ledger
from bgrsr_data.manifests import FILES
from bgrsr_data.manifests import FOLDER as MANIFESTS
from bgrsr_data.media.files import sha256_of, write_bytes
from bgrsr_data.records import Clip, Record, RejectionRow, content_hash
from bgrsr_data.workspace import LEDGER

FOLDER = "versions"
ABOUT = "version.json"
_NAME = re.compile(r"v([1-9][0-9]*)")


class Version(BaseModel):
    """One publication.

    Attributes:
        name: "v1", "v2", …
        content: Hash over all its manifests: two versions of one hash are the same set.
        rows: How many rows each manifest has.
        files: sha256 of each manifest, by file name.
        bgrsr: The version of the program that published it.
        options: Of each stage, as JSON, as it was last run; none of a version from before they were kept.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    content: str
    rows: dict[str, int]
    files: dict[str, str]
    bgrsr: str
    options: dict[str, str] = {}

    @property
    def number(self) -> int:
        """3 for "v3"."""
        return int(self.name[1:])


def versions(root: Path) -> list[Version]:
    """The versions of a workspace, oldest first.

    Raises:
        InputError: One of them cannot be read.
    """
    found = [path for path in (root / FOLDER).glob("v*") if _NAME.fullmatch(path.name)]
    return sorted((read_version(path) for path in found), key=lambda version: version.number)


def keep_version(root: Path) -> Version:
    """Keep the manifests as they lie there as a version; where they are those of the last one, that one.

    Raises:
        InputError: There are no manifests, or an earlier version cannot be read.
        DiskFullError: Nothing more can be written.
    """
    paths = sorted(path for path in (root / MANIFESTS).glob("*.*") if not path.name.startswith("."))
    if not paths:
        raise InputError(f"{root / MANIFESTS}: there are no manifests; publish with: bgrsr publish")
    files = {path.name: sha256_of(path) for path in paths}
    content = content_hash(*(f"{name} {sha256}" for name, sha256 in files.items()))
    before = versions(root)
    if before and before[-1].content == content:
        return before[-1]
    number = before[-1].number + 1 if before else 1
    version = Version(
        name=f"v{number}", content=content, rows=_counts(paths), files=files, bgrsr=__version__, options=_options(root)
    )
    _write(root, version, paths)
    return version


def find_version(root: Path, named: str) -> Path:
    """The folder of a version: "v2", "last", or the beginning of its content hash.

    Raises:
        InputError: There is none, or several, or its rows were deleted.
    """
    version = version_named(root, named)
    if not has_rows(root, version):
        raise InputError(f"{version.name}: its rows are deleted; it held a source that was forgotten")
    return root / FOLDER / version.name


def version_named(root: Path, named: str) -> Version:
    """A version: "v2", "last", or the beginning of its content hash.

    Raises:
        InputError: There is none, or several that differ.
    """
    known = versions(root)
    if not known:
        raise InputError(f"{root / FOLDER}: nothing was published yet; publish with: bgrsr publish")
    found = known[-1:] if named == "last" else [v for v in known if v.name == named or _begins(v, named)]
    if not found:
        raise InputError(f"{named}: no version is called so; there are: {', '.join(v.name for v in known)}")
    if len({version.content for version in found}) > 1:
        raise InputError(f"{named}: begins the hashes of {', '.join(v.name for v in found)}; give more of it")
    return found[-1]  # of those that are the same set, published again after another


def has_rows(root: Path, version: Version) -> bool:
    """Whether its manifests are there: `bgrsr forget` deletes those that tell of what is forgotten."""
    return all((root / FOLDER / version.name / name).is_file() for name in version.files)


def _begins(version: Version, named: str) -> bool:
    return len(named) >= 4 and version.content.startswith(named)


def published_on(root: Path, version: Version) -> str:
    """The day a version was published, ISO 8601."""
    stamp = (root / FOLDER / version.name / ABOUT).stat().st_mtime
    return datetime.fromtimestamp(stamp, UTC).date().isoformat()


def holding(root: Path, ids: set[str]) -> list[Path]:
    """The manifests and papers, relative to `root`, of every version that tells of one of these clips or sources."""
    found: list[Path] = []
    for version in versions(root):
        folder = root / FOLDER / version.name
        clips, rejections = manifest_of(folder, Clip), manifest_of(folder, RejectionRow)
        told = {(clips, "id"), (clips, "source"), (rejections, "item")}
        if any(path.is_file() and ids & set(_column(path, name)) for path, name in told):
            inside = (path for path in folder.iterdir() if path.name != ABOUT)  # manifests, and the papers beside them
            found += sorted(path.relative_to(root) for path in inside)
    return found


def manifest_of(version: Path, model: type[Record]) -> Path:
    """Where the manifest of one kind of row lies in a version's folder."""
    return version / f"{FILES[model]}.parquet"


def _write(root: Path, version: Version, paths: list[Path]) -> None:
    """A folder beside, and renamed: a version is there whole or not at all."""
    beside = root / FOLDER / f".{version.name}.part"
    shutil.rmtree(beside, ignore_errors=True)
    for path in paths:
        write_bytes(beside / path.name, path.read_bytes())
    write_bytes(beside / ABOUT, (version.model_dump_json(indent=2) + "\n").encode())
    beside.rename(root / FOLDER / version.name)


def read_version(folder: Path) -> Version:
    """The version that a folder holds.

    Raises:
        InputError: It cannot be read.
    """
    try:
        return Version.model_validate_json((folder / ABOUT).read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError(f"{folder / ABOUT}: is missing or damaged; move {folder} out of the way") from error


def _options(root: Path) -> dict[str, str]:
    """What each stage was last run with."""
    if not (root / LEDGER).is_file():
        return {}
    with closing(Ledger(root / LEDGER)) as ledger:
        return {stage: options for stage in ledger.stages() if (options := ledger.options(stage)) is not None}


def _column(path: Path, name: str) -> list[str]:
    import pyarrow.parquet as pq  # noqa: PLC0415 - as below

    return list(pq.read_table(path, columns=[name])[name].to_pylist())


def _counts(paths: list[Path]) -> dict[str, int]:
    import pyarrow.parquet as pq  # noqa: PLC0415 - where something is published

    counts = {path.stem: int(pq.read_metadata(path).num_rows) for path in paths if path.suffix == ".parquet"}
    persons = [path for path in paths if path.suffix == ".json"]
    return counts | {path.stem: len(json.loads(path.read_bytes())["annotations"]) for path in persons}
