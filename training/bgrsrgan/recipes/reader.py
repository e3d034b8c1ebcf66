"""Training recipes: YAML with the options of a run. Data, not code.

about: one line
network: srgan
batch: 16
pixel_steps: 20000
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from bgrsr_data.marked import read_marked
from bgrsr_data.stages import say

_HERE = Path(__file__).parent
ABOUT = "about"
NETWORK_BY_DEFAULT = "bgrsr-lite"


def recipe_names(network: str) -> dict[str, Path]:
    """The recipes that come with bgrsr for a network: "full", and those of NETWORK-NAME.yaml by NAME."""
    named = {path.stem.removeprefix(f"{network}-"): path for path in sorted(_HERE.glob(f"{network}-*.yaml"))}
    return {"full": _HERE / f"{network}.yaml"} | named


def read_recipe(recipe: str, network: str | None, model: type[BaseModel]) -> dict[str, Any]:
    """The options that a recipe gives.

    Args:
        recipe: The name of one that comes with bgrsr, or a path.
        network: What is to be trained; what the recipe is for where None.
        model: The options there are.

    Returns:
        Options by name, each of which fits; "network" is among them.

    Raises:
        ValueError: There is no such recipe.
        InputError: It is for another network, or wrong; the message names file and line.
    """
    path = _find(recipe, network or NETWORK_BY_DEFAULT)
    marked = read_marked(path)
    if not isinstance(marked.value, dict):
        raise marked.error([], "a training recipe is a list of options, as 'batch: 8'")
    options = {str(key): value for key, value in marked.value.items() if key != ABOUT}
    try:
        model.model_validate(options)
    except ValidationError as error:
        where, what = say(error, model)
        raise marked.error(where, what) from error
    if options.setdefault("network", network or NETWORK_BY_DEFAULT) != (network or options["network"]):
        raise marked.error(["network"], f"is a recipe of {options['network']}, not of {network}")
    return options


def _find(recipe: str, network: str) -> Path:
    shipped = recipe_names(network)
    if recipe in shipped and shipped[recipe].is_file():
        return shipped[recipe]
    path = Path(recipe).expanduser()
    if path.is_file():
        return path
    known = ", ".join(name for name, place in shipped.items() if place.is_file()) or "none of this network"
    raise ValueError(f"there is no recipe {recipe!r}: neither a file nor one of {known}")
