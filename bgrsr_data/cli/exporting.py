"""The command `bgrsr export`: hand the published set on."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from bgrsr_data.cli.parameters import JsonOption, WorkersOption, WorkspaceOption, with_options
from bgrsr_data.errors import InputError
from bgrsr_data.export.options import ExportOptions

HERE = Path()


def commands(app: typer.Typer) -> None:
    """Add this command to `app`."""
    app.command()(with_options(ExportOptions)(export))


def export(
    form: Annotated[
        str, typer.Option("--format", help="webdataset, huggingface, images, torch, coco, fiftyone or croissant.")
    ],
    out: Annotated[Path, typer.Option("--out", help="The folder for it: new, or of the same export.")],
    workspace: WorkspaceOption = HERE,
    workers: WorkersOption = None,
    json: JsonOption = False,
    *,
    given: dict[str, Any],
) -> None:
    """Hand the published set on, with licences, credits and checksums; footage that may not go is refused.

    webdataset: tar files of pairs, for streaming. huggingface: pictures and metadata.parquet, for
    datasets.load_dataset. images: plain folders input, background, target and alpha by split, and a table.
    torch: the set in small, from which bgrsrgan.data.CombinationDataset draws pairs. coco: the pictures that persons
    were cut from, with alpha and trimap. fiftyone: groups of pictures, for fiftyone.Dataset.from_dir.
    croissant: the tables and what they mean. What is stopped goes on with the same command.

    Example: bgrsr export --format webdataset --out shards -w demo

    Example: bgrsr export --format huggingface --out hf --licence cc-by,cc0 -w demo

    Example: bgrsr export --format images --image-format jpeg --limit 500 --out sample -w demo
    """
    from bgrsr_data.cli.progress import counting, progress_bars
    from bgrsr_data.export.hand_over import hand_over
    from bgrsr_data.workspace import Workspace

    try:
        options = ExportOptions.model_validate(given)
    except ValidationError as error:
        raise InputError(_mistake(error, given)) from error
    Workspace(workspace).close()  # a folder that is none is told as everywhere
    with progress_bars() as progress:
        handed = hand_over(workspace, out, form, options, workers=workers, progress=counting(progress))
    if json:
        typer.echo(jsonlib.dumps(asdict(handed)))
        return
    less = f"; {handed.left_out:,} left out for their licence" if handed.left_out else ""
    done = f"{handed.files:,} files, each with its sha256" if handed.files else "it was there, whole"
    typer.echo(f"export: {handed.combinations:,} combinations as {handed.format} in {handed.out} ({done}){less}")


def _mistake(error: ValidationError, given: Mapping[str, Any]) -> str:
    """The first option that cannot be, as it was given, and why."""
    first = error.errors()[0]
    name, why = str(first["loc"][0]), str(first["msg"]).removeprefix("Value error, ")
    value = given[name]
    told = ",".join(map(str, value)) if isinstance(value, list) else value
    return f"--{name.replace('_', '-')} {told}: {why[:1].lower()}{why[1:]}"
