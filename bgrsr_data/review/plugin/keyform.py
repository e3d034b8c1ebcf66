"""The form that asks how to key a picture anew: every option of single frames, filled in as it is today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from bgrsr_data.errors import InputError
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.single import OF_FRAMES, SHAPES, rekeys_that_count
from bgrsr_data.keying.step import KeyFrames
from bgrsr_data.review.rekey import frames_of
from bgrsr_data.stages import stage_as_it_ran
from bgrsr_data.workspace import Workspace

BETWEEN = ";"  # shapes of one field; a polygon holds commas and spaces


def todays_values(root: Path, rows: Sequence[str]) -> dict[str, Any]:
    """The options as they hold for a picture now; of several, for the first.

    Returns:
        By name, as the form shows them: shapes, only those of this picture alone, as one text.

    Raises:
        InputError: It was not keyed here.
    """
    with closing(Workspace(root)) as workspace:
        frame = frames_of(workspace.ledger, rows)[0]
        ran = workspace.ledger.options(KeyFrames.name)
        if ran is None:
            raise InputError(f"{root}: nothing is keyed here; run: bgrsr key")
        options = stage_as_it_ran(KeyFrames.name, ran).options.model_dump()
        rekey = rekeys_that_count(workspace.ledger).get(frame)
    told = rekey.told if rekey else {}
    values = {name: told.get(name, options[name]) for name in OF_FRAMES if name not in SHAPES}
    return values | {name: f"{BETWEEN} ".join(told.get(name, ())) for name in SHAPES}


def ask(inputs: Any, types: Any, values: Mapping[str, Any]) -> None:
    """Put a field for each option into a form.

    Args:
        inputs: FiftyOne's `types.Object`.
        types: FiftyOne's `types`.
        values: What holds today.
    """
    for name in OF_FRAMES:
        _ask_one(inputs, types, name, KeyOptions.model_fields[name], values[name])


def changed_of(given: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, object]:
    """What a person changed in the form; a text of shapes takes the place of the shapes before it.

    Args:
        given: The form.
        values: What it was filled in with.
    """
    changed: dict[str, object] = {}
    for name in OF_FRAMES:
        said = given.get(name)
        said = "" if said is None and name in SHAPES else said
        if said is not None and said != values[name]:
            changed[name] = ["", *shapes_of(str(said))] if name in SHAPES else said
    return changed


def shapes_of(text: str) -> list[str]:
    """The shapes that a text holds."""
    return [shape.strip() for shape in text.split(BETWEEN) if shape.strip()]


def _ask_one(inputs: Any, types: Any, name: str, option: FieldInfo, value: Any) -> None:
    label, told = name.replace("_", " ").capitalize(), option.description or ""
    if get_origin(option.annotation) is Literal:
        inputs.enum(
            name, list(get_args(option.annotation)), default=value, label=label, description=told, required=True
        )
    elif option.annotation is bool:
        inputs.bool(name, default=value, label=label, description=told, view=types.SwitchView())
    elif option.annotation is float:
        low = next(m.ge for m in option.metadata if isinstance(m, Ge))
        high = next(m.le for m in option.metadata if isinstance(m, Le))
        inputs.float(name, default=value, min=low, max=high, label=label, description=told)
    elif name in SHAPES:
        told = told.partition(";")[0] + f". Several: put {BETWEEN} between them."
        inputs.str(name, default=value, label=label, description=told)
    else:
        inputs.str(name, default=value, label=label, description=told)
