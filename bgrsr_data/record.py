"""What every row has: an id made from what decides it, and a content that tells whether it is still the same."""

from __future__ import annotations

import hashlib
import json
from typing import ClassVar

from pydantic import BaseModel, ConfigDict


def make_id(kind: str, *parts: object) -> str:
    """Name a row after what decides it: `kind` and 16 hex digits of the SHA-256 of `parts`."""
    return f"{kind}-{content_hash(*parts)[:16]}"


def kind_of(identifier: str) -> str:
    """The kind of the row that an id is of; one that begins with `sharp` is a frame, through `deblur`."""
    word = identifier.partition("-")[0]
    return "frame" if word == "sharp" else word


def content_hash(*parts: object) -> str:
    """SHA-256 (hex) over the text of `parts`, each kept apart from the next."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode(errors="surrogateescape")).hexdigest()


class Record(BaseModel):
    """A row of the ledger."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    kind: ClassVar[str]

    id: str

    @property
    def content(self) -> str:
        """What a verdict judges and a fingerprint counts: equal as long as the row and its pixels are.

        Keys are sorted, so that a row read from a manifest (whose maps are sorted) counts as the one in the ledger.
        """
        return content_hash(json.dumps(self.model_dump(mode="json"), sort_keys=True))
