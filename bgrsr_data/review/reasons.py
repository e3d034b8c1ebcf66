"""Why a row is rejected, in a word of the field; a person may also give one of their own."""

from __future__ import annotations

REASONS: dict[str, str] = {
    "halo": "a rim of the old background around the person",
    "spill": "the screen's colour on skin, hair or clothes",
    "holes": "parts of the person are transparent",
    "hair": "hair is cut away, or the background shows through it",
    "leftover": "something of the old background, or a thing that does not belong, was kept",
    "cut-off": "the head or a limb is outside the picture",
    "blurred": "motion or focus blur",
    "light": "too dark, too bright, or colours that cannot be right",
    "compression": "blocks or ringing of a codec",
    "wrong-person": "somebody else than the row says, or several people",
    "duplicate": "too much like another row",
    "implausible": "size, place or light of the person cannot be so before this background",
    "rights": "it should not be shown: a child, a logo, a licence in doubt",
    "other": "something else; say what in the note",
}
