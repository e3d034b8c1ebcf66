"""What a person can choose about what is handed on."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator

from bgrsr_data.options import Options

SPLITS = ("train", "val", "test")
ImageFormat = Literal["png", "jpeg"]
Even = Annotated[int, Field(gt=0, multiple_of=2)]


class ExportOptions(Options):
    """Options of `bgrsr export`."""

    licence: tuple[str, ...] = Field(
        default=(),
        description="Only pairs whose footage is under one of these, as cc-by,cc0; open: whatever is known and neither "
        "NC nor ND; any: all but ND. Without it a set is refused that would not go whole as open.",
    )
    split: tuple[str, ...] = Field(default=(), description="Only these splits, as train,val.")
    size: tuple[Even, Even] = Field(default=(320, 240), description="Of the low resolution; the high one is double.")
    shard: int = Field(default=500, ge=1, description="Pairs in one file, where a format has such files.")
    limit: int | None = Field(
        default=None, ge=1, description="At most so many pairs; of each split its share, one at least."
    )
    image_format: ImageFormat = Field(
        default="png", description="Of drawn pairs: png, without loss, or jpeg, quality 95, 4:4:4; alpha is always PNG."
    )
    url: str | None = Field(default=None, description="Where the set will be found, for its description.")
    render: bool = Field(default=False, description="Write the pairs as images, too, where the format has none.")

    @field_validator("licence", "split", mode="before")
    @classmethod
    def _many(cls, given: object) -> object:
        """As a command line gives them: cc-by,cc0 or one after the other."""
        words = [given] if isinstance(given, str) else given
        if not isinstance(words, list | tuple):
            return given
        return tuple(part for word in words for part in str(word).split(",") if part)

    @field_validator("size", mode="before")
    @classmethod
    def _size(cls, given: object) -> object:
        text = given[0] if isinstance(given, list) and len(given) == 1 else given
        if not isinstance(text, str):
            return given
        sides = text.lower().split("x")
        if len(sides) != 2 or not all(side.isdecimal() for side in sides):
            raise ValueError(f"{text!r} is no size; write it as 320x240")
        return tuple(sides)

    @field_validator("url")
    @classmethod
    def _address(cls, given: str | None) -> str | None:
        if given is not None and not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", given):
            raise ValueError(f"{given!r} is no address; write it as https://example.org/my-set")
        return given

    @field_validator("split")
    @classmethod
    def _known(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [split for split in given if split not in SPLITS]:
            raise ValueError(f"there is no split {unknown[0]!r}; known: {', '.join(SPLITS)}")
        return given
