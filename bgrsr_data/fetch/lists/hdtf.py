"""HDTF: talking heads of YouTube with time stamps.

Zhang, Li, Ding and Fan, "Flow-Guided One-Shot Talking Face Generation With a High-Resolution Audio-Visual Dataset",
CVPR 2021, https://github.com/MRzzm/HDTF. Three groups (RD, WDA, WRA), each with two files that we read:

    GROUP_video_url.txt       AdamSmith https://www.youtube.com/watch?v=…        (not sorted, one begins with a BOM)
    GROUP_annotion_time.txt   AdamSmith.mp4 00:05-01:35 02:10-02:40              (sorted, some with blanks at the end)

Licence: the README says "the HDTF dataset is available to download under a Creative Commons Attribution 4.0
International License"; what the repository holds is the list (addresses, time stamps, crops), and that is what its
authors can license. The videos belong to those who published them, so the licence of the footage is `unknown` here.

Names end in a number where there are several videos of one person: AdamKinzinger0, 1 and 2 are one. Names that stand
for one and the same video are one person too. Nobody can tell who is seen in Radio1 … Radio57: each is given a person
of its own, and all go to the training split, so that a face among them is never in two splits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bgrsr_data.errors import InputError
from bgrsr_data.fetch.lists.public import Fault, Imported, PublicList
from bgrsr_data.media.times import parse_section

COMMIT = "bbde889bbab954c9a9ebcabe9962885c29f2165e"
GROUPS = ("RD", "WDA", "WRA")
NAMELESS = "Radio"
ATTRIBUTION = (
    'Chosen and time-stamped by HDTF (Zhang, Li, Ding, Fan, "Flow-Guided One-Shot Talking Face Generation With a '
    'High-Resolution Audio-Visual Dataset", CVPR 2021), CC BY 4.0, https://github.com/MRzzm/HDTF'
)
_YOUTUBE = re.compile(
    r"https?://(?:\w+\.)?(?:youtube\.com/(?:watch\?(?:.*&)?v=|embed/|shorts/)|youtu\.be/)([\w-]{11})(?![\w-])"
)
_DASH = re.compile(r"(?<=:\d\d)\s*[-–—]\s*(?=\d)")  # between two times


@dataclass(frozen=True)
class _Row:
    """A line with its words."""

    file: str
    line: int
    text: str
    words: list[str]

    @property
    def name(self) -> str:
        return self.words[0].removesuffix(".mp4")

    def fault(self, what: str, *, left_out: bool = True) -> Fault:
        return Fault(self.file, self.line, self.text, what, left_out)


@dataclass
class _Video:
    """A video as it is put together; `names` are all that stand for it, the first one first."""

    url: str
    names: list[str]
    row: _Row
    sections: list[str] = field(default_factory=list)


def parse_hdtf(texts: Mapping[str, str]) -> Imported:
    """Put addresses and time stamps together.

    Args:
        texts: The files, by name.

    Returns:
        An entry for each video that has an address and a section, in the order of the list; and all that was odd. A row
        is used as far as it can be, and named whenever a part of it was left out or mended.
    """
    faults: list[Fault] = []
    videos: dict[str, _Video] = {}  # by address
    for group in GROUPS:
        addresses = _first_of_each(_rows(f"{group}_video_url.txt", texts), faults)
        times = _first_of_each(_rows(f"{group}_annotion_time.txt", texts), faults)
        faults += [
            row.fault(f"{group}_video_url.txt has no address for it")
            for name, row in times.items()
            if name not in addresses
        ]
        for name, row in addresses.items():
            url = _address(row, faults)
            if url is not None and name not in times:
                faults.append(row.fault(f"{group}_annotion_time.txt has no time stamps for it"))
            elif url is not None:
                _add(videos, url, f"{group}_{name}", row, faults)
                _add_sections(videos[url], times[name], faults)
    faults.sort(key=lambda fault: (list(texts).index(fault.file), fault.line))
    persons = _persons(videos.values())
    return Imported([_entry(video, persons) for video in videos.values() if video.sections], faults)


def _rows(file: str, texts: Mapping[str, str]) -> Iterator[_Row]:
    """Lines that are not blank; a byte order mark and blanks at the end go unmentioned."""
    for number, text in enumerate(re.split(r"\r\n|\r|\n", texts[file]), start=1):
        bare = text.strip("\ufeff \t")
        if bare:
            yield _Row(file, number, bare, _DASH.sub("-", bare).split())


def _first_of_each(rows: Iterator[_Row], faults: list[Fault]) -> dict[str, _Row]:
    """Rows by name; a name that came before is told, as is a row that is not text, or a name alone."""
    named: dict[str, _Row] = {}
    for row in rows:
        if "\ufffd" in row.text:
            faults.append(row.fault("is not UTF-8 text"))
        elif len(row.words) < 2:
            faults.append(row.fault("a name and nothing else"))
        elif row.name in named:
            faults.append(row.fault(f"the name was given in line {named[row.name].line} already"))
        else:
            named[row.name] = row
    return named


def _address(row: _Row, faults: list[Fault]) -> str | None:
    """The video's own address, without a time to start at or a playlist around it."""
    written = row.words[1]
    found = _YOUTUBE.match(written)
    if len(row.words) != 2 or not (found or re.fullmatch(r"https?://\S+", written)):
        faults.append(row.fault("is not a name and an address"))
        return None
    if found is None:
        if "youtu" in written:
            faults.append(row.fault("the address names no video"))
            return None
        return written
    url = f"https://www.youtube.com/watch?v={found[1]}"
    if written != url:
        more = written.removeprefix(url)
        what = f"'{more}' was taken off the address" if more != written else f"the address was taken as {url}"
        faults.append(row.fault(what, left_out=False))
    return url


