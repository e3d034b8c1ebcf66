"""Every fault and odd input that we know of, and what becomes of it: the table of docs/faults.md, and of its test.

    python tests/faults/table.py > docs/faults.md

One row is one source: fetched by the stage `fetch` (with the real yt-dlp where it comes from a server), then given to
the stage `frames`, five windows a second. Unless a row says otherwise a clip is two seconds long and 160×120.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

GREEN = (0, 177, 64)


@dataclass(frozen=True)
class Fault:
    """One row.

    Args:
        name: The fault, in a few words.
        web: What is asked of the server (see tests/fetch/server.py), or
        local: what lies in a folder of this machine: names, and the material or the link each is.
        single: The source is the one file of that folder, not the folder.
        ends: How the source ends in the ledger.
        reason: Why it is rejected, or why it failed.
        says: A piece of the line that says so.
        parts: Rejected parts of a source that counts, as "NAME: reason".
        clips: Clips that count.
        decoded: Pictures of the first clip that are whole; None: it is not looked at.
        frames: Frames that come of the clips.
        size: Width and height of the first frame.
        colour: Colour in the middle of the first frame, within two levels.
        dropped: What `frames` rejects, as "reason".
        options: Options of yt-dlp.
        part: What lies in `.parts` before, as the name of a material, under the name that the download will have.
        left: Whether an interrupted download is left in `.parts`, to be taken up.
    """

    name: str
    web: str = ""
    local: Mapping[str, str] | None = None
    single: bool = False
    ends: Literal["done", "rejected", "failed"] = "done"
    reason: str = ""
    says: str = ""
    parts: Sequence[str] = ()
    clips: int = 0
    decoded: int | None = None
    frames: int = 0
    size: tuple[int, int] | None = None
    colour: tuple[int, int, int] | None = None
    dropped: Sequence[str] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    part: str = ""
    left: bool = False

    @property
    def exit(self) -> int:
        """The exit code of `bgrsr fetch`: a rejected source is an outcome, a failed one an error."""
        return 3 if self.ends == "failed" else 0


def failed(name: str, web: str, reason: str, says: str, **more: object) -> Fault:
    """A row of what cannot be fetched."""
    return Fault(name, web=web, ends="failed", reason=reason, says=says, **more)  # type: ignore[arg-type]


def fine(name: str, web: str, decoded: int = 50, frames: int = 10, **more: object) -> Fault:
    """A row of what gives one clip all the same."""
    return Fault(name, web=web, clips=1, decoded=decoded, frames=frames, **more)  # type: ignore[arg-type]


def here(name: str, local: Mapping[str, str], **more: object) -> Fault:
    """A row of a folder in which one clip is good."""
    return Fault(name, local=local, clips=1, decoded=50, frames=10, **more)  # type: ignore[arg-type]


def same(*names: str) -> dict[str, str]:
    """Materials under their own names."""
    return dict(zip(names, names, strict=True))


SERVER = (
    failed("404", "status-404/good.mp4", "gone", "HTTP Error 404"),
    failed("410", "status-410/good.mp4", "gone", "HTTP Error 410"),
    failed("401", "status-401/good.mp4", "needs-cookies", "HTTP Error 401"),
    failed("403", "status-403/good.mp4", "needs-cookies", "HTTP Error 403"),
    failed("451", "status-451/good.mp4", "geo-blocked", "HTTP Error 451"),
    fine("429 twice, then fine", "twice-429/good.mp4"),
    failed("429 for ever", "status-429/good.mp4", "rate-limited", "HTTP Error 429"),
    fine("500 twice, then fine", "twice-500/good.mp4"),
    failed("500 for ever", "status-500/good.mp4", "network", "HTTP Error 500"),
    failed("503 for ever", "status-503/good.mp4", "network", "HTTP Error 503"),
    fine("connection cut once, taken up with Range", "cut-once/good.mp4"),
    fine("connection cut once, no Range", "cut-once-no-range/good.mp4"),
    fine("connection cut at every half, taken up each time", "cut/good.mp4"),
    failed("less than its Content-Length, for ever", "short/good.mp4", "truncated", "bytes", left=True),
    fine("the whole file, no Content-Length", "untold/good.mp4"),
    failed("half the file, no Content-Length", "half/good.mp4", "truncated", "ends after"),
    failed("half the image, no Content-Length", "half/photo.jpg", "truncated", "a part of it is missing"),
    fine("HLS, whole", "ok/hls/index.m3u8"),
    failed("HLS with a missing fragment", "lost/hls/index.m3u8", "truncated", "a part of it is missing", left=True),
    fine("DASH, whole", "ok/dash/index.mpd"),
    failed("DASH with a missing segment", "lost/dash/index.mpd", "truncated", "a part of it is missing", left=True),
    fine("a .part of garbage is there", "ok/good.mp4", part="noise.mp4"),
    fine("a .part of another file is there", "ok/good.mp4", part="other.mp4"),
    fine("a .part that is longer than the file", "ok/good.mp4", part="noisy.mp4"),
    Fault("a playlist with a dead entry", web="feed?ok/good.mp4&status-404/gone.mp4&ok/other.mp4", clips=2, frames=20,
          parts=("status-404/gone.mp4: gone",)),
    Fault("a playlist that names a video twice", web="feed?ok/good.mp4&ok/good.mp4", clips=1, frames=10),
    failed("a playlist of dead entries", "feed?status-404/a.mp4&status-410/b.mp4", "gone", "none of 2 entries"),
    failed("an empty playlist", "feed?", "not-a-video", "the playlist is empty"),
    failed("a redirect to an HTML page", "redirect/good.mp4", "not-a-video", "Unsupported URL"),
    failed("a redirect to a page where one logs in", "login/good.mp4", "not-a-video", "Unsupported URL"),
    failed("a redirect to itself", "circle/good.mp4", "network", "redirect loop"),
    failed("an HTML page", "page/good.mp4", "not-a-video", "Unsupported URL"),
    failed("an HTML page, said to be mp4", "disguised/good.mp4", "not-a-video", "is a web page"),
    failed("an HTML page, said to be jpg", "disguised/photo.jpg", "not-a-video", "is a web page"),
    failed("JSON, said to be mp4", "json/good.mp4", "not-a-video", "is JSON"),
    failed("nothing, said to be mp4", "empty/good.mp4", "truncated", "Did not get any data"),
    failed("a server that never answers", "hang/good.mp4", "network", "timed out", options={"socket_timeout": 0.2}),
    failed("a server that stops in the middle", "stall/good.mp4", "network", "timed out",
           options={"socket_timeout": 1}, left=True),  # the half before comes in time
    failed("nobody listens at that port", "http://127.0.0.1:9/good.mp4", "network", "refused"),
    failed("there is no such host", "http://nowhere.invalid/good.mp4", "network", "resolve"),
)  # fmt: skip

DAMAGED = (
    failed("zero bytes", "ok/zero.mp4", "truncated", "Did not get any data"),
    failed("random bytes", "ok/noise.mp4", "not-a-video", "cannot be opened as a video"),
    failed("mp4 without its index (moov)", "ok/no-index.mp4", "truncated", "has no index (moov)"),
    failed("mp4, the end missing", "ok/cut.mp4", "truncated", "ends after 1.16 s of 2.00 s"),
    failed("mkv, the end missing", "ok/cut.mkv", "truncated", "ends after 1.24 s of 2.00 s"),
    fine("MPEG-TS, the end missing (it tells no length)", "ok/cut.ts", decoded=25, frames=5,
         parts=("cut: corrupt-part",), dropped=("corrupt-part",)),
    fine("one broken packet of 50", "ok/one-hole.mp4", decoded=44, parts=("one-hole: corrupt-part",),
         dropped=("corrupt-part",)),
    failed("12 broken packets of 50", "ok/many-holes.mp4", "truncated", "12 of 50 packets"),
    failed("sound alone", "ok/song.mp4", "not-a-video", "sound without pictures"),
    failed("sound with cover art", "ok/cover.mp4", "not-a-video", "sound with a cover picture"),
    failed("a script (ffconcat) under a video's name", "ok/script.mp4", "not-a-video", "is a playlist"),
    failed("a JPEG under a video's name", "ok/photo-as.mp4", "not-a-video", "is a still image"),
    failed("JPEG, the end missing", "ok/cut.jpg", "truncated", "a part of it is missing"),
    failed("JPEG, 512 zeros in the middle", "ok/damaged.jpg", "truncated", "is damaged"),
    failed("PNG, the end missing", "ok/cut.png", "truncated", "a part of it is missing"),
    failed("HTML under a JPEG's name", "ok/page.jpg", "not-a-video", "is a web page"),
    failed("animated WebP", "ok/animated.webp", "not-a-video", "holds 5 pictures"),
    failed("TIFF of three pages", "ok/pages.tif", "not-a-video", "holds 3 pictures"),
    failed("JPEG in CMYK", "ok/print.jpg", "not-a-video", "save it as sRGB"),
)  # fmt: skip

ODD = (
    fine("a video of one picture", "ok/one-picture.mp4", decoded=1, frames=1),
    fine("variable frame rate", "ok/vfr.mp4", decoded=30),
    fine("turned by 90°", "ok/turned-90.mp4", size=(120, 160)),
    fine("turned by 180°", "ok/turned-180.mp4", size=(160, 120)),
    fine("turned by 270°", "ok/turned-270.mp4", size=(120, 160)),
    fine("interlaced", "ok/interlaced.mp4"),
    fine("HDR (PQ)", "ok/pq.mp4", frames=0, dropped=("hdr",)),
    fine("HDR (HLG)", "ok/hlg.mp4", frames=0, dropped=("hdr",)),
    fine("10 bits, standard range", "ok/ten-bit.mp4"),
    fine("BT.709 at 1280×720, untagged", "ok/untagged.mp4", decoded=10, size=(1280, 720), colour=GREEN),
    fine("BT.601, full range", "ok/full-range.mp4", decoded=10, colour=GREEN),
    fine("odd size (161×121)", "ok/odd-size.mkv", size=(161, 121)),
    fine("pixels of 4:3", "ok/wide-pixels.mp4", size=(213, 120)),
    fine("size changes midway", "ok/size-change.ts", size=(160, 120)),
    fine("times that jump back midway", "ok/clock-restarts.ts"),
    fine("times below zero (an edit list cuts them off)", "ok/negative.mp4", decoded=25, frames=5),
    fine("sound as well, in mkv", "ok/spoken.mkv"),
    fine("a still image", "ok/photo.png", decoded=1, frames=1),
    fine("a still image of 16 bits", "ok/sixteen-bit.png", decoded=1, frames=1, size=(64, 48), colour=GREEN),
)

ITSELF, NOWHERE, FOLDER, PIPE = "→ itself", "→ nowhere", "→ its folder", "a pipe"

LOCAL = (
    here("a folder with good and bad files", same("good.mp4", "cut.mp4", "page.mp4", "zero.mp4", "README.txt"),
         parts=("cut.mp4: truncated", "page.mp4: not-a-video", "zero.mp4: zero-byte")),
    here("one file under two names", {"good.mp4": "good.mp4", "twin.mp4": "good.mp4"}, parts=("twin.mp4: duplicate",)),
    here("a name with spaces, quotes, other scripts", {"it's \"té\" 東京 100%.mp4": "good.mp4"}),
    here("a name with a line break", {"two\nlines.mp4": "good.mp4"}),
    here("a name that is no UTF-8", {"caf\udce9.mp4": "good.mp4"}),
    here("a name of 254 bytes", {f"{'x' * 250}.mp4": "good.mp4"}),
    here("a link to a file", {"link.mp4": "→ good.mp4"}),
    here("a link that leads to itself", {"good.mp4": "good.mp4", "self.mp4": ITSELF}, parts=("self.mp4: unreadable",)),
    here("a link that leads nowhere", {"good.mp4": "good.mp4", "gone.mp4": NOWHERE}, parts=("gone.mp4: unreadable",)),
    here("a linked folder that leads back", {"good.mp4": "good.mp4", "again": FOLDER}, parts=("again: linked-folder",)),
    here("a pipe under a video's name", {"good.mp4": "good.mp4", "live.mp4": PIPE}),
    here("animated GIF", same("good.mp4", "animated.gif"), parts=("animated.gif: not-a-video",)),
    Fault("a single file that is unfit", local=same("cut.mp4"), single=True, ends="rejected", reason="truncated",
          says="ends after 1.16 s of 2.00 s"),
    Fault("a folder without footage", local=same("README.txt"), ends="failed", says="no image or video in this folder"),
    Fault("a folder that is not there", local={}, ends="failed", says="does not exist"),
)  # fmt: skip

TABLES = {
    "What a server does": SERVER,
    "Files that are broken, or no footage": DAMAGED,
    "Footage that is odd": ODD,
    "Files of this machine": LOCAL,
}
FAULTS = [fault for faults in TABLES.values() for fault in faults]

# kill -9 of `fetch` at these moments, each met by the second file or source
KILLED = (
    "while bytes come in",
    "between download and decoding",
    "between decoding and renaming",
    "between renaming and its notes",
    "between its first note and its second",
    "between the notes and the next file",
    "between a local file's copy and its name",
    "between a local file's copy and its note",
    "before the ledger's commit",
    "within the ledger's commit",
    "after the ledger's commit",
)
# The disk fills up while these come in: seen in time, and again when another program is faster
FULL = {"ok/noisy.mp4": "a file", "untold/noisy.mp4": "a file of unknown length", "a folder": "a local folder"}


def render() -> str:
    """The page docs/faults.md."""
    lines = [ABOUT]
    for title, faults in TABLES.items():
        lines += [f"## {title}", "", "| Given | fetch | clips | frames | what is said |", "|---|---|---|---|---|"]
        lines += [_line(fault) for fault in faults]
        lines.append("")
    lines += [
        KILLS,
        "",
        *(f"- {moment}" for moment in KILLED),
        "",
        FULL_DISK,
        "",
        *(f"- {what}" for what in FULL.values()),
    ]
    return "\n".join([*lines, "- frames that are being written", "", LIMITS])


ABOUT = """# What becomes of faults and odd footage

