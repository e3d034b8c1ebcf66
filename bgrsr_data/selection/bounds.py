"""Which frames are fit for the set, by what was measured on each of them alone."""

from __future__ import annotations

from bgrsr_data.errors import InputError
from bgrsr_data.records import Frame
from bgrsr_data.selection.options import SelectOptions


def unfit(frame: Frame, options: SelectOptions) -> tuple[str, str] | None:
    """Why a frame is left out: (reason, figures), or None for one that is fit.

    Raises:
        InputError: The options ask for faces, and nobody looked for any.
    """
    return _exposed(frame, options) or _peopled(frame, options)


def _exposed(frame: Frame, options: SelectOptions) -> tuple[str, str] | None:
    if frame.brightness < options.min_brightness:
        return "too-dark", f"mean luma {frame.brightness:.3f}, needs {options.min_brightness:g}"
    if frame.dark > options.max_dark:
        return "too-dark", f"{frame.dark:.1%} is crushed to black, {options.max_dark:.1%} may be"
    if frame.brightness > options.max_brightness:
        return "too-bright", f"mean luma {frame.brightness:.3f}, may have {options.max_brightness:g}"
    if frame.bright > options.max_bright:
        return "too-bright", f"{frame.bright:.1%} is clipped to white, {options.max_bright:.1%} may be"
    return None


def _peopled(frame: Frame, options: SelectOptions) -> tuple[str, str] | None:
    if not (options.min_faces or options.max_faces is not None or options.min_face_height):
        return None
    if frame.faces is None:
        raise InputError(
            f"{frame.id}: nobody looked for faces in it; run: bgrsr frames --faces (recipe: frames: {{faces: true}})"
        )
    if frame.faces < options.min_faces:
        return "too-few-faces", f"{frame.faces} found, needs {options.min_faces}"
    if options.max_faces is not None and frame.faces > options.max_faces:
        return "too-many-faces", f"{frame.faces} found, may have {options.max_faces}"
    if (frame.face_height or 0.0) < options.min_face_height:
        height = f"{frame.face_height or 0.0:.2f} of the picture's height"
        return "face-too-small", f"{height}, needs {options.min_face_height:g}"
    return None
