"""Parameters that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

NameOption = Annotated[str, typer.Option(help="The run is kept in runs/NAME.")]
HERE = Path()
