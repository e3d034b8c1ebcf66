"""The contact sheets of a set: the best, the worst and some at random of every stage, drawn from rows by a seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from bgrsr_data.combine.render import Renderer, Rows
from bgrsr_data.media.contact import checkerboard, cover, over, tint_trimap
from bgrsr_data.media.images import read_grey, read_rgb
from bgrsr_data.records import Clip, Combination, Foreground, Frame, Record, Trimap
from bgrsr_data.report.deblurred import draw_deblurred
from bgrsr_data.report.facts import Dataset, without_path
from bgrsr_data.report.strips import Sheet, Strip, strip

R = TypeVar("R", bound=Record)
KEY = ("Frame", "Alpha", "Cut out", "New background")
DRAWN = ("Photograph", "Trimap", "Alpha", "Cut out")
PAIR = ("What a network sees", "Background wanted", "What it should answer")


def draw_sheets(data: Dataset, root: Path, *, rows: int, seed: int) -> Iterator[Sheet]:
    """Draw every sheet that the set has pictures for.

    Args:
        data: The rows.
        root: The workspace.
        rows: How many rows a sheet has.
        seed: Decides which rows are drawn "at random".

    Raises:
        InputError: A file that a row names is gone.
    """
    yield from _frames(data, root, rows, seed)
    if changed := [f for f in data.frames if f.decision in ("replaced", "improved") and f.original in data.extracted]:
        yield _deblurred(data, root, pick(changed, rows, seed))
    yield from _rejected(data, root, rows)
    keyed = [row for row in data.foregrounds if row.screen is not None]
    about = "The frame, its alpha, the person over a checkerboard and before a background of the set."
    for word, some in three(keyed, lambda row: row.score, rows, seed, lambda row: row.clip):
        yield Sheet(f"keys-{word}", f"Keys, {word}", about, _keys(data, root, some))
    about = "Photograph, trimap over the person (green person, yellow uncertain, blue background), alpha, cut out."
    for word, drawn in three(_with_cut(data), lambda pair: pair[1].score, rows, seed, lambda pair: pair[0].clip):
        yield Sheet(f"trimaps-{word}", f"Trimaps, {word}", about, _trimaps(data, root, drawn))
    cuts = {row.id: row for row in data.foregrounds}
    titles = {clip.id: clip.title for clip in data.clips}
    about = (
        "A small noisy frame, the background that is wanted, and the answer; ranked by the score of the person's cut."
    )
    known = [row for row in data.combinations if row.foreground in cuts]
    score = {row.id: cuts[row.foreground].score for row in known}
    clip = {row.id: cuts[row.foreground].clip for row in known}
    for word, pairs in three(known, lambda row: score[row.id], rows, seed, lambda row: clip[row.id]):
        told = [f"{row.split}, {titles.get(clip[row.id], clip[row.id])}, {row.id}" for row in pairs]
        yield Sheet(f"combinations-{word}", f"Combinations, {word}", about, _combinations(data, root, pairs, told))


def pick(rows: Sequence[R], count: int, seed: int) -> list[R]:
    """Draw at most `count` rows, the same ones for the same rows and seed."""
    return random.Random(seed).sample(list(rows), min(count, len(rows)))  # noqa: S311 - no secret


T = TypeVar("T")


def three(
    rows: Sequence[T], score: Callable[[T], float], count: int, seed: int, clip: Callable[[T], str] | None = None
) -> Iterator[tuple[str, list[T]]]:
    """The worst, some at random and the best, with the word for each; a small set is shown whole, once, from the worst.

    Args:
        rows: To choose from, in an order that does not hang on how they came to be.
        score: More is better.
        count: How many of each.
        seed: Decides which are drawn at random.
        clip: What a row was taken from: of one clip two come first, then those of others, since neighbours look alike.
    """
    ranked = sorted(rows, key=score)
    if len(ranked) <= count:
        chosen = [("all", ranked)]
    else:
        drawn = random.Random(seed).sample(ranked, count)  # noqa: S311 - no secret
        worst, best = _spread(ranked, clip)[:count], _spread(ranked[::-1], clip)[:count]
        chosen = [("worst", worst), ("random", drawn), ("best", best)]
    yield from ((word, some) for word, some in chosen if some)


def _spread(ranked: Sequence[T], clip: Callable[[T], str] | None) -> list[T]:
    """The same rows, two of each clip before any third."""
    if clip is None:
        return list(ranked)
    seen: Counter[str] = Counter()
    first: list[T] = []
    later: list[T] = []
    for row in ranked:
        seen[clip(row)] += 1
        (first if seen[clip(row)] <= 2 else later).append(row)
    return [*first, *later]


def _frames(data: Dataset, root: Path, rows: int, seed: int) -> Iterator[Sheet]:
    titles = {clip.id: clip.title for clip in data.clips}
    about = {
        "worst": "The least sharp beside their neighbours, of those that passed.",
        "random": "Drawn at random among those that passed.",
        "best": "The sharpest beside their neighbours.",
        "all": "All that passed, the least sharp first.",
    }
    for word, some in three(data.frames, lambda row: row.subject_ratio, 2 * rows, seed, lambda row: row.clip):
        strips = [
            strip(_of_frame(row, titles), [f"frame of {titles.get(row.clip, row.clip)}"], [read_rgb(root / row.path)])
            for row in some
        ]
        yield Sheet(f"frames-{word}", f"Frames, {word}", about[word], strips)


def _of_frame(row: Frame, titles: dict[str, str]) -> str:
    done = "" if row.decision in ("extracted", "kept") else f", {row.decision}"
    when = f"{titles.get(row.clip, row.clip)[:24]} {float(row.pts * row.time_base):.2f} s"
    return f"{when}, sharp {row.subject_ratio:.2f}{done}"


def _deblurred(data: Dataset, root: Path, some: Sequence[Frame]) -> Sheet:
    pairs = [(data.extracted[frame.original or ""], frame) for frame in sorted(some, key=lambda f: (f.clip, f.pts))]
    about = "The frame as it was taken, what stands for it now, and the part that changed most, of both."
    return Sheet("deblurred", "Deblurred, at random", about, draw_deblurred(pairs, root))


def _rejected(data: Dataset, root: Path, rows: int) -> Iterator[Sheet]:
    """Two pictures of each reason for which a frame or a still was left out."""
    known: dict[str, Frame | Clip] = {clip.id: clip for clip in data.clips if clip.media == "still"}
    known |= {**data.extracted} | {frame.id: frame for frame in data.frames}
    shown: dict[tuple[str, str], list[Strip]] = {}
    for row in data.rejections:
        picture, alike = known.get(row.item), shown.setdefault((row.stage, row.reason), [])
        if picture and len(alike) < 2 and (root / picture.path).is_file():
            words = f"{row.stage}, {row.reason}: {without_path(row.detail)}"
            alike.append(strip(words, [f"rejected as {row.reason}"], [read_rgb(root / picture.path)]))
    strips = [one for alike in shown.values() for one in alike][: 4 * rows]
    if strips:
        about = "Two of each reason at most, with what was said of them."
        yield Sheet("rejected", "Rejected", about, strips)


def _keys(data: Dataset, root: Path, some: Sequence[Foreground]) -> list[Strip]:
    frames = {frame.id: frame for frame in data.frames}
    behind = data.backgrounds[:: max(1, len(data.backgrounds) // 4)]
    titles = {clip.id: clip.title for clip in data.clips}
    strips = []
    for number, row in enumerate(some):
        colour, alpha = read_rgb(root / row.foreground_path), read_grey(root / row.alpha_path)
        height, width = alpha.shape
        before = read_rgb(root / frames[row.original].path) if row.original in frames else colour
        shown = [before, alpha, over(colour, alpha, checkerboard(height, width))]
        if behind:
            room = read_rgb(root / behind[number % len(behind)].path)
            shown.append(over(colour, alpha, cover(room, height, width)))
        title = titles.get(row.clip, row.clip)
        words = f"score {row.score:.3f}, {row.screen_name or row.screen} screen, {title}, {row.id}"
        strips.append(strip(words, KEY[: len(shown)], shown))
    return strips


def _with_cut(data: Dataset) -> list[tuple[Trimap, Foreground]]:
    cut_from = {foreground.original: foreground for foreground in data.foregrounds}
    return [(row, cut_from[row.id]) for row in data.trimaps if row.id in cut_from]


def _trimaps(data: Dataset, root: Path, some: Sequence[tuple[Trimap, Foreground]]) -> list[Strip]:
    clips = {clip.id: clip for clip in data.clips}
    strips = []
    for row, cut in some:
        colour, alpha = read_rgb(root / cut.foreground_path), read_grey(root / cut.alpha_path)
        tinted = tint_trimap(colour, read_grey(root / row.path))
        shown = over(colour, alpha, checkerboard(alpha.shape[0], alpha.shape[1], 8))
        photograph = read_rgb(root / clips[row.clip].path) if row.clip in clips else colour
        words = f"score {cut.score:.3f}, band {row.band_px} px, {row.width} x {row.height}, annotation {row.annotation}"
        strips.append(strip(words, DRAWN, [photograph, tinted, alpha, shown]))
    return strips


def _combinations(data: Dataset, root: Path, some: Sequence[Combination], told: Sequence[str]) -> list[Strip]:
    people = {row.id: row for row in data.foregrounds}
    places = {row.id: row for row in data.backgrounds}
    renderer = Renderer(root, Rows(data.combinations, people, places))
    pairs = [renderer.render(row) for row in some]
    shown = [[pair.lr_frame, pair.lr_target_background, pair.hr_target] for pair in pairs]
    return [strip(words, PAIR, pictures) for words, pictures in zip(told, shown, strict=True)]
