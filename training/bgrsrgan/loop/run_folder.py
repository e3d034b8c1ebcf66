"""The folder of one training run.

config.json     what it was told and by which recipe, code and machine; the hash of the manifests it learned from
stats.jsonl     a row every few steps: each loss term, the rate; a row per measurement on the held-out split
checkpoint.pt   the whole state, to go on from
best.pt         the generator with the best held-out SSIM, to use
curves.png panels/*.png summary.json tensorboard/*
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from bgrsr_data.errors import InputError, LockedError
from bgrsr_data.media.files import write_bytes

Stats = list[dict[str, Any]]


@dataclass(frozen=True)
class RunFolder:
    """Where the files of one run are.

    Attributes:
        root: The folder; it is made when the first file is written.
    """

    root: Path

    @property
    def checkpoint(self) -> Path:
        """The whole state, to go on from."""
        return self.root / "checkpoint.pt"

    @property
    def best(self) -> Path:
        """The generator to use."""
        return self.root / "best.pt"

    def trained(self) -> Path:
        """The generator to use, which is there.

        Raises:
            InputError: It is not.
        """
        if not self.best.is_file():
            raise InputError(f"{self.best}: is not there; train it with: bgrsr train NETWORK --name {self.root.name}")
        return self.best

    @property
    def curves(self) -> Path:
        """Losses, PSNR and SSIM over the steps."""
        return self.root / "curves.png"

    @property
    def summary(self) -> Path:
        """How the run ended."""
        return self.root / "summary.json"

    @property
    def config(self) -> Path:
        """What the run was told."""
        return self.root / "config.json"

    @property
    def evaluation(self) -> Path:
        """The folder of the evaluation."""
        return self.root / "evaluation"

    def panel(self, step: int) -> Path:
        """The fixed panels as they were after `step` steps."""
        return self.root / "panels" / f"step_{step:06d}.png"

    def stats(self) -> Stats:
        """The rows of stats.jsonl; a last line that a kill cut short is left out."""
        rows: Stats = []
        if self._stats.is_file():
            for line in self._stats.read_text().splitlines():
                try:
                    rows.append(json.loads(line))
                except json.JSONDecodeError:
                    break
        return rows

    def forget_after(self, step: int) -> None:
        """Keep only the rows up to `step`: those after it are about to be written again."""
        kept = [row for row in self.stats() if row["step"] <= step]
        write_bytes(self._stats, "".join(map(_line, kept)).encode())

    def sweep(self) -> None:
        """Remove half-written files that a killed run left beside the whole ones."""
        for path in self.root.rglob(".*.????????.*"):
            path.unlink()

    def note(self, row: Mapping[str, Any]) -> None:
        """Append a row to stats.jsonl."""
        with self._stats.open("a") as file:
            file.write(_line(row))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one who trains here; the lock falls with the process, also when it is killed.

        Raises:
            LockedError: Another process trains here.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.root / ".lock", blocking=False):
                yield
        except Timeout as error:
            raise LockedError(
                f"{self.root}: another process is training here; wait for it or use another --name"
            ) from error

    @property
    def _stats(self) -> Path:
        return self.root / "stats.jsonl"


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file, whole.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    write_bytes(path, (json.dumps(content, indent=2) + "\n").encode())


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row) + "\n"
