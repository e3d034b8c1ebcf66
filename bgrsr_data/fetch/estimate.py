"""What fetching a source may come to, told before anything is asked of the network: footage, bytes, seconds.

Everything is a span from low to high. Where this workspace fetched enough before, the quartiles of what it measured are
used. Else:

- Bytes of a video follow from its height. Ten public listings of `yt-dlp -F` (ordinary YouTube videos of 24 to 30
  frames a second, read 2026-11) give for AV1 and VP9, which yt-dlp prefers: 0.41 to 1.1 Mbit/s at 720p, 0.56 to 2.2 at
  1080p, 1.8 to 7.1 at 1440p, 3.5 to 13.3 at 2160p. A still camera on one speaker is near the lower end. A video may be
  smaller than the format allows, so the low end is that of 720p.
- A COCO image has 163 kB on average (val2017.zip: 816 MB for 5,000); single ones are taken as 60 to 300 kB.
- A line carries 10 to 100 Mbit/s. Pages are asked for under the guest limit (see pace.py).
- Decoding a minute to its end, which every video must stand, takes 4 (720p) to 10 (1080p) seconds of one processor.
  What lies on this machine tells only its bytes: 0.01 (a camera's) to 2.5 seconds (a web stream's) for a MB.

How long a video is, its page alone knows: it is at least as long as its last section goes on, and where it has none,
nothing of it can be told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

from bgrsr_data.errors import Rejection
from bgrsr_data.fetch.coco import find_image, person_images
from bgrsr_data.fetch.local import list_files
from bgrsr_data.fetch.options import FetchOptions
from bgrsr_data.fetch.pace import GUESTS_AN_HOUR, site_of
from bgrsr_data.fetch.sources import is_url
from bgrsr_data.licences import is_accepted
from bgrsr_data.media.coco import licence_of_image, read_annotations
from bgrsr_data.media.times import parse_section
from bgrsr_data.records import Source

ENOUGH = 3  # sources of a kind that were fetched here before their own figures are taken
_LISTS = re.compile(
    r"[?&]list=|/(playlists?|channel|c|user|sets|albums?)/|/@[^/]+/?(videos|streams|shorts)?$|\.(rss|xml)$"
)


@dataclass(frozen=True)
class Span:
    """From `low` to `high`."""

    low: float = 0.0
    high: float = 0.0

    def __add__(self, other: Span) -> Span:
        return Span(self.low + other.low, self.high + other.high)

    def __mul__(self, factor: float) -> Span:
        return Span(self.low * factor, self.high * factor)


_BYTES_A_SECOND = {  # of video, by height
    720: Span(0.41e6, 1.1e6) * 0.125, 1080: Span(0.56e6, 2.2e6) * 0.125, 1440: Span(1.8e6, 7.1e6) * 0.125,
    2160: Span(3.5e6, 13.3e6) * 0.125,
}  # fmt: skip
_COCO_IMAGE = Span(60e3, 300e3)
_LINE = Span(1 / 12.5e6, 1 / 1.25e6)  # seconds a byte
_DECODE = Span(4 / 60, 10 / 60)  # seconds of one processor, a second of video
_LOCAL = Span(0.01e-6, 2.5e-6)  # the same, a byte
_HOUR_S = 3600.0


@dataclass(frozen=True)
class Measured:
    """What earlier fetches of URLs in a workspace showed, as quartiles; None where there were too few.

    Args:
        bytes_a_second: Bytes for a second of video.
        stretch: Length of a video over the end of its last section.
        seconds_each: Wall time of one source in its worker, waits included.
    """

    bytes_a_second: Span | None = None
    stretch: Span | None = None
    seconds_each: Span | None = None


def quartiles(figures: Sequence[float]) -> Span | None:
    """The lower and the upper quartile; None of too few figures."""
    if len(figures) < ENOUGH:
        return None
    low, _, high = quantiles(figures, n=4, method="inclusive")
    return Span(low, high)


@dataclass(frozen=True)
class Estimate:
    """What fetching some sources would come to.

    Args:
        files: Videos or pictures, as far as that can be told.
        open_ended: Playlists, channels or annotations among them whose length nobody knows before.
        unknown_length: Videos without sections: their footage, bytes and seconds are not in the figures.
        sections: Parts that are asked for.
        asked_s: Footage in them, in seconds.
        video_s: Footage that has to be fetched for them at least, since a video comes whole.
        bytes: Disk.
        transfer_s: Seconds of the line.
        decode_s: Seconds of one processor.
        paced_s: Seconds that a site's limit takes at least.
        each_s: Wall time in workers, where it was measured here; then it stands for transfer and decoding.
    """

    files: int = 0
    open_ended: int = 0
    unknown_length: int = 0
    sections: int = 0
    asked_s: float = 0.0
    video_s: float = 0.0
    bytes: Span = field(default_factory=Span)
    transfer_s: Span = field(default_factory=Span)
    decode_s: Span = field(default_factory=Span)
    paced_s: float = 0.0
    each_s: Span = field(default_factory=Span)

    def __add__(self, other: Estimate) -> Estimate:
        return Estimate(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    def seconds(self, workers: int) -> Span:
        """Wall time: low as if all went side by side, high as if nothing did but decoding."""
        low = max(self.paced_s, self.transfer_s.low, (self.decode_s.low + self.each_s.low) / workers)
        return Span(low, self.paced_s + self.transfer_s.high + self.decode_s.high / workers + self.each_s.high)


def estimate(source: Source, options: FetchOptions, measured: Measured, *, root: Path | None = None) -> Estimate:
    """Estimate one source; files on this machine are looked at, the network is not.

    Raises:
        InputError: A local file or folder cannot be listed, or annotations cannot be read.
    """
    if source.url is not None:
        return _remote(source, options, measured)
    if source.annotations is not None:
        return _coco(source, options.licence)
    files = list_files(Path(str(source.path)), without=root)[: source.max_samples]
    size = sum(file.stat().st_size for file in files)
    return _with_sections(source, Estimate(files=len(files), bytes=Span(size, size), decode_s=_LOCAL * size))


def _remote(source: Source, options: FetchOptions, measured: Measured) -> Estimate:
    videos, open_ended = _count(source)
    ends = [parse_section(text)[1] for text in source.sections]
    paced_s = videos * _between_s(source, options)
    if not ends:
        each = (measured.seconds_each or Span()) * videos
        return Estimate(videos, open_ended, unknown_length=videos, paced_s=paced_s, each_s=each)
    video_s = float(ends[-1]) * videos
    length = (measured.stretch or Span(1, 1)) * video_s
    rate = measured.bytes_a_second or _rate(str(source.yt_dlp.get("format") or options.format))
    size = Span(length.low * rate.low, length.high * rate.high)
    found = Estimate(videos, open_ended, video_s=video_s, bytes=size, paced_s=paced_s)
    if measured.seconds_each:
        return _with_sections(source, found + Estimate(each_s=measured.seconds_each * videos))
    transfer = Span(size.low * _LINE.low, size.high * _LINE.high)
    decode = Span(length.low * _DECODE.low, length.high * _DECODE.high)
    return _with_sections(source, found + Estimate(transfer_s=transfer, decode_s=decode))


def _with_sections(source: Source, found: Estimate) -> Estimate:
    """What is asked for of each video."""
    spans = [parse_section(text) for text in source.sections]
    asked_s = float(sum(end - start for start, end in spans))
    return found + Estimate(sections=len(spans) * found.files, asked_s=asked_s * found.files)


def _count(source: Source) -> tuple[int, int]:
    """Videos that are known of, and 1 where there may be more."""
    url = str(source.url)
    search = re.match(r"\w+search(\d+):", url)
    if search:
        return min(int(search[1]), source.max_samples or int(search[1])), 0
    if _LISTS.search(url) or re.match(r"\w+search(all|date\w*)?:", url):
        return source.max_samples or 1, int(source.max_samples is None)
    return 1, 0


def _between_s(source: Source, options: FetchOptions) -> float:
    """Seconds that a site's limit puts between two videos."""
    from bgrsr_data.fetch.params import is_guest, paces_itself  # noqa: PLC0415 - yt-dlp takes a second to import

    told = source.yt_dlp
    if paces_itself(told):
        return float(str(told.get("sleep_interval") or 0))
    limit = options.per_hour or (GUESTS_AN_HOUR.get(site_of(str(source.url))) if is_guest(told) else None)
    return _HOUR_S / limit if limit else 0.0


