"""What a person can choose about fetching."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, field_validator
from pydantic_core import PydanticCustomError

from bgrsr_data.licences import is_known, meant
from bgrsr_data.options import Options

FORMAT = "bv*[height<=?1080]/b"  # the `?` and `/b` let direct links pass, which tell neither height nor kind
HOW = frozenset(("per_hour", "patience"))  # decide how long it takes, never what comes out


def _a_licence(written: str) -> str:
    """Refuse what is none: a slip would drop all that was fetched under the licence that was meant."""
    if not is_known(written):
        raise PydanticCustomError("licence", "input should be a licence")
    if probable := meant(written):
        raise PydanticCustomError("licence", "input should be '{probable}'", {"probable": probable})
    return written


class FetchOptions(Options):
    """What decides which clips come out, and how the network is asked for them."""

    format: str = Field(default=FORMAT, description="yt-dlp's format selector, where a source does not give its own.")
    licence: tuple[Annotated[str, AfterValidator(_a_licence)], ...] = Field(
        default=(), description="Fetch only what is under one of these, as cc-by, cc0; none: whatever the licence."
    )
    per_hour: float | None = Field(
        default=None, gt=0, description="Most requests an hour to one site; none: 300 to YouTube without cookies."
    )
    patience: float = Field(default=1.0, ge=0, description="Makes the waits before another try so many times as long.")

    @field_validator("licence", mode="before")
    @classmethod
    def _parted(cls, given: Any) -> Any:
        """A list written with commas."""
        return tuple(filter(None, map(str.strip, given.split(",")))) if isinstance(given, str) else given
