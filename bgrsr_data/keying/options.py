"""What a person may decide about keying; everything else is measured in the frame."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from bgrsr_data.keying.shapes import Shape
from bgrsr_data.options import Options


def _lifted(given: Any) -> Any:
    """'' takes back what was given the last time."""
    if given == "":
        return None
    return tuple(shape for shape in given if shape != "") if isinstance(given, list | tuple) else given


Shapes = Annotated[tuple[Shape, ...], BeforeValidator(_lifted)]
File = Annotated[str | None, BeforeValidator(_lifted)]


class KeyOptions(Options):
    """Options of `key_image`. The defaults are meant for any screen, untouched."""

    screen: str = Field(
        default="auto",
        pattern=r"^(auto|#[0-9a-fA-F]{6})$",
        description="Colour of the screen as #RRGGBB (sRGB), or auto: found in the frame.",
    )
    domain: Literal["auto", "linear", "srgb"] = Field(
        default="auto",
        description="Light in which edges are unmixed: linear for cameras, srgb for pictures blended in an editor; "
        "auto is linear unless the screen is drawn, without any grain, and the edges are straight in sRGB.",
    )
    despill: float = Field(
        default=1.0,
        ge=0.0,
        le=1.0,
        description="How much of the screen's light on the foreground is taken away, 0 to 1.",
    )
    motion: bool = Field(
        default=True,
        description="Key edges that motion smeared as the ramps they are; without it they are keyed like sharp ones.",
    )
    garbage: Shapes = Field(
        default=(),
        json_schema_extra={"metavar": "SHAPE"},
        description="Surely no subject, as a stand: left,top,right,bottom, or x,y x,y x,y, as shares of the frame or "
        "with px; or a mask file. Give it as often as you like; '' lifts it.",
    )
    subject: Shapes = Field(
        default=(),
        json_schema_extra={"metavar": "SHAPE"},
        description="Surely subject, whatever its colour, as green clothes; given in the same ways.",
    )
    mattes: File = Field(
        default=None,
        json_schema_extra={"metavar": "FILE"},
        description="Garbage and subject of single clips, by their names: YAML, see docs/keying.md.",
    )
    hint: File = Field(
        default=None,
        json_schema_extra={"metavar": "FILE"},
        description="An ONNX network that finds persons: it closes holes deep inside, and drops what is far from them.",
    )
    min_score: float = Field(
        default=0.15, ge=0.0, le=1.0, description="Frames whose key scores below this are rejected by the step, 0 to 1."
    )
