"""The folder that an export is written into: resumed by the same export, refused to any other.

export.json    what is exported: format, set, options. Written first; another export of the same folder is refused.
SHA256SUMS     of every other file, for `sha256sum --check`. Written last: an export that has it is whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bgrsr_data.errors import InputError
from bgrsr_data.media.files import sha256_of, write_bytes

ABOUT, SUMS = "export.json", "SHA256SUMS"
SHORT = 24  # letters of a value that are told; of a hash nobody reads more


class ExportFolder:
    """Where an export is written.

    Args:
        root: The folder; it is made.
        told: What is exported; the same again goes on with what is there.

    Raises:
        InputError: It holds something else.
    """

    def __init__(self, root: Path, told: Mapping[str, Any]) -> None:
        self.root = root
        about = root / ABOUT
        text = json.dumps(told, indent=2, sort_keys=True) + "\n"
        if about.is_file():
            if about.read_text() != text:
                raise InputError(f"{root}: holds another export ({_difference(about, told)}); give another --out")
        elif root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise InputError(f"{root}: is not empty, and no export of ours; give another --out")
        else:
            write_bytes(about, text.encode())
        for half in root.rglob(".*.part*"):
            half.unlink()

    @property
    def is_whole(self) -> bool:
        """Whether everything was written before."""
        return (self.root / SUMS).is_file()

    def has(self, name: str) -> bool:
        """Whether a file is there; a file is there whole or not at all."""
        return (self.root / name).is_file()

    def write(self, name: str, content: bytes) -> None:
        """Write a file, whole.

        Raises:
            DiskFullError: Nothing more can be written.
        """
        write_bytes(self.root / name, content)

    def seal(self) -> int:
        """Write the checksums, last; how many files they are of."""
        files = sorted(path for path in self.root.rglob("*") if path.is_file() and path.name != SUMS)
        lines = [f"{sha256_of(path)}  {path.relative_to(self.root).as_posix()}\n" for path in files]
        write_bytes(self.root / SUMS, "".join(lines).encode())
        return len(files)


def _difference(about: Path, told: Mapping[str, Any]) -> str:
    try:
        there = json.loads(about.read_text())
    except json.JSONDecodeError:
        return f"{ABOUT} is damaged"
    return ", ".join(
        f"{key} {_short(there.get(key))} → {_short(told[key])}" for key in told if there.get(key) != told[key]
    )


def _short(value: object) -> str:
    """A value in one line; of a hash its beginning."""
    return str(value)[:SHORT]
