"""What the measures behind `select` find on real footage, as their docstrings tell (`make bench`)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bgrsr_data.frames.duplicates import draw_thumbnail, hash_picture
from bgrsr_data.frames.faces import find_faces
from bgrsr_data.frames.near import find_near
from bgrsr_data.media.colour import luma
from bgrsr_data.media.images import read_rgb
from bgrsr_data.media.video import decode

pytestmark = pytest.mark.benchmark
Picture = NDArray[np.uint8]
Looks = tuple[NDArray[np.uint64], NDArray[np.uint8]]
HALF = ("-vf", "scale=iw/2:ih/2:flags=area,scale=trunc(iw/2)*2:trunc(ih/2)*2", "-crf", "28")
CODED = ("-an", "-fps_mode", "passthrough", "-c:v", "libx264", "-pix_fmt", "yuv420p")


def clips(footage: Path) -> list[Path]:
    return [*sorted((footage / "talking_heads").glob("*.mp4")), *sorted((footage / "greenscreen").glob("*.mp*g*"))]


def groups(footage: Path) -> Iterator[tuple[str, list[Picture]]]:
    for clip in [*clips(footage), *sorted((footage / "greenscreen").glob("*.mp4"))]:
        yield clip.stem, [picture.rgb() for picture in islice(decode(clip), 0, 280, 8)]
    coco = footage / "coco" / "tiny_coco"
    annotated = json.loads((coco / "instances_train2017.json").read_text())
    (person,) = [one["id"] for one in annotated["categories"] if one["name"] == "person"]
    peopled = {one["image_id"] for one in annotated["annotations"] if one["category_id"] == person}
    names = {image["id"]: image["file_name"] for image in annotated["images"]}
    for word, chosen in (("with persons", peopled), ("without", names.keys() - peopled)):
        yield f"COCO {word}", [read_rgb(coco / "train2017" / names[one]) for one in sorted(chosen)]
    for folder in ("backgrounds", "person_stills"):
        yield folder, [read_rgb(path) for path in sorted((footage / folder).glob("*.jpg"))]
    yield "blurred faces", [read_rgb(path) for path in sorted((footage / "alpha_gt").glob("p_*.jpg"))]


def test_faces_on_real_footage(footage: Path) -> None:
    print()
    for name, pictures in groups(footage):
        start = time.thread_time()
        found = [find_faces(rgb).count for rgb in pictures]
        each = 1e3 * (time.thread_time() - start) / len(pictures)
        seen = sum(count > 0 for count in found)
        print(f"{name}: a face in {seen} of {len(found)}, several in {sum(c > 1 for c in found)}, {each:.0f} ms each")


def looks(clip: Path) -> Looks:
    greys = [luma(picture.rgb()) for picture in decode(clip)]
    thumbnails = [np.frombuffer(bytes.fromhex(draw_thumbnail(grey)), np.uint8) for grey in greys]
    return np.array([hash_picture(grey) for grey in greys], np.uint64), np.stack(thumbnails)


def share_near(one: Looks, other: Looks, bits: int, levels: int) -> float:
    """The share of pairs, taken in order, that are near."""
    pairs = [[np.stack(pair) for pair in zip(*both, strict=True)] for both in zip(one, other, strict=True)]
    near = [
        find_near(hashes, shown, ["a", "b"], bits=bits, levels=levels) for hashes, shown in zip(*pairs, strict=True)
    ]
    return float(np.mean([bool(found) for found in near]))


def test_copies_and_other_moments_of_real_footage(footage: Path, make_clip: Callable[..., Path]) -> None:
    every = sorted({*clips(footage), *(footage / "greenscreen").glob("*.mp4")})
    originals = {clip.stem: looks(clip) for clip in every}
    copies = [
        (clip.stem, looks(make_clip(f"{name}-{clip.stem}.mp4", "-i", str(clip), *CODED, *how)))
        for clip in every
        for name, how in (("same", ("-crf", "35")), ("half", HALF))
    ]
    print()
    for bits, levels in ((4, 4), (6, 4), (6, 5)):
        found = {(name, n): share_near(originals[name], copy, bits, levels) for n, (name, copy) in enumerate(copies)}
        later = [share_near((h[:-50], t[:-50]), (h[50:], t[50:]), bits, levels) for h, t in originals.values()]
        print(
            f"< {bits} bits, <= {levels} levels: copies near {np.mean([*found.values()]):.1%}, the worst clip's "
            f"{min(found.values()):.1%}; 50 pictures later {np.mean(later):.1%}, the stillest clip's {max(later):.1%}"
        )
