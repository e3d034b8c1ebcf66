"""`bgrsr key --preview`: a sheet to look at, before a clip is keyed whole."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import typer

from bgrsr_data.errors import InputError, Rejection
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.stages import make_stage


def preview_key(files: Sequence[Path], given: Mapping[str, Any], out: Path | None, *, as_json: bool) -> None:
    """Draw the sheet and say where it is.

    Raises:
        InputError: No files were named, one cannot be read, or the sheet's name is taken.
    """
    from bgrsr_data.keying.files import plain_items
    from bgrsr_data.keying.preview import draw_preview, preview_path
    from bgrsr_data.media.images import write_image

    if not files:
        raise InputError("key: --preview shows plain files; name some images or clips")
    options = cast(KeyOptions, make_stage("key", given).options)
    items = [item.payload for item in plain_items(files, options)]
    path = preview_path(items, out)
    try:
        write_image(path, draw_preview(items, options))
    except Rejection as unfit:
        raise InputError(f"key: {unfit}") from unfit
    typer.echo(json.dumps({"preview": str(path)}) if as_json else f"key: {path}")