Every row is a test (`pytest tests/faults`): the fault is made on the spot, by a server on this machine that the real
yt-dlp fetches from, or as a file; then the stages `fetch` and `frames` run in a real workspace. The page is written
from the same data (`python tests/faults/table.py > docs/faults.md`), and a test compares the two.

- **done**: the source counts, with so many clips; what of it does not count is a rejection beside them.
- **rejected**: it was looked at and is unfit; it is not asked for again until it changes.
- **failed**: it could not be had; `bgrsr retry fetch` tries again, and the command ends with exit code 3.

Frames are those of five windows a second (`bgrsr frames --per-second 5 --near-duplicate-bits 0`) of a clip of two
seconds. After each row it is checked that every file in the workspace belongs to a row of the ledger and every row has
its files, that nothing half-written is left but a download to be taken up, that originals are untouched, that what is
said is one line with what, where and what to do, and that the next run has nothing to do but what passes with time.
"""

KILLS = """## kill -9

At each of these moments the process is killed while it fetches a folder and a playlist. Then every file that has its
name is whole, every row has its file; the next run ends with the same files and rows as one that was never disturbed,
leaves nothing half-written, and asks the server for nothing that was finished."""

FULL_DISK = """## A full disk

A run stops with one line and exit code 3, before the disk is full where the size is known; nothing counts that is not
whole, and when there is room again the next run ends with the same files as on a large disk. Tried, on a disk of its
own, with:"""

LIMITS = """## What cannot be seen

