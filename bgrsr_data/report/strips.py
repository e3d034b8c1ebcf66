"""The contact sheets' shape: strips of pictures that belong together, with what is to be said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bgrsr_data.media.contact import Picture, contact_sheet
from bgrsr_data.report.pictures import within


@dataclass(frozen=True)
class Cell:
    """One picture.

    Args:
        label: What it is of, as "alpha".
        pixels: (H, W, 3) uint8, sRGB, no larger than the page shows it.
    """

    label: str
    pixels: Picture


@dataclass(frozen=True)
class Strip:
    """Pictures of one row of the set, side by side, and a line about them."""

    words: str
    cells: list[Cell]


@dataclass(frozen=True)
class Sheet:
    """A contact sheet.

    Args:
        name: Of its file, as "keys-worst"; what comes before the first "-" is the stage's.
        title: For the person.
        about: What is shown, and how it was chosen.
        strips: Its rows; strips of one picture each are laid out as a grid.
    """

    name: str
    title: str
    about: str
    strips: list[Strip]

    @property
    def stage(self) -> str:
        """What it shows the rows of, as "keys"."""
        return self.name.partition("-")[0]

    @property
    def single(self) -> bool:
        """Whether each strip is one picture."""
        return all(len(one.cells) == 1 for one in self.strips)

    @cached_property
    def pixels(self) -> Picture:
        """The whole sheet as one picture, (H, W, 3) uint8, sRGB."""
        if self.single:
            rows = [self.strips[start : start + 5] for start in range(0, len(self.strips), 5)]
            pictures = [[one.cells[0].pixels for one in row] for row in rows]
            return contact_sheet(pictures, [[one.words for one in row] for row in rows])
        pictures = [[cell.pixels for cell in one.cells] for one in self.strips]
        lines = [[one.words, *(cell.label for cell in one.cells[1:])] for one in self.strips]
        return contact_sheet(pictures, lines)


def strip(words: str, labels: Sequence[str], pictures: Sequence[Picture]) -> Strip:
    """Put pictures and their labels side by side; pictures are kept as small as they are shown."""
    return Strip(words, [Cell(label, within(one)) for label, one in zip(labels, pictures, strict=True)])
