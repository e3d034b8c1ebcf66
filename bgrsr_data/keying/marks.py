"""What a person marked in which clip: garbage and subject, for every frame or for single clips.

What holds for every frame are options of the stage. What holds for one clip stands in a file of its own, so that a
change there makes the frames of that clip stale and no others:

    studio-a:                               # a source, a clip's title or id, or a file's name
      garbage: ["0,0,0.08,1", stand.png]    # masks are looked for beside this file
    anna-*.mp4:
      subject: ["0.4,0.5 0.6,0.5 0.5,0.9"]
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bgrsr_data.errors import InputError
from bgrsr_data.keying.shapes import Shape, is_path, resolved
from bgrsr_data.marked import Marked, did_you_mean, read_marked
from bgrsr_data.media.files import sha256_of
from bgrsr_data.options import Options

if TYPE_CHECKING:
    from bgrsr_data.keying.mattes import Mattes
    from bgrsr_data.keying.options import KeyOptions


class Marks(Options):
    """Shapes in words, as `keying/shapes.py` says."""

    garbage: tuple[Shape, ...] = ()
    subject: tuple[Shape, ...] = ()

    def __add__(self, other: Marks) -> Marks:
        """Both."""
        return Marks(garbage=self.garbage + other.garbage, subject=self.subject + other.subject)

    def beside(self, folder: Path) -> Marks:
        """The same, the paths of masks made absolute.

        Raises:
            InputError: There is no such mask.
        """
        garbage, subject = ([resolved(shape, folder) for shape in shapes] for shapes in (self.garbage, self.subject))
        return Marks(garbage=tuple(garbage), subject=tuple(subject))

    def inputs(self, root: Path = Path()) -> tuple[str, ...]:
        """All that decides what is marked, paths relative to `root`; nothing where nothing is."""
        shapes = (*self.garbage, *self.subject)
        files = [sha256_of(root / shape) for shape in shapes if is_path(shape) and (root / shape).is_file()]
        return (self.model_dump_json(), *files) if shapes else ()

    def draw(self, size: tuple[int, int]) -> Mattes | None:
        """Mark them over a frame of (height, width) pixels; None where there is nothing to mark.

        Raises:
            InputError: A shape does not fit the frame, or a mask cannot be read.
        """
        from bgrsr_data.keying.drawing import draw_shapes  # noqa: PLC0415 - pixels are for workers
        from bgrsr_data.keying.mattes import Mattes  # noqa: PLC0415

        if not self.garbage and not self.subject:
            return None
        return Mattes(draw_shapes(self.garbage, size), draw_shapes(self.subject, size))


@dataclass(frozen=True)
class MarkList:
    """The marks of single clips.

    Args:
        marked: The file.
        clips: Name or pattern → marks, paths absolute.
    """

    marked: Marked
    clips: dict[str, Marks] = field(default_factory=dict)

    def of(self, names: Collection[str]) -> Marks:
        """All marks of a clip that is known by any of `names`."""
        fitting = [marks for pattern, marks in self.clips.items() if _fits(pattern, names)]
        return sum(fitting, Marks())

    def refuse_unknown(self, names: Collection[str], *, all_of_them: bool) -> None:
        """Refuse names that are no clip's: what was meant to be marked would silently not be.

        Raises:
            InputError: Naming the line.
        """
        unknown = [pattern for pattern in self.clips if not _fits(pattern, names)]
        if unknown and (all_of_them or len(unknown) == len(self.clips)):
            hint = did_you_mean(unknown[0], sorted(names))
            raise self.marked.error([unknown[0]], f"there is no clip '{unknown[0]}'{hint}")


class Marking:
    """What the options of the stage say of marks, and of what else decides a key beside the frame.

    Raises:
        InputError: A mask, the list of marks or the hint's network is missing; the list is wrong.
    """

    def __init__(self, options: KeyOptions) -> None:
        self._all = Marks(garbage=options.garbage, subject=options.subject).beside(Path())
        self._listed = read_marks(Path(options.mattes)) if options.mattes else None
        if options.hint and not Path(options.hint).is_file():
            raise InputError(f"{options.hint}: there is no such file; --hint takes an ONNX network")
        self._hint = (sha256_of(Path(options.hint)),) if options.hint else ()

    def of(self, names: Collection[str]) -> Marks:
        """What is marked in a clip that is known by any of `names`."""
        return self._all + (self._listed.of(names) if self._listed else Marks())

    def inputs(self, marks: Marks, root: Path = Path()) -> tuple[str, ...]:
        """What decides a key beside the frame and the options' own text; paths are relative to `root`."""
        return (*marks.inputs(root), *self._hint)

    def refuse_unknown(self, known: Iterable[Collection[str]], *, all_of_them: bool = True) -> None:
        """Refuse a list of marks that names unknown clips.

        Args:
            known: The names of each clip.
            all_of_them: Whether one unknown name is too much; else at least one must be known.

        Raises:
            InputError: Naming the line.
        """
        if self._listed:
            self._listed.refuse_unknown({name for names in known for name in names}, all_of_them=all_of_them)


def with_absolute_paths(given: Mapping[str, Any]) -> dict[str, Any]:
    """Options as a person typed them, paths made absolute: they are remembered, and workers run elsewhere.

    Raises:
        InputError: There is no such mask.
    """
    found = dict(given)
    for name in ("garbage", "subject"):
        if name in found:
            found[name] = [shape and resolved(shape, Path()) for shape in found[name]]
    for name in ("mattes", "hint"):
        if found.get(name):
            found[name] = str(Path(found[name]).expanduser().absolute())
    return found


def read_marks(path: Path) -> MarkList:
    """Read the marks of single clips.

    Raises:
        InputError: The file is missing or wrong; the message names the line.
    """
    marked = read_marked(path)
    if not isinstance(marked.value, dict) or not marked.value:
        raise InputError(f"{path}: must hold names of clips, each with 'garbage' or 'subject' (docs/keying.md)")
    return MarkList(marked, {str(name): _marks(marked, name, told) for name, told in marked.value.items()})


def _marks(marked: Marked, name: object, told: object) -> Marks:
    try:
        return Marks.model_validate(told).beside(marked.path.resolve().parent)
    except ValidationError as error:
        first = error.errors()[0]
        where, what = [str(name), *first["loc"]], first["msg"]
        if first["type"] == "extra_forbidden":
            what = f"unknown key '{where[-1]}'{did_you_mean(str(where[-1]), Marks.model_fields)}"
        raise marked.error(where, f"{name}: {what[:1].lower()}{what[1:]}") from error
    except InputError as error:
        raise marked.error([str(name)], str(error)) from error


def _fits(pattern: str, names: Collection[str]) -> bool:
    return pattern in names or any(fnmatchcase(name, pattern) for name in names)
