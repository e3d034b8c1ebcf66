"""The stages there are, by name, in the order that data walks.

Each is imported when it is asked for. Other packages add theirs through the entry-point group `bgrsr.stages`.
"""

from __future__ import annotations

import importlib
import typing
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

from pydantic import BaseModel, ValidationError

from bgrsr_data.errors import InputError
from bgrsr_data.marked import did_you_mean
from bgrsr_data.stage import Stage

GROUP = "bgrsr.stages"
OURS: dict[str, str] = {
    "fetch": "bgrsr_data.fetch.step:Fetch",
    "frames": "bgrsr_data.frames.step:Frames",
    "select": "bgrsr_data.selection.step:Select",
    "deblur": "bgrsr_data.deblur.step:Deblur",
    "key": "bgrsr_data.keying.step:KeyFrames",
    "trimap": "bgrsr_data.trimaps.step:DrawTrimaps",
    "combine": "bgrsr_data.combine.step:Combine",
    "publish": "bgrsr_data.export.publish:Publish",
}
LAST = {"report": "bgrsr_data.report.step:Report"}  # it shows what the stages of other packages made


def stage_names() -> list[str]:
    """Every stage there is, in the order that data walks."""
    return [*OURS, *sorted(_theirs(), key=_order), *LAST]


def stage_class(name: str) -> type[Stage[Any]]:
    """The class of a stage.

    Raises:
        InputError: There is no such stage, or its package is not installed.
    """
    places = OURS | _theirs() | LAST
    if name not in places:
        raise InputError(f"there is no stage '{name}'{did_you_mean(name, places)}")
    module, _, attribute = places[name].partition(":")
    found: type[Stage[Any]] = getattr(importlib.import_module(module), attribute)
    return found


def options_class(name: str) -> type[BaseModel]:
    """The options of a stage."""
    model: type[BaseModel] = typing.get_type_hints(stage_class(name))["options"]
    return model


def make_stage(name: str, options: Mapping[str, Any] | BaseModel | None = None) -> Stage[Any]:
    """A stage with its options.

    Raises:
        InputError: There is no such stage, or an option is unknown or out of range.
    """
    model = options_class(name)
    if isinstance(options, BaseModel):
        return stage_class(name)(options)
    try:
        return stage_class(name)(model.model_validate(dict(options or {})))
    except ValidationError as error:
        raise InputError(f"{name}: {say(error, model)[1]}") from error


def stage_as_it_ran(name: str, options: str) -> Stage[Any]:
    """A stage with the options (JSON) that the ledger remembers; with the defaults where those no longer fit."""
    try:
        return stage_class(name)(options_class(name).model_validate_json(options))
    except ValidationError:
        return make_stage(name)


def say(error: ValidationError, model: type[BaseModel]) -> tuple[tuple[str | int, ...], str]:
    """Where the first mistake is, and what it is, in one sentence."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if not key:  # no option alone is wrong, but some do not go together
        return (), str(first["msg"]).removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        return first["loc"], f"unknown key '{key}'{did_you_mean(key, model.model_fields)}"
    if first["type"] == "string_pattern_mismatch" and key in model.model_fields:
        return first["loc"], f"'{key}' is not {first['input']!r} but: {model.model_fields[key].description}"
    return first["loc"], f"'{key}': {first['msg'][:1].lower()}{first['msg'][1:]}, not {first['input']!r}"


def _theirs() -> dict[str, str]:
    return {entry.name: entry.value for entry in entry_points(group=GROUP)}


def _order(name: str) -> tuple[bool, str]:
    return name != "train", name  # what is trained comes before what is said of it