- MPEG-TS and MPEG-PS tell no length: what is there counts, whether more was meant or not.
- Damage in H.264 and MPEG is noticed where the decoder stumbles; what follows is left out up to the next key picture.
  Decoders of HEVC, VP9, AV1 and WebP do not notice damage that still parses.
- A JPEG is decoded strictly: of 96 spoilt in 4 to 4000 bytes 79 were found, of 48 whole ones none was refused.
"""


def _line(fault: Fault) -> str:
    reason = f": {fault.reason}" if fault.reason else ""
    said = [f"…{fault.says}…"] if fault.says else []
    said += [f"rejected: {part}" for part in fault.parts]
    said += [f"`frames` rejects: {reason}" for reason in fault.dropped]
    if fault.size and fault.size != (160, 120):
        said.append(f"frames of {fault.size[0]}×{fault.size[1]}")
    if fault.colour:
        said.append("colours within ±2")
    if fault.ends == "done" and fault.decoded not in (None, 50, fault.frames):
        said.append(f"{fault.decoded} pictures are whole")
    clips, frames = (fault.clips or "–", fault.frames or "–")
    return f"| {fault.name} | {fault.ends}{reason} | {clips} | {frames} | {'; '.join(said)} |"


if __name__ == "__main__":
    sys.stdout.write(render())
