"""Parameters that several commands share, and how they are read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bgrsr_data.errors import InputError

NameOption = Annotated[str, typer.Option(help="The run is kept in runs/NAME.")]
HERE = Path()


def parse_size(text: str) -> tuple[int, int]:
    """(width, height) of "320x240".

    Raises:
        InputError: It is no size, or a side is odd, which no network can halve and double.
    """
    width, _, height = text.lower().replace("×", "x").partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise InputError(f"--size {text}: write it as 320x240")
    if int(width) % 2 or int(height) % 2:
        raise InputError(f"--size {text}: both sides must be even")
    return int(width), int(height)