def _rate(file_format: str) -> Span:
    """Bytes for a second of video in a format; its largest height decides."""
    told = re.search(r"height\s*<=?\??\s*(\d+)", file_format)
    height = int(told[1]) if told else max(_BYTES_A_SECOND)
    if height < min(_BYTES_A_SECOND):
        return _BYTES_A_SECOND[720] * (height / 720) ** 2
    fits = max(one for one in _BYTES_A_SECOND if one <= height)
    return Span(_BYTES_A_SECOND[720].low, _BYTES_A_SECOND[fits].high)


def _coco(source: Source, accepted: tuple[str, ...]) -> Estimate:
    if is_url(str(source.annotations)):
        files = source.max_samples or 0
        return (
            _images(files, Span(), int(not files))
            if source.path
            else _images(files, _COCO_IMAGE * files, int(not files))
        )
    coco = read_annotations(Path(str(source.annotations)))
    wanted = [
        image
        for image in person_images(coco, source.categories)
        if not accepted or is_accepted(licence_of_image(coco, image) or source.licence, accepted)
    ][: source.max_samples]
    if source.path is None:
        return _images(len(wanted), _COCO_IMAGE * len(wanted), 0)
    size = sum(_size_of(image, Path(source.path)) for image in wanted)
    return _images(len(wanted), Span(size, size), 0, transferred=False)


def _images(files: int, size: Span, open_ended: int, *, transferred: bool = True) -> Estimate:
    transfer = Span(size.low * _LINE.low, size.high * _LINE.high) if transferred else Span()
    return Estimate(files, open_ended, bytes=size, transfer_s=transfer, decode_s=Span(0.01, 0.1) * files)


def _size_of(image: dict[str, Any], images: Path) -> int:
    try:
        return find_image(image, images).stat().st_size
    except (Rejection, OSError):  # fetching will name it
        return 0
