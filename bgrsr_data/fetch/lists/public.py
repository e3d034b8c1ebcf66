"""What a public list comes to, and the source list that is written from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import yaml

from bgrsr_data.media.times import parse_section


@dataclass(frozen=True)
class Fault:
    """Something odd in a public list.

    Args:
        file: Its name.
        line: The line, from 1.
        text: What stands there.
        what: What is wrong with it.
        left_out: Whether it could not be used; else it was mended, and `what` says how.
    """

    file: str
    line: int
    text: str
    what: str
    left_out: bool = True

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.text}: {self.what}"


@dataclass(frozen=True)
class Imported:
    """A public list, read.

    Args:
        entries: Entries of a source list (see `bgrsr_data.fetch.entries.SourceEntry`), as plain values.
        faults: What was odd, in the order of files and lines.
    """

    entries: list[dict[str, Any]]
    faults: list[Fault]

    def counts(self) -> dict[str, int | float]:
        """How much there is: videos, sections, minutes of the sections, persons; rows left out, and rows mended."""
        sections = [parse_section(text) for entry in self.entries for text in entry["sections"]]
        left_out = sum(fault.left_out for fault in self.faults)
        return {
            "videos": len(self.entries),
            "sections": len(sections),
            "minutes": round(float(sum((end - start for start, end in sections), Fraction(0))) / 60, 1),
            "persons": len({entry["person"] for entry in self.entries}),
            "left_out": left_out,
            "mended": len(self.faults) - left_out,
        }


@dataclass(frozen=True)
class PublicList:
    """A list that others published.

    Args:
        name: What it is called on the command line.
        base_url: Where its files are.
        files: Their names, each with its SHA-256.
        parse: Texts of the files, by name → what they say.
        heading: Lines that go on top of the source list: what it is, whose, and under which licence.
    """

    name: str
    base_url: str
    files: Mapping[str, str]
    parse: Callable[[Mapping[str, str]], Imported]
    heading: Sequence[str]


def source_list_text(public: PublicList, listing: Imported) -> str:
    """The source list (YAML); what was odd in the public list stands in it as comments."""
    comments = list(public.heading)
    for left_out, title in ((True, "Left out, since it cannot be used as it stands:"), (False, "Mended:")):
        told = [f"  {fault}" for fault in listing.faults if fault.left_out is left_out]
        comments += ["", title, *told] if told else []
    lines = [f"# {comment}".rstrip() for comment in comments]
    return "\n".join([*lines, "", "sources:", *(_entry(entry) for entry in listing.entries), ""])


def _entry(entry: Mapping[str, Any]) -> str:
    lines = [f"{key}: {_value(value)}" for key, value in entry.items() if value not in (None, [])]
    return "  - " + "\n    ".join(lines) + "\n"


def _value(value: Any) -> str:
    """On one line, quoted where YAML asks for it."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=1 << 20)
    return text.removesuffix("...\n").rstrip()
