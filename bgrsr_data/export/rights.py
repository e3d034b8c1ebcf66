"""Who may do what with a set: the licence, maker and address behind every pair, and the credit that is due.

A pair shows up to three pieces of footage: the person's, the room they were in, and the room they are put in. It may go
where all three may go. Not a lawyer's judgement: who hands a set on reads the licences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bgrsr_data.errors import InputError
from bgrsr_data.licences import canonical, is_accepted, is_known
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.records import Background, Clip, Combination, Foreground

ANY, OPEN = "any", "open"
CLOSED = ("all-rights-reserved", "youtube-standard")


@dataclass(frozen=True)
class Rights:
    """The footage behind the rows of a set.

    Attributes:
        clips: By id.
        clip_of: For each foreground and background, the clip it was made from.
    """

    clips: Mapping[str, Clip]
    clip_of: Mapping[str, str]

    @classmethod
    def read(cls, root: Path) -> Rights:
        """From the manifests of a workspace.

        Raises:
            InputError: One is missing.
        """
        clips = {row.id: row for row in read_rows(manifest_path(root, Clip), Clip)}
        made: list[Foreground | Background] = [*read_rows(manifest_path(root, Foreground), Foreground)]
        made += read_rows(manifest_path(root, Background), Background)
        return cls(clips, {row.id: row.clip for row in made})

    def of(self, row: Combination) -> list[Clip]:
        """The footage that a pair shows, each once."""
        shown = (row.foreground, row.original_background, row.target_background)
        return list({clip: self.clips[clip] for clip in (self.clip_of[one] for one in shown)}.values())


def choose_licensed(rows: Sequence[Combination], rights: Rights, licences: Sequence[str]) -> list[Combination]:
    """The pairs that may be handed on.

    Args:
        rows: All of them.
        rights: Of their footage.
        licences: Accepted licences, in any spelling; "open" for every one that is known and forbids neither commerce
            (NC), nor changes (ND), nor everything; "any" for all. None: as "open", but nothing is left out unasked.

    Raises:
        InputError: No licence was named and some footage is not open; or nothing is left.
    """
    if ANY in licences:
        return list(rows)
    kept = [row for row in rows if all(_may(clip.licence, licences) for clip in rights.of(row))]
    if not licences and len(kept) < len(rows):
        raise InputError(
            f"export: {len(rows) - len(kept):,} of {len(rows):,} combinations show footage that may not be handed on "
            f"without asking ({_told(rows, rights)}); leave them out with --licence {OPEN}, or take all with "
            f"--licence {ANY}"
        )
    if not kept:
        have = ", ".join(sorted({canonical(clip.licence) for clip in rights.clips.values()}))
        raise InputError(f"export: no combination shows footage of {', '.join(licences)} alone; there is: {have}")
    return kept


def is_open(licence: str) -> bool:
    """Whether it is known, and forbids neither commerce, nor changes, nor everything."""
    spelled = canonical(licence)
    return is_known(licence) and spelled not in CLOSED and not {"NC", "ND"} & set(spelled.upper().split("-"))


def attribution(clips: Iterable[Clip]) -> str:
    """The credits that are due, a line for each piece of footage, sorted: title, maker, licence, address."""
    return "".join(sorted({f"{_credit(clip)}\n" for clip in clips}))


def _credit(clip: Clip) -> str:
    if clip.attribution:
        return f"{clip.attribution} [{canonical(clip.licence)}]"
    where = f", {clip.url}" if clip.url else ""
    return f"“{clip.title}” by {clip.creator} ({canonical(clip.licence)}){where}"


def _may(licence: str, accepted: Sequence[str]) -> bool:
    named = [one for one in accepted if one != OPEN]
    return is_accepted(licence, named) or (is_open(licence) and (OPEN in accepted or not accepted))


def _told(rows: Sequence[Combination], rights: Rights) -> str:
    """As "unknown: 3 clips, as 'A talk'; CC-BY-NC-2.0: 1 clip, as 'A photograph'"."""
    refused: dict[str, dict[str, Clip]] = {}
    for row in rows:
        for clip in rights.of(row):
            if not is_open(clip.licence):
                refused.setdefault(canonical(clip.licence), {})[clip.id] = clip
    return "; ".join(
        f"{licence}: {len(clips)} clip{'s' * (len(clips) > 1)}, as {next(iter(clips.values())).title!r}"
        for licence, clips in sorted(refused.items())
    )
