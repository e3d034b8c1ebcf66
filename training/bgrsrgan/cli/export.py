"""The command `bgrsr export` for networks: a thin shell over bgrsrgan.deploy.

Data sets are exported by a command of the same name (bgrsr_data.cli.exporting): the two become one here, and --format
says which is meant.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from json import dumps
from pathlib import Path
from typing import Annotated, Any

import typer

from bgrsr_data.cli.parameters import JsonOption, WorkspaceOption
from bgrsr_data.errors import InputError
from bgrsrgan.backend import require_torch
from bgrsrgan.cli.parameters import HERE, NameOption, parse_size

ONNX = "onnx"


def export(
    form: Annotated[str, typer.Option("--format", help="onnx: a trained network; else what is said above.")] = ONNX,
    out: Annotated[
        Path | None, typer.Option("--out", help="What is written.", show_default="onnx: runs/NAME/NETWORK.onnx")
    ] = None,
    workspace: WorkspaceOption = HERE,
    name: NameOption = "bgrsr-lite",
    size: Annotated[
        str | None,
        typer.Option(metavar="WxH", help="Of the frame, as 320x240.", show_default="onnx: as trained; else 320x240"),
    ] = None,
    dynamic: Annotated[
        bool, typer.Option("--dynamic", help="Any number of frames of any size, sides multiples of 16.")
    ] = False,
    float16: Annotated[bool, typer.Option("--float16", help="Weights in half the bytes; the same speed.")] = False,
    json: JsonOption = False,
) -> None:
    """Write a trained network as one ONNX file, folded, and compared with torch before it is kept.

    Example: bgrsr export --name first --out first.onnx
    """
    if form != ONNX:
        raise InputError(f"--format {form}: known is {ONNX}")
    require_torch()
    from bgrsrgan.deploy.onnx import PARITY
    from bgrsrgan.deploy.runs import export_run
    from bgrsrgan.workspace_runs import run_folder

    frame = parse_size(size) if size else None
    written = export_run(run_folder(workspace, name), out, size=frame, dynamic=dynamic, float16=float16)
    if json:
        typer.echo(dumps({**written._asdict(), "path": str(written.path)}, indent=2))
        return
    typer.echo(f"{written.path}: {written.bytes / 1e6:.1f} MB")
    for direction, shapes in (("takes", written.inputs), ("gives", written.outputs)):
        typer.echo(f"{direction} {', '.join(f'{port} {_shape(shape)}' for port, shape in shapes.items())}")
    typer.echo(f"as torch makes it within {written.parity:.1e} (at most {PARITY:.0e} is kept)")


def add_export(app: typer.Typer) -> None:
    """Add the command; where there is one for data sets, both become one, told apart by --format."""
    others = [command for command in app.registered_commands if _name(command) == "export"]
    for other in others:
        app.registered_commands.remove(other)
    app.command("export")(joined(export, others[0].callback) if others and others[0].callback else export)


def joined(network: Callable[..., None], data_set: Callable[..., None]) -> Callable[..., None]:
    """One command with the flags of two; those that both have are as the first has them.

    Args:
        network: For --format onnx, or none.
        data_set: For any other format; what it demands it must be given.
    """
    first, second = (inspect.signature(one, eval_str=True).parameters for one in (network, data_set))
    flags = {**{name: _optional(flag) for name, flag in second.items()}, **first}

    def export(**given: Any) -> None:
        from bgrsr_data.export.formats.registry import FORMATS

        form = given["form"]
        if form != ONNX and form not in FORMATS:
            raise InputError(f"export: there is no format {form!r}; known: {', '.join([ONNX, *FORMATS])}")
        command, known = (network, first) if form == ONNX else (data_set, second)
        for name, value in given.items():
            if name not in known and value != flags[name].default:
                raise InputError(f"--{name.replace('_', '-')} does not go with --format {form}")
        if command is data_set and given["out"] is None:
            raise InputError(f"--format {form} needs --out, the folder for it")
        command(**{name: value for name, value in given.items() if name in known})

    ordered = [flags[name] for name in dict.fromkeys([*first, *second])]
    keywords = [flag.replace(kind=inspect.Parameter.KEYWORD_ONLY) for flag in ordered]
    export.__signature__ = inspect.Signature(keywords)  # type: ignore[attr-defined]
    export.__annotations__ = {flag.name: flag.annotation for flag in keywords}
    export.__doc__ = (
        "Hand on a trained network, or the published set.\n\n"
        f"--format onnx. {_body(network)}\n\nThe other formats. {_body(data_set)}"
    )
    return export


def _optional(flag: inspect.Parameter) -> inspect.Parameter:
    return flag.replace(default=None) if flag.default is inspect.Parameter.empty else flag


def _body(command: Callable[..., None]) -> str:
    return inspect.cleandoc(command.__doc__ or "")


def _name(command: Any) -> str:
    return str(command.name or getattr(command.callback, "__name__", ""))


def _shape(sides: list[int | str]) -> str:
    return "×".join(map(str, sides))
