"""Recipes: stages in order with their options. Data, not code.

about: one line
sources: [greenscreen.yaml]     # source lists, relative to the recipe; may be left out
steps:
  - frames: {per_second: 4}
  - key
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bgrsr_data.errors import InputError
from bgrsr_data.marked import Marked, did_you_mean, read_marked
from bgrsr_data.stage import Stage
from bgrsr_data.stages import options_class, say, stage_class, stage_names

KEYS = ("about", "sources", "steps")
HAND_ON = frozenset({"select", "deblur"})  # stages that hand on frames, fewer or better; a set may go without them
_SHIPPED = Path(__file__).parent / "_shipped" / "pipelines"  # in an installed wheel
_CHECKOUT = Path(__file__).parents[1] / "pipelines"


@dataclass(frozen=True)
class Recipe:
    """A recipe, checked as a whole before anything runs."""

    path: Path
    about: str
    sources: list[Path] = field(default_factory=list)
    stages: list[Stage[Any]] = field(default_factory=list)


def built_in() -> dict[str, Path]:
    """The recipes that come with bgrsr, by name."""
    folder = _SHIPPED if _SHIPPED.is_dir() else _CHECKOUT
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def find_recipe(name: str) -> Path:
    """A recipe by its path, or by the name of a built-in one.

    Raises:
        InputError: There is none.
    """
    path = Path(name).expanduser()
    if path.is_file():
        return path
    if name in built_in():
        return built_in()[name]
    raise InputError(f"{name}: is neither a file nor a built-in recipe{did_you_mean(name, built_in())}")


def read_recipe(path: Path) -> Recipe:
    """Read and check a recipe.

    Raises:
        InputError: It is missing or wrong; the message names the line.
    """
    marked = read_marked(path)
    if not isinstance(marked.value, dict):
        raise marked.error([], "a recipe begins with 'steps:'")
    for key in marked.value:
        if key not in KEYS:
            raise marked.error([key], f"unknown key '{key}'{did_you_mean(str(key), KEYS)}")
    steps = marked.value.get("steps")
    if not isinstance(steps, list) or not steps:
        raise marked.error(["steps"], "'steps' must be a list of stages, each as '- key: {min_score: 0.4}'")
    stages = [_stage(marked, number, step) for number, step in enumerate(steps)]
    _in_order(marked, stages)
    return Recipe(path, str(marked.value.get("about", "")), _sources(marked), stages)


def passed_over(stages: Sequence[Stage[Any]], before: frozenset[str]) -> frozenset[str]:
    """Which stages the set goes without when these stages have run.

    A recipe that takes frames takes them the whole way: what it leaves out of `HAND_ON` it goes without, though an
    earlier recipe had it. One that begins later works with what there is.

    Args:
        stages: Of the recipe.
        before: What the set went without until now.
    """
    names = {stage.name for stage in stages}
    return (HAND_ON if "frames" in names else before) - names


def _in_order(marked: Marked, stages: Sequence[Stage[Any]]) -> None:
    """A stage before one that it reads would work with what was there the last time."""
    for number, stage in enumerate(stages):
        late = next((later.name for later in stages[number + 1 :] if later.name in stage.needs), None)
        if late is not None:
            raise marked.error(["steps", number], f"'{stage.name}' reads what '{late}' gives; put it after '{late}'")


def _sources(marked: Marked) -> list[Path]:
    listed = marked.value.get("sources") or []
    if not isinstance(listed, list) or not all(isinstance(entry, str) for entry in listed):
        raise marked.error(["sources"], "'sources' must be a list of source lists, as [greenscreen.yaml]")
    paths = [(marked.path.parent / Path(entry).expanduser()).resolve() for entry in listed]
    for number, path in enumerate(paths):
        if not path.is_file():
            raise marked.error(["sources", number], f"there is no source list {path}")
    return paths


def _stage(marked: Marked, number: int, step: object) -> Stage[Any]:
    name, options = next(iter(step.items())) if isinstance(step, dict) and len(step) == 1 else (step, None)
    at: list[str | int] = ["steps", number]
    if not isinstance(name, str):
        raise marked.error(at, "a step is the name of a stage, with options or without, as '- key: {min_score: 0.4}'")
    if name not in stage_names():
        raise marked.error(at, f"there is no stage '{name}'{did_you_mean(name, stage_names())}")
    if options is not None and not isinstance(options, dict):
        raise marked.error([*at, name], f"the options of {name} must be keys with values")
    model = options_class(name)
    try:
        return stage_class(name)(model.model_validate(options or {}))
    except ValidationError as error:
        where, what = say(error, model)
        raise marked.error([*at, name, *where], f"{name}: {what}") from error