def _add(videos: dict[str, _Video], url: str, name: str, row: _Row, faults: list[Fault]) -> None:
    same = videos.setdefault(url, _Video(url, [], row))
    if same.names:
        what = f"is the same video as {same.names[0]} ({same.row.file}, line {same.row.line}); its sections went there"
        faults.append(row.fault(what, left_out=False))
    same.names.append(name)


def _add_sections(video: _Video, row: _Row, faults: list[Fault]) -> None:
    """Add the sections of one row; what is no section, or overlaps one that is there, is told."""
    of_its_other_name = set(video.sections)
    for text in row.words[1:]:
        if text in of_its_other_name:
            continue
        try:
            over = _overlapped(text, video.sections)
        except InputError as error:
            faults.append(row.fault(str(error)))
            continue
        if over is None:
            video.sections.append(text)
        else:
            faults.append(row.fault(f"section '{text}' overlaps '{over}'"))
    video.sections.sort(key=parse_section)
    if not video.sections:
        faults.append(row.fault("no section is left, so the video is left out"))


def _overlapped(text: str, sections: list[str]) -> str | None:
    """The first of `sections` that shares a moment with `text`."""
    start_s, end_s = parse_section(text)
    spans = ((known, *parse_section(known)) for known in sections)
    return next((known for known, begins_s, ends_s in spans if start_s < ends_s and begins_s < end_s), None)


def _persons(videos: Iterable[_Video]) -> dict[str, str]:
    """Who is seen, by name: the name without group and number; names of one video are one person."""
    stems = {name: _stem(name) for video in videos for name in video.names}
    one_as: dict[str, str] = {}
    for video in videos:
        shared = {_root(one_as, stems[name]) for name in video.names}
        one_as.update({stem: min(shared) for stem in shared if stem != min(shared)})
    return {name: _root(one_as, stem) for name, stem in stems.items()}


def _root(one_as: Mapping[str, str], stem: str) -> str:
    while stem in one_as:
        stem = one_as[stem]
    return stem


def _stem(name: str) -> str:
    bare = name.partition("_")[2]
    stem = bare.rstrip("0123456789") or bare
    return bare if stem == NAMELESS else stem


def _entry(video: _Video, persons: Mapping[str, str]) -> dict[str, Any]:
    name = video.names[0]
    person = persons[name]
    return {
        "name": name,
        "role": "talking-head",
        "url": video.url,
        "sections": video.sections,
        "person": person,
        "split": "train" if re.fullmatch(rf"{NAMELESS}\d+", person) else None,
        "licence": "unknown",
        "creator": "unknown",
        "attribution": ATTRIBUTION,
    }


HDTF = PublicList(
    name="hdtf",
    base_url=f"https://raw.githubusercontent.com/MRzzm/HDTF/{COMMIT}/HDTF_dataset",
    files={
        "RD_video_url.txt": "ae197ad34dc155082897637db41a298fe19fa937df4bfdc1b6aad021fcf2418e",
        "RD_annotion_time.txt": "6e0e3b8139697d64ce92f252c9eb62d268b9262c628682803b9aed282f2068a7",
        "WDA_video_url.txt": "a8cee0c92ac59f27fead5a2e6a5387beadcca8b80134f7dcb433f18f1ee86586",
        "WDA_annotion_time.txt": "b7fb834e95918d6e87deb7afc9da8dc1c1c17ab454dc33887fe16fe945586f61",
        "WRA_video_url.txt": "04fd736a4c312a25309071d4b9e55c1989de5e3f37d2e54081c8bfc4dad84def",
        "WRA_annotion_time.txt": "7a49a55a841a45ab41cd1ff64f18bb83e79fa5799d1178d3ca36490eed54f1ed",
    },
    parse=parse_hdtf,
    heading=(
        "HDTF: talking heads of YouTube with time stamps, imported by bgrsr.",
        "",
        "Zhang, Li, Ding, Fan: Flow-Guided One-Shot Talking Face Generation With a High-Resolution Audio-Visual",
        "Dataset, CVPR 2021, https://github.com/MRzzm/HDTF. The list (addresses, time stamps) is theirs, CC BY 4.0.",
        "The videos are not: they belong to those who published them, so their licence is `unknown` here. Before you",
        "use one, read what its page says, and whether the face may be used for training where you are.",
        "",
        "A number at the end of a name counts the videos of one person. Nobody can tell who is seen in Radio1, Radio2,",
        "…: each is a person of its own here, and all are in the training split, so that no face is in two splits.",
    ),
)
