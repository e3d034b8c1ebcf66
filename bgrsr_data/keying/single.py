"""What a person changed about the keying of one frame.

It lies over the stage's options: a single value takes the stage's place, a shape comes to the shapes that are there. It
holds while the frame is what it was, and is part of what decides the frame's key, so every rerun keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bgrsr_data.errors import InputError
from bgrsr_data.keying.marks import Marks
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.shapes import resolved
from bgrsr_data.ledger import Ledger
from bgrsr_data.marked import did_you_mean
from bgrsr_data.records import Frame, Rekey

SHAPES = ("garbage", "subject")
OF_CLIPS = ("mattes", "hint")  # options that say something of whole clips
OF_FRAMES = tuple(name for name in KeyOptions.model_fields if name not in OF_CLIPS)


@dataclass(frozen=True)
class Own:
    """What holds for one frame.

    Attributes:
        options: In place of the stage's; None where nothing was changed.
        marks: Beside the stage's; paths relative to the workspace, or absolute.
        inputs: What is decided by it.
    """

    options: KeyOptions | None = None
    marks: Marks = field(default_factory=Marks)
    inputs: tuple[str, ...] = ()


def rekeys_that_count(ledger: Ledger) -> dict[str, Rekey]:
    """The last change of each frame whose content is still what it was then, by frame, sorted."""
    last = {frame: rekeys[-1] for frame, rekeys in ledger.rekeys().items()}
    if not last:
        return {}
    contents = {frame.id: frame.content for frame in ledger.latest(Frame, "frames", "select", "deblur")}
    return {frame: rekey for frame, rekey in last.items() if contents.get(frame) == rekey.frame_content}


def options_of_frame(options: KeyOptions, rekey: Rekey | None) -> Own:
    """The stage's options with one frame's laid over them.

    Raises:
        InputError: They were given to another version of bgrsr, and are none any more.
    """
    if rekey is None:
        return Own()
    try:
        return Own(_over(options, rekey.told), _marks(rekey.told), (rekey.options,))
    except ValidationError as error:
        undo = f"take them back with: bgrsr review rekey --undo {rekey.frame}"
        raise InputError(f"{rekey.frame}: its own options ({rekey.words}) are none any more; {undo}") from error


def merge_options(
    options: KeyOptions, before: Mapping[str, Any], given: Mapping[str, Any], folder: Path
) -> dict[str, Any]:
    """One frame's options after another change.

    Args:
        options: Of the stage.
        before: What was changed already.
        given: What is changed now: None takes a change back; shapes are added, and '' lifts those before it.
        folder: Where the paths of the masks that are given now begin.

    Returns:
        All that is changed, as JSON can hold it, sorted by name.

    Raises:
        InputError: An option is unknown, or one of whole clips; a mask is missing.
        ValidationError: A value is not allowed.
    """
    for name in given:
        if name in OF_CLIPS:
            raise InputError(f"key: '{name}' says something of whole clips; give it to: bgrsr key --{name}")
        if name not in OF_FRAMES:
            raise InputError(f"key: unknown option '{name}'{did_you_mean(name, OF_FRAMES)}")
    changed = {name: value for name, value in given.items() if value is not None}
    for name in SHAPES:
        if name in changed:
            changed[name] = _added(before.get(name, ()), changed[name], folder)
    kept = {name: value for name, value in before.items() if name not in given}
    checked = _over(options, kept | changed, shapes=True).model_dump(mode="json")
    return {name: checked[name] for name in sorted(kept | changed) if name not in SHAPES or checked[name]}


def _added(before: Any, given: Any, folder: Path) -> list[str]:
    """Shapes with new ones: '' lifts all that stand before it."""
    new = [shape and resolved(shape, folder) for shape in ([given] if isinstance(given, str) else given)]
    shapes = [*before, *new]
    while "" in shapes:
        shapes = shapes[shapes.index("") + 1 :]
    return shapes


def _over(options: KeyOptions, told: Mapping[str, Any], *, shapes: bool = False) -> KeyOptions:
    values = {name: value for name, value in told.items() if shapes or name not in SHAPES}
    return KeyOptions.model_validate(options.model_dump() | values)


def _marks(told: Mapping[str, Any]) -> Marks:
    return Marks(**{name: tuple(told.get(name, ())) for name in SHAPES})
