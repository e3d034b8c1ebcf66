"""Parameters that several commands share, and flags made from a stage's options."""

from __future__ import annotations

import functools
import inspect
import types
import typing
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel

from bgrsr_data.sizes import read_size

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", envvar="BGRSR_WORKSPACE", help="The workspace; by default this folder.")
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", "-j", min=1, help="Worker processes; by default one a processor.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
MaxDiskOption = Annotated[
    int | None,
    typer.Option(
        parser=read_size, metavar="SIZE", help="Stop before the workspace is larger, as 50GB.", show_default="the disk"
    ),
]
OutOption = Annotated[Path | None, typer.Option("--out", help="Without a workspace: the folder for the results.")]

Command = Callable[..., None]
NONE = object()  # "none" was said: unlike a flag that was not used


def with_options(
    model: type[BaseModel], into: str = "given", *, but: Collection[str] = ()
) -> Callable[[Command], Command]:
    """Give a command one flag for each field of `model` but some; it receives those used as the dict `into`.

    A flag that is not used leaves the option as it was last run in the workspace, or at its default; the word "none"
    takes a number that was given before away again.
    """

    def decorate(command: Command) -> Command:
        signature = inspect.signature(command, eval_str=True)
        own = [p for p in signature.parameters.values() if p.name != into]
        fields = {name: field for name, field in model.model_fields.items() if name not in but}
        flags = [_flag(name, field.annotation, model) for name, field in fields.items()]

        @functools.wraps(command)
        def wrapped(**values: Any) -> None:
            given = {name: values.pop(name) for name in fields}
            used = {name: value for name, value in given.items() if value is not None and value != []}
            command(**values, **{into: {name: None if value is NONE else value for name, value in used.items()}})

        wrapped.__signature__ = signature.replace(parameters=[*own, *flags])  # type: ignore[attr-defined]
        wrapped.__annotations__ = {p.name: p.annotation for p in [*own, *flags]}
        return wrapped

    return decorate


def _flag(name: str, annotation: Any, model: type[BaseModel]) -> inspect.Parameter:
    field = model.model_fields[name]
    kind = _without_none(annotation)
    none = field.default is None or field.default == ()
    default = "none" if none else str(field.default).lower() if kind is bool else str(field.default)
    told = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    metavar = str(told["metavar"]) if "metavar" in told else None
    option = typer.Option(help=field.description, show_default=default, metavar=metavar)
    if field.default is None and kind in (int, float):
        option.parser, option.metavar = _number_or_none(kind), metavar or f"<{kind.__name__}|none>"
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, option]
    )


def _number_or_none(kind: type[int] | type[float]) -> Callable[[str], Any]:
    def number_or_none(text: str) -> Any:
        try:
            return NONE if text.lower() == "none" else kind(text)
        except ValueError as error:
            raise typer.BadParameter(
                f"{text!r} is no {'whole ' if kind is int else ''}number, nor the word none"
            ) from error

    return number_or_none


def _without_none(annotation: Any) -> Any:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        (kind,) = [arm for arm in typing.get_args(annotation) if arm is not type(None)]
        return kind
    if typing.get_origin(annotation) is tuple:  # several values; what each must be, the model itself says
        return list[str]
    return annotation
